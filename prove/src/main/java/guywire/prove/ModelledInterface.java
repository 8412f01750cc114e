package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Cryptokeys;
import guywire.network.HostPorts;
import guywire.network.InterfaceAddress;
import guywire.network.PeerConfig;
import guywire.network.Routes;
import guywire.network.TunnelInterface;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Optional;

/** An interface of a machine: a tunnel, or a port into a LAN or the internet. */
sealed interface ModelledInterface {

  /** What people call it. */
  String name();

  /** Its addresses. */
  List<InterfaceAddress> addresses();

  /**
   * The address it speaks with to {@code target}: the one that shares most bits, else the first.
   */
  default Optional<IpAddress> sourceFor(IpAddress target) {
    Optional<IpAddress> first = Optional.empty();
    for (var own : addresses()) {
      if (own.address().family() == target.family()) {
        if (own.prefix().contains(target)) {
          return Optional.of(own.address());
        }
        first = first.or(() -> Optional.of(own.address()));
      }
    }
    return first;
  }

  /** A WireGuard interface. Its look-up tables are made when first asked for. */
  final class Tunnel implements ModelledInterface {
    private final TunnelInterface config;
    private final Cryptokeys cryptokeys;
    private final Routes routes;
    private final long mark;
    private Optional<PrefixMap<PeerConfig>> owners = Optional.empty();

    /** The tunnel with this configuration, whose outer packets carry this mark. */
    Tunnel(TunnelInterface config, Cryptokeys cryptokeys, Routes routes, long mark) {
      this.config = config;
      this.cryptokeys = cryptokeys;
      this.routes = routes;
      this.mark = mark;
    }

    TunnelInterface config() {
      return config;
    }

    Routes routes() {
      return routes;
    }

    /** The mark of its outer packets, or 0. */
    long mark() {
      return mark;
    }

    /** Whether it has the default route of the family behind rules on its mark. */
    boolean takesDefault(Family family) {
      return routes.marked().contains(family);
    }

    /** The default routes that only what comes from some sources takes. */
    List<Prefix> onward() {
      return Routes.onward(config, cryptokeys);
    }

    Optional<PeerConfig> peer(PublicKey key) {
      return Optional.ofNullable(cryptokeys.peers().get(key));
    }

    /** The peer to which the address belongs, with the prefix that says so. */
    Optional<PrefixMap.Entry<PeerConfig>> owner(IpAddress address) {
      return owners().longest(address);
    }

    /** Who owns which prefix. */
    PrefixMap<PeerConfig> owners() {
      if (owners.isEmpty()) {
        var map = new PrefixMap<PeerConfig>();
        cryptokeys.owners().forEach(map::put);
        owners = Optional.of(map);
      }
      return owners.get();
    }

    @Override
    public String name() {
      return config.name().text();
    }

    @Override
    public List<InterfaceAddress> addresses() {
      return config.addresses();
    }
  }

  /**
   * An interface that is no tunnel.
   *
   * @param name what people call it
   * @param named whether that is its real name in the kernel, rather than a word for it
   * @param addresses its addresses
   * @param segment what it is plugged into
   */
  record Port(String name, boolean named, List<InterfaceAddress> addresses, Segment segment)
      implements ModelledInterface {
    /** Copies the list. */
    public Port {
      addresses = List.copyOf(addresses);
    }

    /** Adds the routes that the kernel makes for its addresses; with a metric they are others. */
    void addToKernel(SetUp setUp, HostPorts known) {
      boolean plain =
          known.ports().stream()
              .filter(port -> named && port.name().text().equals(name))
              .allMatch(port -> port.metric().orElse(0) == 0);
      for (var own : addresses) {
        if (plain && !own.prefix().isHost()) {
          setUp.has(own.prefix(), name);
        }
      }
    }
  }
}
