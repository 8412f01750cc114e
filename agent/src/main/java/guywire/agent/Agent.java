package guywire.agent;

import guywire.address.IpAddress;
import guywire.agent.choice.Act;
import guywire.agent.choice.Choices;
import guywire.agent.choice.Timing;
import guywire.agent.mapping.PortMapping;
import guywire.agent.mapping.PortMappings;
import guywire.linux.Alarm;
import guywire.linux.Clock;
import guywire.linux.Link;
import guywire.linux.Netlink;
import guywire.linux.NetworkChanges;
import guywire.linux.Poll;
import guywire.linux.Wakeup;
import guywire.network.Agents;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Way;
import guywire.node.AgentOrders;
import guywire.node.LanAddresses;
import guywire.node.Machine;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * A node's agent: the choice among its ways, with its hands in the kernel.
 *
 * <p>One thread makes it, begins and runs it, in the network namespace of the node; any may end it.
 */
/*
 * A message is believed if it came by a socket that is bound to a tunnel's interface, from the address of a
 * known destination: what has that source on that interface was sealed by a peer that may have it
 * (cryptokey routing). All that it can change is whether a way counts as alive; of one about where a node is, see
 * NatTraversal.
 */
final class Agent implements AutoCloseable {

  /** Where the sockets of tunnels begin among what is waited for. */
  private static final int FIRST_PORT = 3;

  private final AgentOrders orders;
  private final Map<IpAddress, List<Destination>> byAddress;
  private final Set<InterfaceName> tunnels;
  private final SecureRandom random = new SecureRandom();
  private final Choices choices;
  private final EndpointExchange endpoints;
  private final Allowance<Name> allowance = new Allowance<>();
  private final NetworkChanges changes;
  private final Netlink netlink;
  private final ProbePorts ports;
  private final ChosenRoutes routes;
  private final Traffic traffic;
  private final Alarm alarm = new Alarm();
  private final Wakeup call = new Wakeup();
  private Optional<PortMappings> mappings = Optional.empty();
  private final AtomicReference<List<PortMapping>> mapped = new AtomicReference<>(List.of());
  private final Queue<CompletableFuture<AgentStatus>> asked = new ConcurrentLinkedQueue<>();
  private Map<String, Link> links = Map.of();
  private volatile boolean ended;

  Agent(AgentOrders orders, Machine machine, Timing timing) {
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
    this.changes = NetworkChanges.ofLinksAndAddresses();
    this.netlink = Netlink.open();
    this.ports = new ProbePorts(tunnels, orders.addresses());
    this.routes = new ChosenRoutes(netlink, orders);
    this.traffic = new Traffic(machine, orders.destinations());
    this.endpoints =
        new EndpointExchange(orders, machine, choices, ports, traffic, random::nextLong);
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

  /** Takes over what is there; afterwards it is ready. */
  void begin() {
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

  /** Called by the thread of the mappings. */
  private void mapped(List<PortMapping> now) {
    mapped.set(now);
    call.signal();
  }

  /** Works until {@link #end} is called. */
  void run() {
    var poll = poll();
    while (!ended) {
      long next = Clock.bootNanos();
      alarm.set(Math.min(choices.deadline(next), endpoints.deadline(next)));
      poll.await();
      alarm.clear();
      if (poll.ready(1)) {
        if (changes.poll(Duration.ZERO).stream().allMatch(Agent::isOfAddress)) {
          lookOutside();
        } else {
          lookAtLinks();
          long now = Clock.bootNanos();
          tunnels.forEach(tunnel -> choices.link(tunnel, isUp(tunnel), now));
          act(now);
          restore();
          poll = poll();
        }
      }
      receive();
      act(Clock.bootNanos());
      if (poll.ready(2)) {
        call.clear();
        endpoints.mapped(mapped.get());
        for (var each = asked.poll(); each != null; each = asked.poll()) {
          each.complete(
              AgentStatus.of(
                  orders.node(),
                  choices.standings(Clock.bootNanos()),
                  endpoints::told,
                  endpoints.called()));
        }
      }
    }
  }

  private static boolean isOfAddress(NetworkChanges.Change change) {
    return change instanceof NetworkChanges.Change.AddressAdded
        || change instanceof NetworkChanges.Change.AddressRemoved;
  }

  private Poll poll() {
    int[] fds = new int[FIRST_PORT + ports.all().size()];
    fds[0] = alarm.fd();
    fds[1] = changes.fd();
    fds[2] = call.fd();
    for (int i = 0; i < ports.all().size(); i++) {
      fds[FIRST_PORT + i] = ports.all().get(i).port().fd();
    }
    return new Poll(fds);
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

  private void receive() {
    for (var each : ports.all()) {
      for (var datagram = each.port().receive();
          datagram.isPresent();
          datagram = each.port().receive()) {
        hear(each, datagram.get().bytes(), datagram.get().from());
      }
    }
  }

  private void hear(ProbePorts.Opened port, byte[] bytes, InetSocketAddress from) {
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
        case Act.Choose(var node, var tunnel) -> routes.choose(node, tunnel, links);
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

  /** Has the thread that runs it say how things stand. */
  void ask(CompletableFuture<AgentStatus> status) {
    asked.add(status);
    call.signal();
  }

  /** Makes {@link #run} return. */
  void end() {
    ended = true;
    call.signal();
  }

  @Override
  public void close() {
    mappings.ifPresent(PortMappings::close);
    ports.close();
    changes.close();
    netlink.close();
    alarm.close();
    call.close();
  }
}
