package guywire.control.join;

import guywire.control.join.Orders.Order;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** All who follow what their hosts shall be. Safe for use by several threads. */
/*
 * After a change the orders of a whole network are made once, and each follower is shown its own; who has that
 * already sleeps on. With a thousand hosts that look for themselves, each would read all nodes of the network,
 * to learn in most cases that nothing is new. One thread does it, for one network after the other, and of
 * several changes that wait only the newest counts.
 */
final class Followers {

  private static final Logger LOGGER = System.getLogger(Followers.class.getName());

  private final Function<NetworkId, Map<NodeId, Order>> orders;
  private final List<Follower> all = new CopyOnWriteArrayList<>();
  private final Set<NetworkId> waiting = new LinkedHashSet<>();
  private boolean working;

  /**
   * None.
   *
   * @param orders the orders of all hosts of a network, as they are now
   */
  Followers(Function<NetworkId, Map<NodeId, Order>> orders) {
    this.orders = orders;
  }

  void add(Follower follower) {
    all.add(follower);
  }

  void remove(Follower follower) {
    all.remove(follower);
  }

  /** Has all who follow hosts of a network hear how things stand; returns at once. */
  void changed(NetworkId network) {
    synchronized (waiting) {
      waiting.add(network);
      if (working) {
        return;
      }
      working = true;
    }
    Thread.ofVirtual().name("orders").start(this::work);
  }

  private void work() {
    for (var network = next(); network.isPresent(); network = next()) {
      show(network.get());
    }
  }

  private Optional<NetworkId> next() {
    synchronized (waiting) {
      var first = waiting.stream().findFirst();
      first.ifPresent(waiting::remove);
      working = first.isPresent();
      return first;
    }
  }

  private void show(NetworkId network) {
    var followers = all.stream().filter(each -> each.network().equals(network)).toList();
    if (followers.isEmpty()) {
      return;
    }
    try {
      var now = orders.apply(network);
      followers.forEach(each -> each.hear(Optional.ofNullable(now.get(each.host()))));
    } catch (RuntimeException e) {
      LOGGER.log(Level.WARNING, String.valueOf(e.getMessage()));
      followers.forEach(Follower::stray);
    }
  }
}
