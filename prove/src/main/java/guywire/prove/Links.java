package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.EndpointAddress;
import guywire.network.Internet;
import guywire.network.PeerConfig;
import guywire.network.Transport;
import guywire.network.text.Text;
import guywire.prove.RoutingTable.Query;
import guywire.prove.Stop.Why;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which ends of tunnels can speak with each other: who can begin, whose datagrams find the other
 * through NATs and firewalls, and who keeps that way open.
 *
 * <p>A handshake is a datagram like any other: it is walked through the same world as the packets
 * it will carry, and so is its answer. Results are kept; used by one thread.
 */
final class Links {

  /** Whether one end can send to the other now. */
  sealed interface Speech {

    /**
     * It can.
     *
     * @param far the other end
     * @param endpoint where the datagram goes, in words
     */
    record Possible(World.End far, Text endpoint) implements Speech {}

    /**
     * It can't.
     *
     * @param stop why
     */
    record Impossible(Stop stop) implements Speech {}
  }

  /** What came of one end's attempt to begin. */
  private record Attempt(Optional<Text> failure, String endpoint, List<Condition> conditions) {
    static Attempt failed(Text why) {
      return new Attempt(Optional.of(why), "", List.of());
    }

    boolean works() {
      return failure.isEmpty();
    }
  }

  private record Direction(World.End from, World.End to) {}

  /**
   * Tunnels inside tunnels deeper than this carry no packet: each takes 60 bytes of it and more.
   */
  private static final int MOST_NESTED = 8;

  private final World world;
  private final HolePunching punch;
  private final Map<Direction, Attempt> attempts = new HashMap<>();

  /*
   * An attempt may need another, which may need the first: a tunnel inside itself. The inner one
   * then fails, because the outer one is under way; asked for by itself it might not. So what came
   * of an attempt that met no circle is the same whoever asks, and kept for all; what came of one
   * that did is kept for those who ask for nothing else, and made anew within others.
   */
  private final Map<Direction, Attempt> inCircles = new HashMap<>();

  private final Set<Direction> underWay = new HashSet<>();
  private boolean circle;

  Links(World world) {
    this.world = world;
    this.punch = new HolePunching(world, this);
  }

  /** Whether {@code machine} can send to this peer of its tunnel, now, as part of this flow. */
  Speech speak(
      ModelledMachine machine,
      ModelledInterface.Tunnel tunnel,
      PeerConfig peer,
      ConnectionState flow) {
    var key = tunnel.config().publicKey();
    if (key.isEmpty()) {
      return impossible(machine, peerName(peer), text("link.no-key", machine.name()));
    }
    var ends = world.ends(peer.publicKey());
    var lost = world.lost(peer.publicKey());
    if (lost.isPresent()) {
      return new Speech.Impossible(lost.get());
    }
    if (ends.isEmpty()) {
      return impossible(
          machine, peerName(peer), text("link.unknown-key", peer.publicKey().toString()));
    }
    var near = new World.End(machine, tunnel);
    var far = ends.getFirst();
    if (ends.size() > 1) {
      flow.depends(
          new Condition(
              Condition.Kind.KEY_SHARED,
              far.machine().name(),
              Text.of(
                  Condition.class,
                  "condition.key-shared",
                  far.machine().name(),
                  ends.get(1).machine().name())));
    }
    var back = far.tunnel().peer(key.get());
    if (back.isEmpty()) {
      return impossible(
          machine,
          far.machine().name(),
          text("link.not-a-peer", far.machine().name(), machine.name()));
    }
    if (!back.get().presharedKey().equals(peer.presharedKey())) {
      return impossible(
          machine, far.machine().name(), text("link.preshared-keys-differ", far.machine().name()));
    }
    return open(near, far, back.get(), flow);
  }

  private Speech open(World.End near, World.End far, PeerConfig back, ConnectionState flow) {
    if (flow.isOpen(near, far)) {
      return new Speech.Possible(far, text("link.learned"));
    }
    var own = attempt(near, far);
    if (own.works()) {
      flow.opens(near, far);
      own.conditions().forEach(flow::depends);
      return new Speech.Possible(far, text("link.endpoint", own.endpoint()));
    }
    var other = attempt(far, near);
    boolean kept = back.keepaliveSeconds() > 0;
    if (!other.works() && !(kept && punch.works(near, far))) {
      return impossible(
          near.machine(),
          far.machine().name(),
          text("link.neither", own.failure().orElseThrow(), other.failure().orElseThrow()));
    }
    flow.opens(near, far);
    other.conditions().forEach(flow::depends);
    if (!kept || back.keepaliveSeconds() > mappingSeconds(far)) {
      flow.depends(
          new Condition(
              Condition.Kind.SPOKEN,
              far.machine().name(),
              Text.of(
                  Condition.class,
                  "condition.spoken",
                  far.machine().name(),
                  near.machine().name(),
                  String.valueOf(mappingSeconds(far)))));
    }
    return new Speech.Possible(far, text("link.learned"));
  }

  private Attempt attempt(World.End from, World.End to) {
    var direction = new Direction(from, to);
    boolean first = underWay.isEmpty();
    var known = Optional.ofNullable(attempts.get(direction));
    if (known.isEmpty() && first) {
      known = Optional.ofNullable(inCircles.get(direction));
    }
    if (known.isPresent()) {
      return known.get();
    }
    if (underWay.size() >= MOST_NESTED || !underWay.add(direction)) {
      circle = true;
      return Attempt.failed(text("link.inside-itself", to.machine().name()));
    }
    boolean outer = circle;
    circle = false;
    try {
      var made = make(from, to);
      if (!circle) {
        attempts.put(direction, made);
      } else if (first) {
        inCircles.put(direction, made);
      }
      return made;
    } finally {
      underWay.remove(direction);
      circle |= outer;
      if (first) {
        circle = false;
      }
    }
  }

  private Attempt make(World.End from, World.End to) {
    if (world.isCut(from.machine(), to.machine())) {
      return Attempt.failed(text("link.cut", from.machine().name(), to.machine().name()));
    }
    var endpoint =
        to.tunnel().config().publicKey().flatMap(from.tunnel()::peer).flatMap(PeerConfig::endpoint);
    if (endpoint.isEmpty()) {
      return Attempt.failed(text("link.no-endpoint", from.machine().name(), to.machine().name()));
    }
    var flow = new ConnectionState();
    var target = resolve(endpoint.get(), from, to, flow);
    if (target.isEmpty()) {
      return Attempt.failed(text("link.name-leads-nowhere", endpoint.get().host()));
    }
    long mark = from.tunnel().mark();
    var source = source(from.machine(), target.get(), mark);
    if (source.isEmpty()) {
      return Attempt.failed(
          text("link.no-way-out", from.machine().name(), endpoint.get().toString()));
    }
    var datagram =
        new Packet(
            source.get(),
            target.get(),
            Transport.UDP,
            from.tunnel().config().listenPort().orElse(Packet.SOME_PORT),
            endpoint.get().port());
    var walk = new Walk(world, this, flow, false, from.machine(), datagram, mark).outer();
    var way = walk.go();
    if (!way.arrived()) {
      return Attempt.failed(
          text(
              "link.stopped",
              from.machine().name(),
              endpoint.get().toString(),
              way.stop().orElseThrow().text()));
    }
    var listens = to.tunnel().config().listenPort();
    if (walk.end() != to.machine()
        || listens.isEmpty()
        || listens.getAsInt() != way.seen().port()) {
      return Attempt.failed(
          text(
              "link.wrong-place",
              from.machine().name(),
              endpoint.get().toString(),
              walk.end().name(),
              String.valueOf(way.seen().port()),
              to.machine().name()));
    }
    var failure = answer(walk, way.seen().reply(), from, to, flow);
    if (failure.isPresent()) {
      return Attempt.failed(failure.get());
    }
    return new Attempt(Optional.empty(), endpoint.get().toString(), flow.conditions());
  }

  /**
   * Why the answer to a datagram does not come back; empty if it does. The kernel's WireGuard sends
   * it where the routes lead, and so does ours; wireguard-go sends it by the interface that the
   * datagram came in on, and so reaches even a peer whose address is routed into its own tunnel.
   */
  private Optional<Text> answer(
      Walk walk, Packet reply, World.End from, World.End to, ConnectionState flow) {
    var backWalk = new Walk(world, this, flow, true, to.machine(), reply, to.tunnel().mark());
    var back = backWalk.go();
    if (back.arrived() && backWalk.end() == from.machine()) {
      return Optional.empty();
    }
    if (walk.arrivedBy().isPresent()) {
      var bound =
          new Walk(world, this, flow, true, to.machine(), reply, to.tunnel().mark())
              .leavingBy(walk.arrivedBy().get());
      if (bound.go().arrived() && bound.end() == from.machine()) {
        flow.depends(
            new Condition(
                Condition.Kind.ANSWERS_WHERE_CALLED,
                to.machine().name(),
                Text.of(Condition.class, "condition.answers-where-called", to.machine().name())));
        return Optional.empty();
      }
    }
    return Optional.of(
        text(
            "link.no-answer",
            to.machine().name(),
            from.machine().name(),
            back.stop().map(Stop::text).orElse(text("link.elsewhere", backWalk.end().name()))));
  }

  /** The address a machine sends from to the target; empty if it has no route or no address. */
  static Optional<IpAddress> source(ModelledMachine machine, IpAddress target, long mark) {
    if (machine.owns(target)) {
      return Optional.of(target);
    }
    return machine
        .routing()
        .lookup(Query.own(target, mark))
        .entry()
        .flatMap(route -> machine.sourceFor(route.device(), target));
  }

  /** The address of an endpoint; a name that nothing resolves is taken to lead to the peer. */
  private Optional<IpAddress> resolve(
      EndpointAddress endpoint, World.End from, World.End to, ConnectionState flow) {
    if (endpoint.address().isPresent()) {
      return endpoint.address();
    }
    var known = world.publicAddresses(to.machine());
    var address = known.stream().max(Comparator.comparingInt(one -> preference(from, one)));
    if (address.isPresent()) {
      flow.depends(
          new Condition(
              Condition.Kind.NAME_LEADS_TO,
              to.machine().name(),
              Text.of(
                  Condition.class,
                  "condition.name-leads-to",
                  endpoint.host(),
                  to.machine().name())));
    }
    return address;
  }

  /**
   * Which of a name's addresses a resolver puts first (RFC 6724 section 6): one that there is a
   * route to, and of those IPv6, unless it could be spoken to from a private address only.
   */
  private static int preference(World.End from, IpAddress address) {
    var source = source(from.machine(), address, from.tunnel().mark());
    if (source.isEmpty()) {
      return 0;
    }
    boolean fits = World.isPrivate(source.get()) == World.isPrivate(address);
    return address.isIpv4() ? 2 : fits ? 3 : 1;
  }

  private int mappingSeconds(World.End end) {
    var site = HolePunching.site(end.machine());
    if (site.isPresent()) {
      return site.get().internet().nat() == Internet.Nat.NONE
          ? Integer.MAX_VALUE
          : site.get().internet().mappingSeconds();
    }
    return world.mappingSeconds(end.machine());
  }

  private static String peerName(PeerConfig peer) {
    return peer.name().map(Object::toString).orElse(peer.publicKey().toString());
  }

  private static Speech impossible(ModelledMachine machine, String far, Text reason) {
    return new Speech.Impossible(Stop.at(machine.name(), Why.NO_HANDSHAKE, far, reason));
  }

  private static Text text(String key, Object... arguments) {
    return Text.of(Links.class, key, arguments);
  }
}
