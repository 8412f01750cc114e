package guywire.plan;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.network.Failure;
import guywire.network.ForwardedPort;
import guywire.network.Lookup;
import guywire.network.Name;
import guywire.network.Promise;
import guywire.network.PromisedConnection;
import guywire.network.PromisedReach;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Findings;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.ExpectLine;
import guywire.plan.definition.ExpectLine.Source;
import guywire.plan.definition.Members.Member;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Placed;
import guywire.plan.definition.NodeEntry.Where;
import guywire.plan.definition.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Turns each line of {@code expect} into promises for single pairs of machines and addresses. */
final class Expectations {

  /** The port of the echo service (RFC 862): what is tried where a line names no port. */
  static final int PROBE_PORT = 7;

  private final Scene scene;
  private final Findings findings;
  private final Set<Promise> promises = new LinkedHashSet<>();
  private final List<Lookup> lookups = new ArrayList<>();

  Expectations(Scene scene, Findings findings) {
    this.scene = scene;
    this.findings = findings;
  }

  /** Derives all promises. */
  void derive() {
    for (var line : scene.definition().expect()) {
      switch (line) {
        case ExpectLine.Reach reach -> reach(reach);
        case ExpectLine.Resolve resolve -> resolve(resolve);
      }
    }
  }

  /** The promises about packets, in the order of the lines. */
  List<Promise> promises() {
    return List.copyOf(promises);
  }

  /** The promises about names. */
  List<Lookup> lookups() {
    return lookups;
  }

  private void reach(ExpectLine.Reach line) {
    var from = spots(line.from());
    var to = spots(line.to());
    int before = promises.size();
    var parties = new Parties(line);
    for (var one : from) {
      for (var other : to) {
        if (!one.equals(other)
            && parties.areMeant(one, other)
            && !(one instanceof Spot.Outside)
            && !isLanMatter(line, one, other, to.size())) {
          reach(line, one, other);
        }
      }
    }
    if (promises.size() == before && !findings.hasErrors()) {
      findings.error("D32", line.place(), "expect-nothing", line.text());
    }
  }

  /** Several names that "each other" stands between: only pairs of different ones are meant. */
  private final class Parties {
    private final List<Set<Spot>> parties = new ArrayList<>();

    Parties(ExpectLine.Reach line) {
      if (line.from().equals(line.to()) && line.from().size() > 1) {
        line.from().forEach(ref -> parties.add(Set.copyOf(spots(List.of(ref)))));
      }
    }

    boolean areMeant(Spot from, Spot to) {
      return parties.isEmpty()
          || parties.stream()
              .filter(party -> party.contains(from))
              .anyMatch(party ->
                  parties.stream().anyMatch(other -> other != party && other.contains(to)));
    }
  }

  /** Whether a pair is one that a line about many didn't mean: neighbours in a LAN always meet. */
  private boolean isLanMatter(ExpectLine.Reach line, Spot from, Spot to, int meant) {
    boolean neighbours = site(from).isPresent() && site(from).equals(site(to));
    boolean both = from instanceof Spot.Host && to instanceof Spot.Host;
    return neighbours && meant > 1 && (both || (to instanceof Spot.Host && !line.arrives()));
  }

  private void reach(ExpectLine.Reach line, Spot from, Spot to) {
    if (line.forward().isPresent()) {
      forwarded(line, line.forward().get(), from, to);
      return;
    }
    if (line.arrives()
        && to instanceof Spot.Host host
        && !site(from).equals(Optional.of(host.site()))
        && scene.gateway(host.site()).isEmpty()) {
      findings.error("D32", line.place(), "expect-no-gateway", host.site(), host.name());
      return;
    }
    for (var target : targets(line.family(), from, to)) {
      var source = line.source().flatMap(said -> source(line, said, from, to, target));
      var reach =
          new PromisedReach(
              line.arrives(),
              source,
              line.via().stream().map(Ref::name).toList(),
              line.direct(),
              line.down().stream().map(this::failure).toList(),
              line.within().stream().mapToLong(Duration::toMillis).findFirst());
      for (var service : tried(line)) {
        var connection =
            new PromisedConnection(from, to, target, service.transport(), port(service));
        promises.add(new Promise(connection, reach, line.place(), line.text()));
      }
    }
  }

  /** A connection that a gateway is asked to forward: it needs no address of the tunnel's there. */
  private void forwarded(
      ExpectLine.Reach line, ExpectLine.ThroughPort through, Spot from, Spot to) {
    boolean understood =
        line.via().isEmpty()
            && !line.direct()
            && line.down().isEmpty()
            && !line.services().isEmpty()
            && line.services().stream().allMatch(service -> service.ports().isPresent());
    if (!understood) {
      findings.error("D32", line.place(), "expect-forward", line.text());
      return;
    }
    var gateway = scene.node(through.gateway().name());
    var port =
        scene.tunnelAddresses(gateway.name()).stream()
            .filter(at -> addresses(from).stream().anyMatch(own -> own.family() == at.family()))
            .findFirst()
            .map(at -> new ForwardedPort(gateway.name(), at, through.port()));
    if (port.isEmpty()) {
      return;
    }
    for (var target : scene.forwardedTo(gateway, to).stream().limit(1).toList()) {
      var source = line.source().flatMap(said -> source(line, said, from, to, target));
      var reach =
          new PromisedReach(
              line.arrives(), source, List.of(), false, List.of(), OptionalLong.empty());
      for (var service : line.services()) {
        var connection =
            new PromisedConnection(from, to, target, service.transport(), port(service), port);
        promises.add(new Promise(connection, reach, line.place(), line.text()));
      }
    }
  }

  private Failure failure(ExpectLine.Down down) {
    var name = down.what().name();
    if (down.other().isPresent()) {
      return new Failure.OfLink(name, down.other().get().name());
    }
    return scene.site(name).isPresent() ? new Failure.OfSite(name) : new Failure.OfNode(name);
  }

  /** What is tried of a line: a time is measured by a flow of UDP alone. */
  private List<Service> tried(ExpectLine.Reach line) {
    if (line.within().isEmpty()) {
      return tried(line.services());
    }
    if (line.services().isEmpty()) {
      return List.of(new Service(Transport.UDP, Optional.empty()));
    }
    if (line.services().stream().anyMatch(service -> service.transport() != Transport.UDP)) {
      findings.error("D32", line.place(), "expect-within", line.text());
    }
    return line.services().stream()
        .filter(service -> service.transport() == Transport.UDP)
        .toList();
  }

  /** What is tried: what a line names, or one of each kind where it names none. */
  static List<Service> tried(List<Service> named) {
    if (!named.isEmpty()) {
      return named;
    }
    return List.of(
        new Service(Transport.ICMP, Optional.empty()),
        new Service(Transport.TCP, Optional.empty()),
        new Service(Transport.UDP, Optional.empty()));
  }

  /** The port that is tried of a service. */
  static OptionalInt port(Service service) {
    return service.transport() == Transport.ICMP
        ? OptionalInt.empty()
        : OptionalInt.of(service.ports().map(range -> range.first()).orElse(PROBE_PORT));
  }

  /** The addresses by which {@code from} means {@code to}: one of each family both have. */
  List<IpAddress> targets(Optional<Family> family, Spot from, Spot to) {
    var targets = new ArrayList<IpAddress>();
    boolean neighbours = site(from).isPresent() && site(from).equals(site(to));
    var theirs =
        switch (to) {
          case Spot.Outside outside -> outside(family, from);
          case Spot.Node node -> scene.tunnelAddresses(node.name());
          case Spot.Host host -> neighbours ? lanAddresses(host) : carried(host);
        };
    for (var address : theirs) {
      boolean wanted = family.map(one -> one == address.family()).orElse(true);
      boolean own =
          to instanceof Spot.Outside
              || addresses(from).stream().anyMatch(a -> a.family() == address.family());
      if (wanted && own) {
        targets.add(address);
      }
    }
    return targets;
  }

  /** The internet is tried over IPv4; over IPv6 where asked, or where a full tunnel carries it. */
  private List<IpAddress> outside(Optional<Family> family, Spot from) {
    if (family.isPresent()) {
      return List.of(family.get() == Family.IPV4 ? Spot.Outside.IPV4 : Spot.Outside.IPV6);
    }
    boolean both =
        from instanceof Spot.Node node
            && scene.families().contains(Family.IPV6)
            && scene
                .exit(scene.node(node.name()))
                .filter(exit -> scene.dialling().families(exit).contains(Family.IPV6))
                .isPresent();
    return both ? List.of(Spot.Outside.IPV4, Spot.Outside.IPV6) : List.of(Spot.Outside.IPV4);
  }

  private Optional<IpAddress> source(
      ExpectLine.Reach line, Source said, Spot from, Spot to, IpAddress target) {
    var candidates =
        switch (said) {
          case Source.Is is -> List.of(is.address());
          case Source.Kept kept ->
              from instanceof Spot.Node node
                      && site(from).isPresent()
                      && site(from).equals(site(to))
                      && to instanceof Spot.Host
                  ? scene.surroundings().lanAddresses(node.name())
                  : appearance(from, to);
          case Source.Of of -> appearance(scene.node(of.node().name()), to);
        };
    var found = candidates.stream().filter(a -> a.family() == target.family()).findFirst();
    if (found.isEmpty()) {
      findings.error("D32", line.place(), "expect-source", line.text());
    }
    return found;
  }

  /** The addresses under which a node appears to a machine when it rewrites sources. */
  private List<IpAddress> appearance(NodeEntry node, Spot to) {
    return switch (to) {
      case Spot.Outside outside ->
          switch (node.where()) {
            case Where.Public direct -> direct.addresses().stream().map(Placed::value).toList();
            case Where.InSite in ->
                scene
                    .site(in.site().name())
                    .flatMap(site -> site.internet().publicAddress())
                    .map(List::of)
                    .orElse(List.of());
            case Where.Roaming roaming -> List.of();
          };
      case Spot.Host host ->
          node.site().equals(Optional.of(host.site()))
              ? scene.surroundings().lanAddresses(node.name())
              : scene.tunnelAddresses(node.name());
      case Spot.Node other -> scene.tunnelAddresses(node.name());
    };
  }

  /** The addresses under which a sender that nobody rewrites appears to a machine. */
  private List<IpAddress> appearance(Spot from, Spot to) {
    return from instanceof Spot.Host host && isThroughTunnel(host, to)
        ? carried(host)
        : addresses(from);
  }

  private boolean isThroughTunnel(Spot.Host from, Spot to) {
    return switch (to) {
      case Spot.Node node ->
          scene.gateway(from.site()).filter(g -> g.name().equals(node.name())).isEmpty();
      case Spot.Host host -> !host.site().equals(from.site());
      case Spot.Outside _ -> false;
    };
  }

  private List<IpAddress> addresses(Spot spot) {
    return switch (spot) {
      case Spot.Node node -> scene.tunnelAddresses(node.name());
      case Spot.Host host -> lanAddresses(host);
      case Spot.Outside outside -> List.of();
    };
  }

  private List<IpAddress> lanAddresses(Spot.Host host) {
    return scene.surroundings().hosts(host.site()).stream()
        .filter(found -> found.name().equals(host.name()))
        .flatMap(found -> found.addresses().stream())
        .toList();
  }

  /** The addresses of a host in LANs that the tunnel carries, as the tunnel knows them. */
  private List<IpAddress> carried(Spot.Host host) {
    return scene.known(host.site(), lanAddresses(host));
  }

  private Optional<Name> site(Spot spot) {
    return switch (spot) {
      case Spot.Node node -> scene.node(node.name()).site();
      case Spot.Host host -> Optional.of(host.site());
      case Spot.Outside outside -> Optional.empty();
    };
  }

  private List<Spot> spots(List<Ref> refs) {
    return spots(scene.members().of(refs));
  }

  /** The machines that members stand for. */
  List<Spot> spots(Set<Member> members) {
    var spots = new LinkedHashSet<Spot>();
    for (var member : members) {
      switch (member) {
        case Member.OfNode node -> spots.add(new Spot.Node(node.name()));
        case Member.OfHost host -> spots.add(new Spot.Host(host.site(), host.name()));
        case Member.Internet internet -> spots.add(new Spot.Outside());
        case Member.OfSite site ->
            scene
                .surroundings()
                .hosts(site.name())
                .forEach(host -> spots.add(new Spot.Host(site.name(), host.name())));
      }
    }
    return List.copyOf(spots);
  }

  private void resolve(ExpectLine.Resolve line) {
    var dns = scene.definition().dns();
    if (dns.isEmpty()) {
      findings.error("D32", line.place(), "expect-no-dns", line.text());
      return;
    }
    var server = PlannedNames.server(scene, scene.node(dns.get().server().name())).orElseThrow();
    for (var from : spots(line.from())) {
      if (!(from instanceof Spot.Node node)
          || !PlannedNames.isClient(scene, scene.node(node.name()))) {
        findings.error("D32", line.place(), "expect-no-client", from);
        continue;
      }
      for (var ref : line.names()) {
        var known =
            scene.tunnelAddresses(node.name()).stream()
                .flatMap(asker -> server.addresses(ref.name(), asker).stream())
                .distinct()
                .toList();
        var answer = line.addresses().isEmpty() ? known : line.addresses();
        if (known.isEmpty()) {
          findings.error("D32", ref.place(), "expect-no-record", ref.name());
        } else {
          String name = ref.name() + "." + dns.get().domain();
          lookups.add(new Lookup(from, name, answer, line.place(), line.text()));
        }
      }
    }
  }
}
