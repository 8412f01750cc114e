package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.Cryptokeys;
import guywire.network.FilterRule;
import guywire.network.HostPorts;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PeerConfig;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.TunnelInterface;
import guywire.protocol.PublicKey;
import guywire.prove.Clusters.Cluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Which clusters of a network are twins: exchanging two twins changes nothing but names, so what
 * holds for one holds for the other.
 */
final class TwinClusters {

  /*
   * Two vertices of a graph are twins if they have the same neighbours by the same kinds of edge,
   * each other left out. The exchange of two twins is an automorphism, and twins of twins are
   * twins, so any rule that follows from the graph treats a class of twins as one. Here the
   * vertices are clusters; an edge is what one cluster's files say about the other (a peer, an
   * allowed IP that is one of the other's own prefixes); everything else is either the cluster's
   * own (compared word for word, its own prefixes counted rather than named) or a prefix of several
   * clusters ("literal"), of which each cluster knows which contain it. Literals of which every file
   * says the same (the same peer's, in the same rule) are interchangeable, so it is what is said of
   * them that counts there and not their names. A cluster that carries traffic for prefixes that
   * are not its own is like no other.
   *
   * The cost is that of reading every entry once. Twins without an edge between them have the same
   * sum over their neighbours; twins with one have the same sum once each is counted as its own
   * neighbour, by the kind of edge that it has most.
   */

  private final Clusters clusters;
  private final Function<TunnelInterface, Cryptokeys> known;
  private final Map<Name, Attachment> attachments = new HashMap<>();
  private final Map<Name, HostPorts> ports;
  private final Set<Name> setBack = new HashSet<>();
  private final Map<PublicKey, Cryptokeys> cryptokeys = new HashMap<>();

  /** What the files of each cluster say of the others, both by their numbers. */
  private final List<ClusterSums> said = new ArrayList<>();

  /** The clusters that speak of one which says nothing of them, by that one's number. */
  private final Map<Integer, List<Integer>> unanswered = new HashMap<>();

  private final Map<Cluster, List<String>> addresses = new HashMap<>();
  private final PrefixMap<Literal> literals = new PrefixMap<>();
  private final List<Literal> literalList = new ArrayList<>();
  private final Set<Cluster> carriers = new HashSet<>();
  private final OwnParts parts;

  TwinClusters(Network network, Function<TunnelInterface, Cryptokeys> known) {
    this.known = known;
    this.clusters = new Clusters(network);
    this.parts = new OwnParts(clusters);
    clusters.all().forEach(_ -> said.add(new ClusterSums()));
    network.underlay().attachments().forEach(a -> attachments.put(a.node(), a));
    this.ports = network.underlay().ports();
    network.setbacks().forEach(setback -> setBack.add(setback.node()));
    network.doubts().forEach(doubt -> setBack.add(doubt.node()));
    for (var node : network.nodes()) {
      for (var tunnel : node.interfaces()) {
        tunnel.publicKey().ifPresent(key -> cryptokeys.put(key, known.apply(tunnel)));
      }
    }
  }

  /** A prefix that is no single cluster's, and what all files together say of it. */
  private static final class Literal {
    private final Prefix prefix;
    private Fingerprint said = Fingerprint.EMPTY;

    Literal(Prefix prefix) {
      this.prefix = prefix;
    }
  }

  /** By what a cluster is told from others: without, and with, an edge between twins. */
  private record Keys(Cluster cluster, Fingerprint open, Fingerprint closed) {}

  /** The classes of twins, in the order of their first members. */
  List<List<Cluster>> classes() {
    var open = new HashMap<Fingerprint, List<Cluster>>();
    var closed = new HashMap<Fingerprint, List<Cluster>>();
    var all = keys();
    for (var keys : all) {
      open.computeIfAbsent(keys.open(), key -> new ArrayList<>()).add(keys.cluster());
      closed.computeIfAbsent(keys.closed(), key -> new ArrayList<>()).add(keys.cluster());
    }
    var classes = new ArrayList<List<Cluster>>();
    var done = new HashSet<Cluster>();
    for (var keys : all) {
      if (!done.contains(keys.cluster())) {
        var twins = open.getOrDefault(keys.open(), List.of());
        if (twins.size() == 1) {
          twins = closed.getOrDefault(keys.closed(), List.of());
        }
        classes.add(twins.stream().filter(done::add).toList());
      }
    }
    return classes;
  }

  private List<Keys> keys() {
    var local = clusters.all().stream().map(this::local).toList();
    var inside = new HashMap<Cluster, Fingerprint>();
    for (var literal : literalList) {
      for (var cluster : clusters.containing(literal.prefix)) {
        inside.merge(cluster, literal.said, Fingerprint::among);
      }
    }
    for (var from : clusters.all()) {
      said.get(from.id())
          .forEach((to, _) -> {
            if (!said.get(to).has(from.id())) {
              unanswered.computeIfAbsent(to, _ -> new ArrayList<>()).add(from.id());
            }
          });
    }
    var keys = new ArrayList<Keys>();
    for (var cluster : clusters.all()) {
      var own =
          local
              .get(cluster.id())
              .and(covering(cluster))
              .and(inside.getOrDefault(cluster, Fingerprint.EMPTY))
              .and(carriers.contains(cluster) ? cluster.id() : -1);
      keys.add(keys(cluster, own));
    }
    return keys;
  }

  private Keys keys(Cluster cluster, Fingerprint own) {
    var neighbours = new Neighbours();
    said.get(cluster.id()).forEach((other, there) -> neighbours.add(cluster, other, there));
    unanswered
        .getOrDefault(cluster.id(), List.of())
        .forEach(other -> neighbours.add(cluster, other, Fingerprint.EMPTY));
    var sum = neighbours.sum;
    var counts = neighbours.counts;
    var most =
        counts.entrySet().stream()
            .max(
                Map.Entry.<Fingerprint, Integer>comparingByValue()
                    .thenComparing(entry -> entry.getKey().bits()))
            .map(Map.Entry::getKey)
            .orElse(Fingerprint.EMPTY);
    var closed = own.and(most).and(sum.among(Fingerprint.of(cluster.id(), most)));
    return new Keys(cluster, own.and(sum), closed);
  }

  /** The edges of one cluster, each with what is said in both directions. */
  private final class Neighbours {
    private Fingerprint sum = Fingerprint.EMPTY;
    private final Map<Fingerprint, Integer> counts = new HashMap<>();

    void add(Cluster cluster, int other, Fingerprint there) {
      var edge = there.and("<").and(said.get(other).about(cluster.id()));
      sum = sum.among(Fingerprint.of(other, edge));
      counts.merge(edge, 1, Integer::sum);
    }
  }

  private void say(Cluster from, Cluster about, Fingerprint what) {
    if (from != about) {
      said.get(from.id()).say(about.id(), what);
    }
  }

  /** What a cluster is by itself. */
  private Fingerprint local(Cluster cluster) {
    var print = Fingerprint.of(cluster.spots().size());
    if (cluster.node().isPresent()) {
      var node = cluster.node().get();
      print = print.and(node(cluster, node)).and(attachment(cluster, node));
      print = print.and(ports.getOrDefault(node.name(), HostPorts.UNKNOWN));
      print = print.and(setBack.contains(node.name()) ? cluster.id() : -1);
    }
    if (cluster.spots().getFirst() instanceof Spot.Outside) {
      print = print.and("outside");
    }
    if (cluster.site().isPresent()) {
      print = print.and(site(cluster, cluster.site().get()));
    }
    if (cluster.shared().isPresent()) {
      var site = cluster.shared().get();
      print = print.and("shared").and(site.name());
      site.lans().forEach(lan -> literal(lan.prefix(), "lan", lan.prefix()));
      site.routes().forEach(route -> literal(route.to(), "way", route.to()));
      for (var address : Clusters.addresses(site, cluster.spots().getFirst())) {
        for (var lan : site.lans()) {
          print = print.and(lan.prefix().contains(address) ? "in " + lan.prefix() : "");
        }
      }
    }
    return print;
  }

  private Fingerprint node(Cluster cluster, NodeConfig node) {
    var print = Fingerprint.of(node.forwardIpv4(), node.forwardIpv6());
    for (var tunnel : node.interfaces()) {
      print = print.and(tunnel(cluster, tunnel));
    }
    for (var route : node.routes()) {
      literal(route.to(), "route", cluster.id(), route.via(), route.device(), route.metric());
    }
    print = print.and(node.routes());
    var firewall = node.firewall();
    print = print.and(firewall.inputDefault()).and(firewall.forwardDefault());
    print = print.and(firewall.input().size()).and(firewall.forward().size());
    int number = 0;
    for (var rule : concatenated(firewall.input(), firewall.forward(), firewall.output())) {
      print = print.and(match(cluster, rule.match(), ++number)).and(rule.verdict());
    }
    for (var rule : node.nat()) {
      print = print.and(rule.getClass().getSimpleName());
      print = print.and(match(cluster, rule.match(), ++number));
      print =
          switch (rule) {
            case NatRule.Masquerade masquerade -> print;
            case NatRule.Source source -> print.and(source.to());
            case NatRule.Destination target -> {
              literal(Prefix.host(target.to()), "target", target.to());
              yield print.and(target.to()).and(target.port());
            }
            case NatRule.Map map when cluster.own().containsAll(ends(map)) ->
                ends(map).stream()
                    .map(end -> Fingerprint.of("own " + cluster.own().indexOf(end)))
                    .reduce(print, Fingerprint::and);
            case NatRule.Map map -> {
              literal(map.real(), "real", map.real());
              literal(map.shown(), "shown", map.shown());
              yield print.and(map.real()).and(map.shown());
            }
          };
    }
    return print;
  }

  private static List<Prefix> ends(NatRule.Map map) {
    return List.of(map.real(), map.shown());
  }

  @SafeVarargs
  private static List<FilterRule> concatenated(List<FilterRule>... lists) {
    return Stream.of(lists).flatMap(List::stream).toList();
  }

  private Fingerprint match(Cluster cluster, PacketMatch match, int number) {
    var print =
        Fingerprint.of(
            match.in(), match.out(), match.transport(), match.ports(), match.connections());
    return print
        .and(any(cluster, match.from(), "from " + number))
        .and(any(cluster, match.to(), "to " + number));
  }

  /** A set of addresses in a cluster's own rules; how it is written does not matter. */
  private Fingerprint any(Cluster cluster, List<Prefix> prefixes, String where) {
    var print = Fingerprint.of(where, prefixes.isEmpty());
    for (var prefix : prefixes) {
      var made = parts.of(prefix);
      if (made.isEmpty()) {
        print = print.among(Fingerprint.of(named(cluster, prefix, where)));
        continue;
      }
      for (var part : made) {
        var what = Fingerprint.of(where, part.index());
        if (part.cluster() == cluster) {
          print = print.among(what);
        } else {
          say(cluster, part.cluster(), what);
        }
      }
    }
    return print;
  }

  /** A prefix in a cluster's own rules: its own is counted, any other is named. */
  private Object named(Cluster cluster, Prefix prefix, String where) {
    int own = cluster.own().indexOf(prefix);
    if (own >= 0) {
      return "own " + own;
    }
    literal(prefix, where, cluster.id());
    return prefix;
  }

  private Fingerprint tunnel(Cluster cluster, TunnelInterface tunnel) {
    var print =
        Fingerprint.of(
            tunnel.name(),
            tunnel.listenPort(),
            tunnel.firewallMark(),
            tunnel.mtu(),
            tunnel.table(),
            tunnel.publicKey().isPresent());
    for (var address : tunnel.addresses()) {
      print = print.and(address.prefixLength());
      if (!address.prefix().isHost()) {
        literal(address.prefix(), "connected", address.prefix());
        print = print.and(address.prefix());
      }
    }
    var entries = known.apply(tunnel);
    for (var peer : entries.peers().values()) {
      var far = clusters.withKey(peer.publicKey());
      if (far.isEmpty()) {
        print = print.among(Fingerprint.of("stranger", peer.publicKey()));
      } else {
        say(cluster, far.get(), peer(tunnel, peer, far.get()));
      }
    }
    for (var entry : entries.owners().entrySet()) {
      print = print.among(owned(cluster, tunnel, entry.getKey(), entry.getValue()));
    }
    return print;
  }

  /** What a prefix at a peer says about whom; what it says about no one but the cluster itself. */
  private Fingerprint owned(
      Cluster cluster, TunnelInterface tunnel, Prefix prefix, PeerConfig peer) {
    var carrier = clusters.withKey(peer.publicKey());
    var owner = clusters.owning(prefix);
    int own = cluster.own().indexOf(prefix);
    if (own >= 0) {
      carrier.ifPresent(carriers::add);
      return Fingerprint.of("own", own, carrier.map(Cluster::id));
    }
    if (owner.isPresent() && !prefix.isDefault()) {
      int index = owner.get().own().indexOf(prefix);
      if (carrier.equals(owner)) {
        say(cluster, owner.get(), Fingerprint.of("has", index));
      } else {
        carrier.ifPresent(carriers::add);
        say(cluster, owner.get(), Fingerprint.of("via", index, carrier.map(Cluster::id)));
      }
      return Fingerprint.EMPTY;
    }
    literal(prefix, "allowed", cluster.id(), tunnel.name(), peer.publicKey());
    carrier.ifPresent(carriers::add);
    return Fingerprint.of(prefix, carrier.map(Cluster::id));
  }

  private Fingerprint peer(TunnelInterface tunnel, PeerConfig peer, Cluster far) {
    return Fingerprint.of(
        "peer",
        peer.keepaliveSeconds(),
        isMutual(tunnel, peer),
        peer.endpoint().isEmpty()
            ? Optional.empty()
            : Optional.of(
                place(far, peer.endpoint().get().host()) + ":" + peer.endpoint().get().port()));
  }

  /** Whether the peer has an entry for the tunnel, with the same pre-shared key. */
  private boolean isMutual(TunnelInterface tunnel, PeerConfig peer) {
    var there = Optional.ofNullable(cryptokeys.get(peer.publicKey()));
    if (there.isEmpty() || tunnel.publicKey().isEmpty()) {
      return false;
    }
    var back = Optional.ofNullable(there.get().peers().get(tunnel.publicKey().get()));
    return back.isPresent() && back.get().presharedKey().equals(peer.presharedKey());
  }

  /** Whose address an endpoint is, if it is the far cluster's own. */
  private String place(Cluster far, String host) {
    var own = addresses.computeIfAbsent(far, this::addresses);
    int index = own.indexOf(host);
    if (index >= 0) {
      return "own " + index;
    }
    boolean site =
        far.site()
            .flatMap(s -> s.internet().publicAddress())
            .map(address -> address.toString().equals(host))
            .orElse(false);
    return site ? "site" : host;
  }

  private List<String> addresses(Cluster cluster) {
    return cluster
        .node()
        .flatMap(node -> Optional.ofNullable(attachments.get(node.name())))
        .map(attachment ->
            switch (attachment) {
              case Attachment.Direct direct -> texts(direct.addresses());
              case Attachment.InSite inSite -> texts(inSite.addresses());
              case Attachment.Roaming roaming -> List.<String>of();
            })
        .orElse(List.of());
  }

  private static List<String> texts(List<IpAddress> addresses) {
    return addresses.stream().map(IpAddress::toString).toList();
  }

  private Fingerprint attachment(Cluster cluster, NodeConfig node) {
    return switch (attachments.get(node.name())) {
      case null -> Fingerprint.of("nowhere");
      case Attachment.Direct direct ->
          Fingerprint.of("direct", direct.addresses().stream().map(IpAddress::family).toList());
      case Attachment.Roaming roaming ->
          Fingerprint.of("roaming", line(roaming.networks().getFirst()));
      case Attachment.InSite inSite ->
          cluster.site().isPresent()
              ? Fingerprint.of("alone")
              : Fingerprint.of("shared", inSite.site(), inSite.addresses());
    };
  }

  private static Fingerprint line(Internet line) {
    return Fingerprint.of(
        line.nat(),
        line.publicAddress().isPresent(),
        line.ipv6().isPresent(),
        line.mtu(),
        line.mappingSeconds());
  }

  private Fingerprint site(Cluster cluster, Site site) {
    var print = line(site.internet()).and(site.routerNode().isPresent());
    for (var lan : site.lans()) {
      print = print.and(lan.prefix().length());
    }
    for (var route : site.routes()) {
      print = print.and(named(cluster, route.to(), "way " + route.via()));
    }
    for (var forward : site.portForwards()) {
      print = print.and(forward.publicPort()).and(forward.port());
    }
    for (var host : site.hosts()) {
      for (var lan : site.lans()) {
        print = print.and(host.addresses().stream().filter(lan.prefix()::contains).count());
      }
    }
    return print;
  }

  /** Notes what a file says of a literal. */
  private void literal(Prefix prefix, Object... said) {
    var literal =
        literals
            .exactly(prefix)
            .orElseGet(() -> {
              var added = new Literal(prefix);
              literals.put(prefix, added);
              literalList.add(added);
              return added;
            });
    literal.said = literal.said.among(Fingerprint.of(said));
  }

  private Fingerprint covering(Cluster cluster) {
    var print = Fingerprint.EMPTY;
    for (var own : cluster.own()) {
      print = print.and(literalsAround(own));
    }
    return print;
  }

  private Fingerprint literalsAround(Prefix prefix) {
    var print = Fingerprint.EMPTY;
    for (var entry : literals.around(prefix)) {
      print = print.and(entry.value().said);
    }
    return print;
  }
}
