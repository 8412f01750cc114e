package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.Spot;
import guywire.network.Transport;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** One new connection that is tried, and what was seen of it. Safe for use from any thread. */
final class Attempt {

  /**
   * What a gateway is asked to forward.
   *
   * @param gateway the gateway, to whose port the connection is made
   * @param target the address that it passes it on to
   * @param port and the port
   */
  record PassedOn(LabMachine gateway, IpAddress target, int port) {}

  private int key;
  private final LabMachine from;
  private final LabMachine to;
  private final IpAddress target;
  private final Transport transport;
  private final int port;
  private final Optional<PassedOn> passedOn;
  private final Map<Name, Integer> hops = new ConcurrentHashMap<>();
  private Optional<IpAddress> source = Optional.empty();
  private boolean astray;
  private boolean left;
  private boolean tooSlow;
  private boolean replied;
  private boolean started;
  private long startNanos;
  private long replyNanos;

  /**
   * An attempt.
   *
   * @param port the destination port, 0 for ICMP
   * @param passedOn where a gateway, which has that address and port, passes it on to
   */
  Attempt(
      int key,
      LabMachine from,
      LabMachine to,
      IpAddress target,
      Transport transport,
      int port,
      Optional<PassedOn> passedOn) {
    this.passedOn = passedOn;
    this.key = key;
    this.from = from;
    this.to = to;
    this.target = target;
    this.transport = transport;
    this.port = port;
  }

  /** One that is made to the far end itself. */
  Attempt(
      int key, LabMachine from, LabMachine to, IpAddress target, Transport transport, int port) {
    this(key, from, to, target, transport, port, Optional.empty());
  }

  synchronized int key() {
    return key;
  }

  /** It goes on with another source port, as a program that tries again does. */
  synchronized void renewKey(int next) {
    key = next;
  }

  LabMachine from() {
    return from;
  }

  LabMachine to() {
    return to;
  }

  IpAddress target() {
    return target;
  }

  Transport transport() {
    return transport;
  }

  int port() {
    return port;
  }

  /** The address at which the far end is to listen. */
  IpAddress listens() {
    return passedOn.map(PassedOn::target).orElse(target);
  }

  /** The port at which it is to listen. */
  int listensAt() {
    return passedOn.map(PassedOn::port).orElse(port);
  }

  /** A packet leaves now. */
  synchronized void sent(long nanos) {
    if (!replied) {
      started = true;
      startNanos = nanos;
    }
  }

  /** The kernel took a packet to send it. */
  synchronized void left() {
    left = true;
  }

  /** Whether the machine was too slow while it was tried last. */
  synchronized void tooSlow(boolean was) {
    tooSlow = was;
  }

  synchronized void arrived(LabMachine machine, IpAddress seen) {
    if (machine == to) {
      source = source.or(() -> Optional.of(seen));
    } else if (passedOn.filter(each -> each.gateway() == machine).isEmpty()) {
      astray = true;
    }
    notifyAll();
  }

  /** The far end told the source address that it saw. */
  synchronized void told(IpAddress seen) {
    source = Optional.of(seen);
  }

  synchronized void replied(long nanos) {
    if (!replied) {
      replied = true;
      replyNanos = nanos;
    }
    notifyAll();
  }

  void passed(LabMachine machine, int hopsLeft) {
    if (machine != from
        && machine != to
        && machine.box().spot().orElse(null) instanceof Spot.Node node) {
      hops.merge(node.name(), hopsLeft, Math::max);
    }
  }

  /** Waits for the reply until a point in time; whether it came. */
  synchronized boolean awaitReply(long untilNanos) {
    try {
      for (long left = untilNanos - System.nanoTime();
          !replied && left > 0;
          left = untilNanos - System.nanoTime()) {
        wait(Math.max(1, left / 1_000_000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return replied;
  }

  synchronized ProbeOutcome outcome() {
    if (replied) {
      return ProbeOutcome.REACHED;
    }
    if (!left) {
      return ProbeOutcome.NOT_SENT;
    }
    if (tooSlow) {
      return ProbeOutcome.NOT_MEASURED;
    }
    return source.isPresent()
        ? ProbeOutcome.ONE_WAY
        : astray ? ProbeOutcome.ASTRAY : ProbeOutcome.BLOCKED;
  }

  synchronized Optional<IpAddress> source() {
    return source;
  }

  synchronized double millis() {
    return replied && started ? (replyNanos - startNanos) / 1e6 : 0;
  }

  /** The nodes the packets passed: every router takes one from the hops left. */
  List<Name> via() {
    return hops.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .map(Map.Entry::getKey)
        .toList();
  }
}
