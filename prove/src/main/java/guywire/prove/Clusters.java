package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.ShownLans;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parts of a network that can only be exchanged as a whole: a node together with its site, if
 * it is the only node there; else each node and each host for itself.
 */
final class Clusters {

  /**
   * A part. Two parts are equal only if they are one.
   *
   * <p>Its own prefixes are those that no other part has: tunnel addresses first, then the LANs of
   * the site that is wholly its own, or the address of a host, by each of their names.
   */
  static final class Cluster {
    private final int id;
    private final Optional<NodeConfig> node;
    private final Optional<Site> site;
    private final Optional<Site> shared;
    private final List<Spot> spots;
    private final List<Prefix> own;

    private Cluster(
        int id,
        Optional<NodeConfig> node,
        Optional<Site> site,
        Optional<Site> shared,
        List<Spot> spots,
        List<Prefix> own) {
      this.id = id;
      this.node = node;
      this.site = site;
      this.shared = shared;
      this.spots = List.copyOf(spots);
      this.own = List.copyOf(own);
    }

    int id() {
      return id;
    }

    Optional<NodeConfig> node() {
      return node;
    }

    /** The site that is wholly its own. */
    Optional<Site> site() {
      return site;
    }

    /** The site it shares with others. */
    Optional<Site> shared() {
      return shared;
    }

    /** Its spots: the node first, then hosts. */
    List<Spot> spots() {
      return spots;
    }

    List<Prefix> own() {
      return own;
    }
  }

  private final List<Cluster> all = new ArrayList<>();
  private final Map<PublicKey, Cluster> byKey = new HashMap<>();
  private final Map<Prefix, Cluster> byPrefix = new HashMap<>();
  private final PrefixMap<Cluster> around = new PrefixMap<>();
  private final ShownLans lans;

  Clusters(Network network) {
    lans = ShownLans.of(network);
    var inSite = new HashMap<Name, List<Name>>();
    var siteOf = new HashMap<Name, Name>();
    for (var attachment : network.underlay().attachments()) {
      if (attachment instanceof Attachment.InSite place) {
        inSite.computeIfAbsent(place.site(), key -> new ArrayList<>()).add(place.node());
        siteOf.put(place.node(), place.site());
      }
    }
    var sites = new LinkedHashMap<Name, Site>();
    network.underlay().sites().forEach(site -> sites.put(site.name(), site));
    for (var node : network.nodes()) {
      var site = Optional.ofNullable(siteOf.get(node.name())).map(sites::get);
      boolean alone =
          site.isPresent() && inSite.getOrDefault(site.get().name(), List.of()).size() == 1;
      var spots = new ArrayList<Spot>();
      spots.add(new Spot.Node(node.name()));
      if (alone) {
        sites.remove(site.get().name());
        site.get().hosts().forEach(h -> spots.add(new Spot.Host(site.get().name(), h.name())));
      }
      add(
          Optional.of(node),
          alone ? site : Optional.empty(),
          alone ? Optional.empty() : site,
          spots);
    }
    for (var site : sites.values()) {
      for (var host : site.hosts()) {
        add(
            Optional.empty(),
            Optional.empty(),
            Optional.of(site),
            List.of(new Spot.Host(site.name(), host.name())));
      }
    }
    add(Optional.empty(), Optional.empty(), Optional.empty(), List.of(new Spot.Outside()));
  }

  private void add(
      Optional<NodeConfig> node, Optional<Site> site, Optional<Site> shared, List<Spot> spots) {
    var own = new ArrayList<Prefix>();
    node.ifPresent(config ->
        config
            .interfaces()
            .forEach(tunnel -> tunnel.addresses().forEach(a -> own.add(Prefix.host(a.address())))));
    site.ifPresent(s -> s.lans().forEach(lan -> addTo(own, lan.prefix(), shown(s, lan.prefix()))));
    if (node.isEmpty()) {
      shared.ifPresent(s -> {
        for (var address : addresses(s, spots.getFirst())) {
          addTo(own, Prefix.host(address), shown(s, Prefix.host(address)));
        }
      });
    }
    var cluster = new Cluster(all.size(), node, site, shared, spots, own);
    all.add(cluster);
    node.ifPresent(config ->
        config
            .interfaces()
            .forEach(tunnel -> tunnel.publicKey().ifPresent(key -> byKey.put(key, cluster))));
    for (var prefix : own) {
      byPrefix.putIfAbsent(prefix, cluster);
      around.put(prefix, cluster);
    }
  }

  private Prefix shown(Site site, Prefix lan) {
    return lans.shown(site.name(), lan);
  }

  /** A prefix, and what it is known as where that is another one. */
  private static void addTo(List<Prefix> own, Prefix real, Prefix shown) {
    own.add(real);
    if (!shown.equals(real)) {
      own.add(shown);
    }
  }

  List<Cluster> all() {
    return all;
  }

  Optional<Cluster> withKey(PublicKey key) {
    return Optional.ofNullable(byKey.get(key));
  }

  /** The part to which exactly this prefix belongs. */
  Optional<Cluster> owning(Prefix prefix) {
    return Optional.ofNullable(byPrefix.get(prefix));
  }

  /** The parts whose own prefixes contain this one, or an address of it. */
  List<Cluster> containing(Prefix prefix) {
    return around.around(prefix).stream().map(PrefixMap.Entry::value).distinct().toList();
  }

  /** The addresses of a spot in the LANs of a site. */
  static List<IpAddress> addresses(Site site, Spot spot) {
    return site.hosts().stream()
        .filter(host -> spot.equals(new Spot.Host(site.name(), host.name())))
        .findFirst()
        .map(Site.LanHost::addresses)
        .orElse(List.of());
  }
}
