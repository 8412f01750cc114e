package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.HookEffect;
import guywire.network.Attachment;
import guywire.network.Cryptokeys;
import guywire.network.Hook;
import guywire.network.HostPorts;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.Part;
import guywire.network.Part.Setting;
import guywire.network.Places;
import guywire.network.Platform;
import guywire.network.RouteTable;
import guywire.network.Setback;
import guywire.network.Setback.SetUpStep;
import guywire.network.Site;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import guywire.prove.HostFacts.Trait;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What is around the tunnels of one imported host, by its facts and its commands: how its own
 * interfaces are called, what is routed to them, and what of it makes a tunnel fail.
 */
final class HostSide {

  /** Who gives an address to an interface whatever sysctl says of IPv6 there. */
  private static final Set<Platform> WITHOUT_ASKING =
      EnumSet.of(Platform.NETWORKD, Platform.NETWORKMANAGER, Platform.ROUTEROS);

  private final NodeConfig node;
  private final HostFacts facts;
  private final List<HookEffect> effects;
  private final Optional<Attachment.InSite> place;
  private final List<Site.Lan> lans;
  private final boolean router;

  /**
   * The surroundings of a host.
   *
   * @param site the site it is in
   */
  HostSide(
      NodeConfig node,
      HostFacts facts,
      List<HookEffect> effects,
      Attachment attachment,
      Optional<Site> site) {
    this.node = node;
    this.facts = facts;
    this.effects = effects;
    this.place =
        attachment instanceof Attachment.InSite inSite ? Optional.of(inSite) : Optional.empty();
    this.lans = site.map(Site::lans).orElse(List.of());
    this.router = site.flatMap(Site::routerNode).equals(Optional.of(node.name()));
  }

  /**
   * Its own interfaces. Of those that are only named, the first leads to the internet, and one that
   * is left leads to the LAN that is left.
   */
  HostPorts ports() {
    var ports = new ArrayList<>(facts.ports());
    if (ports.isEmpty()) {
      var names =
          facts.interfaces().stream().flatMap(n -> InterfaceName.tryParse(n).stream()).toList();
      var own = lans.stream().filter(this::isIn).map(Site.Lan::prefix).toList();
      for (int i = 0; i < names.size(); i++) {
        boolean uplink = i == 0;
        boolean onlyOne = router ? names.size() == 2 && i == 1 : names.size() == 1;
        ports.add(
            new HostPorts.Port(
                names.get(i), uplink, onlyOne ? own : List.of(), OptionalInt.empty()));
      }
    }
    return new HostPorts(ports, facts.has(Trait.PROXY_ARP) || isSet("proxy_arp", "1"));
  }

  private boolean isIn(Site.Lan lan) {
    return router
        || place
            .map(Attachment.InSite::addresses)
            .map(own -> own.stream().anyMatch(lan.prefix()::contains))
            .orElse(false);
  }

  /** The kernel's own routes to its LANs, and where they lead. */
  List<Map.Entry<Prefix, String>> routes() {
    var routes = new ArrayList<Map.Entry<Prefix, String>>();
    var ports = ports().ports();
    for (var lan : lans) {
      var port =
          ports.stream()
              .filter(one -> one.lans().stream().anyMatch(lan.prefix()::overlaps))
              .findFirst();
      boolean plain = port.map(one -> one.metric().orElse(0) == 0).orElse(true);
      if (plain && isIn(lan)) {
        routes.add(Map.entry(lan.prefix(), port.map(one -> one.name().text()).orElse("LAN")));
      }
    }
    return routes;
  }

  /** Whether a command that runs before the tunnels are up sets this last part of a key. */
  private boolean isSet(String key, String value) {
    return effects.stream()
        .filter(effect -> effect.source().when() != Hook.When.POST_DOWN)
        .filter(effect -> effect.source().when() != Hook.When.PRE_DOWN)
        .anyMatch(effect ->
            effect instanceof HookEffect.Setting setting
                && setting.key().endsWith("." + key)
                && setting.value().equals(value));
  }

  private boolean isWithoutIpv6() {
    return facts.has(Trait.NO_IPV6)
        || effects.stream()
            .filter(effect ->
                effect.source().when() == Hook.When.SCRIPT
                    || effect.source().when() == Hook.When.PRE_UP)
            .anyMatch(effect ->
                effect instanceof HookEffect.Setting setting
                    && setting.key().matches("net\\.ipv6\\.conf\\.(all|default)\\.disable_ipv6")
                    && setting.value().equals("1"));
  }

  /** What of the host makes its tunnels fail. */
  List<Setback> setbacks(Places places) {
    var setbacks = new ArrayList<Setback>();
    for (var tunnel : node.interfaces()) {
      if (node.platform() == Platform.LINUX
          && facts.has(Trait.NO_RESOLVCONF)
          && !tunnel.dns().servers().isEmpty()) {
        var part = new Part.TunnelSetting(tunnel.name(), Setting.DNS);
        setbacks.add(setback(tunnel, SetUpStep.DNS, places, part, "setback.resolvconf"));
      }
      if (isWithoutIpv6() && !WITHOUT_ASKING.contains(node.platform())) {
        withoutIpv6(tunnel, places).ifPresent(setbacks::add);
      }
    }
    return setbacks;
  }

  private Optional<Setback> withoutIpv6(TunnelInterface tunnel, Places places) {
    for (int i = 0; i < tunnel.addresses().size(); i++) {
      if (!tunnel.addresses().get(i).address().isIpv4()) {
        var part = new Part.Address(tunnel.name(), i);
        return Optional.of(setback(tunnel, SetUpStep.ADDRESS, places, part, "setback.ipv6"));
      }
    }
    if (tunnel.table() instanceof RouteTable.Off || node.platform() == Platform.OPENWRT) {
      return Optional.empty();
    }
    for (var prefix : Cryptokeys.of(tunnel).owners().keySet()) {
      if (prefix.family() == Family.IPV6) {
        var part = SetUp.place(tunnel, prefix);
        return Optional.of(setback(tunnel, SetUpStep.ROUTE, places, part, "setback.ipv6"));
      }
    }
    return Optional.empty();
  }

  private Setback setback(
      TunnelInterface tunnel, SetUpStep step, Places places, Part part, String key) {
    return new Setback(
        node.name(),
        tunnel.name(),
        step,
        places.of(part),
        Text.of(HostSide.class, key, node.name().text()));
  }
}
