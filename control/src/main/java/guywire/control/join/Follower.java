package guywire.control.join;

import guywire.control.join.Orders.Order;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Who follows what one host shall be. It is one thread that follows; any may tell it of a newer
 * order.
 */
public final class Follower implements AutoCloseable {

  private final NodeId host;
  private final NetworkId network;
  private final Supplier<Optional<Order>> look;
  private final Runnable end;
  // One that waits is enough: what is newest is known by then.
  private final BlockingQueue<Boolean> woken = new ArrayBlockingQueue<>(1);
  private Optional<Order> said = Optional.empty();
  private Optional<Order> newest = Optional.empty();
  private boolean gone;
  private boolean astray = true;

  /**
   * Begins.
   *
   * @param look the host's order, looked up
   * @param end what is done when nobody follows any more
   */
  Follower(NodeId host, NetworkId network, Supplier<Optional<Order>> look, Consumer<Follower> end) {
    this.host = host;
    this.network = network;
    this.look = look;
    this.end = () -> end.accept(this);
    woken.add(true);
  }

  NodeId host() {
    return host;
  }

  NetworkId network() {
    return network;
  }

  /** Tells of the order that the host has now; of none if the host is gone. */
  synchronized void hear(Optional<Order> order) {
    if (order.isEmpty()) {
      gone = true;
      woken.offer(true);
      return;
    }
    long known = newest.map(Order::revision).orElse(-1L);
    if (order.get().revision() > known) {
      newest = order;
      if (!isSaid(order.get())) {
        woken.offer(true);
      }
    } else if (order.get().revision() == known && !newest.filter(order.get()::isSame).isPresent()) {
      // Nothing tells which of the two is the newer one.
      stray();
    }
  }

  private boolean isSaid(Order order) {
    return said.filter(order::isSame).isPresent();
  }

  /** Tells that there may be something new. */
  synchronized void stray() {
    astray = true;
    woken.offer(true);
  }

  /**
   * The host's order, as soon as it is another one than this returned before, or else after the
   * pause: the first time at once.
   *
   * @return the order; empty if the host is gone
   */
  public Optional<Order> next(Duration pause) throws InterruptedException {
    var unused = woken.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
    boolean looks;
    synchronized (this) {
      looks = astray;
      astray = false;
    }
    var found = looks ? look.get() : Optional.<Order>empty();
    synchronized (this) {
      if (gone || (looks && found.isEmpty())) {
        return Optional.empty();
      }
      boolean isNewer =
          found.isPresent() && found.get().revision() >= newest.map(Order::revision).orElse(-1L);
      if (isNewer) {
        newest = found;
      }
      said = newest;
      return newest;
    }
  }

  @Override
  public void close() {
    end.run();
  }
}
