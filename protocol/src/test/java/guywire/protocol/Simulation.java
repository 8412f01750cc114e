package guywire.protocol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Some machines and a bad internet in virtual time, all from one seed. It goes in rounds: first
 * faults of every kind under traffic, then a sound network, on which all traffic must flow again
 * within {@link #RECOVERY_NANOS} and from then on without loss, and in some rounds silence, after
 * which nothing may be alive.
 */
final class Simulation {

  /*
   * The bound: 15.4 s until unanswered data is taken for a dead session, at most 20 s in which
   * peers refuse the timestamps of a clock that was set back, and a few tries of 5.4 s in which
   * both sides may begin at once.
   */
  static final long RECOVERY_NANOS = 45 * Station.SECOND;

  private static final long SECOND = Station.SECOND;

  private record Event(long time, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private record Flow(int from, int to) {}

  final SplittableRandom random;
  final DiffieHellman diffieHellman;
  final List<SimulatedNode> nodes = new ArrayList<>();
  final boolean persistentKeepalive;
  long now;
  private final Supplier<Aead> engines;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long order;

  // Faults of the moment.
  private double loss;
  private double duplication;
  private long jitterNanos = SECOND / 1000;
  private boolean loaded;
  private boolean mangling;

  // Traffic: what was sent and must arrive, per flow.
  private final Map<Flow, Long> sequences = new HashMap<>();
  private final Map<Flow, Map<Long, Long>> expected = new HashMap<>();
  private final Map<Flow, Long> recovered = new HashMap<>();
  private final Map<Flow, BitSet> arrived = new HashMap<>();
  private final Map<Flow, Long> initiations = new HashMap<>();
  private boolean strict;
  private long soundSince = Long.MAX_VALUE;
  long longestRecoveryNanos;

  /** The last things that happened, if they are told. */
  final ArrayDeque<String> story = new ArrayDeque<>();

  boolean tellsStory;
  long deliveredPackets;

  Simulation(long seed, Supplier<Aead> engines, DiffieHellman diffieHellman) {
    random = new SplittableRandom(seed);
    this.engines = engines;
    this.diffieHellman = diffieHellman;
    persistentKeepalive = random.nextInt(3) == 0;
    int count = 2 + random.nextInt(3);
    for (int number = 1; number <= count; number++) {
      nodes.add(new SimulatedNode(this, number, number > 1 && random.nextBoolean()));
    }
    nodes.forEach(SimulatedNode::configure);
  }

  /** A simulation with cheap ciphers under watch. */
  static Simulation cheap(long seed) {
    var watch = new CheapCiphers.Watch();
    return new Simulation(seed, () -> new CheapCiphers.Engine(watch), new CheapCiphers.Agreement());
  }

  /** A simulation with the JDK's ciphers. */
  static Simulation real(long seed) {
    return new Simulation(seed, JceAead::new, DiffieHellman.JDK);
  }

  Aead newEngine() {
    return engines.get();
  }

  PresharedKey presharedKey(int one, int other) {
    return PresharedKey.generate(new SplittableRandom(Math.min(one, other) * 100L + one + other));
  }

  void tell(String format, Object... arguments) {
    if (tellsStory) {
      if (story.size() == 2000) {
        story.remove();
      }
      story.add(String.format("%.3f ", now / 1e9) + String.format(format, arguments));
    }
  }

  void at(long time, Runnable action) {
    events.add(new Event(time, order++, action));
  }

  long lateness() {
    return random.nextInt(4) == 0 ? random.nextLong(SECOND / 20) : 0;
  }

  /** What waits before a handshake message: under load, more than an eighth of the queue. */
  int backlog() {
    return loaded ? Limits.MAX_QUEUED_HANDSHAKES / 4 : 0;
  }

  /** Runs rounds of faults, recovery and rest until so much time has passed. */
  void run(long nanos) {
    while (now < nanos) {
      faults(random.nextLong(10 * SECOND, 300 * SECOND));
      sound();
      traffic(RECOVERY_NANOS, SECOND);
      strict = true;
      traffic(20 * SECOND, SECOND);
      rest();
      settle();
    }
  }

  /** A sound network with little traffic, or none at all. */
  private void rest() {
    switch (random.nextInt(3)) {
      case 0 -> traffic(random.nextLong(3600) * SECOND, 200 * SECOND);
      case 1 -> traffic(random.nextLong(900) * SECOND, 20 * SECOND);
      default -> {
        settle();
        pass(3600 * SECOND);
        if (!persistentKeepalive) {
          nodes.forEach(SimulatedNode::checkIdle);
        }
      }
    }
  }

  /** What was sent on a sound network has arrived, every packet once. */
  private void settle() {
    pass(12 * SECOND);
    expected.forEach((flow, missing) -> {
      if (!missing.isEmpty()) {
        throw new AssertionError(
            "lost on a sound network: " + flow + ", packet=sent at " + missing);
      }
    });
    strict = false;
  }

  private void sound() {
    loss = 0;
    duplication = 0;
    jitterNanos = SECOND / 1000;
    loaded = false;
    mangling = false;
    for (SimulatedNode node : nodes) {
      if (node.isAsleep()) {
        node.wake(random.nextBoolean());
      }
    }
    soundSince = now;
    recovered.clear();
  }

  private void faults(long nanos) {
    soundSince = Long.MAX_VALUE;
    long end = now + nanos;
    while (now < end) {
      fault();
      traffic(random.nextLong(SECOND, 20 * SECOND), SECOND);
    }
  }

  private void fault() {
    SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
    switch (random.nextInt(11)) {
      case 0 -> loss = random.nextDouble();
      case 1 -> loss = 1;
      case 2 -> duplication = random.nextDouble() / 2;
      case 3 -> jitterNanos = random.nextLong(3 * SECOND);
      case 4 -> node.restart();
      case 5 -> node.setWallClock();
      case 6 -> loaded = !loaded;
      case 7 -> mangling = !mangling;
      case 8 -> {
        if (node.isAsleep()) {
          node.wake(random.nextBoolean());
        } else {
          node.sleep();
        }
      }
      case 9 -> {
        if (node.natted) {
          node.rebind();
        }
      }
      default -> loss = 0;
    }
  }

  /** Packets both ways between all peers, at random times of this mean distance. */
  private void traffic(long nanos, long meanDistance) {
    long end = now + nanos;
    for (SimulatedNode from : nodes) {
      for (SimulatedNode to : nodes) {
        if (from != to && !(from.natted && to.natted)) {
          next(new Flow(from.number, to.number), end, meanDistance);
        }
      }
    }
    pass(nanos);
  }

  private void next(Flow flow, long end, long meanDistance) {
    long time = now + random.nextLong(2 * meanDistance);
    if (time < end) {
      at(
          time,
          () -> {
            long sequence = sequences.merge(flow, 1L, Long::sum);
            if (strict && !handshaking(flow) && !node(flow.from).isExpiring(node(flow.to))) {
              expected.computeIfAbsent(flow, f -> new HashMap<>()).put(sequence, now);
            }
            tell("%s packet %d", flow, sequence);
            node(flow.from).sendPacket(node(flow.to), sequence);
            next(flow, end, meanDistance);
          });
    }
  }

  /**
   * Whether the two are in the middle of a handshake. Then a packet may be lost even on a sound
   * network: an initiator that still holds an unused session from a handshake whose end was lost
   * keeps that one and gives up the current one (Peer.add), while packets under it are on their
   * way.
   */
  private boolean handshaking(Flow flow) {
    Flow pair = new Flow(Math.min(flow.from, flow.to), Math.max(flow.from, flow.to));
    Long last = initiations.get(pair);
    return last != null && now - last < SECOND / 10;
  }

  void initiation(int from, int to) {
    initiations.put(new Flow(Math.min(from, to), Math.max(from, to)), now);
  }

  private SimulatedNode node(int number) {
    return nodes.get(number - 1);
  }

  private void pass(long nanos) {
    long end = now + nanos;
    for (Event event = events.peek(); event != null && event.time <= end; event = events.peek()) {
      events.remove();
      now = Math.max(now, event.time);
      event.action.run();
    }
    now = end;
  }

  void transmit(SimulatedNode from, Endpoint to, byte[] bytes) {
    Endpoint source = from.outside();
    tell("node %d sends type %d to %s", from.number, bytes[0], to);
    if (random.nextDouble() < loss) {
      return;
    }
    int copies = random.nextDouble() < duplication ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      byte[] copy = bytes.clone();
      if (mangling && random.nextInt(8) == 0) {
        copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
      }
      at(
          now + 10_000_000 + random.nextLong(jitterNanos),
          () -> {
            for (SimulatedNode node : nodes) {
              if (node.outside().equals(to)) {
                node.receive(copy, source);
              }
            }
          });
    }
  }

  void delivered(int from, int to, long sequence) {
    var flow = new Flow(from, to);
    var seen = arrived.computeIfAbsent(flow, f -> new BitSet());
    if (seen.get((int) sequence)) {
      throw new AssertionError("delivered twice: " + flow + " " + sequence);
    }
    seen.set((int) sequence);
    deliveredPackets++;
    tell("%s delivers %d", flow, sequence);
    Map<Long, Long> missing = expected.get(flow);
    if (missing != null) {
      missing.remove(sequence);
    }
    if (now >= soundSince && recovered.putIfAbsent(flow, now) == null) {
      longestRecoveryNanos = Math.max(longestRecoveryNanos, now - soundSince);
    }
  }
}
