package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.Doubt.Stage;
import guywire.network.FilterRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.Transport;
import guywire.network.text.Text;
import guywire.prove.RoutingTable.Outcome;
import guywire.prove.RoutingTable.Query;
import guywire.prove.Stop.Why;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One packet on its way, machine by machine, exactly as their kernels would treat it.
 *
 * <p>At each machine: connection tracking and destination NAT, the input filter if the packet is
 * for the machine itself, else route look-up, forwarding, forward filter, source NAT, and then the
 * wire or the tunnel. A tunnel encrypts for the owner of the destination, if that peer can be
 * spoken to, and the far end accepts the packet if the source belongs to the sender there.
 */
final class Walk {

  /** A packet that passes more machines than this goes in circles. */
  private static final int MOST_HOPS = 64;

  /** What becomes of a packet that a tunnel should have taken. */
  private static final Set<Why> ASTRAY =
      EnumSet.of(Why.NO_ROUTE, Why.NO_MACHINE, Why.NOT_ON_INTERNET, Why.NO_SOURCE);

  private final World world;
  private final Links links;
  private final ConnectionState flow;
  private final boolean answering;
  private final long mark;

  private final List<Hop> hops = new ArrayList<>();
  private List<PacketAction> actions = new ArrayList<>();
  private ModelledMachine at;
  private Optional<ModelledInterface> in = Optional.empty();
  private Optional<ModelledInterface> first = Optional.empty();
  private Packet packet;
  private Optional<Stop> missed = Optional.empty();
  private boolean outer;

  /**
   * A walk that has not begun.
   *
   * @param world where
   * @param links which tunnels can be spoken through
   * @param flow what the machines remember of packets before it
   * @param answering whether the packet answers one that went before
   * @param origin where it begins
   * @param packet the packet
   * @param mark its firewall mark on the first machine, or 0
   */
  Walk(
      World world,
      Links links,
      ConnectionState flow,
      boolean answering,
      ModelledMachine origin,
      Packet packet,
      long mark) {
    this.world = world;
    this.links = links;
    this.flow = flow;
    this.answering = answering;
    this.at = origin;
    this.packet = packet;
    this.mark = mark;
  }

  /** The same walk, with the packet coming in on an interface of the machine where it begins. */
  Walk enteringBy(ModelledInterface device) {
    in = Optional.of(device);
    return this;
  }

  /** The same walk, of a packet that a tunnel sends of its own: it asks the routes once. */
  Walk outer() {
    outer = true;
    return this;
  }

  /** The same walk, with the packet leaving by this interface, whatever the routes say. */
  Walk leavingBy(ModelledInterface device) {
    first = Optional.of(device);
    return this;
  }

  /** The interface by which the packet came to the machine where it is now. */
  Optional<ModelledInterface> arrivedBy() {
    return in;
  }

  /** The machine at which the walk ended. */
  ModelledMachine end() {
    return at;
  }

  /** Goes as far as it can. */
  PacketTrace go() {
    var sent = packet;
    Optional<Stop> stop = Optional.empty();
    boolean arrived = false;
    while (!arrived && stop.isEmpty()) {
      if (hops.size() > MOST_HOPS) {
        stop = Optional.of(stop(Why.LOOP, packet.destination().toString()));
      } else {
        var step = step();
        arrived = step instanceof Step.Arrived;
        if (step instanceof Step.Halted halted) {
          stop = Optional.of(halted.stop());
        } else if (step instanceof Step.Moved moved) {
          hops.add(new Hop(at.name(), actions));
          actions = new ArrayList<>();
          at = moved.next();
          in = Optional.of(moved.port());
          moved.received().ifPresent(actions::add);
        }
      }
    }
    if (missed.isPresent() && stop.map(Stop::why).filter(ASTRAY::contains).isPresent()) {
      stop = missed;
    }
    actions.add(
        stop.isPresent() ? new PacketAction.Stopped(stop.get()) : new PacketAction.Delivered());
    hops.add(new Hop(at.name(), actions));
    return new PacketTrace(sent, packet, hops, arrived ? at.spot() : Optional.empty(), stop);
  }

  /** What came of one machine. */
  private sealed interface Step {
    record Arrived() implements Step {}

    record Halted(Stop stop) implements Step {}

    record Moved(ModelledMachine next, ModelledInterface port, Optional<PacketAction> received)
        implements Step {}
  }

  private Step step() {
    if (world.isDown(at)) {
      return halt(Why.DOWN, at.name());
    }
    var guard = guardOfFullTunnel();
    if (guard.isPresent()) {
      return new Step.Halted(guard.get());
    }
    var tracked = track();
    if (in.isPresent() && packet.source().isIpv4() && at.owns(packet.source())) {
      return halt(Why.OWN_SOURCE, at.name(), packet.source().toString());
    }
    if (at == world.outside() && in.isPresent() || at.owns(packet.destination())) {
      return arrive(tracked);
    }
    miss();
    unclear(Optional.empty()).doubt(Stage.ANYWHERE, mark != 0 && in.isEmpty());
    unclear(Optional.empty()).doubt(Stage.ROUTING, mark != 0 && in.isEmpty());
    Outcome outcome =
        in.isEmpty() && first.isPresent()
            ? new Outcome.Found(RoutingTable.by(first.get(), packet.destination()))
            : lookup();
    if (outcome instanceof Outcome.Discarded) {
      return halt(Why.DISCARDED, packet.destination().toString());
    }
    var found = outcome.entry();
    if (found.isEmpty()) {
      return halt(Why.NO_ROUTE, packet.destination().toString());
    }
    var route = found.get();
    unclear(Optional.of(route.device())).doubt(Stage.ROUTING, mark != 0 && in.isEmpty());
    var refused = in.isPresent() ? forward(tracked, route.device()) : send(tracked, route.device());
    if (refused.isPresent()) {
      return new Step.Halted(refused.get());
    }
    actions.add(new PacketAction.Routed(route.to(), route.device().name(), route.via()));
    rewriteSource(tracked, route.device());
    return switch (route.device()) {
      case ModelledInterface.Tunnel tunnel -> encrypt(tunnel);
      case ModelledInterface.Port port -> wire(port, route.via().orElse(packet.destination()));
    };
  }

  /**
   * Where the routes lead. The source of what a program sends is decided by the route, unless it is
   * an answer, or a connection: that looks again once it has a source.
   */
  private Outcome lookup() {
    var target = packet.destination();
    if (in.isPresent()) {
      var from = in.get();
      return at.routing()
          .lookup(
              new Query(
                  target,
                  Optional.of(packet.source()),
                  0,
                  name -> at.called(from, InterfaceMatch.of(name)).yes()),
              from);
    }
    boolean decided = answering || !outer && packet.transport() != Transport.ICMP;
    return at.routing()
        .lookup(decided ? Query.own(target, packet.source(), mark) : Query.own(target, mark));
  }

  /** Notes a tunnel that is not up and should have taken the packet. */
  private void miss() {
    for (var state : at.lost()) {
      if (missed.isEmpty() && SetUp.isMeant(state.config(), packet.destination())) {
        missed = Optional.of(World.notUp(at, state));
      }
    }
  }

  private Step arrive(Tracked tracked) {
    if (in.isPresent()) {
      var seen = new Matcher(at, in, Optional.empty(), packet, tracked.state(), flow);
      seen.doubt(Stage.ANYWHERE, false);
      var firewall = at.firewall();
      var refused = filter(seen, Stage.INPUT, firewall.input(), firewall.inputDefault());
      if (refused.isPresent()) {
        return new Step.Halted(refused.get());
      }
    }
    return new Step.Arrived();
  }

  /** The packet as what is not understood may look at it, by any interface. */
  private Matcher unclear(Optional<ModelledInterface> out) {
    return new Matcher(at, in, out, packet, PacketMatch.Connections.NEW, flow);
  }

  /** What a chain refuses. */
  private Optional<Stop> filter(
      Matcher seen, Stage stage, List<FilterRule> rules, FilterRule.Verdict otherwise) {
    int deciding = seen.indexIn(rules);
    var rule =
        deciding < rules.size() ? Optional.of(rules.get(deciding)) : Optional.<FilterRule>empty();
    var verdict = rule.map(FilterRule::verdict).orElse(otherwise);
    seen.doubt(stage, mark != 0 && in.isEmpty(), deciding, Optional.of(verdict));
    return verdict == FilterRule.Verdict.ACCEPT ? Optional.empty() : Optional.of(filtered(rule));
  }

  /** wg-quick drops what arrives for the address of a full tunnel by any other interface. */
  private Optional<Stop> guardOfFullTunnel() {
    for (var tunnel : at.tunnels()) {
      if (in.isPresent()
          && in.get() != tunnel
          && tunnel.takesDefault(packet.destination().family())
          && tunnel.addresses().stream()
              .anyMatch(own -> own.address().equals(packet.destination()))) {
        return Optional.of(stop(Why.FILTERED, at.name(), packet.toString()));
      }
    }
    return Optional.empty();
  }

  /**
   * How the packet stands to what the machine remembers.
   *
   * @param state its state for filters
   * @param memory the connection, if it has one
   * @param forwarded whether a port forward of the site let it in
   */
  private record Tracked(
      PacketMatch.Connections state,
      Optional<ConnectionTracking.TrackedConnection> memory,
      boolean forwarded) {}

  private Tracked track() {
    var connections = flow.connections();
    var arriving = packet;
    var answered = connections.answered(at, packet);
    if (answered.isPresent()) {
      rewriteDestination(answered.get().first().source(), answered.get().first().sourcePort());
      return new Tracked(PacketMatch.Connections.ESTABLISHED, answered, true);
    }
    if (answering && packet.transport() != Transport.UDP) {
      return new Tracked(PacketMatch.Connections.INVALID, Optional.empty(), false);
    }
    var memory = connections.again(at, arriving).orElseGet(() -> connections.begin(at, arriving));
    var target = in.flatMap(device -> Rewrites.destination(at, device, arriving, flow));
    target.ifPresent(to -> rewriteDestination(to.address(), to.port()));
    memory.sent(packet);
    return new Tracked(PacketMatch.Connections.NEW, Optional.of(memory), target.isPresent());
  }

  private void rewriteDestination(IpAddress to, int port) {
    if (!to.equals(packet.destination())) {
      actions.add(new PacketAction.DestinationRewritten(to));
    }
    packet = packet.to(to, port);
  }

  private Optional<Stop> forward(Tracked tracked, ModelledInterface out) {
    var from = in.orElseThrow();
    var family = packet.destination().family();
    switch (at.forwards(family)) {
      case ON -> {}
      case OFF -> {
        return Optional.of(stop(Why.NOT_FORWARDING, at.name()));
      }
      case UNSTATED ->
          flow.depends(
              new Condition(
                  Condition.Kind.FORWARDS,
                  at.name(),
                  Text.of(Condition.class, "condition.forwards", at.name())));
    }
    if (Rewrites.shuts(at, from, packet)
        && tracked.state() != PacketMatch.Connections.ESTABLISHED
        && !tracked.forwarded()) {
      return Optional.of(stop(Why.NAT, at.name(), packet.toString()));
    }
    var seen = new Matcher(at, in, Optional.of(out), packet, tracked.state(), flow);
    var firewall = at.firewall();
    var refused = filter(seen, Stage.FORWARD, firewall.forward(), firewall.forwardDefault());
    if (refused.isPresent()) {
      return refused;
    }
    actions.add(new PacketAction.Forwarded(from.name(), out.name(), tracked.state()));
    return Optional.empty();
  }

  /** The machine's own filter of what it sends. */
  private Optional<Stop> send(Tracked tracked, ModelledInterface out) {
    var seen = new Matcher(at, Optional.empty(), Optional.of(out), packet, tracked.state(), flow);
    return filter(seen, Stage.OUTPUT, at.firewall().output(), FilterRule.Verdict.ACCEPT);
  }

  /** A rule that somebody gave a reason is named by it. */
  private Stop filtered(Optional<FilterRule> rule) {
    var why = rule.map(FilterRule::comment).filter(comment -> !comment.isEmpty());
    return why.isPresent()
        ? Stop.because(at.name(), "stop.filtered-by", at.name(), packet.toString(), why.get())
        : stop(Why.FILTERED, at.name(), packet.toString());
  }

  private void rewriteSource(Tracked tracked, ModelledInterface out) {
    if (tracked.memory().isEmpty()) {
      return;
    }
    var memory = tracked.memory().get();
    IpAddress source;
    int port = packet.sourcePort();
    if (tracked.state() == PacketMatch.Connections.ESTABLISHED) {
      source = memory.first().destination();
      port = memory.first().port();
    } else {
      source = Rewrites.source(at, in, out, packet, tracked.state(), flow).orElse(packet.source());
    }
    if (!source.equals(packet.source())) {
      actions.add(new PacketAction.SourceRewritten(source));
    }
    packet = new Packet(source, packet.destination(), packet.transport(), port, packet.port());
    if (tracked.state() == PacketMatch.Connections.NEW) {
      memory.sent(packet);
    }
  }

  private Step encrypt(ModelledInterface.Tunnel tunnel) {
    var owner = tunnel.owner(packet.destination());
    if (owner.isEmpty()) {
      return halt(Why.NO_PEER, tunnel.name(), packet.destination().toString());
    }
    var peer = owner.get().value();
    var link = links.speak(at, tunnel, peer, flow);
    return switch (link) {
      case Links.Speech.Impossible impossible -> new Step.Halted(impossible.stop());
      case Links.Speech.Possible possible -> {
        var far = possible.far();
        actions.add(
            new PacketAction.Encrypted(
                far.machine().name(),
                owner.get().prefix(),
                possible.endpoint(),
                flow.passes(tunnel)));
        var sender = far.tunnel().owner(packet.source());
        var key = tunnel.config().publicKey();
        if (sender.isEmpty() || !key.equals(Optional.of(sender.get().value().publicKey()))) {
          hops.add(new Hop(at.name(), actions));
          actions = new ArrayList<>();
          var sending = at.name();
          at = far.machine();
          yield halt(Why.SOURCE_NOT_ALLOWED, packet.source().toString(), sending);
        }
        yield new Step.Moved(
            far.machine(),
            far.tunnel(),
            Optional.of(new PacketAction.Received(at.name(), sender.get().prefix())));
      }
    };
  }

  private Step wire(ModelledInterface.Port port, IpAddress next) {
    return switch (port.segment()) {
      case Segment.Internet internet -> onInternet();
      case Segment.Lan lan -> inLan(lan, next);
    };
  }

  private Step onInternet() {
    var target = packet.destination();
    var shielded = world.shielded(target);
    if (shielded.isPresent()) {
      return halt(Why.NAT, shielded.get().name().text(), packet.toString());
    }
    var plug = world.onInternet(target);
    if (plug.isEmpty()) {
      return halt(Why.NOT_ON_INTERNET, target.toString());
    }
    if (world.isCutOff(at) || world.isCutOff(plug.get().machine())) {
      return halt(Why.DOWN, target.toString());
    }
    return new Step.Moved(plug.get().machine(), plug.get().port(), Optional.empty());
  }

  private Step inLan(Segment.Lan lan, IpAddress next) {
    var plug = lan.plugs().get(next);
    if (plug != null) {
      return new Step.Moved(plug.machine(), plug.port(), Optional.empty());
    }
    var proxy = lan.answering(next, at);
    if (proxy.isPresent()) {
      return new Step.Moved(proxy.get().machine(), proxy.get().port(), Optional.empty());
    }
    var prefix = lan.lan().prefix();
    boolean reserved =
        prefix.family() == IpAddress.Family.IPV4
            && prefix.length() < 31
            && (next.equals(prefix.address()) || next.equals(prefix.last()));
    boolean elsewhere = world.isOfTunnel(next);
    if (!next.equals(packet.destination()) || reserved || elsewhere || !prefix.contains(next)) {
      return halt(Why.NO_MACHINE, next.toString(), prefix.toString());
    }
    flow.depends(
        new Condition(
            Condition.Kind.EXISTS,
            next.toString(),
            Text.of(Condition.class, "condition.exists", next.toString(), prefix.toString())));
    var someone = WorldBuilder.someone(lan, next);
    return new Step.Moved(someone, someone.devices().getFirst(), Optional.empty());
  }

  private Step halt(Why why, Object... arguments) {
    return new Step.Halted(stop(why, arguments));
  }

  private Stop stop(Why why, Object... arguments) {
    return Stop.at(at.name(), why, arguments);
  }
}
