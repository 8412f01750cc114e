package guywire.agent.mapping;

import guywire.address.IpAddress;
import java.nio.ByteBuffer;

/** The datagrams that ask a router for a port, by PCP and by NAT-PMP. */
final class RouterRequest {

  /** Where routers are asked. */
  static final int PORT = 5351;

  /** Where they announce that they started anew, to {@code 224.0.0.1}. */
  static final int ANNOUNCE_PORT = 5350;

  static final byte PCP_VERSION = 2;
  static final byte PCP_MAP = 1;
  static final byte PMP_VERSION = 0;
  static final byte PMP_ADDRESS = 0;
  static final byte PMP_UDP = 1;
  static final int UDP = 17;

  /** RFC 6887 section 7.1: 24 bytes of header and 36 of MAP. */
  static final int PCP_BYTES = 60;

  private static final int MAPPED = 0xffff;
  private static final int ADDRESS_BYTES = 16;

  private RouterRequest() {}

  /**
   * Asks for a mapping by PCP, or with a lifetime of 0 gives it back.
   *
   * @param external which port is wished, 0 for any
   * @param lifetimeSeconds for how long
   */
  static byte[] pcp(
      AskedGateway gateway, MappingNonce nonce, int port, int external, int lifetimeSeconds) {
    var out =
        ByteBuffer.allocate(PCP_BYTES)
            .put(PCP_VERSION)
            .put(PCP_MAP)
            .putShort((short) 0)
            .putInt(lifetimeSeconds);
    put(out, gateway.self());
    nonce.write(out);
    out.put((byte) UDP).put(new byte[3]).putShort((short) port).putShort((short) external);
    put(out, IpAddress.ipv4(0));
    return out.array();
  }

  /** An address as PCP writes it; IPv4 as in RFC 4291 section 2.5.5.2. */
  private static void put(ByteBuffer out, IpAddress address) {
    if (address.isIpv4()) {
      out.putLong(0).putInt(MAPPED);
    }
    out.put(address.bytes());
  }

  /** The address of 16 bytes. */
  static IpAddress address(ByteBuffer in) {
    byte[] bytes = new byte[ADDRESS_BYTES];
    in.get(bytes);
    var whole = ByteBuffer.wrap(bytes);
    return whole.getLong() == 0 && whole.getInt() == MAPPED
        ? IpAddress.ipv4(whole.getInt())
        : IpAddress.of(bytes);
  }

  /** Asks for the router's public address by NAT-PMP. */
  static byte[] pmpAddress() {
    return new byte[] {PMP_VERSION, PMP_ADDRESS};
  }

  /** Asks for a mapping by NAT-PMP, or with a lifetime and a port of 0 gives it back. */
  static byte[] pmp(int port, int external, int lifetimeSeconds) {
    return ByteBuffer.allocate(12)
        .put(PMP_VERSION)
        .put(PMP_UDP)
        .putShort((short) 0)
        .putShort((short) port)
        .putShort((short) external)
        .putInt(lifetimeSeconds)
        .array();
  }
}
