package guywire.agent.mapping;

import guywire.address.IpAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What a router says by PCP or NAT-PMP. Seconds are 32 bits without sign, as are epochs. */
sealed interface RouterAnswer {

  /** It did what was asked (RESULT_CODE of both protocols). */
  int SUCCESS = 0;

  /** It knows no such version (of both). */
  int UNKNOWN_VERSION = 1;

  /** The longest answer (RFC 6887 section 7). */
  int MOST_BYTES = 1100;

  /** The answer to a request for a mapping by PCP. */
  record PcpMapped(
      int result,
      long lifetimeSeconds,
      long epochSeconds,
      MappingNonce nonce,
      int port,
      int externalPort,
      IpAddress external)
      implements RouterAnswer {}

  /** A server of PCP says that it is there, and since when it knows what it knows. */
  record PcpAnnounced(long epochSeconds) implements RouterAnswer {}

  /** Its public address, asked for by NAT-PMP or announced. */
  record PmpAddress(int result, long epochSeconds, IpAddress external) implements RouterAnswer {}

  /** The answer to a request for a mapping of UDP by NAT-PMP. */
  record PmpMapped(int result, long epochSeconds, int port, int externalPort, long lifetimeSeconds)
      implements RouterAnswer {}

  /** It does not know the protocol by which it was asked. */
  record OtherVersion() implements RouterAnswer {}

  /** The answer that these bytes are; empty if they are none. */
  static Optional<RouterAnswer> read(byte[] bytes) {
    if (bytes.length < 8 || bytes.length > MOST_BYTES) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(bytes);
    byte version = in.get();
    int opcode = in.get() & 0xff;
    boolean answer = (opcode & 0x80) != 0;
    if (!answer) {
      return Optional.empty();
    }
    return switch (version) {
      case RouterRequest.PCP_VERSION -> pcp(opcode & 0x7f, in);
      case RouterRequest.PMP_VERSION -> pmp(opcode & 0x7f, in);
      default -> Optional.empty();
    };
  }

  private static Optional<RouterAnswer> pcp(int opcode, ByteBuffer in) {
    in.get();
    int result = in.get() & 0xff;
    if (result == UNKNOWN_VERSION) {
      return Optional.of(new OtherVersion());
    }
    // A header of 24, then what belongs to the opcode; all in words of four (section 7.2).
    if (in.capacity() < 24 || in.capacity() % 4 != 0) {
      return Optional.empty();
    }
    long lifetime = in.getInt() & 0xffffffffL;
    long epoch = in.getInt() & 0xffffffffL;
    in.position(24);
    if (opcode == 0) {
      return result == SUCCESS ? Optional.of(new PcpAnnounced(epoch)) : Optional.empty();
    }
    if (opcode != RouterRequest.PCP_MAP || in.remaining() < 36) {
      return Optional.empty();
    }
    var nonce = MappingNonce.read(in);
    int protocol = in.get() & 0xff;
    in.position(in.position() + 3);
    int port = in.getShort() & 0xffff;
    int external = in.getShort() & 0xffff;
    var address = RouterRequest.address(in);
    return protocol == RouterRequest.UDP
        ? Optional.of(new PcpMapped(result, lifetime, epoch, nonce, port, external, address))
        : Optional.empty();
  }

  private static Optional<RouterAnswer> pmp(int opcode, ByteBuffer in) {
    int result = in.getShort() & 0xffff;
    long epoch = in.getInt() & 0xffffffffL;
    if (result == UNKNOWN_VERSION) {
      return Optional.of(new OtherVersion());
    }
    // Who refuses may leave out the rest.
    boolean whole = in.capacity() == (opcode == RouterRequest.PMP_ADDRESS ? 12 : 16);
    if (!whole && result == SUCCESS) {
      return Optional.empty();
    }
    return switch (opcode) {
      case RouterRequest.PMP_ADDRESS ->
          Optional.of(
              new PmpAddress(
                  result, epoch, whole ? IpAddress.ipv4(in.getInt()) : IpAddress.ipv4(0)));
      case RouterRequest.PMP_UDP ->
          whole
              ? Optional.of(
                  new PmpMapped(
                      result,
                      epoch,
                      in.getShort() & 0xffff,
                      in.getShort() & 0xffff,
                      in.getInt() & 0xffffffffL))
              : Optional.empty();
      default -> Optional.empty();
    };
  }
}
