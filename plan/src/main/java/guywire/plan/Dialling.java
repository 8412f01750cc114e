package guywire.plan;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.network.EndpointAddress;
import guywire.network.Internet.Nat;
import guywire.network.LanEndpoint;
import guywire.network.Name;
import guywire.plan.definition.Definition;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Duty;
import guywire.plan.definition.NodeEntry.Placed;
import guywire.plan.definition.NodeEntry.Where;
import guywire.plan.definition.SiteEntry;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Who can send the first datagram to whom, and where to. */
final class Dialling {

  /**
   * Where a node is dialled.
   *
   * @param host address or name
   * @param port the port, where it isn't the one that the node listens on
   * @param inLan whether it is an address in a LAN that both share
   */
  record Target(String host, OptionalInt port, boolean inLan) {

    /** The endpoint, given the port that the node listens on. */
    EndpointAddress endpoint(int listenPort) {
      return new EndpointAddress(host, port.orElse(listenPort));
    }

    /** Whether the datagrams to it may be IPv6: it is an IPv6 address, or a name. */
    boolean mayBeIpv6() {
      return IpAddress.tryParse(host).map(address -> !address.isIpv4()).orElse(true);
    }
  }

  private final Definition definition;
  private final Map<Name, SiteEntry> sites = new HashMap<>();
  private final Set<Name> served = new HashSet<>();
  private final Map<Name, Set<Family>> families = new HashMap<>();
  private final Map<Name, Integer> forwarded = new HashMap<>();

  /** Where nodes on the internet are dialled, by the families of who dials: in a mesh all do. */
  private final Map<Name, Map<Set<Family>, Optional<Target>>> onInternet = new HashMap<>();

  Dialling(Definition definition) {
    this.definition = definition;
    definition.sites().forEach(site -> sites.put(site.name(), site));
    definition.nodes().stream()
        .filter(NodeEntry::servesLan)
        .forEach(node -> node.site().ifPresent(served::add));
    definition.nodes().forEach(node -> families.put(node.name(), families(node)));
    for (var site : definition.sites()) {
      for (var forward : site.forwards()) {
        forwarded.putIfAbsent(forward.node().name(), forward.publicPort());
      }
    }
  }

  /** The families in which a node reaches the internet. */
  private Set<Family> families(NodeEntry node) {
    var found = EnumSet.noneOf(Family.class);
    switch (node.where()) {
      case Where.Public direct ->
          direct.addresses().forEach(placed -> found.add(placed.value().family()));
      case Where.InSite in -> {
        var site = sites.get(in.site().name());
        if (site != null) {
          site.lans().forEach(lan -> found.add(lan.prefix().family()));
          if (isCarried(node)) {
            found.remove(Family.IPV4);
          }
          if (site.internet().ipv6().isEmpty()
              || found.contains(Family.IPV4) && carriesOwnAddresses(site)) {
            found.remove(Family.IPV6);
          } else {
            found.add(Family.IPV6);
          }
        }
      }
      case Where.Roaming roaming -> {
        found.add(Family.IPV4);
        if (roaming.networks().stream().allMatch(network -> network.ipv6().isPresent())) {
          found.add(Family.IPV6);
        }
      }
    }
    return found;
  }

  /**
   * Whether tunnels carry the very LAN in which the site's machines have their public IPv6
   * addresses: then others route datagrams to them into the tunnel that these should set up.
   */
  private boolean carriesOwnAddresses(SiteEntry site) {
    return definition.overlay().stream()
            .anyMatch(overlay -> overlay.prefix().family() == Family.IPV6)
        && site.internet()
            .ipv6()
            .filter(own -> site.lans().stream().anyMatch(lan -> own.contains(lan.prefix())))
            .isPresent()
        && served.contains(site.name());
  }

  private boolean carriesOwnAddresses(NodeEntry node) {
    return node.site().map(sites::get).filter(this::carriesOwnAddresses).isPresent();
  }

  /**
   * Whether tunnels carry the very LAN in which the node has its public IPv4 address: whoever
   * routes that LAN into a tunnel sends there, too, what should set the tunnel up. The site's
   * router has another address outside of the LAN.
   */
  boolean isCarried(NodeEntry node) {
    return node.where() instanceof Where.InSite in
        && !(in.duty() instanceof Duty.Router)
        && Optional.ofNullable(sites.get(in.site().name()))
            .filter(site -> site.internet().nat() == Nat.NONE && served.contains(site.name()))
            .filter(
                site -> site.lans().stream().anyMatch(lan -> lan.prefix().family() == Family.IPV4))
            .isPresent()
        && definition.overlay().stream()
            .anyMatch(overlay -> overlay.prefix().family() == Family.IPV4);
  }

  /** The families in which a node reaches the internet. */
  Set<Family> families(Name node) {
    return families.getOrDefault(node, Set.of());
  }

  /** Whether one of the two can dial the other. */
  boolean possible(NodeEntry one, NodeEntry other) {
    return target(one, other).isPresent() || target(other, one).isPresent();
  }

  /** Whether anyone on the internet can dial the node. */
  boolean isOpen(NodeEntry node) {
    return node.endpoint().isPresent()
        || node.where() instanceof Where.Public
        || node.where() instanceof Where.InSite in && atSite(in, node).isPresent();
  }

  /**
   * Whether anyone on the internet can dial the node on whichever port it listens: a port that is
   * forwarded leads to its usual tunnel only.
   */
  boolean isOpenOnAnyPort(NodeEntry node) {
    return isOpen(node)
        && forwardedPort(node).isEmpty()
        && (node.where() instanceof Where.Public
            || node.where() instanceof Where.InSite in && in.duty() instanceof Duty.Router);
  }

  /** Where {@code from} dials {@code to}; empty if it can't. */
  Optional<Target> target(NodeEntry from, NodeEntry to) {
    if (from.site().isPresent() && from.site().equals(to.site())) {
      var inLan = inLan(from, to);
      if (inLan.isPresent()) {
        return inLan;
      }
    } else if (isCarried(to) || families(from.name()).isEmpty()) {
      return Optional.empty();
    } else if (to.endpoint().isPresent()) {
      var named =
          to.endpoint()
              .filter(host -> IpAddress.tryParse(host).map(a -> speaks(from, a)).orElse(true))
              .map(host -> new Target(host, forwardedPort(to), false));
      // What a name leads to is not ours to choose: it may be the IPv6 address that is carried.
      boolean mayMislead =
          named.filter(Target::mayBeIpv6).isPresent()
              && (carriesOwnAddresses(from) || carriesOwnAddresses(to));
      return mayMislead ? byAddress(from, to).or(() -> named) : named;
    }
    return byAddress(from, to);
  }

  /** Where one that roams finds a node that it dials from elsewhere, when it comes into its LAN. */
  Optional<LanEndpoint> targetInLan(NodeEntry from, NodeEntry to, int listenPort) {
    var site = to.site().map(sites::get);
    boolean comesAndGoes = from.where() instanceof Where.Roaming && target(from, to).isPresent();
    if (!comesAndGoes || site.isEmpty() || !(to.where() instanceof Where.InSite in)) {
      return Optional.empty();
    }
    boolean router = in.duty() instanceof Duty.Router;
    for (var lan : site.get().lans()) {
      var address =
          router
              ? Optional.of(lan.router())
              : in.lanAddresses().stream()
                  .map(Placed::value)
                  .filter(each -> lan.prefix().contains(each))
                  .findFirst();
      if (address.isPresent()) {
        return Optional.of(new LanEndpoint(lan.prefix(), address.get(), listenPort));
      }
    }
    return Optional.empty();
  }

  private Optional<Target> byAddress(NodeEntry from, NodeEntry to) {
    return switch (to.where()) {
      case Where.Public direct ->
          onInternet
              .computeIfAbsent(to.name(), _ -> new HashMap<>())
              .computeIfAbsent(families(from.name()), _ -> onInternet(from, direct));
      case Where.InSite in ->
          from.site().equals(to.site())
              ? Optional.empty()
              : atSite(in, to).filter(target -> families(from.name()).contains(Family.IPV4));
      case Where.Roaming roaming -> Optional.empty();
    };
  }

  private Optional<Target> onInternet(NodeEntry from, Where.Public to) {
    return to.addresses().stream()
        .map(Placed::value)
        .filter(address -> speaks(from, address))
        .findFirst()
        .map(address -> new Target(address.toString(), OptionalInt.empty(), false));
  }

  private boolean speaks(NodeEntry from, IpAddress address) {
    return families(from.name()).contains(address.family());
  }

  /** A node in the same site is dialled in the LAN, if its address there is known. */
  private Optional<Target> inLan(NodeEntry from, NodeEntry to) {
    var site = from.site().map(sites::get).orElseThrow();
    if (!(to.where() instanceof Where.InSite in)) {
      return Optional.empty();
    }
    var known =
        in.duty() instanceof Duty.Router
            ? site.lans().stream().map(SiteEntry.LanEntry::router).findFirst()
            : in.lanAddresses().stream().map(Placed::value).findFirst();
    return known.map(address -> new Target(address.toString(), OptionalInt.empty(), true));
  }

  /** A node in a site is dialled at the site's address: its router, or through a port forward. */
  private Optional<Target> atSite(Where.InSite in, NodeEntry node) {
    var site = sites.get(in.site().name());
    if (site == null || site.internet().nat() == Nat.CARRIER) {
      return Optional.empty();
    }
    if (site.internet().nat() == Nat.NONE && !in.lanAddresses().isEmpty()) {
      return in.lanAddresses().stream()
          .map(Placed::value)
          .findFirst()
          .map(address -> new Target(address.toString(), OptionalInt.empty(), false));
    }
    var port = forwardedPort(node);
    if (!(in.duty() instanceof Duty.Router) && port.isEmpty()) {
      return Optional.empty();
    }
    return site.internet()
        .publicAddress()
        .map(address -> new Target(address.toString(), port, false));
  }

  private OptionalInt forwardedPort(NodeEntry node) {
    var port = forwarded.get(node.name());
    return port == null ? OptionalInt.empty() : OptionalInt.of(port);
  }

  /** Every node, as declared. */
  Definition definition() {
    return definition;
  }
}
