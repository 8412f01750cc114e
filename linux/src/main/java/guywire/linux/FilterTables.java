package guywire.linux;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Which tables of nftables there are in the calling thread's network namespace. What is in them
 * only nft says, and to start it takes longer than to ask for the table.
 */
public final class FilterTables {

  // linux/netfilter/nfnetlink.h and nf_tables.h.
  private static final int NETFILTER = 12;
  private static final int GET_TABLE = (10 << 8) | 1;
  private static final int TABLE_NAME = 1;
  private static final int GET_GENERATION = (10 << 8) | 16;
  private static final int GENERATION_NUMBER = 1;

  /** struct nfgenmsg { u8 family; u8 version; be16 resource; }. */
  private static final int HEADER_BYTES = 4;

  /** The families of tables, with their numbers (NFPROTO_*). */
  public enum Family {
    /** Both versions of IP. */
    INET(1),
    /** IPv4. */
    IP(2);

    private final int number;

    Family(int number) {
      this.number = number;
    }
  }

  /**
   * A state of all tables of a namespace. Equal ones are the same state: nothing was changed.
   *
   * @param namespace the network namespace: a number that no other has as long as the machine runs
   * @param number how often a transaction was made in it
   */
  public record Generation(long namespace, long number) {}

  private FilterTables() {}

  /** The state of all tables; empty where the kernel does not say, as Linux before 5.14. */
  public static Optional<Generation> generation() {
    try (var socket = NetlinkSocket.open(NETFILTER)) {
      var namespace = socket.namespace();
      var question =
          new NetlinkMessage(
                  "count changes of tables",
                  GET_GENERATION,
                  NetlinkMessage.REQUEST | NetlinkMessage.ACK)
              .u8(0)
              .u8(0)
              .u16(0);
      return socket.request(question).stream()
          .filter(answer -> answer.body().remaining() > HEADER_BYTES)
          .flatMap(answer -> number(answer.body()).stream())
          .findFirst()
          .map(number -> new Generation(namespace, number));
    } catch (LinuxException e) {
      return Optional.empty();
    }
  }

  private static Optional<Long> number(ByteBuffer body) {
    return Attributes.of(
            body.duplicate().order(body.order()).position(body.position() + HEADER_BYTES))
        .bytes(GENERATION_NUMBER)
        .filter(bytes -> bytes.length == Integer.BYTES)
        .map(bytes -> ByteBuffer.wrap(bytes).getInt() & 0xffffffffL);
  }

  /**
   * Whether there may be a table of this name: where the kernel does not say that there is none, as
   * one without nftables, or to somebody without the right to ask.
   */
  public static boolean mayHave(Family family, String name) {
    try (var socket = NetlinkSocket.open(NETFILTER)) {
      socket.execute(
          new NetlinkMessage(
                  "find table " + name, GET_TABLE, NetlinkMessage.REQUEST | NetlinkMessage.ACK)
              .u8(family.number)
              .u8(0)
              .u16(0)
              .attribute(TABLE_NAME, name));
      return true;
    } catch (LinuxException e) {
      return e.errno() != Errno.ENOENT;
    }
  }
}
