package guywire.node;

import guywire.network.json.NodeId;
import java.util.Optional;

/** A line of the journal: what is about to be done, or was done, on the host. */
/*
 * What a kind of line means is said by the kind itself and not by a switch over patterns, for which
 * the JVM makes a class at every start.
 */
sealed interface JournalEntry {

  /** Has it count from now on. */
  void count(Ledger ledger);

  /** Whether what it says holds also after the machine's next start. */
  default boolean outlivesRestart() {
    return false;
  }

  /** What it puts into the ledger, of which it says all there is to say. */
  default Optional<Record> lasting() {
    return Optional.empty();
  }

  /** The first line of a file. */
  record Version(int number) implements JournalEntry {
    @Override
    public void count(Ledger ledger) {}
  }

  /** A node begins, or is what this says from now on. */
  record Node(NodeRecord node) implements JournalEntry {
    @Override
    public void count(Ledger ledger) {
      ledger.put(node);
    }

    @Override
    public Optional<Record> lasting() {
      return Optional.of(node);
    }
  }

  /** A node has nothing on the host any more. */
  record Gone(NodeId node) implements JournalEntry {
    @Override
    public void count(Ledger ledger) {
      ledger.remove(node);
    }
  }

  /** From now on a place may be as this says, in the stead of what was claimed there before. */
  record Claimed(Claim claim) implements JournalEntry {
    @Override
    public void count(Ledger ledger) {
      ledger.put(claim);
    }

    @Override
    public Optional<Record> lasting() {
      return Optional.of(claim);
    }

    @Override
    public boolean outlivesRestart() {
      return claim.thing().outlivesRestart();
    }
  }

  /** A place was given back. */
  record Released(NodeId node, Thing thing) implements JournalEntry {
    @Override
    public void count(Ledger ledger) {
      ledger.remove(node, thing);
    }

    @Override
    public boolean outlivesRestart() {
      return thing.outlivesRestart();
    }
  }
}
