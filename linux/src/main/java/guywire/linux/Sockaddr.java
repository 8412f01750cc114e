package guywire.linux;

/**
 * Socket addresses in memory. An IPv4 address is the low 32 bits of a long.
 *
 * <pre>
 * struct sockaddr_in  { u16 sin_family; be16 sin_port; be32 sin_addr; u8 pad[8]; };
 * struct sockaddr_in6 { u16 sin6_family; be16 sin6_port; be32 sin6_flowinfo; u8 sin6_addr[16]; u32 sin6_scope_id; };
 * </pre>
 */
final class Sockaddr {

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;

  static final int FAMILY = 0;
  static final int PORT = 2;
  static final int IN_ADDRESS = 4;
  static final int IN_BYTES = 16;
  static final int IN6_FLOW = 4;
  static final int IN6_ADDRESS = 8;
  static final int IN6_SCOPE = 24;
  static final int IN6_BYTES = 28;

  private Sockaddr() {}

  static int putIpv4(long at, int address, int port) {
    Memory.putLong(at, 0);
    Memory.putLong(at + 8, 0);
    Memory.putShort(at + FAMILY, AF_INET);
    Memory.putShortBe(at + PORT, port);
    Memory.putIntBe(at + IN_ADDRESS, address);
    return IN_BYTES;
  }

  static int putIpv6(long at, long high, long low, int scope, int port) {
    Memory.putShort(at + FAMILY, AF_INET6);
    Memory.putShortBe(at + PORT, port);
    Memory.putInt(at + IN6_FLOW, 0);
    Memory.putLongBe(at + IN6_ADDRESS, high);
    Memory.putLongBe(at + IN6_ADDRESS + 8, low);
    Memory.putInt(at + IN6_SCOPE, scope);
    return IN6_BYTES;
  }
}
