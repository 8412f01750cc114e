package guywire.lab;

import guywire.address.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Addresses as Java's sockets take them. */
final class Inet {

  private Inet() {}

  static InetAddress of(IpAddress address) {
    return address.toInetAddress();
  }

  static InetSocketAddress of(IpAddress address, int port) {
    return new InetSocketAddress(of(address), port);
  }

  static IpAddress of(InetAddress address) {
    return IpAddress.of(address.getAddress());
  }
}
