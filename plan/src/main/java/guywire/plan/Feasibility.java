package guywire.plan;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.plan.NextHops.Pair;
import guywire.plan.definition.Definition;
import guywire.plan.definition.Definition.Topology;
import guywire.plan.definition.LinkEntry;
import guywire.plan.definition.LinkEntry.LinkPath;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Duty;
import guywire.plan.definition.NodeEntry.Where;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Refuses what can't work: the reason and the mend for each. */
final class Feasibility {

  private final Scene scene;
  private final Permissions permissions;
  private final RemoteLans remoteLans;
  private final Definition definition;
  private final boolean enforced;
  private final Findings findings;
  private final Set<Name> inOwnTunnel = new HashSet<>();

  /**
   * The checks of a plan.
   *
   * @param enforced whether every line of the policy can be enforced; if not, that is said already
   */
  Feasibility(
      Scene scene,
      Permissions permissions,
      RemoteLans remoteLans,
      boolean enforced,
      Findings findings) {
    this.enforced = enforced;
    this.scene = scene;
    this.permissions = permissions;
    this.remoteLans = remoteLans;
    this.definition = scene.definition();
    this.findings = findings;
  }

  /** Checks everything. */
  void check() {
    publicAddresses();
    new Gateways(scene, permissions, findings).check();
    forwards();
    endpoints();
    platforms();
    switch (definition.topology()) {
      case HUB -> hubs();
      case MESH -> mesh();
      case LINKS -> {}
    }
    scene.paths().said().forEach(this::link);
    new FullTunnels(scene, findings).check();
    nameServer();
  }

  /** An endpoint must not lie in what is routed into the tunnel. */
  private void publicAddresses() {
    for (var node : definition.nodes()) {
      if (node.where() instanceof Where.Public direct) {
        for (var placed : direct.addresses()) {
          inTunnel(placed.value())
              .ifPresent(prefix ->
                  findings.error(
                      "D20", placed.place(), "public-in-tunnel", placed.value(), prefix));
        }
      }
    }
    for (var site : definition.sites()) {
      site.internet()
          .publicAddress()
          .ifPresent(address ->
              inTunnel(address)
                  .ifPresent(prefix ->
                      findings.error("D20", site.place(), "public-in-tunnel", address, prefix)));
    }
  }

  private Optional<String> inTunnel(IpAddress address) {
    for (var overlay : definition.overlay()) {
      if (overlay.prefix().contains(address)) {
        return Optional.of(overlay.prefix().toString());
      }
    }
    for (var site : definition.sites()) {
      if (scene.gateway(site.name()).isPresent()) {
        for (var lan : scene.lans(site.name())) {
          if (lan.contains(address)) {
            return Optional.of(lan.toString());
          }
        }
      }
    }
    return Optional.empty();
  }

  /** An endpoint of a node behind a router must lead through it. */
  private void endpoints() {
    for (var node : definition.nodes()) {
      if (node.endpoint().isEmpty() || !(node.where() instanceof Where.InSite in)) {
        continue;
      }
      var site = scene.site(in.site().name()).orElseThrow();
      boolean isRouter = in.duty() instanceof Duty.Router;
      boolean passes = site.forwards().stream().anyMatch(f -> f.node().name().equals(node.name()));
      if (site.internet().nat() == Nat.NONE || site.internet().ipv6().isPresent()) {
        continue;
      }
      if (site.internet().nat() == Nat.CARRIER) {
        findings.error("D29", node.place(), "endpoint-carrier", node.name(), site.name());
      } else if (!isRouter && !passes) {
        findings.error("D29", node.place(), "endpoint-unforwarded", node.name(), site.name());
      }
    }
  }

  private void forwards() {
    for (var site : definition.sites()) {
      for (var forward : site.forwards()) {
        var place = forward.node().place();
        var node = scene.node(forward.node().name());
        if (!node.site().equals(Optional.of(site.name()))) {
          findings.error("D29", place, "forward-elsewhere", node.name(), site.name());
        } else if (site.internet().nat() == Nat.CARRIER) {
          findings.error("D29", place, "forward-carrier", site.name());
        } else if (site.internet().publicAddress().isEmpty() && node.endpoint().isEmpty()) {
          findings.error("D29", place, "forward-unknown", site.name(), node.name());
        }
      }
    }
  }

  private void platforms() {
    var forwards = new PlannedForwards(scene, permissions, findings);
    for (var node : definition.nodes()) {
      var rules = new Rulebook(scene, permissions, remoteLans, forwards, node);
      if (Rulebook.filters(node)) {
        continue;
      }
      if (rules.forwards()) {
        findings.error("D37", node.place(), "cannot-forward", node.name(), node.platform().word());
      } else if (!permissions.isOpen() && enforced) {
        var direct =
            scene.neighbours(node.name()).stream()
                .filter(other -> !scene.relays(other))
                .map(Name::text)
                .toList();
        if (!direct.isEmpty()) {
          findings.warning(
              "D36",
              node.place(),
              "unfiltered",
              node.name(),
              node.platform().word(),
              String.join(", ", direct));
        }
      }
    }
  }

  private void hubs() {
    for (var node : definition.nodes()) {
      var hub = scene.paths().hubOf(node.name()).map(scene::node);
      if (hub.isPresent()
          && scene.paths().said(node.name(), hub.get().name()).isEmpty()
          && !scene.dialling().possible(node, hub.get())) {
        noWay(node.place(), hub.get(), List.of(node.name()), "hub-unreachable");
      }
    }
    var hubs = definition.nodes().stream().filter(n -> scene.paths().isHub(n.name())).toList();
    for (int i = 0; i < hubs.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (!scene.dialling().possible(hubs.get(i), hubs.get(j))) {
          noWay(hubs.get(i).place(), hubs.get(j), List.of(hubs.get(i).name()), "hub-unreachable");
        }
      }
    }
  }

  private void mesh() {
    for (var node : definition.nodes()) {
      var cut = new ArrayList<Name>();
      for (var other : definition.nodes()) {
        if (other == node) {
          break;
        }
        if (scene.paths().said(node.name(), other.name()).isEmpty()
            && scene.paths().next(node.name(), other.name()).isEmpty()) {
          cut.add(other.name());
        }
      }
      if (!cut.isEmpty()) {
        noWay(node.place(), node, cut, "mesh-unreachable");
      }
    }
  }

  private void link(Pair pair, LinkEntry link) {
    var one = scene.node(pair.one());
    var other = scene.node(pair.other());
    boolean tunnel =
        link.way() instanceof LinkPath.Direct
            || (link.way() instanceof LinkPath.Usual
                && scene.paths().next(pair.one(), pair.other()).equals(Optional.of(pair.other())));
    if (tunnel
        && !scene.dialling().possible(one, other)
        && !scene.planes().meet(one.name(), other.name())) {
      noWay(link.place(), one, List.of(other.name()), "link-unreachable");
    }
    if (link.way() instanceof LinkPath.None && definition.topology() == Topology.HUB) {
      findings.error("D11", link.place(), "none-in-hub", one.name(), other.name());
    }
    if (link.way() instanceof LinkPath.Via via) {
      via(pair, link, via);
    }
    if (link.way() instanceof LinkPath.Direct direct && direct.spare().isPresent()) {
      var spare = direct.spare().get();
      if (scene.planes().all().stream().noneMatch(plane -> joins(plane, spare.name(), pair))) {
        findings.error(
            "D31", spare.place(), "spare-nowhere", pair.one(), pair.other(), spare.name());
      }
    }
  }

  private void via(Pair pair, LinkEntry link, LinkPath.Via via) {
    var there = scene.paths().way(pair.one(), pair.other());
    var back = scene.paths().way(pair.other(), pair.one());
    if (there.isEmpty() || back.isEmpty()) {
      findings.error(
          "D31", link.place(), "via-nowhere", pair.one(), pair.other(), via.relay().name());
    } else if (!there.equals(back.reversed())) {
      findings.error("D31", link.place(), "via-crooked", way(there), way(back));
    }
  }

  private static boolean joins(Planes.Plane plane, Name relay, Pair pair) {
    return plane.relay().equals(relay) && plane.has(pair.one()) && plane.has(pair.other());
  }

  private static String way(List<Name> names) {
    return String.join(" - ", names.stream().map(Name::text).toList());
  }

  private void noWay(Place place, NodeEntry node, List<Name> others, String key) {
    var unexplained = new ArrayList<String>();
    for (var other : others) {
      var carried =
          Stream.of(node, scene.node(other))
              .filter(scene.dialling()::isCarried)
              .filter(one -> !node.site().equals(scene.node(other).site()))
              .findFirst();
      if (carried.isEmpty()) {
        unexplained.add(other.text());
      } else if (inOwnTunnel.add(carried.get().name())) {
        inOwnTunnel(carried.get());
      }
    }
    if (!unexplained.isEmpty()) {
      findings.error("D26", place, key, node.name(), String.join(", ", unexplained));
    }
  }

  private void inOwnTunnel(NodeEntry node) {
    var site = node.site().orElseThrow();
    var lan = scene.lans(site).stream().filter(prefix -> prefix.family() == Family.IPV4);
    findings.error(
        "D20", node.place(), "own-lan-in-tunnel", node.name(), lan.findFirst().orElseThrow(), site);
  }

  private void nameServer() {
    var dns = definition.dns();
    if (dns.isEmpty()) {
      return;
    }
    var server = dns.get().server().name();
    for (var node : definition.nodes()) {
      if (PlannedNames.isClient(scene, node) && scene.paths().way(node.name(), server).isEmpty()) {
        findings.error("D32", dns.get().place(), "dns-unreachable", node.name(), server);
      }
    }
  }
}
