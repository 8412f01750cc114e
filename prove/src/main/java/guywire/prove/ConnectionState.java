package guywire.prove;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one connection leaves behind while its packets travel: what machines remember of it, which
 * tunnels it has opened, and what the outcome depends on. Used by one thread.
 */
final class ConnectionState {

  /** What a tunnel's MTU is when nothing sets it: 1500 less IPv6, UDP and WireGuard headers. */
  static final int USUAL_MTU = 1420;

  private final ConnectionTracking connections = new ConnectionTracking();
  private final Set<Set<World.End>> open = new HashSet<>();
  private final List<Condition> conditions = new ArrayList<>();
  private int mtu;

  ConnectionTracking connections() {
    return connections;
  }

  /** Notes that the two ends have a session now. */
  void opens(World.End one, World.End other) {
    open.add(Set.of(one, other));
  }

  /** Whether a packet of this flow has gone between the two ends before. */
  boolean isOpen(World.End one, World.End other) {
    return open.contains(Set.of(one, other));
  }

  /** Notes that the outcome depends on this. */
  void depends(Condition condition) {
    if (!conditions.contains(condition)) {
      conditions.add(condition);
    }
  }

  List<Condition> conditions() {
    return conditions;
  }

  /** Notes that a packet passes this tunnel; its MTU in bytes. */
  int passes(ModelledInterface.Tunnel tunnel) {
    int own = tunnel.config().mtu().orElse(USUAL_MTU);
    mtu = mtu == 0 ? own : Math.min(mtu, own);
    return own;
  }

  /** The smallest MTU of the tunnels passed, or 0. */
  int mtu() {
    return mtu;
  }
}
