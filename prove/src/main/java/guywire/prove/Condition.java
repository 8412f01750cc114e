package guywire.prove;

import guywire.network.text.Text;

/**
 * What an answer depends on that no file says, or that changes with time.
 *
 * @param kind which sort
 * @param machine the machine it is about
 * @param text what must hold, in words that follow "if"
 */
public record Condition(Kind kind, String machine, Text text) {

  /** The sorts of condition. */
  public enum Kind {
    /** The machine must forward, and no file says whether it does. */
    FORWARDS,
    /** The machine must have spoken first, and not long ago. */
    SPOKEN,
    /** A host name must lead to the machine. */
    NAME_LEADS_TO,
    /** Two machines hold this key; the one that spoke last has the session. */
    KEY_SHARED,
    /** The machine must answer by the interface it was called on, whatever its routes say. */
    ANSWERS_WHERE_CALLED,
    /** An unnamed machine must be there, with the address that was asked for. */
    EXISTS,
    /** An interface must have the name that a rule gives it. */
    NAMED,
    /** A command that is not understood must not stop the packet. */
    MAY_STOP,
    /** A command that is not understood may change the answer, whichever it is. */
    MAY_CHANGE
  }
}
