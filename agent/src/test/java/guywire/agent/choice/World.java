package guywire.agent.choice;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Way;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A whole network in virtual time: agents with clocks of their own, hubs, planes, and lines that
 * are cut, deaf on one side, lossy or slow, NATs that forget, machines that sleep or stand still,
 * clocks that jump. Hubs forward by their static rule, every node sends by its own choice.
 *
 * <p>For one thread; several worlds may be in several.
 */
/*
 * Time goes from one thing that happens to the next. Where nobody talks no agent has anything to do, and an hour
 * costs what its faults cost; a pair that talks costs some forty things a second, for its probes are all sent.
 */
final class World {

  static final long MILLI = 1_000_000L;
  static final long SECOND = 1000 * MILLI;
  static final long HOUR = 3600 * SECOND;

  /** A pair may be dark for so long while a way exists that loses nothing. */
  static final long DARK = 5 * SECOND;

  /** And for so long while one exists that loses some of what passes. */
  private static final long DARK_WITH_LOSS = 10 * SECOND;

  private static final InterfaceName BASE = new InterfaceName("wg0");

  private record Event(long at, long number, Runnable what) {}

  /** One direction of a line between two nodes. */
  private static final class Line {
    boolean up = true;

    /** Whether a NAT has forgotten who is behind it: nothing passes until that one sends. */
    boolean forgotten;

    long changedAt;
    double loss;
    long delay = 10 * MILLI;
  }

  /** A node: its kernel, which keeps routes, and its agent, which may be away. */
  private final class Node {
    final int number;
    final Name name;
    long clockOffset = Math.abs(random.nextLong() >>> 12) + SECOND;
    final Map<Name, InterfaceName> routes = new HashMap<>();
    final Map<Name, ArrayDeque<Long>> changes = new HashMap<>();
    final Set<Integer> talking = new HashSet<>();
    Choices choices;
    boolean running;
    boolean asleep;
    long startedAt;
    long restartedAt;
    long nextStep = Long.MAX_VALUE;
    int life;

    Node(int number) {
      this.number = number;
      this.name = new Name("n" + number);
    }

    long clock() {
      return now + clockOffset;
    }

    void start() {
      running = true;
      startedAt = now;
      life++;
      // One that is started again can't know of more than one that was just made.
      forgetChanges(1);
      choices = new Choices(Timing.USUAL, random::nextLong);
      choices.configure(destinations.get(number), routes, clock());
      if (!talking.isEmpty() || choices.hasTraffic()) {
        stepAt(now + random.nextLong(200 * MILLI));
      }
    }

    /** The machine goes on after it slept, or stood still; what was due meanwhile is late. */
    void wake(long clockStoodStill) {
      asleep = false;
      nextStep = Long.MAX_VALUE;
      clockOffset -= clockStoodStill;
      startedAt = now;
      if (running && (!talking.isEmpty() || choices.hasTraffic())) {
        stepAt(now);
      }
    }

    /** The machine's clock is later by so much all at once, as that of a copy which is resumed. */
    void jump(long nanos) {
      clockOffset += nanos;
      startedAt = now;
      nextStep = Long.MAX_VALUE;
      // By this clock what was changed before was changed long ago.
      forgetChanges(0);
      if (running && (!talking.isEmpty() || choices.hasTraffic())) {
        stepAt(now);
      }
    }

    private void forgetChanges(int kept) {
      for (var times : changes.values()) {
        while (times.size() > kept) {
          times.removeFirst();
        }
      }
    }

    /** A probe of another's agent comes. */
    void hears(Node other, InterfaceName tunnel) {
      choices.probed(other.name, tunnel, clock());
      if (nextStep == Long.MAX_VALUE && choices.hasTraffic()) {
        step();
      }
    }

    /** The look of one that has nothing to do finds nothing: it is left out. */
    void talks(int other) {
      talking.add(other);
      if (running && !asleep && nextStep == Long.MAX_VALUE) {
        stepAt(now + random.nextLong(Timing.USUAL.restLook()));
      }
    }

    void stepAt(long at) {
      if (at < nextStep) {
        nextStep = at;
        int mine = life;
        schedule(
            at,
            () -> {
              if (running && !asleep && life == mine && nextStep == at) {
                step();
              }
            });
      }
    }

    void step() {
      nextStep = Long.MAX_VALUE;
      steps++;
      for (var act : choices.advance(clock())) {
        switch (act) {
          case Act.Probe probe -> send(this, probe);
          case Act.Choose(var destination, var tunnel) -> choose(destination, tunnel);
          case Act.Look _ ->
              talking.forEach(other -> choices.traffic(nodes.get(other).name, clock()));
        }
      }
      long deadline = choices.deadline(clock());
      if (!talking.isEmpty() || choices.hasTraffic()) {
        stepAt(Math.max(now, deadline - clockOffset));
      }
    }

    void choose(Name destination, InterfaceName tunnel) {
      var before = routes.getOrDefault(destination, BASE);
      routes.put(destination, tunnel);
      var times = changes.computeIfAbsent(destination, _ -> new ArrayDeque<>());
      while (!times.isEmpty() && now - times.peekFirst() >= 60 * SECOND) {
        times.removeFirst();
      }
      times.add(now);
      changesMade++;
      if (times.size() > 2) {
        escapes++;
        int to = numbers.getOrDefault(destination, -1);
        if (worksSince(number, before, to, DARK) && !isLossy(number, before, to)) {
          throw new AssertionError(
              "seed %d: %s left %s, which was good, to %s for the third time in a minute at %d ms: %s"
                  .formatted(
                      seed,
                      name,
                      before,
                      destination,
                      now / MILLI,
                      choices.standings(clock()).stream()
                          .filter(standing -> standing.destination().equals(destination))
                          .toList()));
        }
      }
    }
  }

  final long seed;
  final Random random;
  final List<Node> nodes = new ArrayList<>();
  final List<List<Destination>> destinations = new ArrayList<>();
  private final Map<Name, Integer> numbers = new HashMap<>();
  private final Map<InterfaceName, Integer> relayOf = new HashMap<>();
  private final Line[] lines;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private final int hub;
  private final Set<Integer> relays;
  private final Map<Long, Long> talks = new LinkedHashMap<>();
  private final Map<Long, Long> darkSince = new HashMap<>();
  private long number;
  long now;
  long steps;
  long changesMade;
  long probesSent;
  long escapes;
  long faults;

  /** How long a pair was dark at most while a way that loses nothing existed all the time. */
  long longestDark;

  /**
   * A network.
   *
   * @param size how many nodes
   * @param hub the hub of the base; -1 if every two nodes have a direct base tunnel
   * @param relays the nodes that have a plane
   */
  World(long seed, int size, int hub, Set<Integer> relays) {
    this.seed = seed;
    this.random = new Random(seed);
    this.hub = hub;
    this.relays = new TreeSet<>(relays);
    this.lines = new Line[size * size];
    relays.forEach(relay -> relayOf.put(plane(relay), relay));
    for (int i = 0; i < size; i++) {
      nodes.add(new Node(i));
      numbers.put(nodes.get(i).name, i);
      destinations.add(List.of());
    }
    for (int i = 0; i < size; i++) {
      var all = new ArrayList<Destination>();
      for (int j = 0; j < size; j++) {
        if (i != j) {
          all.add(destination(i, j));
        }
      }
      destinations.set(i, all);
      nodes.get(i).start();
    }
  }

  private Destination destination(int from, int to) {
    var address = IpAddress.tryParse("10.0." + to / 250 + "." + (to % 250 + 1)).orElseThrow();
    var ways = new ArrayList<Way>();
    boolean direct = hub < 0 || from == hub || to == hub;
    if (!direct && (relays.contains(from) || relays.contains(to))) {
      ways.add(new Way(plane(relays.contains(to) ? to : from), List.of(), false));
    }
    ways.add(new Way(BASE, direct ? List.of() : List.of(new Name("n" + hub)), true));
    for (int relay : relays) {
      if (relay != from && relay != to && relay != hub) {
        ways.add(new Way(plane(relay), List.of(new Name("n" + relay)), false));
      }
    }
    return new Destination(new Name("n" + to), address, List.of(new Prefix(address, 32)), ways);
  }

  private static InterfaceName plane(int relay) {
    return new InterfaceName("wg0-n" + relay);
  }

  private void schedule(long at, Runnable what) {
    events.add(new Event(at, number++, what));
  }

  private Line line(int from, int to) {
    int at = from * nodes.size() + to;
    if (lines[at] == null) {
      lines[at] = new Line();
    }
    return lines[at];
  }

  /** Where a packet goes next; -1 if it goes nowhere. */
  private int next(int at, InterfaceName tunnel, int to) {
    if (tunnel.equals(BASE)) {
      return hub < 0 || at == hub ? to : hub;
    }
    int relay = relayOf.getOrDefault(tunnel, -1);
    return at == relay ? to : relay;
  }

  /** The nodes that a packet passes, this one first; hubs forward in the plane that it came by. */
  private int[] path(int from, InterfaceName tunnel, int to) {
    int first = next(from, tunnel, to);
    if (first == to) {
      return new int[] {from, to};
    }
    int second = next(first, tunnel, to);
    if (second != to || first == from) {
      throw new AssertionError(
          "seed %d: a loop n%d, n%d, n%d by %s".formatted(seed, from, first, second, tunnel));
    }
    return new int[] {from, first, to};
  }

  private boolean works(int[] path) {
    for (int i = 1; i < path.length; i++) {
      if (!passes(path[i - 1], path[i])) {
        return false;
      }
    }
    return true;
  }

  private boolean passes(int from, int to) {
    var line = line(from, to);
    return line.up && !line.forgotten && !nodes.get(from).asleep && !nodes.get(to).asleep;
  }

  /** A packet goes by a line: a NAT on the way knows its sender again, for what comes back. */
  private boolean sends(int from, int to) {
    if (line(from, to).up && !nodes.get(from).asleep) {
      var back = line(to, from);
      if (back.forgotten) {
        back.forgotten = false;
        back.changedAt = now;
      }
    }
    return passes(from, to);
  }

  /** Whether a way works, both ways, and has for some time. */
  private boolean worksSince(int from, InterfaceName tunnel, int to, long nanos) {
    return workedFor(from, tunnel, to) >= nanos;
  }

  /** For how long a way has worked, both ways; -1 if it does not. */
  private long workedFor(int from, InterfaceName tunnel, int to) {
    var there = path(from, tunnel, to);
    var back = path(to, tunnel, from);
    return works(there) && works(back)
        ? now - Math.max(unchangedSince(there), unchangedSince(back))
        : -1;
  }

  private boolean isLossy(int from, InterfaceName tunnel, int to) {
    return isLossy(path(from, tunnel, to)) || isLossy(path(to, tunnel, from));
  }

  private boolean isLossy(int[] path) {
    for (int i = 1; i < path.length; i++) {
      if (line(path[i - 1], path[i]).loss > 0) {
        return true;
      }
    }
    return false;
  }

  /** Since when all lines of a path have been as they are. */
  private long unchangedSince(int[] path) {
    long since = 0;
    for (int i = 1; i < path.length; i++) {
      since = Math.max(since, line(path[i - 1], path[i]).changedAt);
    }
    return since;
  }

  private void send(Node from, Act.Probe probe) {
    probesSent++;
    int to = numbers.getOrDefault(probe.destination(), -1);
    int life = from.life;
    carry(
        from.number,
        probe.tunnel(),
        to,
        () -> {
          if (nodes.get(to).running && !nodes.get(to).asleep) {
            nodes.get(to).hears(from, probe.tunnel());
            carry(
                to,
                probe.tunnel(),
                from.number,
                () -> {
                  if (from.running && !from.asleep && from.life == life) {
                    from.choices.answered(
                        probe.destination(), probe.tunnel(), probe.nonce(), from.clock());
                    from.step();
                  }
                });
          }
        });
  }

  private void carry(int from, InterfaceName tunnel, int to, Runnable arrives) {
    var path = path(from, tunnel, to);
    long delay = 0;
    for (int i = 1; i < path.length; i++) {
      var line = line(path[i - 1], path[i]);
      if (!sends(path[i - 1], path[i]) || random.nextDouble() < line.loss) {
        return;
      }
      delay += line.delay + random.nextLong(line.delay / 2);
    }
    schedule(now + delay, arrives);
  }

  /** Two nodes talk for some time. */
  void talk(int one, int other, long nanos) {
    long pair = (long) Math.min(one, other) << 32 | Math.max(one, other);
    if (talks.putIfAbsent(pair, now) != null) {
      return;
    }
    nodes.get(one).talks(other);
    nodes.get(other).talks(one);
    watch(pair);
    schedule(
        now + nanos,
        () -> {
          talks.remove(pair);
          nodes.get(one).talking.remove(other);
          nodes.get(other).talking.remove(one);
          darkSince.remove((long) one << 32 | other);
          darkSince.remove((long) other << 32 | one);
        });
  }

  /** Looks at a pair that talks, both ways, ten times a second. */
  private void watch(long pair) {
    if (!talks.containsKey(pair)) {
      return;
    }
    int one = (int) (pair >>> 32);
    int other = (int) pair;
    look(one, other, talks.get(pair));
    look(other, one, talks.get(pair));
    schedule(now + 100 * MILLI, () -> watch(pair));
  }

  private void look(int from, int to, long talksSince) {
    long key = (long) from << 32 | to;
    var node = nodes.get(from);
    var used = node.routes.getOrDefault(nodes.get(to).name, BASE);
    var path = path(from, used, to);
    for (int i = 1; i < path.length && sends(path[i - 1], path[i]); i++) {
      // What this pair says goes by every line until one is cut.
    }
    if (works(path)) {
      darkSince.remove(key);
      return;
    }
    long since = darkSince.computeIfAbsent(key, _ -> now);
    long dark = now - Math.max(since, talksSince);
    long awake = now - Math.max(Math.max(node.startedAt, nodes.get(to).startedAt), talksSince);
    boolean bothAreThere =
        node.running && !node.asleep && nodes.get(to).running && !nodes.get(to).asleep;
    if (!bothAreThere) {
      return;
    }
    longestDark = Math.max(longestDark, darkBesideAWay(from, to, Math.min(awake, now - since)));
    if (awake < DARK || now - since < DARK || !hasAnother(from, to, now - since)) {
      return;
    }
    throw new AssertionError(
        "seed "
            + seed
            + ": n"
            + from
            + " to n"
            + to
            + " is dark for "
            + dark / MILLI
            + " ms by "
            + used
            + " at "
            + now / MILLI
            + " ms: "
            + node.choices.standings(node.clock()).stream()
                .filter(standing -> standing.destination().text().equals("n" + to))
                .toList());
  }

  /** For how much of the time for which a pair is dark some way has worked that loses nothing. */
  private long darkBesideAWay(int from, int to, long dark) {
    long most = 0;
    for (var way : ways(from, to)) {
      if (!isLossy(from, way.tunnel(), to)) {
        most = Math.max(most, Math.min(dark, workedFor(from, way.tunnel(), to)));
      }
    }
    return most;
  }

  private List<Way> ways(int from, int to) {
    return destinations.get(from).get(to < from ? to : to - 1).ways();
  }

  /** Whether some way has worked, both ways, for as long as a pair may be dark that is so now. */
  private boolean hasAnother(int from, int to, long dark) {
    return ways(from, to).stream()
        .anyMatch(way -> {
          long most = isLossy(from, way.tunnel(), to) ? DARK_WITH_LOSS : DARK;
          return dark >= most && worksSince(from, way.tunnel(), to, most);
        });
  }

  private void set(int from, int to, boolean up) {
    var line = line(from, to);
    if (line.up != up) {
      line.up = up;
      line.changedAt = now;
    }
  }

  /** Cuts a line for some time, in both directions or one. */
  void cut(int from, int to, boolean bothWays, long nanos) {
    set(from, to, false);
    if (bothWays) {
      set(to, from, false);
    }
    schedule(
        now + nanos,
        () -> {
          set(from, to, true);
          set(to, from, true);
        });
  }

  /** Makes a line lossy or slow, or good again. */
  void spoil(int from, int to) {
    var line = line(from, to);
    line.loss = random.nextInt(3) == 0 ? 0.1 : 0;
    line.changedAt = now;
    line.delay = (1 + random.nextLong(120)) * MILLI;
  }

  /** Ends an agent, and starts it again after some time; its kernel goes on as it is. */
  void restart(int which, long nanos) {
    var node = nodes.get(which);
    if (!node.running || now - node.restartedAt < 60 * SECOND) {
      return;
    }
    node.restartedAt = now + nanos;
    node.running = false;
    node.nextStep = Long.MAX_VALUE;
    schedule(now + nanos, node::start);
  }

  /** A NAT before a node forgets its mapping for another, until a keepalive at the latest. */
  void rebind(int which, int other) {
    var line = line(other, which);
    line.forgotten = true;
    line.changedAt = now;
    schedule(now + random.nextLong(25 * SECOND), () -> sends(which, other));
  }

  /** A machine sleeps, and its clock goes on; or it stands still, and so does its clock. */
  void sleep(int which, boolean clockGoesOn, long nanos) {
    var node = nodes.get(which);
    if (node.asleep || now - node.startedAt < 60 * SECOND) {
      return;
    }
    node.asleep = true;
    node.nextStep = Long.MAX_VALUE;
    touch(which);
    schedule(
        now + nanos,
        () -> {
          node.wake(clockGoesOn ? 0 : nanos);
          touch(which);
        });
  }

  /** A machine's clock jumps ahead, while the world stands still. */
  void jump(int which, long nanos) {
    var node = nodes.get(which);
    if (node.asleep || now - node.startedAt < 60 * SECOND) {
      return;
    }
    node.jump(nanos);
  }

  /** All lines of a node are other than before. */
  private void touch(int which) {
    for (int other = 0; other < nodes.size(); other++) {
      if (other != which) {
        line(which, other).changedAt = now;
        line(other, which).changedAt = now;
      }
    }
  }

  /** Something happens every now and then, until a time. */
  void trouble(long everyNanos, long until) {
    schedule(
        now + 1 + random.nextLong(2 * everyNanos),
        () -> {
          if (now < until) {
            happen();
            trouble(everyNanos, until);
          }
        });
  }

  private void happen() {
    faults++;
    int one = random.nextInt(nodes.size());
    int other = (one + 1 + random.nextInt(nodes.size() - 1)) % nodes.size();
    // Where somebody talks it matters most.
    if (!talks.isEmpty() && random.nextInt(4) != 0) {
      long pair = List.copyOf(talks.keySet()).get(random.nextInt(talks.size()));
      boolean forth = random.nextBoolean();
      int from = (int) (forth ? pair >>> 32 : pair);
      int to = (int) (forth ? pair : pair >>> 32);
      var path = path(from, nodes.get(from).routes.getOrDefault(nodes.get(to).name, BASE), to);
      int leg = 1 + random.nextInt(path.length - 1);
      one = path[leg - 1];
      other = path[leg];
    }
    switch (random.nextInt(11)) {
      case 0, 1, 2 ->
          cut(one, other, random.nextInt(4) != 0, random.nextLong(180 * SECOND) + MILLI);
      case 3 -> cut(one, other, true, random.nextLong(3 * SECOND) + MILLI);
      case 4 -> {
        spoil(one, other);
        spoil(other, one);
      }
      case 5 -> restart(one, 300 * MILLI + random.nextLong(20 * SECOND));
      case 6 -> rebind(one, other);
      case 7 -> sleep(one, random.nextBoolean(), MILLI + random.nextLong(600 * SECOND));
      case 8 -> jump(one, MILLI + random.nextLong(random.nextBoolean() ? 5 * SECOND : HOUR));
      default -> talk(one, other, (5 + random.nextLong(300)) * SECOND);
    }
  }

  void run(long nanos) {
    long end = now + nanos;
    while (!events.isEmpty() && events.peek().at() <= end) {
      var event = events.poll();
      now = event.at();
      event.what().run();
    }
    now = end;
  }
}
