package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Makes sockets that are bound to an address, a port and an interface. */
final class Bound {

  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  static final int SO_BINDTODEVICE = 25;
  private static final int IPV6_V6ONLY = 26;
  static final int NAME_BYTES = 16;

  private Bound() {}

  /** The descriptor of a new socket of this type (SOCK_*). */
  static int socket(int type, InetAddress address, int port, String device) {
    boolean ipv6 = address instanceof Inet6Address;
    int family = ipv6 ? Sockaddr.AF_INET6 : Sockaddr.AF_INET;
    long made = Syscall.call(Syscall.SOCKET, family, type, 0);
    int fd = (int) Syscall.checked("socket", made);
    try (Arena arena = Arena.ofConfined()) {
      byte[] name = device.getBytes(StandardCharsets.UTF_8);
      if (name.length == 0 || name.length >= NAME_BYTES) {
        throw new LinuxException("bind to interface " + device, Errno.ENODEV);
      }
      MemorySegment text = arena.allocate(NAME_BYTES, 8);
      MemorySegment.copy(MemorySegment.ofArray(name), 0, text, 0, name.length);
      Syscall.checked(
          "bind to interface " + device,
          Syscall.call(
              Syscall.SETSOCKOPT, fd, SOL_SOCKET, SO_BINDTODEVICE, text.address(), NAME_BYTES, 0));
      long one = arena.allocate(8, 8).address();
      Memory.putInt(one, 1);
      Syscall.call(Syscall.SETSOCKOPT, fd, SOL_SOCKET, SO_REUSEADDR, one, 4, 0);
      long at = arena.allocate(Sockaddr.IN6_BYTES, 8).address();
      var bytes = ByteBuffer.wrap(address.getAddress());
      int length;
      if (ipv6) {
        Syscall.call(Syscall.SETSOCKOPT, fd, Msghdr.SOL_IPV6, IPV6_V6ONLY, one, 4, 0);
        length = Sockaddr.putIpv6(at, bytes.getLong(), bytes.getLong(), 0, port);
      } else {
        length = Sockaddr.putIpv4(at, bytes.getInt(), port);
      }
      Syscall.checked(
          "bind " + address.getHostAddress() + " port " + port,
          Syscall.call(Syscall.BIND, fd, at, length));
      return fd;
    } catch (LinuxException e) {
      Syscall.call(Syscall.CLOSE, fd);
      throw e;
    }
  }
}
