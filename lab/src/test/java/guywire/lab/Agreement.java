package guywire.lab;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.lab.LabReport.MeasuredCell;
import guywire.lab.LabReport.PromiseResult;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.Network;
import guywire.network.Promise;
import guywire.network.PromisedConnection;
import guywire.network.PromisedReach;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Place;
import guywire.prove.Answer;
import guywire.prove.Condition;
import guywire.prove.PacketTrace;
import guywire.prove.Reachability;
import guywire.prove.Stop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Holds the proof of one network against its packets: for every pair of machines whether echo
 * request and reply arrive, and for some connections of every transport also the source that the
 * far end sees and the nodes on the way.
 *
 * <p>A packet that came did come. One that did not may have been lost, while two peers called each
 * other at once or the machine was busy: what is missing is tried a second time, with patience.
 */
final class Agreement {

  private static final ProbeOptions MATRIX =
      new ProbeOptions(true, false, false, Optional.empty(), 0);
  private static final int CONNECTIONS = 16;
  private static final int[] PORTS = {22, 443, 4005, Breaking.FORWARDED_PORT};

  /** Addresses that proof and lab make up, each their own, for lines whose address is unknown. */
  private static final List<Prefix> MADE_UP =
      List.of(
          Prefix.parse("198.19.0.0/16"), Prefix.parse("100.64.0.0/10"), Prefix.parse("100::/64"));

  private final Network network;
  private final Reachability proof;
  private final Map<IpAddress, Spot> targets;
  private final LabOptions options;
  private final SplittableRandom random;
  private final Map<Connection, String> missing = new LinkedHashMap<>();
  private final List<String> wrong = new ArrayList<>();
  private final List<String> strayed = new ArrayList<>();
  private int certain;

  private record Connection(Spot from, IpAddress target, Transport transport, OptionalInt port) {}

  private Agreement(Network network, LabOptions options, long seed) {
    this.options = options;
    random = new SplittableRandom(~seed);
    proof = Reachability.of(network);
    targets = targets(network, proof);
    this.network =
        new Network(
            network.name(),
            network.underlay(),
            network.nodes(),
            promises(),
            List.of(),
            network.setbacks(),
            network.doubts(),
            network.policies());
  }

  /**
   * What came of a network.
   *
   * @param compared how many connections were compared: those whose answer depends on nothing
   * @param wrong those for which packets and proof differ, in words
   */
  record Result(int compared, List<String> wrong) {}

  /** Tries a network. */
  static Result of(Network network, TunnelPrograms tunnels, long seed) {
    return of(network, new LabOptions(tunnels), seed);
  }

  /** Tries a network that is set up in some way. */
  static Result of(Network network, LabOptions options, long seed) {
    return new Agreement(options.of(network), options, seed).result();
  }

  private Result result() {
    try (var lab = Lab.start(network, options, LabListener.SILENT)) {
      compare(lab.probe(Prediction.by(proof), MATRIX));
      if (!missing.isEmpty()) {
        var patient = Map.copyOf(missing);
        missing.clear();
        certain = 0;
        compare(
            lab.probe(
                (from, _, target, _, _) ->
                    ExpectedReach.of(
                        patient.containsKey(
                            new Connection(from, target, Transport.ICMP, OptionalInt.empty()))),
                MATRIX));
      }
      untilSettled(lab);
    }
    wrong.addAll(missing.values());
    return new Result(certain, List.copyOf(wrong));
  }

  /**
   * An agent takes the way that is proved once it has seen traffic, and a way that it took for dead
   * a minute later: until then packets may go by another.
   */
  private void untilSettled(Lab lab) {
    boolean chosen = network.nodes().stream().anyMatch(node -> !node.destinations().isEmpty());
    long until = System.nanoTime() + Probing.SETTLED_NANOS;
    while (chosen && !strayed.isEmpty() && System.nanoTime() < until) {
      strayed.clear();
      for (var result : lab.probe(Prediction.by(proof), ProbeOptions.NOTHING_ELSE).promises()) {
        var connection = connection(result.promise());
        Answer answer = answer(connection);
        if (result.outcome() == ProbeOutcome.REACHED && answer.certain()) {
          compareWay(connection, answer, result);
        }
      }
    }
    wrong.addAll(strayed);
  }

  private void compare(LabReport report) {
    for (MeasuredCell cell : report.matrix()) {
      compare(
          new Connection(cell.from(), cell.target(), Transport.ICMP, OptionalInt.empty()),
          answer(cell.from(), cell.target()),
          cell.outcome());
    }
    for (PromiseResult result : report.promises()) {
      var connection = connection(result.promise());
      Answer answer = answer(connection);
      compare(connection, answer, result.outcome());
      if (result.outcome() == ProbeOutcome.REACHED && answer.certain()) {
        compareWay(connection, answer, result);
      }
    }
  }

  private static Connection connection(Promise promise) {
    return new Connection(promise.from(), promise.target(), promise.transport(), promise.port());
  }

  private Answer answer(Spot from, IpAddress target) {
    return proof.answer(from, target, Transport.ICMP, OptionalInt.empty());
  }

  private Answer answer(Connection c) {
    return proof.answer(c.from(), c.target(), c.transport(), c.port());
  }

  private void compare(Connection connection, Answer answer, ProbeOutcome measured) {
    if (!isDecided(answer)) {
      return;
    }
    certain++;
    ProbeOutcome proved = outcome(connection, answer);
    boolean kept =
        measured == ProbeOutcome.NOT_SENT
            && proved == ProbeOutcome.BLOCKED
            && answer.there().hops().size() == 1;
    if (proved == measured || kept || measured == ProbeOutcome.ONE_WAY && mayOutlive(answer)) {
      return;
    }
    String text =
        "%s measured %s, proved %s%n%s"
            .formatted(connection, measured.word(), proved.word(), way(answer));
    boolean less =
        measured == ProbeOutcome.BLOCKED
            || !measured.isMeasured()
            || measured != ProbeOutcome.REACHED && proved == ProbeOutcome.REACHED;
    if (less) {
      missing.put(connection, text);
    } else {
      wrong.add(text);
    }
  }

  /**
   * Whether packets may come by a session that can't be made any more. Nodes come up one after the
   * other: two of them may have met before a third one took the way between them away, and what
   * they agreed on lives three minutes longer. Nothing answers by that way.
   */
  private static boolean mayOutlive(Answer answer) {
    return answer.there().stop().filter(stop -> stop.why() == Stop.Why.NO_HANDSHAKE).isPresent();
  }

  /**
   * Whether the answer says what must be measured: it depends on nothing, or it fails even if what
   * it depends on holds.
   */
  private static boolean isDecided(Answer answer) {
    return answer.conditions().isEmpty()
        || !answer.arrives()
            && answer.conditions().stream()
                .noneMatch(condition -> condition.kind() == Condition.Kind.KEY_SHARED);
  }

  private ProbeOutcome outcome(Connection connection, Answer answer) {
    if (answer.works()) {
      return ProbeOutcome.REACHED;
    }
    Optional<Spot> end = answer.there().end().filter(spot -> answer.arrives());
    return end.isEmpty()
        ? ProbeOutcome.BLOCKED
        : end.get().equals(meant(connection)) ? ProbeOutcome.ONE_WAY : ProbeOutcome.ASTRAY;
  }

  /** Whose address it is; of several machines with the same address the first. */
  private Spot meant(Connection connection) {
    return network.promises().stream()
        .filter(promise -> promise.target().equals(connection.target()))
        .filter(promise -> promise.transport() == connection.transport())
        .filter(promise -> promise.port().equals(connection.port()))
        .map(Promise::to)
        .findFirst()
        .or(() -> Optional.ofNullable(targets.get(connection.target())))
        .orElseThrow();
  }

  private void compareWay(Connection connection, Answer answer, PromiseResult result) {
    IpAddress source = answer.there().seen().source();
    boolean madeUp = MADE_UP.stream().anyMatch(prefix -> prefix.contains(source));
    if (!madeUp && !result.sourceSeen().equals(Optional.of(source))) {
      wrong.add(
          "%s: source seen is %s, proved %s%n%s"
              .formatted(connection, result.sourceSeen(), source, way(answer)));
    }
    List<Name> passed =
        answer.there().passed().stream()
            .flatMap(machine -> Name.tryParse(machine).stream())
            .filter(name -> network.node(name).isPresent())
            .toList();
    if (!result.via().equals(passed)) {
      strayed.add(
          "%s: went via %s, proved %s%n%s"
              .formatted(connection, result.via(), passed, way(answer)));
    }
  }

  private static String way(Answer answer) {
    return hops(answer.there()) + answer.back().map(Agreement::hops).orElse("");
  }

  private static String hops(PacketTrace way) {
    return way.hops().stream()
        .map(hop ->
            "  %s: %s%n"
                .formatted(
                    hop.machine(),
                    hop.actions().stream()
                        .map(deed -> deed.text().in(Locale.ENGLISH))
                        .collect(Collectors.joining("; "))))
        .collect(Collectors.joining());
  }

  /** Every address by which somebody can be meant, and whose it is. */
  private static Map<IpAddress, Spot> targets(Network network, Reachability proof) {
    var targets = new LinkedHashMap<IpAddress, Spot>();
    for (Spot spot : proof.spots()) {
      proof.addresses(spot).forEach(address -> targets.putIfAbsent(address, spot));
    }
    var own = Map.copyOf(targets);
    for (var node : network.nodes()) {
      for (var rule : node.nat()) {
        if (rule instanceof NatRule.Map map) {
          own.forEach((address, spot) -> {
            if (map.real().contains(address)) {
              targets.put(map.shown(address), spot);
            }
          });
        }
      }
    }
    return targets;
  }

  /** Some connections of every transport, which arrive if the proof says so. */
  private List<Promise> promises() {
    List<Spot> spots = proof.spots();
    var addresses = List.copyOf(targets.keySet());
    var promises = new ArrayList<Promise>();
    for (int i = 0; i < CONNECTIONS; i++) {
      Spot origin = spots.get(random.nextInt(spots.size()));
      IpAddress target = addresses.get(random.nextInt(addresses.size()));
      Transport transport = Transport.values()[random.nextInt(Transport.values().length)];
      OptionalInt port =
          transport == Transport.ICMP
              ? OptionalInt.empty()
              : OptionalInt.of(PORTS[random.nextInt(PORTS.length)]);
      boolean speaks =
          proof.addresses(origin).stream().anyMatch(own -> own.family() == target.family());
      if (origin instanceof Spot.Outside || !speaks || proof.addresses(origin).contains(target)) {
        continue;
      }
      Answer answer = proof.answer(origin, target, transport, port);
      Optional<Spot> end = answer.there().end();
      if (answer.arrives() && (end.isEmpty() || end.get().equals(origin))) {
        continue;
      }
      promises.add(
          new Promise(
              new PromisedConnection(
                  origin,
                  end.or(() -> Optional.ofNullable(targets.get(target))).orElseThrow(),
                  target,
                  transport,
                  port),
              answer.certain() ? PromisedReach.ARRIVES : PromisedReach.BLOCKED,
              Place.PLANNED,
              ""));
    }
    return promises;
  }
}
