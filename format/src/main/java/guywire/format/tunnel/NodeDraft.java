package guywire.format.tunnel;

import guywire.address.Prefix;
import guywire.format.firewall.FirewallDraft;
import guywire.format.firewall.TunnelPort;
import guywire.format.input.Command;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.format.syntax.Notes;
import guywire.network.Doubt;
import guywire.network.Doubt.Stage;
import guywire.network.Forwarding;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.Part;
import guywire.network.Part.Listing;
import guywire.network.Places;
import guywire.network.Platform;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.RoutingPolicy;
import guywire.network.Setback;
import guywire.network.Setback.SetUpStep;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A node while its files are read. Not safe for use by several threads. */
final class NodeDraft {

  /** So many lines are named that stand for the same packets; the others say nothing more. */
  private static final int MOST_ALIKE = 20;

  /** So many prefixes are held against those of tunnels; any other may meet one. */
  private static final int MOST_MET = 500;

  /** netifd gives wg one file for each interface, NetworkManager reads one for each. */
  private static final Set<Platform> WHOLE = EnumSet.of(Platform.OPENWRT, Platform.NETWORKMANAGER);

  private final Name name;
  private final Platform platform;
  private final Notes notes;
  private final Place whole;
  private final Places.Collector places = new Places.Collector();
  private final FirewallDraft firewall;
  private final Map<InterfaceName, TunnelDraft> tunnels = new LinkedHashMap<>();
  private final List<Route> routes = new ArrayList<>();
  private final List<RoutingPolicy.Rule> rules = new ArrayList<>();
  private final List<RoutingPolicy.TableRoute> tableRoutes = new ArrayList<>();
  private final List<Doubt> doubts = new ArrayList<>();
  private final Map<Map.Entry<Stage, PacketMatch>, Integer> doubted = new HashMap<>();
  private final List<Command> commands = new ArrayList<>();
  private int met;
  private Forwarding forwardIpv4 = Forwarding.UNSTATED;
  private Forwarding forwardIpv6 = Forwarding.UNSTATED;
  private Optional<NameServer> nameServer = Optional.empty();

  /** An empty node that stands in these files. */
  NodeDraft(Name name, Platform platform, List<SourceFile> files) {
    this.name = name;
    this.platform = platform;
    this.notes = new Notes(name.text());
    this.firewall = new FirewallDraft(notes, places);
    this.whole = new Place(files.isEmpty() ? name.text() : files.getFirst().name(), 0, 0);
  }

  Notes notes() {
    return notes;
  }

  Place whole() {
    return whole;
  }

  Places.Collector places() {
    return places;
  }

  /** The tunnel of this name; a new one if there is none yet. */
  TunnelDraft tunnel(InterfaceName tunnel, Place place) {
    return tunnels.computeIfAbsent(
        tunnel,
        added -> {
          places.put(new Part.Tunnel(added), place);
          return new TunnelDraft(added, place, notes, places);
        });
  }

  Optional<TunnelDraft> tunnel(InterfaceName tunnel) {
    return Optional.ofNullable(tunnels.get(tunnel));
  }

  List<TunnelDraft> tunnels() {
    return List.copyOf(tunnels.values());
  }

  void route(Route route, Place place) {
    places.put(new Part.Entry(Listing.ROUTES, routes.size()), place);
    routes.add(route);
  }

  /** Its filter and address translation. */
  FirewallDraft firewall() {
    return firewall;
  }

  /** Its tunnels, as a firewall knows them. */
  List<TunnelPort> ports() {
    return tunnels.values().stream()
        .map(tunnel ->
            new TunnelPort(
                tunnel.name(),
                tunnel.place(),
                tunnel.listenPort(),
                tunnel.peers().stream().anyMatch(peer -> peer.endpoint().isEmpty())))
        .toList();
  }

  void forwardIpv4(Forwarding forwarding, Place place) {
    places.put(new Part.Entry(Listing.FORWARD_IPV4, 0), place);
    forwardIpv4 = forwarding;
  }

  void forwardIpv6(Forwarding forwarding, Place place) {
    places.put(new Part.Entry(Listing.FORWARD_IPV6, 0), place);
    forwardIpv6 = forwarding;
  }

  void nameServer(NameServer server) {
    nameServer = Optional.of(server);
  }

  List<Route> routes() {
    return routes;
  }

  /** Says of a box that makes no routes to allowed IPs to which of them nothing leads (F55). */
  void sayUnrouted(TunnelDraft tunnel) {
    if (!(tunnel.table() instanceof RouteTable.Off)) {
      return;
    }
    for (var peer : tunnel.peers()) {
      for (var prefix : peer.allowed()) {
        boolean connected =
            tunnel.addresses().stream().anyMatch(own -> own.prefix().contains(prefix));
        if (!connected && routes.stream().noneMatch(route -> route.to().contains(prefix))) {
          notes.error(
              "F55",
              peer.heading(),
              "import.unrouted.static",
              prefix.toString(),
              tunnel.name().text());
        }
      }
    }
  }

  /** Something that is not understood and may decide about these packets. */
  void doubt(Stage stage, PacketMatch match, Place place, String what) {
    var doubt = new Doubt(name, stage, 0, match, Optional.empty(), false, place, what);
    if (doubted.merge(Map.entry(stage, match), 1, Integer::sum) <= MOST_ALIKE) {
      doubts.add(doubt);
    }
  }

  /** A prefix that another interface has, of which a tunnel may take a part too. */
  void elsewhere(Prefix prefix, Place place, String what) {
    if (meets(prefix)) {
      doubt(Stage.ANYWHERE, PacketMatch.ANY.to(List.of(prefix)), place, what);
      doubt(Stage.ROUTING, PacketMatch.ANY.to(List.of(prefix)), place, what);
    }
  }

  /** Whether a tunnel may take a part of a prefix. */
  boolean meets(Prefix prefix) {
    return !prefix.isDefault()
        && (++met > MOST_MET
            || tunnels.values().stream()
                .flatMap(tunnel ->
                    Stream.concat(
                        tunnel.allowedIps().stream(),
                        tunnel.addresses().stream().map(own -> own.prefix())))
                .filter(own -> !own.isDefault())
                .anyMatch(own -> own.overlaps(prefix)));
  }

  /** What the host runs when it starts. */
  void command(Command command) {
    commands.add(command);
  }

  /** A rule that chooses a table. */
  void rule(RoutingPolicy.Rule rule) {
    rules.add(rule);
  }

  /** A route of a table that only rules lead to. */
  void route(String table, Route route, Place place) {
    tableRoutes.add(new RoutingPolicy.TableRoute(RoutingPolicy.table(table), route, place));
  }

  private List<RoutingPolicy> policies() {
    return rules.isEmpty() && tableRoutes.isEmpty()
        ? List.of()
        : List.of(new RoutingPolicy(name, rules, tableRoutes));
  }

  /** The finished node. */
  Imported finish() {
    var interfaces = tunnels.values().stream().map(TunnelDraft::finish).toList();
    var node =
        NodeConfig.builder(name, platform)
            .interfaces(interfaces)
            .routes(routes)
            .forwarding(forwardIpv4, forwardIpv6)
            .firewall(firewall.filter())
            .nat(firewall.nat())
            .nameServer(nameServer)
            .build();
    for (var one : firewall.unread()) {
      doubts.add(
          new Doubt(
              name, one.stage(), 0, one.match(), one.verdict(), false, one.place(), one.what()));
    }
    return new Imported(
        node, places.in(whole), notes.all(), commands, setbacks(), doubts, policies());
  }

  /** On platforms that hand an interface over as a whole, one value that can't be read ends it. */
  private List<Setback> setbacks() {
    return WHOLE.contains(platform)
        ? tunnels.values().stream()
            .flatMap(tunnel ->
                tunnel.refused().stream()
                    .map(refusal ->
                        new Setback(
                            name,
                            tunnel.name(),
                            SetUpStep.CONFIGURE,
                            refusal.place(),
                            refusal.what())))
            .toList()
        : List.of();
  }
}
