package guywire.network.format;

import guywire.network.config.PeerConfig;
import guywire.network.config.TunnelInterface;
import java.util.Optional;

/** Tunnels without the names of their peers, which are comments to some formats. */
final class TunnelNames {

  private TunnelNames() {}

  static TunnelInterface without(TunnelInterface tunnel) {
    return new TunnelInterface(
        tunnel.name(),
        tunnel.privateKey(),
        tunnel.publicKey(),
        tunnel.addresses(),
        tunnel.listenPort(),
        tunnel.firewallMark(),
        tunnel.mtu(),
        tunnel.table(),
        tunnel.dns(),
        tunnel.peers().stream()
            .map(p ->
                new PeerConfig(
                    Optional.empty(),
                    p.publicKey(),
                    p.presharedKey(),
                    p.endpoint(),
                    p.allowedIps(),
                    p.keepaliveSeconds()))
            .toList());
  }
}
