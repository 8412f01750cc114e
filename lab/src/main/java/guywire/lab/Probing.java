package guywire.lab;

import guywire.address.IpAddress;
import guywire.lab.LabReport.LookupResult;
import guywire.lab.LabReport.MeasuredCell;
import guywire.lab.LabReport.PromiseResult;
import guywire.network.Lookup;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Promise;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One round of probes in a running lab: first everything that is to work, which also opens the
 * tunnels; then, on open tunnels, everything that is not; then what takes time of its own.
 */
final class Probing {

  /** A first handshake that is lost is tried again after some 5 s, and again. */
  private static final long PATIENCE_MILLIS = 16_000;

  /** What will not come after so many tries on an open tunnel does not come. */
  private static final long BLOCKED_MILLIS = 1_300;

  /**
   * When an agent that took a living way for dead has come back to it: it does so a minute after
   * its last change (guywire.agent.choice.Timing), once the way has answered for some seconds.
   */
  static final long SETTLED_NANOS = 75_000_000_000L;

  /** How often it is tried until then; what is tried is traffic, without which no agent looks. */
  private static final long STRAYED_AGAIN_NANOS = 1_000_000_000L;

  /** Below the range from which Linux takes source ports of its own accord. */
  private static final int FIRST_KEY = 20_000;

  private static final int KEYS = 12_000;
  private static final int FIRST_ECHO_KEY = 0x10000;
  private static final AtomicInteger NEXT_KEY = new AtomicInteger();
  private static final AtomicInteger NEXT_ECHO_KEY = new AtomicInteger();

  private final Lab lab;
  private final Prediction prediction;
  private final ProbeOptions options;
  private final LabListener listener;
  private final List<Promise> promises;
  private final List<Lookup> asked;
  private boolean opens = true;
  private final long mark = ThreadLocalRandom.current().nextLong();
  private final Map<Integer, Attempt> attempts = new ConcurrentHashMap<>();
  private final Map<ServicePlace, Responder> services = new HashMap<>();

  private record ServicePlace(
      LabMachine machine, Transport transport, IpAddress address, int port) {}

  Probing(
      Lab lab,
      Prediction prediction,
      ProbeOptions options,
      LabListener listener,
      List<Promise> promises,
      List<Lookup> asked) {
    this.lab = lab;
    this.prediction = prediction;
    this.options = options;
    this.listener = listener;
    this.promises = promises;
    this.asked = asked;
  }

  /** Takes the tunnels to be open already, so that only promises are tried. */
  Probing onOpenTunnels() {
    opens = false;
    return this;
  }

  LabReport run() {
    try (var lag = MachineLag.start()) {
      return run(lag);
    }
  }

  LabReport run(MachineLag lag) {
    var promised = new LinkedHashMap<Promise, Attempt>();
    for (Promise promise : promises) {
      promised.put(promise, attempt(promise));
    }
    List<ProbedPair> pairs =
        options.matrix() ? ProbedPair.all(lab.network(), prediction) : List.of();
    var matrix = new LinkedHashMap<ProbedPair, Attempt>();
    for (ProbedPair pair : pairs) {
      matrix.put(
          pair,
          attempt(
              lab.machine(pair.from()), lab.machine(pair.to()), pair.target(), Transport.ICMP, 0));
    }
    var lookups = new ConcurrentHashMap<Integer, LookupResult>();
    List<LabMachine> machines =
        lab.plan().boxes().stream()
            .filter(box -> box.spot().isPresent())
            .map(box -> lab.machine(box.name()))
            .toList();
    List<LabMachine> nodes =
        lab.network().nodes().stream().map(node -> lab.machine(node.name().text())).toList();
    try (var probes = ProbeListener.open(mark, machines, nodes, new Notes())) {
      var sender = new ProbeSender(probes, mark, this::renew);
      // A gateway's agent opens its port itself; what else is promised of that port is tried when
      // it has ended.
      var opened = promised.keySet().stream().flatMap(this::opened).collect(Collectors.toSet());
      promised.values().stream()
          .filter(attempt -> !opened.contains(place(attempt)))
          .forEach(this::listen);
      if (opens) {
        warmUp(sender, lag);
      }
      var forwards = new AskedForwards(lab, lag);
      promises.forEach(forwards::ask);
      var hopeful = new ProbeRound(true);
      var hopeless = new ProbeRound(false);
      promised.forEach((promise, attempt) ->
          (promise.arrives() ? hopeful : hopeless)
              .add(attempt.from(), call(sender, lag, attempt, promise.arrives())));
      matrix.forEach((pair, attempt) ->
          (pair.isHopeful() ? hopeful : hopeless)
              .add(attempt.from(), call(sender, lag, attempt, pair.isHopeful())));
      for (int i = 0; i < asked.size(); i++) {
        int index = i;
        var lookup = asked.get(index);
        LabMachine from = lab.machine(lookup.from());
        hopeful.add(
            from,
            () ->
                lookups.put(
                    index, Lookups.ask(from, lookup, deadline(PATIENCE_MILLIS * lag.factor()))));
      }
      hopeful.run(Text.of(Probing.class, "step.reaches"), listener);
      probes.catchUp();
      again(sender, lag, promised, matrix);
      forwards.end();
      promised.values().forEach(this::listen);
      hopeless.run(Text.of(Probing.class, "step.blocked"), listener);
      onceSettled(probes, sender, lag, promised);
    } finally {
      services.values().forEach(Responder::close);
    }
    var results = new ArrayList<PromiseResult>();
    promised.forEach((promise, attempt) -> {
      var expected =
          prediction.expected(
              promise.from(), promise.to(), promise.target(), promise.transport(), promise.port());
      results.add(result(promise, attempt, expected));
    });
    var cells = new ArrayList<MeasuredCell>();
    matrix.forEach((pair, attempt) -> cells.add(pair.measured(attempt)));
    var timed = new Timed(lab, options, listener);
    return new LabReport(
        results,
        lookups.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(Map.Entry::getValue)
            .toList(),
        cells,
        timed.speed(),
        timed.roaming());
  }

  /** A source port that no other probe of this process has lately had. */
  static int nextKey() {
    return FIRST_KEY + Math.floorMod(NEXT_KEY.getAndIncrement(), KEYS);
  }

  /** A number for an echo request, which is no source port and never runs out. */
  private static int nextEchoKey() {
    return FIRST_ECHO_KEY + NEXT_ECHO_KEY.getAndIncrement();
  }

  /** The port that a gateway opens for a promise, if it is one about a forward. */
  private Stream<ServicePlace> opened(Promise promise) {
    return promise.forward().stream()
        .map(forward ->
            new ServicePlace(
                lab.machine(forward.gateway().text()),
                promise.transport(),
                forward.address(),
                forward.port()));
  }

  private Attempt attempt(Promise promise) {
    int port = promise.port().orElse(0);
    var from = lab.machine(promise.from());
    var to = lab.machine(promise.to());
    if (promise.forward().isEmpty()) {
      return attempt(from, to, promise.target(), promise.transport(), port);
    }
    var forward = promise.forward().get();
    var gateway = lab.machine(forward.gateway().text());
    var attempt =
        new Attempt(
            nextKey(),
            from,
            to,
            forward.address(),
            promise.transport(),
            forward.port(),
            Optional.of(new Attempt.PassedOn(gateway, promise.target(), port)));
    attempts.put(attempt.key(), attempt);
    return attempt;
  }

  private Attempt attempt(
      LabMachine from, LabMachine to, IpAddress target, Transport transport, int port) {
    int key = transport == Transport.ICMP ? nextEchoKey() : nextKey();
    var attempt = new Attempt(key, from, to, target, transport, port);
    attempts.put(attempt.key(), attempt);
    return attempt;
  }

  private void renew(Attempt attempt) {
    int key = nextKey();
    attempts.put(key, attempt);
    attempt.renewKey(key);
  }

  private void listen(Attempt attempt) {
    if (ProbeSender.needsService(attempt.transport())) {
      services.computeIfAbsent(
          place(attempt),
          place -> Responder.start(place.machine, place.transport, place.address, place.port));
    }
  }

  private static ServicePlace place(Attempt attempt) {
    return new ServicePlace(
        attempt.to(), attempt.transport(), attempt.listens(), attempt.listensAt());
  }

  private Runnable call(ProbeSender sender, MachineLag lag, Attempt attempt, boolean hopeful) {
    Responder service = services.get(place(attempt));
    boolean foreign = service != null && service.isForeign();
    return () -> {
      var watch = lag.watch();
      double millis = (hopeful ? PATIENCE_MILLIS : BLOCKED_MILLIS) * lag.factor();
      sender.call(attempt, deadline(millis), foreign);
      attempt.tooSlow(watch.stretch().isTooSlow());
    };
  }

  /**
   * Opens the tunnels, a few at a time: where many nodes begin at once on few processors, each has
   * its first handshake, and what a program does only once, before anything is measured.
   */
  private void warmUp(ProbeSender sender, MachineLag lag) {
    var round = new ArrayList<Runnable>();
    for (var node : lab.network().nodes()) {
      var from = new Spot.Node(node.name());
      for (var tunnel : node.interfaces()) {
        for (var peer : tunnel.peers()) {
          peer.name()
              .flatMap(lab.network()::node)
              .filter(_ -> peer.endpoint().isPresent())
              .ifPresent(far ->
                  targets(from, far)
                      .map(target ->
                          attempt(
                              lab.machine(from),
                              lab.machine(far.name().text()),
                              target,
                              Transport.ICMP,
                              0))
                      .map(attempt -> call(sender, lag, attempt, true))
                      .forEach(round::add));
        }
      }
    }
    ProbeRound.few(round, Text.of(Probing.class, "step.tunnels"), listener);
  }

  /** An address of a neighbour that can be reached, by what is predicted. */
  private Stream<IpAddress> targets(Spot from, NodeConfig far) {
    return far.interfaces().stream()
        .flatMap(tunnel -> tunnel.addresses().stream())
        .map(own -> own.address())
        .filter(target ->
            prediction.expected(from, new Spot.Node(far.name()), target) == ExpectedReach.REACHED)
        .limit(1);
  }

  /** What did not answer while the machine was too slow is tried again, a few at a time. */
  private void again(
      ProbeSender sender,
      MachineLag lag,
      Map<Promise, Attempt> promised,
      Map<ProbedPair, Attempt> matrix) {
    var round = new ArrayList<Runnable>();
    promised.forEach((promise, attempt) -> {
      if (promise.arrives() && attempt.outcome() == ProbeOutcome.NOT_MEASURED) {
        round.add(call(sender, lag, attempt, true));
      }
    });
    matrix.forEach((pair, attempt) -> {
      if (pair.isHopeful() && attempt.outcome() == ProbeOutcome.NOT_MEASURED) {
        round.add(call(sender, lag, attempt, true));
      }
    });
    ProbeRound.few(round, Text.of(Probing.class, "step.again"), listener);
  }

  /**
   * What went by another way than promised is tried until it goes by the promised one, where agents
   * choose ways: on a machine that stood still a way may have looked dead to an agent, and it comes
   * back to it no sooner than {@link #SETTLED_NANOS} allows.
   */
  private void onceSettled(
      ProbeListener probes, ProbeSender sender, MachineLag lag, Map<Promise, Attempt> promised) {
    if (lab.network().nodes().stream().allMatch(node -> node.destinations().isEmpty())) {
      return;
    }
    long until = System.nanoTime() + SETTLED_NANOS;
    probes.catchUp();
    var strayed = strayed(promised);
    while (!strayed.isEmpty()) {
      var later = new LinkedHashMap<Promise, Attempt>();
      strayed.forEach((promise, attempt) ->
          later.put(
              promise,
              attempt(
                  attempt.from(),
                  attempt.to(),
                  attempt.target(),
                  attempt.transport(),
                  attempt.port())));
      var round = new ArrayList<Runnable>();
      later.values().forEach(attempt -> round.add(call(sender, lag, attempt, true)));
      ProbeRound.few(round, Text.of(Probing.class, "step.again"), listener);
      probes.catchUp();
      later.values().removeIf(attempt -> attempt.outcome() != ProbeOutcome.REACHED);
      promised.putAll(later);
      strayed = strayed(promised);
      if (System.nanoTime() - until > 0) {
        return;
      }
      if (!strayed.isEmpty()) {
        LockSupport.parkNanos(STRAYED_AGAIN_NANOS);
      }
    }
  }

  /** What arrived, but not by the promised way. */
  private static Map<Promise, Attempt> strayed(Map<Promise, Attempt> promised) {
    var strayed = new LinkedHashMap<Promise, Attempt>();
    promised.forEach((promise, attempt) -> {
      if (promise.arrives()
          && attempt.outcome() == ProbeOutcome.REACHED
          && !isByTheWay(promise, attempt.via())) {
        strayed.put(promise, attempt);
      }
    });
    return strayed;
  }

  private static boolean isByTheWay(Promise promise, List<Name> via) {
    return inOrder(promise.via(), via) && !(promise.direct() && !via.isEmpty());
  }

  private static long deadline(double millis) {
    return System.nanoTime() + (long) (millis * 1_000_000);
  }

  private static PromiseResult result(Promise promise, Attempt attempt, ExpectedReach expected) {
    ProbeOutcome outcome = attempt.outcome();
    List<Name> via = attempt.via();
    boolean kept =
        promise.arrives()
            ? outcome == ProbeOutcome.REACHED
                && promise
                    .sourceSeen()
                    .map(s -> attempt.source().equals(Optional.of(s)))
                    .orElse(true)
                && isByTheWay(promise, via)
            : outcome == ProbeOutcome.BLOCKED
                || outcome == ProbeOutcome.NOT_SENT && expected == ExpectedReach.UNSENT;
    return new PromiseResult(
        promise, kept, outcome, attempt.source(), via, attempt.millis(), Optional.empty());
  }

  /** Whether all of {@code wanted} occur among {@code passed}, in this order. */
  static boolean inOrder(List<Name> wanted, List<Name> passed) {
    int found = 0;
    for (Name name : passed) {
      if (found < wanted.size() && wanted.get(found).equals(name)) {
        found++;
      }
    }
    return found == wanted.size();
  }

  /** Writes what the listener hears into the attempts. */
  private final class Notes implements ProbeListener.Hearer {
    @Override
    public void arrived(LabMachine machine, SeenPacket sighting) {
      Attempt attempt = attempts.get(sighting.key());
      if (attempt == null) {
        return;
      }
      switch (sighting.kind()) {
        case REQUEST -> attempt.arrived(machine, sighting.source());
        case ECHO_REPLY -> {
          if (machine == attempt.from()) {
            attempt.replied(System.nanoTime());
          }
        }
      }
    }

    @Override
    public void passed(LabMachine machine, SeenPacket sighting) {
      Attempt attempt = attempts.get(sighting.key());
      if (attempt != null && sighting.kind() == SeenPacket.Kind.REQUEST) {
        attempt.passed(machine, sighting.hops());
      }
    }
  }
}
