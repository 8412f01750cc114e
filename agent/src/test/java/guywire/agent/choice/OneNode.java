package guywire.agent.choice;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Way;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/** One node's choices in a world of which a test says what it answers, in virtual time. */
final class OneNode {

  static final long MILLI = 1_000_000L;
  static final long SECOND = 1000 * MILLI;
  static final InterfaceName DIRECT = new InterfaceName("wg0");
  static final InterfaceName RELAYED = new InterfaceName("wg0-a");
  static final InterfaceName RELAYED_TOO = new InterfaceName("wg0-d");

  /** An answer that is under way. */
  private record Answer(long at, Act.Probe to) {}

  /**
   * A change that was made.
   *
   * @param escape whether the way that was left was dead, or had been just before
   */
  record Change(long at, Name destination, InterfaceName tunnel, boolean escape) {}

  final Choices choices;
  final Random random;
  final List<Destination> destinations = new ArrayList<>();
  final Set<String> dead = new HashSet<>();
  final Set<InterfaceName> gone = new HashSet<>();
  private final Map<String, Long> healedAt = new HashMap<>();
  final Set<Name> silentAgents = new HashSet<>();
  final Map<InterfaceName, Long> roundTrips = new HashMap<>();
  final Set<Name> talking = new HashSet<>();
  final List<Change> changes = new ArrayList<>();
  final Map<Name, InterfaceName> used = new HashMap<>();
  private final PriorityQueue<Answer> answers =
      new PriorityQueue<>(Comparator.comparingLong(Answer::at));
  double loss;
  long now = 1000 * SECOND;
  long probes;
  long wakeups;

  OneNode(long seed) {
    this(seed, Timing.USUAL);
  }

  OneNode(long seed, Timing timing) {
    random = new Random(seed);
    choices = new Choices(timing, random::nextLong);
  }

  /** A destination with a direct way, which is routed, and others. */
  static Destination destination(String name, int number, InterfaceName... tunnels) {
    var ways = new ArrayList<Way>();
    for (var tunnel : tunnels) {
      ways.add(
          new Way(
              tunnel,
              tunnel.equals(DIRECT) ? List.of() : List.of(new Name(tunnel.text().substring(4))),
              tunnel.equals(DIRECT)));
    }
    var address =
        IpAddress.tryParse("10.0." + number / 250 + "." + (number % 250 + 1)).orElseThrow();
    return new Destination(new Name(name), address, List.of(new Prefix(address, 32)), ways);
  }

  Name with(Destination destination) {
    destinations.add(destination);
    choices.configure(destinations, Map.of(), now);
    destination.ways().stream()
        .filter(Way::routed)
        .forEach(way -> used.put(destination.node(), way.tunnel()));
    return destination.node();
  }

  void cut(Name destination, InterfaceName tunnel) {
    dead.add(destination + " " + tunnel);
  }

  void heal(Name destination, InterfaceName tunnel) {
    if (dead.remove(destination + " " + tunnel)) {
      healedAt.put(destination + " " + tunnel, now);
    }
  }

  /** Its interface comes or goes. */
  void link(InterfaceName tunnel, boolean there) {
    if (there ? gone.remove(tunnel) : gone.add(tunnel)) {
      choices.link(tunnel, there, now);
    }
  }

  private boolean isDead(Name destination, InterfaceName tunnel) {
    String way = destination + " " + tunnel;
    return gone.contains(tunnel)
        || dead.contains(way)
        || now - healedAt.getOrDefault(way, 0L) < 3 * SECOND;
  }

  boolean works(Name destination, InterfaceName tunnel) {
    return !dead.contains(destination + " " + tunnel);
  }

  void run(long nanos) {
    long end = now + nanos;
    while (true) {
      long next = choices.deadline(now);
      if (!answers.isEmpty()) {
        next = Math.min(next, answers.peek().at());
      }
      if (next > end) {
        now = end;
        return;
      }
      now = Math.max(now, next);
      while (!answers.isEmpty() && answers.peek().at() <= now) {
        var probe = answers.poll().to();
        choices.answered(probe.destination(), probe.tunnel(), probe.nonce(), now);
      }
      step();
    }
  }

  /** Wakes the node now. */
  void step() {
    wakeups++;
    for (var act : choices.advance(now)) {
      switch (act) {
        case Act.Probe probe -> {
          probes++;
          boolean comes =
              works(probe.destination(), probe.tunnel())
                  && !gone.contains(probe.tunnel())
                  && !silentAgents.contains(probe.destination())
                  && random.nextDouble() >= loss
                  && random.nextDouble() >= loss;
          if (comes) {
            answers.add(
                new Answer(now + roundTrips.getOrDefault(probe.tunnel(), 20 * MILLI), probe));
          }
        }
        case Act.Choose(var destination, var tunnel) -> {
          boolean escape = isDead(destination, used.getOrDefault(destination, tunnel));
          changes.add(new Change(now, destination, tunnel, escape));
          used.put(destination, tunnel);
        }
        case Act.Look _ -> talking.forEach(name -> choices.traffic(name, now));
      }
    }
  }
}
