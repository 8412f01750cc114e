package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.HookEffect;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.Routes;
import guywire.network.text.Place;
import guywire.prove.HostFacts.Trait;
import guywire.prove.Inspection.InspectedTunnel;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * F53: a strict reverse path filter drops what comes in by another interface than its answer would
 * leave by.
 *
 * <p>The kernel takes the larger of the values for all interfaces and for the one in question; 1 is
 * strict, 2 loose, and it looks at IPv4 only. Two kinds of packets of a tunnel suffer:
 *
 * <ul>
 *   <li>datagrams of a full tunnel, which come in by the line while all routes lead into the
 *       tunnel. wg-quick marks them and lets the filter see the mark (src_valid_mark), and so gets
 *       on with a strict one; others don't. Measured with wg-quick and wireguard-go.
 *   <li>packets out of a tunnel with a source that is routed elsewhere.
 * </ul>
 */
final class ReversePathFaults {

  /** Who sets up a full tunnel as wg-quick does. */
  private static final Set<Platform> BY_WG_QUICK =
      EnumSet.of(Platform.LINUX, Platform.NIXOS, Platform.DOCKER);

  private static final Pattern SETTING =
      Pattern.compile("net\\.ipv4\\.conf\\.([^.]+)\\.(rp_filter|src_valid_mark)");

  private final Inspection in;
  private final NodeConfig node;
  private int all;
  private int lines;
  private int tunnels;
  private boolean markSeen = true;
  private Place place;

  private ReversePathFaults(Inspection in, NodeConfig node) {
    this.in = in;
    this.node = node;
    this.all = in.facts(node).has(Trait.STRICT_REVERSE_PATH) ? 1 : 0;
    this.place = in.subject().place(node);
    in.effects(node).stream().filter(HookModel::isUp).forEach(this::apply);
  }

  static void find(Inspection in, FaultReport report) {
    for (var node : in.nodes()) {
      var host = new ReversePathFaults(in, node);
      if (host.dropsDatagrams() || host.dropsPackets()) {
        report.error("F53", node, host.place, node.name().text());
      }
    }
  }

  private void apply(HookEffect effect) {
    if (!(effect instanceof HookEffect.Setting setting)) {
      return;
    }
    var key = SETTING.matcher(setting.key());
    if (!key.matches() || !setting.value().matches("[0-2]")) {
      return;
    }
    int value = Integer.parseInt(setting.value());
    if (key.group(2).equals("src_valid_mark")) {
      markSeen = value == 1;
      return;
    }
    if (key.group(1).equals("all")) {
      all = value;
    } else if (isTunnel(key.group(1))) {
      tunnels = value;
    } else {
      lines = value;
    }
    if (value == 1) {
      place = in.hook(node, effect.source().hook());
    }
  }

  private boolean isTunnel(String device) {
    return node.interfaces().stream().anyMatch(t -> t.name().text().equals(device));
  }

  /** Whether the datagrams of a full tunnel are dropped at the line. */
  private boolean dropsDatagrams() {
    boolean full =
        node.interfaces().stream().anyMatch(t -> Routes.of(t).marked().contains(Family.IPV4));
    return full
        && Math.max(all, lines) == 1
        && !(BY_WG_QUICK.contains(node.platform()) && markSeen);
  }

  /** Whether a packet that a peer may send comes in by another tunnel than its answer leaves by. */
  private boolean dropsPackets() {
    return Math.max(all, tunnels) == 1
        && in.tunnels().stream()
            .filter(tunnel -> tunnel.node() == node)
            .anyMatch(tunnel -> strayed(tunnel).isPresent());
  }

  private Optional<Prefix> strayed(InspectedTunnel tunnel) {
    return tunnel.cryptokeys().owners().keySet().stream()
        .filter(prefix -> prefix.family() == Family.IPV4 && !prefix.isDefault())
        .filter(prefix -> !tunnel.has(prefix.address()))
        .filter(prefix -> !in.reachability().answersBy(node.name(), tunnel.tunnel(), prefix))
        .findFirst();
  }
}
