package guywire.agent.mapping;

import guywire.address.IpAddress;
import guywire.linux.DatagramPort;
import guywire.linux.LinuxException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * The sockets towards the router: one that asks, and one that hears what it announces.
 *
 * <p>For one thread.
 */
final class RouterPorts implements AutoCloseable {

  /** One more than the longest that is read: what is longer is none. */
  private static final int MOST_BYTES = 1501;

  private static final InetAddress ALL_HOSTS = address(IpAddress.parse("224.0.0.1"));

  private final AskedGateway gateway;
  private final DatagramPort asks;
  private final Optional<DatagramPort> hears;

  private RouterPorts(AskedGateway gateway, DatagramPort asks, Optional<DatagramPort> hears) {
    this.gateway = gateway;
    this.asks = asks;
    this.hears = hears;
  }

  /**
   * Opens them on the interface that leads to a router.
   *
   * @throws LinuxException if that can't be done
   */
  static RouterPorts open(AskedGateway gateway) {
    var asks = DatagramPort.open(address(gateway.self()), 0, gateway.link(), MOST_BYTES);
    return new RouterPorts(gateway, asks, hears(gateway));
  }

  /** Without it a router that starts anew is noticed later. */
  private static Optional<DatagramPort> hears(AskedGateway gateway) {
    try {
      return Optional.of(
          DatagramPort.open(ALL_HOSTS, RouterRequest.ANNOUNCE_PORT, gateway.link(), MOST_BYTES));
    } catch (LinuxException e) {
      return Optional.empty();
    }
  }

  static InetAddress address(IpAddress address) {
    try {
      return InetAddress.getByAddress(address.bytes());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
    }
  }

  AskedGateway gateway() {
    return gateway;
  }

  int asksFd() {
    return asks.fd();
  }

  int hearsFd() {
    return hears.map(DatagramPort::fd).orElse(-1);
  }

  void send(RouterDeed.Send what) {
    asks.send(what.bytes(), new InetSocketAddress(address(what.to()), what.port()));
  }

  /** Has a mapper hear what came. */
  void receive(PortMapper mapper, long now) {
    receive(asks, mapper, now);
    hears.ifPresent(port -> receive(port, mapper, now));
  }

  private static void receive(DatagramPort port, PortMapper mapper, long now) {
    for (var got = port.receive(); got.isPresent(); got = port.receive()) {
      var from = got.get().from();
      mapper.heard(
          IpAddress.of(from.getAddress().getAddress()), from.getPort(), got.get().bytes(), now);
    }
  }

  @Override
  public void close() {
    asks.close();
    hears.ifPresent(DatagramPort::close);
  }
}
