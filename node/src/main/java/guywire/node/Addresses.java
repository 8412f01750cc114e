package guywire.node;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.KernelRoute;
import guywire.linux.LinkAddress;
import guywire.network.InterfaceAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Between our addresses and those of the kernel's interfaces. */
final class Addresses {

  private Addresses() {}

  static InetAddress toJava(IpAddress address) {
    try {
      return InetAddress.getByAddress(address.bytes());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("4 or 16 bytes", e);
    }
  }

  static IpAddress ofJava(InetAddress address) {
    return IpAddress.of(address.getAddress());
  }

  static LinkAddress of(int link, InterfaceAddress address) {
    return new LinkAddress(link, toJava(address.address()), address.prefixLength());
  }

  static InterfaceAddress of(LinkAddress address) {
    return new InterfaceAddress(ofJava(address.address()), address.prefixLength());
  }

  static Prefix prefix(KernelRoute route) {
    return Prefix.around(ofJava(route.destination()), route.prefixLength());
  }
}
