package guywire.agent;

import guywire.address.IpAddress;
import guywire.agent.choice.Choices;
import guywire.agent.choice.NatTraversal;
import guywire.linux.Clock;
import guywire.linux.LinuxException;
import guywire.network.Agents;
import guywire.network.EndpointAddress;
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
import java.util.Optional;

/**
 * Carries out what {@link NatTraversal} wants: asks and tells where nodes are, and has peers called
 * there.
 *
 * <p>For one thread.
 */
final class EndpointExchange {

  private final AgentOrders orders;
  private final Machine machine;
  private final Choices choices;
  private final ProbePorts ports;
  private final NatTraversal traversal;

  EndpointExchange(AgentOrders orders, Machine machine, Choices choices, ProbePorts ports) {
    this.orders = orders;
    this.machine = machine;
    this.choices = choices;
    this.ports = ports;
    var tunnelled =
        orders.destinations().stream().flatMap(each -> each.prefixes().stream()).toList();
    this.traversal =
        new NatTraversal(orders.node(), orders.introductions(), tunnelled, Clock.bootNanos());
  }

  private boolean isMet(Introduction.Party party) {
    return orders.introductions().stream()
        .filter(each -> each.met(orders.node()).equals(Optional.of(party)))
        .anyMatch(each -> choices.tunnel(party.node()).equals(Optional.of(each.tunnel())));
  }

  long deadline(long now) {
    return Math.max(now, traversal.deadline(this::isMet, choices::isBusy));
  }

  /** Does what is due. */
  void advance(long now) {
    for (var signal : traversal.advance(now, this::isMet, choices::isBusy)) {
      switch (signal) {
        case NatTraversal.Signal.Ask(var introduction, var met) ->
            send(
                introduction.tunnel(),
                introduction.teller(),
                new EndpointMessage(met.address(), Optional.empty()));
        case NatTraversal.Signal.Call(var introduction, var met, var where) -> {
          call(introduction.tunnel(), met.key(), where);
          choices.traffic(met.node(), now);
        }
      }
    }
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
    var message = EndpointMessage.read(bytes);
    if (message.isEmpty()) {
      return false;
    }
    var from = IpAddress.of(sender.getAddress().getAddress());
    var about = message.get().about();
    long now = Clock.bootNanos();
    message
        .get()
        .where()
        .ifPresentOrElse(
            where -> traversal.told(port.tunnel(), from, about, where, this::isMet, now),
            () ->
                traversal
                    .asked(port.tunnel(), from, about, now)
                    .ifPresent(introduction -> tell(introduction, from)));
    return true;
  }

  /** Tells two where the other is, and the one that asked where it is itself. */
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
        tell(introduction, there, here, hereAt.get());
        tell(introduction, here, there, thereAt.get());
      }
    } catch (UncheckedIOException | LinuxException | SetupFailure e) {
      // The tunnel's program is away just now: they ask again.
    }
  }

  private static Optional<EndpointAddress> where(WireGuardDevice device, Introduction.Party who) {
    return device
        .peer(who.key())
        .flatMap(WireGuardPeer::endpoint)
        .map((Endpoint endpoint) -> EndpointAddress.of(endpoint.address(), endpoint.port()));
  }

  private void tell(
      Introduction introduction,
      Introduction.Party whom,
      Introduction.Party about,
      EndpointAddress where) {
    send(introduction.tunnel(), whom, new EndpointMessage(about.address(), Optional.of(where)));
  }

  private void send(InterfaceName tunnel, Introduction.Party to, EndpointMessage message) {
    ports
        .of(tunnel, to.address().isIpv4())
        .ifPresent(port ->
            port.port()
                .send(
                    message.bytes(),
                    new InetSocketAddress(Inet.address(to.address()), Agents.PORT)));
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
            .map(told -> new AgentStatus.Meeting(told.other(), told.self(), met.get().port(), own));
      }
    }
    return Optional.empty();
  }
}
