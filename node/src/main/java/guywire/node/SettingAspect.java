package guywire.node;

import guywire.address.IpAddress.Family;
import guywire.linux.KernelRoute;
import guywire.linux.KernelRoute.Origin;
import guywire.linux.Link;
import guywire.linux.Sysctl;
import guywire.network.Forwarding;
import guywire.network.Routes;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** The kernel settings a node needs: forwarding, and how strictly the way back is checked. */
final class SettingAspect implements Aspect {

  private static final Thing.Setting IPV4 = new Thing.Setting("net/ipv4/ip_forward");
  private static final Thing.Setting IPV6 = new Thing.Setting("net/ipv6/conf/all/forwarding");

  /** Makes answers to marked packets pass the check of the way back, as wg-quick does. */
  private static final Thing.Setting VALID_MARK =
      new Thing.Setting("net/ipv4/conf/all/src_valid_mark");

  private static final String STRICT = "1";
  private static final String LOOSE = "2";
  private static final String CHECK = "rp_filter";
  private static final String ALL = "net/ipv4/conf/all/" + CHECK;
  private static final String DEFAULT = "net/ipv4/conf/default/" + CHECK;

  private static final String LISTENS = "/accept_ra";
  private static final String ALSO_AS_ROUTER = "2";

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Setting;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    var settings = new LinkedHashSet<>(scope.claimed(Thing.Setting.class));
    settings.addAll(List.of(IPV4, IPV6, VALID_MARK, new Thing.Setting(ALL)));
    settings.add(new Thing.Setting(DEFAULT));
    scope.interfaces().forEach(name -> settings.add(Thing.Setting.ofInterface(name, CHECK)));
    for (var link : learned(picture.links, picture.routes)) {
      settings.add(listens(link));
    }
    for (var setting : settings) {
      Sysctl.read(setting.key()).ifPresent(value -> picture.things.put(setting, value));
    }
  }

  private static Thing.Setting listens(Link link) {
    return new Thing.Setting("net/ipv6/conf/" + link.name() + LISTENS);
  }

  /** The interfaces through which a router made itself the default route of IPv6. */
  private static List<Link> learned(List<Link> links, List<KernelRoute> routes) {
    var indexes =
        routes.stream()
            .filter(route -> route.prefixLength() == 0 && route.origin() == Origin.ADVERTISED)
            .flatMap(route -> route.link().stream().boxed())
            .toList();
    return links.stream().filter(link -> indexes.contains(link.index())).toList();
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    var config = demand.config();
    // OFF is what hosts are by default; turning it off would stop others that forward here.
    if (config.forwardIpv4() == Forwarding.ON) {
      wanted.put(IPV4, "1");
    }
    if (config.forwardIpv6() == Forwarding.ON) {
      // First, so that the default route is never lost.
      listenToRouters(demand).forEach(setting -> wanted.put(setting, ALSO_AS_ROUTER));
      wanted.put(IPV6, "1");
    }
    if (config.interfaces().stream()
        .anyMatch(tunnel -> Routes.of(tunnel).marked().contains(Family.IPV4))) {
      wanted.put(VALID_MARK, "1");
    }
    for (var tunnel : config.interfaces()) {
      var check = Thing.Setting.ofInterface(tunnel.name(), CHECK);
      if (isStrict(demand, check)) {
        wanted.put(check, LOOSE);
      }
    }
  }

  /**
   * Whether the way back is checked strictly, where a tunnel's packets may well come in though the
   * route back does not go out there. An interface that is still to be made gets the default. Of
   * the interface's own value and that of all the larger counts, and 2 is loose.
   */
  private static boolean isStrict(Demand demand, Thing.Setting check) {
    if (demand.claim(check).isPresent()) {
      return true;
    }
    var observed = demand.observed();
    String own = observed.holds(check).or(() -> observed.setting(DEFAULT)).orElse("0");
    return !own.equals(LOOSE)
        && (own.equals(STRICT) || observed.setting(ALL).orElse("0").equals(STRICT));
  }

  /**
   * A host that forwards IPv6 no longer listens to routers, and so loses the default route that it
   * has from one, unless that interface is told to listen all the same.
   */
  private static List<Thing.Setting> listenToRouters(Demand demand) {
    var settings = new ArrayList<Thing.Setting>();
    for (var claim : demand.ledger().claims(demand.node().id())) {
      if (claim.thing() instanceof Thing.Setting setting && setting.key().endsWith(LISTENS)) {
        settings.add(setting);
      }
    }
    var observed = demand.observed();
    for (var link : learned(observed.links(), observed.routes())) {
      var setting = listens(link);
      if (observed.holds(setting).equals(Optional.of("1")) && !settings.contains(setting)) {
        settings.add(setting);
      }
    }
    return settings;
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    String key = ((Thing.Setting) thing).key();
    // One that is gone with its interface needs nothing; none can be made to be not there.
    to.ifPresent(value -> {
      if (thing.on().isEmpty() || Sysctl.read(key).isPresent()) {
        Sysctl.write(key, value);
      }
    });
    return Optional.empty();
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    String key = ((Thing.Setting) thing).key().replace('/', '.');
    return Text.of(SettingAspect.class, "step.setting", key, to.orElse("-"));
  }
}
