package guywire.linux;

/**
 * Which tables of nftables there are in the calling thread's network namespace. What is in them
 * only nft says, and to start it takes longer than to ask for the table.
 */
public final class FilterTables {

  // linux/netfilter/nfnetlink.h and nf_tables.h.
  private static final int NETFILTER = 12;
  private static final int GET_TABLE = (10 << 8) | 1;
  private static final int TABLE_NAME = 1;

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

  private FilterTables() {}

  /**
   * Whether there may be a table of this name: where the kernel does not say that there is none, as
   * one without nftables, or to somebody without the right to ask.
   */
  public static boolean mayHave(Family family, String name) {
    try (var socket = NetlinkSocket.open(NETFILTER)) {
      // struct nfgenmsg { u8 family; u8 version; be16 resource; }
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
