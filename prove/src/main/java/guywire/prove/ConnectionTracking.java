package guywire.prove;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the machines on the way remember of one flow (Linux's connection tracking): which packet
 * they saw first, and what they made of its addresses.
 */
final class ConnectionTracking {

  /** What a machine remembers. */
  static final class TrackedConnection {
    private final Packet first;
    private Packet sent;

    private TrackedConnection(Packet first) {
      this.first = first;
      this.sent = first;
    }

    /** The first packet as it came. */
    Packet first() {
      return first;
    }

    /** The first packet as it left. */
    Packet sent() {
      return sent;
    }

    void sent(Packet packet) {
      this.sent = packet;
    }
  }

  private final Map<ModelledMachine, List<TrackedConnection>> memories = new HashMap<>();

  /** Remembers a packet that begins a connection. */
  TrackedConnection begin(ModelledMachine machine, Packet packet) {
    var memory = new TrackedConnection(packet);
    memories.computeIfAbsent(machine, key -> new ArrayList<>()).add(memory);
    return memory;
  }

  /** The connection to which this packet belongs, in its first direction. */
  Optional<TrackedConnection> again(ModelledMachine machine, Packet packet) {
    return find(machine).stream().filter(memory -> memory.first().equals(packet)).findFirst();
  }

  /** The connection to which this packet is an answer. */
  Optional<TrackedConnection> answered(ModelledMachine machine, Packet packet) {
    return find(machine).stream()
        .filter(memory -> memory.sent().reply().equals(packet))
        .findFirst();
  }

  private List<TrackedConnection> find(ModelledMachine machine) {
    return memories.getOrDefault(machine, List.of());
  }
}
