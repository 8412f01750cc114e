package guywire.agent;

import guywire.address.IpAddress;
import guywire.agent.choice.Choices;
import guywire.agent.choice.MappedPorts;
import guywire.agent.choice.NatTraversal;
import guywire.agent.mapping.PortMapping;
import guywire.linux.Clock;
import guywire.linux.LinuxException;
import guywire.network.Agents;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Introduction;
import guywire.network.Name;
import guywire.node.AgentOrders;
import guywire.node.Machine;
import guywire.node.SetupFailure;
import guywire.node.WireGuardDevice;
import guywire.node.WireGuardPeer;
import guywire.protocol.Endpoint;
import guywire.protocol.PublicKey;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Carries out what {@link NatTraversal} wants: asks and tells where nodes are, and has peers called
 * there.
 *
 * <p>For one thread.
 */
final class EndpointExchange implements NatTraversal.View {

  private final AgentOrders orders;
  private final Machine machine;
  private final Choices choices;
  private final ProbePorts ports;
  private final Traffic traffic;
  private final LongSupplier nonces;
  private final NatTraversal traversal;
  private final MappedPorts open;
  private List<PortMapping> mappings = List.of();

  EndpointExchange(
      AgentOrders orders,
      Machine machine,
      Choices choices,
      ProbePorts ports,
      Traffic traffic,
      LongSupplier nonces) {
    this.traffic = traffic;
    this.nonces = nonces;
    this.orders = orders;
    this.machine = machine;
    this.choices = choices;
    this.ports = ports;
    this.traversal =
        new NatTraversal(
            orders.node(), orders.introductions(), orders.destinations(), Clock.bootNanos());
    this.open = new MappedPorts(orders.node(), orders.introductions());
  }

  @Override
  public boolean isUsed(Introduction introduction, Introduction.Party other) {
    return choices.tunnel(other.node()).equals(Optional.of(introduction.tunnel()));
  }

  @Override
  public boolean answers(Introduction introduction, Introduction.Party other) {
    return choices.isAlive(other.node(), introduction.tunnel(), Clock.bootNanos());
  }

  @Override
  public boolean isBusy(Name node) {
    return choices.isBusy(node);
  }

  @Override
  public Optional<NatTraversal.Seen> seen(Introduction introduction, Introduction.Party party) {
    try {
      return WireGuardDevice.read(machine, introduction.tunnel())
          .peer(party.key())
          .flatMap(peer ->
              endpointOf(peer).map(where -> new NatTraversal.Seen(where, peer.receivedBytes())));
    } catch (UncheckedIOException | LinuxException | SetupFailure e) {
      // The tunnel's program is away just now.
      return Optional.empty();
    }
  }

  /** This host is plugged in so from now on. */
  void plugged(List<InterfaceAddress> own) {
    traversal.plugged(own, Clock.bootNanos());
  }

  /** Whether where this host is plugged in matters to anyone. */
  boolean isMeeting() {
    return orders.introductions().stream().anyMatch(each -> each.met(orders.node()).isPresent());
  }

  long deadline(long now) {
    return Math.max(now, Math.min(open.deadline(), traversal.deadline(this)));
  }

  /** The ports on which this node listens for those that it meets, or that call it. */
  static List<Integer> ports(AgentOrders orders) {
    var met =
        orders.introductions().stream()
            .flatMap(each -> own(each, orders.node()).stream())
            .map(Introduction.Party::port)
            .filter(port -> port > 0);
    return Stream.concat(met, orders.calledPorts().stream()).distinct().toList();
  }

  private static Optional<Introduction.Party> own(Introduction introduction, Name node) {
    return introduction
        .met(node)
        .map(met -> met.equals(introduction.one()) ? introduction.other() : introduction.one());
  }

  /** So it stands with these ports at the router. */
  void mapped(List<PortMapping> now) {
    if (now.equals(mappings)) {
      return;
    }
    mappings = List.copyOf(now);
    long at = Clock.bootNanos();
    for (var introduction : orders.introductions()) {
      own(introduction, orders.node())
          .ifPresent(self -> {
            var where = mapping(self.port()).flatMap(PortMapping::open);
            if (open.opened(introduction.tunnel(), where, at)) {
              traversal.askAgain(introduction.tunnel(), at);
            }
          });
    }
  }

  /** How it stands with the ports on which others call this node. */
  List<PortMapping> called() {
    return mappings.stream().filter(each -> orders.calledPorts().contains(each.port())).toList();
  }

  private Optional<PortMapping> mapping(int port) {
    return mappings.stream().filter(each -> each.port() == port).findFirst();
  }

  /** Does what is due. */
  void advance(long now) {
    for (var say : open.advance(now)) {
      var self = own(say.introduction(), orders.node()).orElseThrow();
      sayOpen(say.introduction(), say.introduction().teller(), self, say.where());
    }
    for (var signal : traversal.advance(now, this)) {
      switch (signal) {
        case NatTraversal.Signal.Ask(var introduction, var met) ->
            send(
                introduction.tunnel(),
                introduction.teller().address(),
                new EndpointMessage(met.address(), Optional.empty()).bytes());
        case NatTraversal.Signal.Call(var introduction, var met, var where) -> {
          call(introduction.tunnel(), met.key(), place(introduction, met, where, now));
          choices.traffic(met.node(), now);
        }
        case NatTraversal.Signal.Try(var introduction, var met, var where) -> {
          call(introduction.tunnel(), met.key(), where);
          var probe = new ProbeMessage(ProbeMessage.Kind.PROBE, nonces.getAsLong());
          send(introduction.tunnel(), met.address(), probe.bytes());
          traffic.sent(introduction.tunnel(), met.node(), ProbeMessage.BYTES);
        }
        case NatTraversal.Signal.Say(var met, var own, boolean asks) ->
            choices
                .tunnel(met.node())
                .ifPresent(tunnel -> {
                  send(tunnel, met.address(), new OwnAddresses(own, asks).bytes());
                  traffic.sent(tunnel, met.node(), OwnAddresses.BYTES);
                });
      }
    }
  }

  /**
   * A mapped port is another place for where the relay sees the other, and for no address in a LAN.
   */
  private EndpointAddress place(
      Introduction introduction, Introduction.Party met, EndpointAddress where, long now) {
    boolean seen =
        traversal.told(met.node()).flatMap(NatTraversal.Told::other).equals(Optional.of(where));
    return seen ? open.place(introduction, met, where, now) : where;
  }

  private void call(InterfaceName tunnel, PublicKey peer, EndpointAddress where) {
    try {
      WireGuardDevice.callAt(machine, tunnel, peer, where);
    } catch (UncheckedIOException | LinuxException | SetupFailure e) {
      // The tunnel's program is away just now: it is asked for again.
    }
  }

  /** Whether what came is about where a node is; then it is dealt with. */
  boolean heard(ProbePorts.Opened port, byte[] bytes, InetSocketAddress sender) {
    var from = IpAddress.of(sender.getAddress().getAddress());
    long now = Clock.bootNanos();
    var opened = MappedPortMessage.read(bytes);
    if (opened.isPresent()) {
      open.said(port.tunnel(), from, opened.get().about(), opened.get().where(), now);
      return true;
    }
    var addresses = OwnAddresses.read(bytes);
    if (addresses.isPresent()) {
      var said = addresses.get();
      orders.introductions().stream()
          .flatMap(each -> each.met(orders.node()).stream())
          .filter(party -> party.address().equals(from))
          .findFirst()
          .ifPresent(party -> traffic.received(port.tunnel(), party.node(), OwnAddresses.BYTES));
      traversal.said(port.tunnel(), from, said.addresses(), said.asks(), this, now);
      return true;
    }
    var message = EndpointMessage.read(bytes);
    if (message.isEmpty()) {
      return false;
    }
    var about = message.get().about();
    message
        .get()
        .where()
        .ifPresentOrElse(
            where -> traversal.told(port.tunnel(), from, about, where, this, now),
            () ->
                traversal
                    .asked(port.tunnel(), from, about, now)
                    .ifPresent(introduction -> tell(introduction, from)));
    return true;
  }

  /** Tells two where the other is, and each where it is itself. */
  private void tell(Introduction introduction, IpAddress asker) {
    boolean one = introduction.one().address().equals(asker);
    var here = one ? introduction.one() : introduction.other();
    var there = one ? introduction.other() : introduction.one();
    try {
      var device = WireGuardDevice.read(machine, introduction.tunnel());
      var hereAt = where(device, here);
      var thereAt = where(device, there);
      hereAt.ifPresent(at -> tell(introduction, here, here, at));
      if (hereAt.isPresent() && thereAt.isPresent()) {
        tell(introduction, there, there, thereAt.get());
        // First, as what comes after is what makes them call.
        passOn(introduction, there, here, hereAt.get());
        passOn(introduction, here, there, thereAt.get());
        tell(introduction, there, here, hereAt.get());
        tell(introduction, here, there, thereAt.get());
      }
    } catch (UncheckedIOException | LinuxException | SetupFailure e) {
      // The tunnel's program is away just now: they ask again.
    }
  }

  private void passOn(
      Introduction introduction,
      Introduction.Party whom,
      Introduction.Party about,
      EndpointAddress seen) {
    open.passedOn(introduction, about, seen, Clock.bootNanos())
        .ifPresent(where -> sayOpen(introduction, whom, about, where));
  }

  private void sayOpen(
      Introduction introduction,
      Introduction.Party whom,
      Introduction.Party about,
      EndpointAddress where) {
    var bytes = new MappedPortMessage(about.address(), where).bytes();
    send(introduction.tunnel(), whom.address(), bytes);
  }

  private static Optional<EndpointAddress> where(WireGuardDevice device, Introduction.Party who) {
    return device.peer(who.key()).flatMap(EndpointExchange::endpointOf);
  }

  private static Optional<EndpointAddress> endpointOf(WireGuardPeer peer) {
    return peer.endpoint()
        .map((Endpoint endpoint) -> EndpointAddress.of(endpoint.address(), endpoint.port()));
  }

  private void tell(
      Introduction introduction,
      Introduction.Party whom,
      Introduction.Party about,
      EndpointAddress where) {
    send(
        introduction.tunnel(),
        whom.address(),
        new EndpointMessage(about.address(), Optional.of(where)).bytes());
  }

  private void send(InterfaceName tunnel, IpAddress to, byte[] message) {
    ports
        .of(tunnel, to.isIpv4())
        .ifPresent(port ->
            port.port().send(message, new InetSocketAddress(Inet.address(to), Agents.PORT)));
  }

  /** What is known of where two are that meet on this tunnel. */
  Optional<AgentStatus.Meeting> told(Name other, InterfaceName tunnel) {
    for (var introduction : orders.introductions()) {
      var met = introduction.met(orders.node());
      if (introduction.tunnel().equals(tunnel)
          && met.filter(party -> party.node().equals(other)).isPresent()) {
        int own =
            met.get().equals(introduction.one())
                ? introduction.other().port()
                : introduction.one().port();
        return traversal
            .told(other)
            .map(told ->
                new AgentStatus.Meeting(
                    told.other(),
                    told.self(),
                    met.get().port(),
                    own,
                    open.heard(introduction, met.get(), Clock.bootNanos()),
                    mapping(own)));
      }
    }
    return Optional.empty();
  }
}
