package guywire.node;

import guywire.network.json.NodeId;

/** A line of the journal: what is about to be done, or was done, on the host. */
sealed interface JournalEntry {

  /** The first line of a file. */
  record Version(int number) implements JournalEntry {}

  /** A node begins, or is what this says from now on. */
  record Node(NodeRecord node) implements JournalEntry {}

  /** A node has nothing on the host any more. */
  record Gone(NodeId node) implements JournalEntry {}

  /** From now on a place may be as this says, in the stead of what was claimed there before. */
  record Claimed(Claim claim) implements JournalEntry {}

  /** A place was given back. */
  record Released(NodeId node, Thing thing) implements JournalEntry {}
}
