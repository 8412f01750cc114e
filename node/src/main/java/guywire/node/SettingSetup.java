package guywire.node;

import guywire.address.IpAddress.Family;
import guywire.linux.KernelRoute;
import guywire.linux.KernelRoute.Origin;
import guywire.linux.Sysctl;
import guywire.network.Forwarding;
import guywire.network.NodeConfig;
import guywire.network.Routes;
import guywire.network.text.Text;
import guywire.node.Recorded.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kernel settings a node needs: forwarding, and how strictly the way back is checked. */
record SettingSetup(Work work) {

  private static final String IPV4 = "net/ipv4/ip_forward";
  private static final String IPV6 = "net/ipv6/conf/all/forwarding";

  private static final String LISTENS_TO_ROUTERS = "/accept_ra";

  /** Makes answers to marked packets pass the check of the way back, as wg-quick does. */
  private static final String VALID_MARK = "net/ipv4/conf/all/src_valid_mark";

  /** The settings that the node needs, and their values. */
  static Map<String, String> wanted(NodeConfig config) {
    var wanted = new LinkedHashMap<String, String>();
    put(wanted, IPV4, config.forwardIpv4());
    put(wanted, IPV6, config.forwardIpv6());
    if (config.interfaces().stream()
        .anyMatch(tunnel -> Routes.of(tunnel).marked().contains(Family.IPV4))) {
      wanted.put(VALID_MARK, "1");
    }
    return wanted;
  }

  /** The settings that the node needs: nobody else may turn them off while it is there. */
  List<String> needed(NodeConfig config) {
    return List.copyOf(wanted(config).keySet());
  }

  /** The settings that would be changed now. */
  static Map<String, Setting> intended(NodeConfig config) {
    var intended = new LinkedHashMap<String, Setting>();
    wanted(config)
        .forEach((key, value) ->
            Sysctl.read(key)
                .filter(now -> !now.equals(value))
                .ifPresent(now -> intended.put(key, new Setting(now, value))));
    return intended;
  }

  private static void put(Map<String, String> wanted, String key, Forwarding forwarding) {
    // OFF is what hosts are by default; turning it off would stop others that forward here.
    if (forwarding == Forwarding.ON) {
      wanted.put(key, "1");
    }
  }

  /**
   * Writes what differs, and restores what is no longer needed.
   *
   * @return the settings that were changed, with their former values
   */
  Map<String, Setting> ensure(NodeConfig config, Map<String, Setting> before) {
    var recorded = new LinkedHashMap<String, Setting>();
    var wanted = new LinkedHashMap<>(wanted(config));
    relax(config).forEach(wanted::put);
    listenToRouters(config, before).forEach(wanted::put);
    wanted.forEach((key, value) -> {
      String now = Sysctl.read(key).orElse("");
      Setting known = before.get(key);
      if (!now.equals(value)) {
        work.change(
            Text.of(SettingSetup.class, "step.setting", key.replace('/', '.'), value),
            () -> Sysctl.write(key, value),
            () -> Sysctl.write(key, now));
        recorded.put(key, new Setting(known == null ? now : known.before(), value));
      } else if (known != null) {
        recorded.put(key, known);
      }
    });
    before.forEach((key, setting) -> {
      if (!wanted.containsKey(key) && isStillOurs(key, setting)) {
        work.change(
            Text.of(SettingSetup.class, "step.setting", key.replace('/', '.'), setting.before()),
            () -> Sysctl.write(key, setting.before()),
            () -> Sysctl.write(key, setting.after()));
      }
    });
    return recorded;
  }

  /**
   * The check of the way back, made loose for interfaces where it is strict: a tunnel's packets may
   * well come in where the route back does not go out.
   */
  private static Map<String, String> relax(NodeConfig config) {
    var wanted = new LinkedHashMap<String, String>();
    for (var tunnel : config.interfaces()) {
      String key = "net/ipv4/conf/" + tunnel.name() + "/rp_filter";
      boolean strict =
          Sysctl.read("net/ipv4/conf/all/rp_filter").orElse("0").equals("1")
              || Sysctl.read(key).orElse("0").equals("1");
      // The larger of the two counts: 2 is loose.
      if (strict || Sysctl.read(key).orElse("").equals("2")) {
        wanted.put(key, "2");
      }
    }
    return wanted;
  }

  /**
   * A host that forwards IPv6 no longer listens to routers, and so loses the default route that it
   * has from one, unless that interface is told to listen all the same.
   */
  private Map<String, String> listenToRouters(NodeConfig config, Map<String, Setting> before) {
    var wanted = new LinkedHashMap<String, String>();
    if (config.forwardIpv6() != Forwarding.ON) {
      return wanted;
    }
    before.keySet().stream()
        .filter(key -> key.endsWith(LISTENS_TO_ROUTERS))
        .forEach(key -> wanted.put(key, "2"));
    var learned =
        work.netlink().routes(KernelRoute.MAIN).stream()
            .filter(route -> route.prefixLength() == 0 && route.origin() == Origin.ADVERTISED)
            .flatMap(route -> route.link().stream().boxed())
            .toList();
    for (var link : work.netlink().links()) {
      String key = "net/ipv6/conf/" + link.name() + LISTENS_TO_ROUTERS;
      if (learned.contains(link.index()) && Sysctl.read(key).equals(Optional.of("1"))) {
        wanted.put(key, "2");
      }
    }
    return wanted;
  }

  /** Restores the former values; settings that another node here needs stay and become its own. */
  void restore(Map<String, Setting> settings, List<StateFile> others) {
    var remaining = new ArrayList<>(settings.keySet());
    for (var other : others) {
      other.read().ifPresent(recorded -> handOver(settings, remaining, other, recorded));
    }
    for (var key : remaining) {
      Setting setting = settings.get(key);
      if (setting != null && isStillOurs(key, setting)) {
        Sysctl.write(key, setting.before());
      }
    }
  }

  private static void handOver(
      Map<String, Setting> settings, List<String> remaining, StateFile other, Recorded recorded) {
    var theirs = new LinkedHashMap<>(recorded.sysctls());
    for (var key : List.copyOf(remaining)) {
      Setting setting = settings.get(key);
      if (setting != null && recorded.needs().contains(key)) {
        theirs.put(key, setting);
        remaining.remove(key);
      }
    }
    if (!theirs.equals(recorded.sysctls())) {
      other.write(recorded.withSysctls(theirs));
    }
  }

  private static boolean isStillOurs(String key, Setting setting) {
    return Sysctl.read(key).filter(setting.after()::equals).isPresent();
  }
}
