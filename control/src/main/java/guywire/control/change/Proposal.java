package guywire.control.change;

import java.util.List;

/**
 * A change that somebody wants.
 *
 * @param definition the text of the whole definition as it shall be
 * @param expected the number of the version that it was made from; 0 for a new network
 * @param comment what to remember of it; may be empty
 * @param cuts whom it may cut off
 */
public record Proposal(String definition, long expected, String comment, List<Cut> cuts) {

  /** Copies the list. */
  public Proposal {
    cuts = List.copyOf(cuts);
  }
}
