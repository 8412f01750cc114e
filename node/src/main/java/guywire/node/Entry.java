package guywire.node;

import guywire.network.json.NodeId;

/** A line of the journal: what is about to be done, or was done, on the host. */
sealed interface Entry {

  /** The first line of a file. */
  record Version(int number) implements Entry {}

  /** A node begins, or is what this says from now on. */
  record Node(NodeRecord node) implements Entry {}

  /** A node has nothing on the host any more. */
  record Gone(NodeId node) implements Entry {}

  /** From now on a place may be as this says, in the stead of what was claimed there before. */
  record Claimed(Claim claim) implements Entry {}

  /** A place was given back. */
  record Released(NodeId node, Thing thing) implements Entry {}
}
