package guywire.format;

import guywire.network.TunnelInterface;
import java.util.Optional;

/** Tunnels without the names of their peers, which are comments to some formats. */
public final class TunnelNames {

  private TunnelNames() {}

  public static TunnelInterface without(TunnelInterface tunnel) {
    return tunnel.withPeers(
        tunnel.peers().stream().map(peer -> peer.withName(Optional.empty())).toList());
  }
}
