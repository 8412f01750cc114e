package guywire.control.change;

import guywire.control.store.StoredNetwork;

/** What became of a change. */
public sealed interface ChangeOutcome {

  /**
   * It landed.
   *
   * @param network the network as it is now
   * @param preview what it does
   */
  record Landed(StoredNetwork network, Preview preview) implements ChangeOutcome {}

  /**
   * It was only looked at.
   *
   * @param preview what it would do, and whether it may land
   */
  record Seen(Preview preview) implements ChangeOutcome {}

  /**
   * It was refused, and nothing was changed.
   *
   * @param preview why
   */
  record Refused(Preview preview) implements ChangeOutcome {}

  /**
   * Somebody else's change came first, and nothing was changed.
   *
   * @param version the newest version
   */
  record Outdated(long version) implements ChangeOutcome {}

  /**
   * The definition is of a network with another name, or one of that name is there already.
   *
   * @param name the name in the definition
   */
  record OtherName(String name) implements ChangeOutcome {}

  /**
   * There is a node of that name already.
   *
   * @param name the name
   */
  record NameTaken(String name) implements ChangeOutcome {}

  /** Another node has that key. */
  record KeyTaken() implements ChangeOutcome {}

  /** The nodes stand in the definition in a form that a program does not change. */
  record NotEditable() implements ChangeOutcome {}
}
