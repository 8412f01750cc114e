package guywire.network;

import java.util.Optional;

/** A part of a {@link NodeConfig} that stands somewhere in a file. Indexes count from 0. */
public sealed interface Part {

  /** What it is part of; empty for what is part of the node itself. */
  default Optional<Part> parent() {
    return Optional.empty();
  }

  /** A part of one of the node's tunnel interfaces, or the interface itself. */
  sealed interface OfTunnel extends Part {
    /** Which interface. */
    InterfaceName tunnel();
  }

  /** A tunnel interface. */
  record Tunnel(InterfaceName tunnel) implements OfTunnel {}

  /** A setting of a tunnel interface. */
  record TunnelSetting(InterfaceName tunnel, Setting setting) implements OfTunnel {
    @Override
    public Optional<Part> parent() {
      return Optional.of(new Tunnel(tunnel));
    }
  }

  /** An address of a tunnel interface. */
  record Address(InterfaceName tunnel, int index) implements OfTunnel {
    @Override
    public Optional<Part> parent() {
      return Optional.of(new Tunnel(tunnel));
    }
  }

  /** A peer of a tunnel interface. */
  record Peer(InterfaceName tunnel, int index) implements OfTunnel {
    @Override
    public Optional<Part> parent() {
      return Optional.of(new Tunnel(tunnel));
    }
  }

  /** A setting of a peer. */
  record PeerSetting(InterfaceName tunnel, int peer, Setting setting) implements OfTunnel {
    @Override
    public Optional<Part> parent() {
      return Optional.of(new Peer(tunnel, peer));
    }
  }

  /** A prefix among the allowed IPs of a peer. */
  record AllowedIp(InterfaceName tunnel, int peer, int index) implements OfTunnel {
    @Override
    public Optional<Part> parent() {
      return Optional.of(new Peer(tunnel, peer));
    }
  }

  /** An entry of one of the node's own lists, or its word on forwarding. */
  record Entry(Listing listing, int index) implements Part {}

  /** What a setting says. */
  enum Setting {
    PRIVATE_KEY,
    LISTEN_PORT,
    FIREWALL_MARK,
    MTU,
    TABLE,
    DNS,
    PUBLIC_KEY,
    PRESHARED_KEY,
    ENDPOINT,
    KEEPALIVE
  }

  /** The lists of a node; of the forwardings and of what no rule decides the index is 0. */
  enum Listing {
    ROUTES,
    INPUT_RULES,
    FORWARD_RULES,
    OUTPUT_RULES,
    INPUT_DEFAULT,
    FORWARD_DEFAULT,
    NAT_RULES,
    HOOKS,
    FORWARD_IPV4,
    FORWARD_IPV6
  }
}
