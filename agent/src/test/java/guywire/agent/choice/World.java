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
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A whole network in virtual time: agents with clocks of their own, hubs, planes, and lines that
 * are cut, deaf on one side, lossy or slow, NATs that forget, machines that sleep or stand still.
 * Hubs forward by their static rule, every node sends by its own choice.
 */
final class World {

  static final long MILLI = 1_000_000L;
  static final long SECOND = 1000 * MILLI;

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
    }

    long clock() {
      return now + clockOffset;
    }

    void start() {
      running = true;
      startedAt = now;
      life++;
      // One that is started again can't know of more than one that was just made.
      changes
          .values()
          .forEach(times -> {
            while (times.size() > 1) {
              times.removeFirst();
            }
          });
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

    /** A probe of another's agent comes. */
    void hears(Node other, InterfaceName tunnel) {
      choices.probed(other.name(), tunnel, clock());
      if (nextStep == Long.MAX_VALUE && choices.hasTraffic()) {
        step();
      }
    }

    /** The look of one that has nothing to do finds nothing: it is left out. */
    void talks(int other) {
      talking.add(other);
      if (running && !asleep && nextStep == Long.MAX_VALUE) {
        stepAt(now + random.nextLong(Timing.USUAL.look()));
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
              talking.forEach(other -> choices.traffic(nodes.get(other).name(), clock()));
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
        int to = Integer.parseInt(destination.text().substring(1));
        if (worksSince(number, before, to, DARK) && !isLossy(number, before, to)) {
          throw new AssertionError(
              "seed %d: %s left %s, which was good, to %s for the third time in a minute at %d ms: %s"
                  .formatted(
                      seed,
                      name(),
                      before,
                      destination,
                      now / MILLI,
                      choices.standings(clock()).stream()
                          .filter(standing -> standing.destination().equals(destination))
                          .toList()));
        }
      }
    }

    Name name() {
      return new Name("n" + number);
    }
  }

  final long seed;
  final Random random;
  final List<Node> nodes = new ArrayList<>();
  final List<List<Destination>> destinations = new ArrayList<>();
  private final Map<Long, Line> lines = new HashMap<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private final int hub;
  private final Set<Integer> relays;
  private final Map<Long, Long> talks = new HashMap<>();
  private final Map<Long, Long> darkSince = new HashMap<>();
  private long number;
  long now;
  long steps;
  long changesMade;
  long probesSent;
  long escapes;

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
    this.relays = relays;
    for (int i = 0; i < size; i++) {
      nodes.add(new Node(i));
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
    return lines.computeIfAbsent((long) from << 32 | to, _ -> new Line());
  }

  /** Where a packet goes next; -1 if it goes nowhere. */
  private int next(int at, InterfaceName tunnel, int to) {
    if (tunnel.equals(BASE)) {
      return hub < 0 || at == hub ? to : hub;
    }
    int relay = Integer.parseInt(tunnel.text().substring("wg0-n".length()));
    return at == relay ? to : relay;
  }

  /** The nodes that a packet passes, this one first; hubs forward in the plane that it came by. */
  private List<Integer> path(int from, InterfaceName tunnel, int to) {
    var path = new ArrayList<Integer>();
    path.add(from);
    while (path.getLast() != to) {
      path.add(next(path.getLast(), tunnel, to));
      if (path.size() > 3 || new HashSet<>(path).size() < path.size()) {
        throw new AssertionError("seed " + seed + ": a loop " + path + " by " + tunnel);
      }
    }
    return path;
  }

  private boolean works(List<Integer> path) {
    for (int i = 1; i < path.size(); i++) {
      if (!passes(path.get(i - 1), path.get(i))) {
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
    return Stream.of(path(from, tunnel, to), path(to, tunnel, from))
        .allMatch(path -> works(path) && now - unchangedSince(path) >= nanos);
  }

  private boolean isLossy(int from, InterfaceName tunnel, int to) {
    return Stream.of(path(from, tunnel, to), path(to, tunnel, from))
        .anyMatch(path ->
            IntStream.range(1, path.size())
                .anyMatch(i -> line(path.get(i - 1), path.get(i)).loss > 0));
  }

  /** Since when all lines of a path have been as they are. */
  private long unchangedSince(List<Integer> path) {
    long since = 0;
    for (int i = 1; i < path.size(); i++) {
      since = Math.max(since, line(path.get(i - 1), path.get(i)).changedAt);
    }
    return since;
  }

  private void send(Node from, Act.Probe probe) {
    probesSent++;
    int to = Integer.parseInt(probe.destination().text().substring(1));
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
    for (int i = 1; i < path.size(); i++) {
      var line = line(path.get(i - 1), path.get(i));
      if (!sends(path.get(i - 1), path.get(i)) || random.nextDouble() < line.loss) {
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
    var used = node.routes.getOrDefault(nodes.get(to).name(), BASE);
    var path = path(from, used, to);
    for (int i = 1; i < path.size() && sends(path.get(i - 1), path.get(i)); i++) {
      // What this pair says goes by every line until one is cut.
    }
    if (works(path)) {
      darkSince.remove(key);
      return;
    }
    long since = darkSince.computeIfAbsent(key, _ -> now);
    long dark = now - Math.max(since, talksSince);
    long awake = now - Math.max(Math.max(node.startedAt, nodes.get(to).startedAt), talksSince);
    boolean could =
        node.running
            && !node.asleep
            && nodes.get(to).running
            && !nodes.get(to).asleep
            && awake >= DARK
            && now - since >= DARK
            && hasAnother(from, to, now - since);
    if (!could) {
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

  /** Whether some way has worked, both ways, for as long as a pair may be dark that is so now. */
  private boolean hasAnother(int from, int to, long dark) {
    return destinations.get(from).stream()
        .filter(destination -> destination.node().equals(nodes.get(to).name()))
        .flatMap(destination -> destination.ways().stream())
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
    int one = random.nextInt(nodes.size());
    int other = (one + 1 + random.nextInt(nodes.size() - 1)) % nodes.size();
    // Where somebody talks it matters most.
    if (!talks.isEmpty() && random.nextInt(4) != 0) {
      long pair = List.copyOf(talks.keySet()).get(random.nextInt(talks.size()));
      var path = new ArrayList<Integer>();
      var choose = random.nextBoolean();
      int from = (int) (choose ? pair >>> 32 : pair);
      int to = (int) (choose ? pair : pair >>> 32);
      path.addAll(path(from, nodes.get(from).routes.getOrDefault(nodes.get(to).name(), BASE), to));
      int leg = 1 + random.nextInt(path.size() - 1);
      one = path.get(leg - 1);
      other = path.get(leg);
    }
    switch (random.nextInt(10)) {
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
