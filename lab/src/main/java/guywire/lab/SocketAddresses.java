package guywire.lab;

import guywire.address.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Addresses as Java's sockets take them. */
final class SocketAddresses {

  private SocketAddresses() {}

  static InetAddress of(IpAddress address) {
    try {
      return InetAddress.getByAddress(address.bytes());
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }

  static InetSocketAddress of(IpAddress address, int port) {
    return new InetSocketAddress(of(address), port);
  }

  static IpAddress of(InetAddress address) {
    return IpAddress.of(address.getAddress());
  }
}
