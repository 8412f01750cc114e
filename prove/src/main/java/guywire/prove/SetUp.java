package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Cryptokeys;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.Part;
import guywire.network.Part.Setting;
import guywire.network.PeerConfig;
import guywire.network.Platform;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.Setback;
import guywire.network.Setback.SetUpStep;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A host setting up its tunnels one after the other, as its own program does it, up to the first
 * step that fails. Not safe for use by several threads.
 *
 * <p>Measured with wg-quick 1.0.20210914 and 1.0.20260223 ; the others as their documents describe
 * them:
 *
 * <ul>
 *   <li>wg-quick, and what uses it: any step that fails takes the interface away again. Rules and
 *       routes that its hooks made elsewhere stay.
 *   <li>netifd: what {@code wg} refuses, or a port that is taken, ends the interface; an address
 *       that fails is left out; a route replaces one that is there.
 *   <li>systemd-networkd: a port that is taken ends it; an address that fails leaves the link
 *       "failed": no routes; a route that is there already stays where it is.
 *   <li>NetworkManager: a profile that can't be read is not there; an address that fails is left
 *       out; a second route to one prefix is not made.
 *   <li>RouterOS and others: every entry is for itself.
 * </ul>
 *
 * <p>Of several interfaces the one that is written first comes up first; so does {@code wg0} before
 * {@code wg1} where one starts them in order.
 */
final class SetUp {

  /** Who takes an interface away again when a step fails. */
  private static final Set<Platform> ALL_OR_NOTHING =
      EnumSet.of(
          Platform.LINUX,
          Platform.DOCKER,
          Platform.NIXOS,
          Platform.MACOS,
          Platform.IOS,
          Platform.ANDROID,
          Platform.WINDOWS);

  /** The least MTU with which Linux keeps IPv6 on an interface (RFC 8200 section 5). */
  private static final int LEAST_MTU_IPV6 = 1280;

  private static final long MAIN_TABLE = 254;

  /**
   * A step that failed.
   *
   * @param tunnel the interface
   * @param step the step
   * @param text why
   * @param part what of the node it is about
   * @param known whether files or facts said so before
   */
  record Trouble(
      InterfaceName tunnel, SetUpStep step, Text text, Part part, Optional<Setback> known) {}

  /**
   * What is left of an interface.
   *
   * @param config the interface with the addresses that it has
   * @param up whether it is there at all
   * @param routes the routes that it has
   * @param trouble what failed
   */
  record State(TunnelInterface config, boolean up, Routes routes, List<Trouble> trouble) {
    /** Copies the list. */
    State {
      trouble = List.copyOf(trouble);
    }
  }

  private final NodeConfig node;
  private final List<Setback> known;
  private final TakenRoutes routes = new TakenRoutes();
  private final Map<Integer, InterfaceName> ports = new HashMap<>();

  /**
   * A host before its tunnels.
   *
   * @param node the host
   * @param known what is known to fail there
   */
  SetUp(NodeConfig node, List<Setback> known) {
    this.node = node;
    this.known = known;
  }

  /** Notes a route that is there before the tunnels, as the kernel makes it: metric 0. */
  void has(Prefix prefix, String device) {
    if (prefix.family() == Family.IPV4) {
      routes.putIfAbsent(MAIN_TABLE, prefix, device);
    }
  }

  /** Notes a route that a command made. */
  void hasMade(Prefix prefix, String device) {
    routes.putIfAbsent(MAIN_TABLE, prefix, device);
  }

  /** The interface that has a route to exactly this prefix in the main table. */
  Optional<String> route(Prefix prefix) {
    return routes.device(MAIN_TABLE, prefix);
  }

  /** Whether a next hop is on a link of the host, as far as its routes are known. */
  boolean hasLinkTo(IpAddress hop) {
    for (int length = hop.family().bits(); length > 0; length--) {
      if (route(Prefix.around(hop, length)).isPresent()) {
        return true;
      }
    }
    return node.interfaces().stream()
        .flatMap(tunnel -> tunnel.addresses().stream())
        .anyMatch(own -> own.prefix().contains(hop));
  }

  /** Sets up the next interface. */
  State bringUp(TunnelInterface tunnel, Cryptokeys cryptokeys) {
    var trouble = new ArrayList<Trouble>();
    for (var setback : known) {
      if (setback.tunnel().equals(tunnel.name())) {
        trouble.add(
            new Trouble(
                tunnel.name(),
                setback.step(),
                setback.text(),
                new Part.Tunnel(tunnel.name()),
                Optional.of(setback)));
      }
    }
    port(tunnel, trouble);
    var addresses = addresses(tunnel, trouble);
    var wanted = Routes.of(tunnel, cryptokeys);
    tooSmall(tunnel, wanted, trouble);
    if (tunnel.mtu().orElse(LEAST_MTU_IPV6) < LEAST_MTU_IPV6) {
      addresses.removeIf(own -> !own.address().isIpv4());
    }
    boolean down = trouble.stream().anyMatch(this::ends);
    if (down) {
      return state(tunnel, List.of(), false, new Routes(List.of(), Set.of()), trouble);
    }
    for (var own : addresses) {
      if (own.address().isIpv4() && !own.prefix().isHost()) {
        routes.putIfAbsent(MAIN_TABLE, own.prefix(), tunnel.name().text());
      }
    }
    boolean failed =
        node.platform() == Platform.NETWORKD
            && trouble.stream().anyMatch(one -> one.step() == SetUpStep.ADDRESS);
    var installed =
        failed
            ? new Routes(List.of(), Set.of())
            : new Routes(routed(tunnel, wanted, trouble), wanted.marked());
    defaults(tunnel, wanted, trouble);
    if (trouble.stream().anyMatch(this::ends)) {
      takeAway(tunnel.name());
      return state(tunnel, List.of(), false, new Routes(List.of(), Set.of()), trouble);
    }
    tunnel.listenPort().ifPresent(port -> ports.put(port, tunnel.name()));
    return state(tunnel, addresses, true, installed, trouble);
  }

  /** Takes an interface away again. */
  void takeAway(InterfaceName tunnel) {
    routes.takeAway(tunnel.text());
    ports.values().removeIf(tunnel::equals);
  }

  private static State state(
      TunnelInterface tunnel,
      List<InterfaceAddress> addresses,
      boolean up,
      Routes routes,
      List<Trouble> trouble) {
    var config = addresses.equals(tunnel.addresses()) ? tunnel : tunnel.withAddresses(addresses);
    return new State(config, up, routes, trouble);
  }

  /** Whether a step that failed is the end of its interface here. */
  private boolean ends(Trouble trouble) {
    return ALL_OR_NOTHING.contains(node.platform())
        || switch (trouble.step()) {
          case READ, CONFIGURE -> trouble.known().isPresent() && isWhole();
          case LINK -> true;
          case PRE_UP, ADDRESS, DNS, ROUTE, POST_UP -> false;
        };
  }

  private boolean isWhole() {
    return node.platform() == Platform.OPENWRT || node.platform() == Platform.NETWORKMANAGER;
  }

  private void port(TunnelInterface tunnel, List<Trouble> trouble) {
    var port = tunnel.listenPort();
    var other = port.isPresent() ? ports.get(port.getAsInt()) : null;
    if (other != null) {
      trouble.add(
          trouble(
              tunnel,
              SetUpStep.LINK,
              new Part.TunnelSetting(tunnel.name(), Setting.LISTEN_PORT),
              "setback.port",
              String.valueOf(port.getAsInt()),
              other.text()));
    }
  }

  /** The addresses that the kernel takes: each once. */
  private List<InterfaceAddress> addresses(TunnelInterface tunnel, List<Trouble> trouble) {
    var taken = new ArrayList<InterfaceAddress>();
    var seen = new HashSet<Object>();
    boolean withoutIpv6 =
        trouble.stream()
            .anyMatch(one -> one.step() == SetUpStep.ADDRESS && one.known().isPresent());
    for (int i = 0; i < tunnel.addresses().size(); i++) {
      var own = tunnel.addresses().get(i);
      Object id = own.address().isIpv4() ? own : own.address();
      if (!seen.add(id)) {
        trouble.add(
            trouble(
                tunnel,
                SetUpStep.ADDRESS,
                new Part.Address(tunnel.name(), i),
                "setback.address-twice",
                own.toString()));
      } else if (own.address().isIpv4() || !withoutIpv6) {
        taken.add(own);
      }
    }
    return taken;
  }

  /** An MTU with which the interface has no IPv6. */
  private void tooSmall(TunnelInterface tunnel, Routes wanted, List<Trouble> trouble) {
    boolean ipv6 =
        wanted.marked().contains(Family.IPV6)
            || wanted.installed().stream().anyMatch(prefix -> prefix.family() == Family.IPV6);
    if (ipv6 && tunnel.mtu().orElse(LEAST_MTU_IPV6) < LEAST_MTU_IPV6) {
      trouble.add(
          trouble(
              tunnel,
              SetUpStep.ROUTE,
              new Part.TunnelSetting(tunnel.name(), Setting.MTU),
              "setback.mtu",
              String.valueOf(tunnel.mtu().getAsInt())));
    }
  }

  /** The routes that the host makes, and the first that it can't. */
  private List<Prefix> routed(TunnelInterface tunnel, Routes wanted, List<Trouble> trouble) {
    long table = tunnel.table() instanceof RouteTable.Number number ? number.number() : MAIN_TABLE;
    var made = new ArrayList<Prefix>();
    for (var prefix : wanted.installed()) {
      var other = routes.device(table, prefix);
      boolean mine = other.filter(tunnel.name().text()::equals).isPresent() && table == MAIN_TABLE;
      if (other.isEmpty() || node.platform() == Platform.OPENWRT) {
        routes.put(table, prefix, tunnel.name().text());
        made.add(prefix);
      } else if (!mine || tunnel.table() instanceof RouteTable.Number) {
        trouble.add(
            trouble(
                tunnel,
                SetUpStep.ROUTE,
                place(tunnel, prefix),
                "setback.route",
                prefix.toString(),
                other.get()));
        if (ALL_OR_NOTHING.contains(node.platform())) {
          return made;
        }
      }
    }
    return made;
  }

  /**
   * The default routes that wg-quick makes in a table of their own: that of the firewall mark that
   * the file has, whatever is in it, or else the next one that is empty.
   */
  private void defaults(TunnelInterface tunnel, Routes wanted, List<Trouble> trouble) {
    if (wanted.marked().isEmpty() || !ALL_OR_NOTHING.contains(node.platform())) {
      return;
    }
    long table = tunnel.firewallMark();
    if (table == 0) {
      table = routes.emptyTable();
    }
    for (var family : wanted.marked()) {
      var all = new Prefix(family.any(), 0);
      var other = routes.putIfAbsent(table, all, tunnel.name().text());
      if (other.isPresent()) {
        var part = place(tunnel, all);
        trouble.add(
            trouble(tunnel, SetUpStep.ROUTE, part, "setback.route", all.toString(), other.get()));
      }
    }
  }

  /** Where an interface says that a prefix is routed into it. */
  static Part place(TunnelInterface tunnel, Prefix prefix) {
    List<PeerConfig> peers = tunnel.peers();
    for (int peer = peers.size() - 1; peer >= 0; peer--) {
      int index = peers.get(peer).allowedIps().indexOf(prefix);
      if (index >= 0) {
        return new Part.AllowedIp(tunnel.name(), peer, index);
      }
    }
    return new Part.Tunnel(tunnel.name());
  }

  private static Trouble trouble(
      TunnelInterface tunnel, SetUpStep step, Part part, String key, Object... arguments) {
    return new Trouble(
        tunnel.name(), step, Text.of(SetUp.class, key, arguments), part, Optional.empty());
  }

  /** Whether an interface would have the address, or send to it, if it were up. */
  static boolean isMeant(TunnelInterface tunnel, IpAddress address) {
    return tunnel.addresses().stream().anyMatch(own -> own.prefix().contains(address))
        || tunnel.peers().stream()
            .flatMap(peer -> peer.allowedIps().stream())
            .anyMatch(prefix -> prefix.contains(address));
  }
}
