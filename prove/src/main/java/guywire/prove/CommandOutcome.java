package guywire.prove;

import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Change;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.Route;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import guywire.prove.HostFacts.Trait;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whether a command works on a host as far as it is set up: surely not, or only if something is
 * there of which neither files nor facts speak. Not safe for use by several threads.
 */
final class CommandOutcome {

  /** Devices that every host has, or that stand for its sides. */
  private static final Set<String> ALWAYS =
      Set.of("lo", WorldBuilder.LAN_SIDE, WorldBuilder.WAN_SIDE);

  /** Settings of the kernel that are there on any host, with the device that they are for. */
  private static final Pattern SETTING =
      Pattern.compile(
          "net\\.ipv[46]\\.(?:ip_forward|tcp_\\w+|icmp_\\w+|icmp\\.\\w+|ip_\\w+|route\\.\\w+|igmp_\\w+|udp_\\w+)"
              + "|net\\.ipv[46]\\.(?:conf|neigh)\\.(?<device>[^/]+)\\.(?:forwarding|mc_forwarding"
              + "|bc_forwarding|accept_\\w+|send_redirects|secure_redirects|shared_media|proxy_\\w+"
              + "|rp_filter|src_valid_mark|log_martians|arp_\\w+|route_localnet|promote_secondaries"
              + "|disable_\\w+|autoconf|use_tempaddr|addr_gen_mode|hop_limit|mtu|dad_transmits"
              + "|router_\\w+|gc_\\w+|ndisc_\\w+|tag|medium_id|keep_addr_on_down|force_\\w+)"
              + "|net\\.core\\.\\w+|net\\.netfilter\\.\\w+|net\\.bridge\\.\\w+|kernel\\..*|vm\\..*|fs\\..*");

  private final NodeConfig node;
  private final HostFacts facts;
  private final SetUp setUp;
  private final TablesMade tables;
  private final Set<InterfaceName> there = new HashSet<>();

  CommandOutcome(NodeConfig node, HostFacts facts, SetUp setUp, TablesMade tables) {
    this.node = node;
    this.facts = facts;
    this.setUp = setUp;
    this.tables = tables;
  }

  /** Notes that a tunnel interface is there. */
  void came(InterfaceName tunnel) {
    there.add(tunnel);
  }

  /**
   * Why a command of a tunnel's hooks fails; empty if it works, or nothing tells.
   *
   * @param tunnel whose hooks they are
   */
  Optional<Text> failure(HookEffect effect, TunnelInterface tunnel) {
    if (effect.source().forgiven()) {
      return Optional.empty();
    }
    return switch (effect) {
      case HookEffect.Fails fails -> Optional.of(fails.why());
      case HookEffect.Rule rule when tables.refuses(rule) -> text("setback.hook-rule");
      case HookEffect.Setting setting ->
          device(setting)
              .filter(name -> isMissing(name, tunnel, setting))
              .flatMap(name -> text("setback.hook-device", name));
      case HookEffect.Routes route -> failure(route, tunnel);
      default -> Optional.empty();
    };
  }

  private Optional<Text> failure(HookEffect.Routes effect, TunnelInterface tunnel) {
    var route = effect.route();
    var missing =
        route.device().map(InterfaceName::text).filter(name -> isMissing(name, tunnel, effect));
    if (missing.isPresent()) {
      return text("setback.hook-device", missing.get());
    }
    if (tables.refuses(effect)) {
      return text("setback.hook-rule");
    }
    boolean plain = route.metric().isEmpty() && effect.isMain();
    var other = setUp.route(route.to());
    return effect.added() && effect.strict() && plain && other.isPresent()
        ? text("setback.hook-route", route.to().toString(), other.get())
        : Optional.empty();
  }

  /**
   * Whether a device is surely not there: the facts name all, or its own tunnel is not made yet.
   */
  private boolean isMissing(String device, TunnelInterface tunnel, HookEffect effect) {
    if (device.equals(tunnel.name().text())) {
      return effect.source().when() == Hook.When.PRE_UP && !there.contains(tunnel.name());
    }
    boolean known =
        facts.interfaces().contains(device)
            || ALWAYS.contains(device)
            || node.interfaces().stream().anyMatch(own -> own.name().text().equals(device));
    return !known && !facts.interfaces().isEmpty();
  }

  private static Optional<String> device(HookEffect.Setting setting) {
    var matcher = SETTING.matcher(setting.key());
    return matcher.matches()
        ? Optional.ofNullable(matcher.group("device"))
            .filter(name -> !name.equals("all") && !name.equals("default"))
        : Optional.empty();
  }

  /**
   * Whether a command that surely fails not may fail all the same, and the host then takes the
   * interface away again.
   *
   * @param chain the chain of a rule
   * @param routes the routes that are there
   */
  boolean isOpen(HookEffect effect, Optional<RuleChain> chain, List<Route> routes) {
    if (effect.source().forgiven()) {
      return false;
    }
    return switch (effect) {
      case HookEffect.Filters filters ->
          filters.change() == Change.DELETE && !chain.orElseThrow().has(filters.rule());
      case HookEffect.Unclear unclear -> unclear.change() == Change.DELETE;
      case HookEffect.Setting setting -> !SETTING.matcher(setting.key()).matches();
      case HookEffect.Presumes presumes ->
          facts.rules().isEmpty()
              && node.firewall().forward().isEmpty()
              && node.firewall().input().isEmpty()
              && !facts.has(Trait.DOCKER)
              && !facts.has(Trait.UFW)
              && !facts.has(Trait.FIREWALLD);
      case HookEffect.Routes route when route.isMain() && !route.added() ->
          setUp.route(route.route().to()).isEmpty()
              && routes.stream().noneMatch(one -> one.to().equals(route.route().to()));
      case HookEffect.Routes route when route.added() ->
          facts.attachment().isPresent()
              && !route.source().command().contains("onlink")
              && route.route().via().filter(via -> !setUp.hasLinkTo(via)).isPresent();
      default -> false;
    };
  }

  private static Optional<Text> text(String key, Object... arguments) {
    return Optional.of(Text.of(CommandOutcome.class, key, arguments));
  }
}
