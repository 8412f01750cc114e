package guywire.format.tunnel;

import guywire.format.syntax.DomainName;
import guywire.format.syntax.Notes;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.NodeConfig;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import guywire.protocol.PublicKey;
import java.util.HashSet;
import java.util.List;

/** What a platform can't express, told rather than left out in silence. */
public final class PlatformLimits {

  private final NodeConfig node;
  private final Notes notes;
  private final String platform;

  /** The limits of a platform, for a node. */
  public PlatformLimits(NodeConfig node, Notes notes, String platform) {
    this.node = node;
    this.notes = notes;
    this.platform = platform;
  }

  /** Hooks of imported files are written by no renderer but wg-quick's. */
  PlatformLimits hooks() {
    for (var hook : node.hooks()) {
      String shown = hook.command().replaceAll("\\p{Cntrl}", " ");
      warn("limit.hook", hook.when().key(), shown);
    }
    return this;
  }

  /** The platform is at the end of the line: nothing goes through it. */
  PlatformLimits endDevice() {
    boolean forwards = node.forwardIpv4() == Forwarding.ON || node.forwardIpv6() == Forwarding.ON;
    if (forwards || !node.nat().isEmpty()) {
      notes.error("F66", Place.PLANNED, "limit.forwarding", platform, node.name().text());
    }
    if (!node.firewall().equals(Firewall.OPEN)) {
      warn("limit.firewall");
    }
    if (!node.routes().isEmpty()) {
      warn("limit.routes");
    }
    return nameServer();
  }

  /** The platform has no name server that its files could set up. */
  PlatformLimits nameServer() {
    if (node.nameServer().isPresent()) {
      notes.error("F66", Place.PLANNED, "limit.name-server", platform);
    }
    return this;
  }

  /** The platform puts routes where it likes. */
  PlatformLimits tables() {
    for (var tunnel : node.interfaces()) {
      if (!(tunnel.table() instanceof RouteTable.Auto)) {
        warn("limit.table", tunnel.name().text());
      }
    }
    return this;
  }

  /** The platform can't send on to an exit behind a tunnel. */
  public PlatformLimits exits() {
    for (var tunnel : node.interfaces()) {
      if (tunnel.table() instanceof RouteTable.Onward) {
        notes.error("F66", Place.PLANNED, "limit.exit", platform, tunnel.name().text());
      }
    }
    return this;
  }

  /** The platform has no firewall marks. */
  PlatformLimits marks() {
    for (var tunnel : node.interfaces()) {
      if (tunnel.firewallMark() != 0) {
        warn("limit.mark", tunnel.name().text());
      }
    }
    return this;
  }

  /** The platform takes each peer once. */
  PlatformLimits uniquePeers() {
    for (var tunnel : node.interfaces()) {
      var seen = new HashSet<PublicKey>();
      for (var peer : tunnel.peers()) {
        if (!seen.add(peer.publicKey())) {
          notes.error(
              "F06", Place.PLANNED, "limit.peer-twice", platform, peer.publicKey().toString());
        }
      }
    }
    return this;
  }

  /** The platform's resolver settings are not per tunnel. */
  PlatformLimits dns() {
    for (var tunnel : node.interfaces()) {
      if (!tunnel.dns().isEmpty()) {
        warn("limit.dns", tunnel.name().text());
      }
    }
    return this;
  }

  /** The search domains that can be written; of others it is said that they can't. */
  List<String> searchDomains(TunnelInterface tunnel) {
    for (var domain : tunnel.dns().searchDomains()) {
      if (!DomainName.is(domain)) {
        notes.error(
            "F58",
            Place.PLANNED,
            "limit.domain",
            tunnel.name().text(),
            domain.replaceAll("\\p{Cntrl}", " "));
      }
    }
    return tunnel.dns().searchDomains().stream().filter(DomainName::is).toList();
  }

  private void warn(String key, Object... arguments) {
    var all = new Object[arguments.length + 1];
    all[0] = platform;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    notes.warning("F66", Place.PLANNED, key, all);
  }
}
