package guywire.agent;

import guywire.address.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses as the kernel's calls take them. */
final class Inet {

  private Inet() {}

  static InetAddress address(IpAddress address) {
    try {
      return InetAddress.getByAddress(address.bytes());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
    }
  }
}
