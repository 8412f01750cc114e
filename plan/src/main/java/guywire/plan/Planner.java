package guywire.plan;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Site.LanRoute;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.network.text.Text;
import guywire.plan.definition.Definition;
import guywire.plan.definition.Members;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Duty;
import guywire.plan.definition.NodeEntry.Where;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a definition into the configuration of each node:
 *
 * <pre>
 * Definition.read(file).definition()
 *     .map(definition -> Planner.plan(definition, KeyStore.directory(KeyStore.beside(file))))
 * </pre>
 *
 * <p>The same definition and keys give the same network. A definition that can't work gives
 * findings instead, each with the reason and the mend.
 */
public final class Planner {

  /** RFC 8200, section 5. */
  private static final int LEAST_IPV6 = 1280;

  private final Definition definition;
  private final KeyStore keys;
  private final Findings findings = new Findings(Planner.class);

  private Planner(Definition definition, KeyStore keys) {
    this.definition = definition;
    this.keys = keys;
  }

  /** Plans a definition with the keys of a store. */
  public static Planned plan(Definition definition, KeyStore keys) {
    var planner = new Planner(definition, keys);
    try (var _ = keys.reading()) {
      return planner.plan();
    } catch (KeyStoreException e) {
      String key =
          switch (e.reason()) {
            case NOT_A_KEY -> "key-damaged";
            case UNSAFE -> "key-unsafe";
            case ANOTHER_KEY -> "key-another";
            case FAILED -> "key-failed";
          };
      Object detail = e.refusal().<Object>map(Text::of).orElse(e.detail());
      planner.findings.error("D35", new Place(e.file(), 0, 0), key, detail);
      return new Planned(Optional.empty(), planner.findings.sorted());
    }
  }

  private Planned plan() {
    var members = new Members(definition);
    var addresses = TunnelAddresses.assign(definition, members, keys.addresses(), findings);
    var surroundings = UnderlayDefaults.of(definition, findings);
    var dialling = new Dialling(definition);
    var paths = new NextHops(definition, members, dialling, findings);
    var aliases = Aliases.of(definition, findings);
    var scene = new Scene(definition, members, addresses, surroundings, dialling, paths, aliases);
    var permissions = new Permissions(definition, members);
    var remoteLans = new RemoteLans(scene, permissions);
    var enforcement = new Enforcement(scene, permissions, findings);
    boolean enforced = enforcement.check();
    new LanOverlaps(scene, aliases, findings).check();
    new Feasibility(scene, permissions, remoteLans, enforced, findings).check();
    var forwards = new PlannedForwards(scene, permissions, findings);
    forwards.check();
    var ports = Ports.assign(scene, findings);
    var mtus = Mtu.of(scene);
    int mtu = mtus.values().stream().min(Integer::compare).orElse(LEAST_IPV6);
    if (mtu < LEAST_IPV6 && scene.families().contains(Family.IPV6)) {
      findings.error("D34", definition.place(), "mtu-ipv6", String.valueOf(mtu));
    }
    var expectations = new Expectations(scene, findings);
    expectations.derive();
    if (findings.hasErrors()) {
      return new Planned(Optional.empty(), findings.sorted());
    }
    keys.keep(addresses);
    var tunnels = new Tunnels(scene, permissions, remoteLans, keys, ports, mtus);
    var spare = new SpareTunnels(scene, remoteLans, keys, ports, tunnels);
    var nodes = new ArrayList<NodeConfig>();
    for (var node : definition.nodes()) {
      var rules = new Rulebook(scene, permissions, remoteLans, forwards, node);
      nodes.add(configure(scene, rules, tunnels, spare, forwards, node));
    }
    var underlay = surroundings.underlay(routes(scene, remoteLans), ports.usual());
    var promises = new ArrayList<>(expectations.promises());
    promises.addAll(enforcement.promises(expectations));
    var network = new Network(definition.name(), underlay, nodes, promises, expectations.lookups());
    return new Planned(Optional.of(network), findings.sorted());
  }

  private static NodeConfig configure(
      Scene scene,
      Rulebook rules,
      Tunnels tunnels,
      SpareTunnels spare,
      PlannedForwards forwards,
      NodeEntry node) {
    var interfaces = new ArrayList<>(List.of(tunnels.of(node)));
    interfaces.addAll(spare.of(node));
    return NodeConfig.builder(node.name(), node.platform())
        .interfaces(interfaces)
        .routes(spare.routes(node))
        .forwarding(forwarding(scene, rules, Family.IPV4), forwarding(scene, rules, Family.IPV6))
        .firewall(rules.firewall())
        .nat(rules.nat())
        .nameServer(PlannedNames.server(scene, node))
        .destinations(spare.destinations(node))
        .introductions(spare.introductions(node))
        .virtualRouter(scene.virtualRouter(node))
        .forwards(forwards.of(node))
        .build();
  }

  private static Forwarding forwarding(Scene scene, Rulebook rules, Family family) {
    return rules.forwards() && scene.families().contains(family)
        ? Forwarding.ON
        : Forwarding.UNSTATED;
  }

  /** What the routers of sites must send to a gateway that is not the router. */
  private Map<Name, List<LanRoute>> routes(Scene scene, RemoteLans remoteLans) {
    var routes = new HashMap<Name, List<LanRoute>>();
    for (var node : definition.nodes()) {
      if (node.where() instanceof Where.InSite in
          && in.duty() instanceof Duty.Gateway gateway
          && gateway.staticRoute()) {
        var to = new LinkedHashSet<Prefix>();
        definition.overlay().forEach(overlay -> to.add(overlay.prefix()));
        to.addAll(remoteLans.linkedWith(node));
        var own = scene.hopsInto(in.site().name(), node.name());
        var mine = new ArrayList<LanRoute>();
        for (var prefix : to) {
          own.stream()
              .filter(address -> address.family() == prefix.family())
              .findFirst()
              .ifPresent((IpAddress via) -> mine.add(new LanRoute(prefix, via)));
        }
        routes.putIfAbsent(in.site().name(), mine);
      }
    }
    return routes;
  }
}
