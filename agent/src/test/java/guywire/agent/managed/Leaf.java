package guywire.agent.managed;

import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.TunnelInterface;
import java.util.List;
import java.util.Optional;

/** A node that has a tunnel and nothing else. */
final class Leaf {

  private Leaf() {}

  static NodeConfig with(TunnelInterface tunnel) {
    return new NodeConfig(
        new Name("leaf"),
        Platform.LINUX,
        List.of(tunnel),
        List.of(),
        Forwarding.UNSTATED,
        Forwarding.UNSTATED,
        Firewall.OPEN,
        List.of(),
        Optional.empty(),
        List.of());
  }
}
