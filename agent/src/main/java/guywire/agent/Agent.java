package guywire.agent;

import guywire.address.IpAddress;
import guywire.agent.choice.Act;
import guywire.agent.choice.Choices;
import guywire.agent.choice.Timing;
import guywire.agent.mapping.PortMapping;
import guywire.agent.mapping.PortMappings;
import guywire.linux.Clock;
import guywire.linux.Link;
import guywire.linux.Netlink;
import guywire.linux.NetworkChanges;
import guywire.network.Agents;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Way;
import guywire.node.AgentOrders;
import guywire.node.HostAgent;
import guywire.node.LanAddresses;
import guywire.node.Machine;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * A node's agent: the choice among its ways, with its hands in the kernel, in a thread of its own.
 */
/*
 * A message is believed if it came by a socket that is bound to a tunnel's interface, from the address of a
 * known destination: what has that source on that interface was sealed by a peer that may have it
 * (cryptokey routing). All that it can change is whether a way counts as alive; of one about where a node is, see
 * NatTraversal.
 */
final class Agent implements HostAgent.RunningChoice, TunnelLoop.TunnelWork {

  private final AgentOrders orders;
  private final TrafficNews news;
  private final Map<IpAddress, List<Destination>> byAddress;
  private final Set<InterfaceName> tunnels;
  private final SecureRandom random = new SecureRandom();
  private final Choices choices;
  private final EndpointExchange endpoints;
  private final Allowance<Name> allowance = new Allowance<>();
  private final TunnelLoop loop;
  private final Netlink netlink;
  private final ProbePorts ports;
  private final ChosenRoutes routes;
  private final Traffic traffic;
  private Optional<PortMappings> mappings = Optional.empty();
  private final AtomicReference<List<PortMapping>> mapped = new AtomicReference<>(List.of());
  private final Runnable heedMapped;
  private Map<String, Link> links = Map.of();

  private Agent(AgentOrders orders, Machine machine, Timing timing, TrafficNews news) {
    this.news = news;
    this.orders = orders;
    this.byAddress = byAddress(orders.destinations());
    this.tunnels =
        orders.destinations().stream()
            .flatMap(destination -> destination.ways().stream())
            .map(Way::tunnel)
            .collect(Collectors.toSet());
    orders.introductions().forEach(each -> tunnels.add(each.tunnel()));
    this.choices = new Choices(timing, random::nextLong);
    // From before the first look, so that nothing is missed.
    this.loop = new TunnelLoop("ways", this);
    this.netlink = Netlink.open();
    this.ports = new ProbePorts(tunnels, orders.addresses());
    this.routes = new ChosenRoutes(netlink, orders);
    this.traffic = new Traffic(machine, orders.destinations());
    this.endpoints =
        new EndpointExchange(orders, machine, choices, ports, traffic, random::nextLong);
    this.heedMapped = () -> endpoints.mapped(mapped.get());
  }

  private static Map<IpAddress, List<Destination>> byAddress(List<Destination> destinations) {
    var found = new HashMap<IpAddress, List<Destination>>();
    for (var destination : destinations) {
      destination.ways().stream()
          .map(destination::address)
          .distinct()
          .forEach(
              address -> found.computeIfAbsent(address, _ -> new ArrayList<>()).add(destination));
    }
    return found;
  }

  /** Begins for a node of this host; returns when it is ready. */
  static HostAgent.RunningChoice begin(AgentOrders orders, TrafficNews news) {
    return begin(orders, Machine.LOCAL, Timing.USUAL, news);
  }

  /** Begins in the network namespace of the calling thread. */
  static Agent begin(AgentOrders orders, Machine machine, Timing timing, TrafficNews news) {
    var agent = new Agent(orders, machine, timing, news);
    try {
      agent.takeOver();
    } catch (RuntimeException e) {
      agent.close();
      throw e;
    }
    agent.loop.begin();
    return agent;
  }

  /** Takes over what is there; afterwards it is ready. */
  private void takeOver() {
    lookAtLinks();
    long now = Clock.bootNanos();
    choices.configure(orders.destinations(), routes.present(links), now);
    tunnels.forEach(tunnel -> choices.link(tunnel, isUp(tunnel), now));
    act(now);
    restore();
    var ports = EndpointExchange.ports(orders);
    if (!ports.isEmpty()) {
      mappings = Optional.of(PortMappings.begin(ports, this::mapped));
    }
  }

  /** Called by the thread of the mappings, which may load nothing. */
  private void mapped(List<PortMapping> now) {
    mapped.set(now);
    loop.errands().leave(heedMapped);
  }

  @Override
  public ProbePorts ports() {
    return ports;
  }

  @Override
  public long deadline() {
    long now = Clock.bootNanos();
    return Math.min(choices.deadline(now), endpoints.deadline(now));
  }

  @Override
  public void changed(List<NetworkChanges.Change> changes) {
    if (changes.stream().allMatch(Agent::isOfAddress)) {
      lookOutside();
    } else {
      lookAtLinks();
      long now = Clock.bootNanos();
      tunnels.forEach(tunnel -> choices.link(tunnel, isUp(tunnel), now));
      act(now);
      restore();
    }
  }

  @Override
  public void advance() {
    act(Clock.bootNanos());
  }

  private static boolean isOfAddress(NetworkChanges.Change change) {
    return change instanceof NetworkChanges.Change.AddressAdded
        || change instanceof NetworkChanges.Change.AddressRemoved;
  }

  private void lookAtLinks() {
    links = netlink.links().stream().collect(Collectors.toMap(Link::name, link -> link));
    ports.follow(links);
    lookOutside();
  }

  private void lookOutside() {
    if (endpoints.isMeeting()) {
      endpoints.plugged(LanAddresses.of(netlink, links.values()));
    }
  }

  private boolean isUp(InterfaceName tunnel) {
    var link = links.get(tunnel.text());
    return link != null && link.up();
  }

  /** The routes of an interface go with it; they are put back when it is there again. */
  private void restore() {
    routes.hold(
        orders.destinations().stream()
            .collect(
                Collectors.toMap(
                    Destination::node,
                    destination -> choices.tunnel(destination.node()).orElseThrow())),
        links);
  }

  @Override
  public void heard(ProbePorts.Opened port, byte[] bytes, InetSocketAddress from) {
    if (from.getPort() == Agents.PORT && endpoints.heard(port, bytes, from)) {
      return;
    }
    var message = ProbeMessage.read(bytes);
    var address = IpAddress.of(from.getAddress().getAddress());
    var asked = byAddress.getOrDefault(address, List.of());
    if (message.isEmpty() || asked.isEmpty() || from.getPort() != Agents.PORT) {
      return;
    }
    // A hub answers for those behind it that have no agent, too, and a gateway for its LAN: they
    // have its address here.
    var sender =
        asked.stream()
            .filter(each -> each.prefixes().stream().anyMatch(own -> own.contains(address)))
            .findFirst()
            .orElse(asked.getFirst());
    long now = Clock.bootNanos();
    traffic.received(port.tunnel(), sender.node(), ProbeMessage.BYTES);
    switch (message.get().kind()) {
      case PROBE -> {
        if (allowance.allows(sender.node(), now)) {
          port.port().send(message.get().answer().bytes(), from);
          traffic.sent(port.tunnel(), sender.node(), ProbeMessage.BYTES);
        }
        choices.probed(sender.node(), port.tunnel(), now);
      }
      case ANSWER ->
          asked.forEach(
              each -> choices.answered(each.node(), port.tunnel(), message.get().nonce(), now));
    }
  }

  private void act(long now) {
    endpoints.advance(now);
    for (var act : choices.advance(now)) {
      switch (act) {
        case Act.Probe probe -> send(probe);
        case Act.Choose(var node, var tunnel) -> {
          routes.choose(node, tunnel, links);
          news.say();
        }
        case Act.Look _ ->
            traffic.look(used(), links, now).forEach(node -> choices.traffic(node, now));
      }
    }
  }

  private Map<Name, InterfaceName> used() {
    var used = new HashMap<Name, InterfaceName>();
    for (var destination : orders.destinations()) {
      choices.tunnel(destination.node()).ifPresent(way -> used.put(destination.node(), way));
    }
    return used;
  }

  private void send(Act.Probe probe) {
    var to = Inet.address(probe.to());
    ports
        .of(probe.tunnel(), probe.to().isIpv4())
        .ifPresent(port -> {
          port.port()
              .send(
                  new ProbeMessage(ProbeMessage.Kind.PROBE, probe.nonce()).bytes(),
                  new InetSocketAddress(to, Agents.PORT));
          traffic.sent(probe.tunnel(), probe.destination(), ProbeMessage.BYTES);
        });
  }

  @Override
  public String status() {
    var said = new ArrayList<AgentStatus>();
    loop.errands()
        .call(() ->
            said.add(
                AgentStatus.of(
                    orders.node(),
                    choices.standings(Clock.bootNanos()),
                    endpoints::told,
                    endpoints.called())));
    return AgentStatus.CODEC.write(said.getFirst());
  }

  @Override
  public void close() {
    // First, as its thread calls the other.
    mappings.ifPresent(PortMappings::close);
    loop.end(() -> {});
    ports.close();
    netlink.close();
  }
}
