package guywire.linux;

/**
 * The header before every packet of a TUN opened with IFF_VNET_HDR: which checksum is still to be
 * computed, and how a super-packet is to be cut. Numbers are in the processor's order.
 *
 * <pre>
 * struct virtio_net_hdr { u8 flags; u8 gso_type; u16 hdr_len; u16 gso_size; u16 csum_start; u16 csum_offset; };
 * </pre>
 */
public final class VirtioHeader {

  /** The size in bytes. */
  public static final int BYTES = 10;

  public static final int FLAGS = 0;
  public static final int GSO_TYPE = 1;
  public static final int HEADER_LENGTH = 2;
  public static final int GSO_SIZE = 4;
  public static final int CHECKSUM_START = 6;
  public static final int CHECKSUM_OFFSET = 8;

  /** Flag: the checksum field holds the pseudo-header's sum; the rest is to be added. */
  public static final int NEEDS_CHECKSUM = 1;

  /** Flag: the checksums have been verified. */
  public static final int DATA_VALID = 2;

  public static final int GSO_NONE = 0;
  public static final int GSO_TCPV4 = 1;
  public static final int GSO_TCPV6 = 4;

  /** UDP datagrams of one size in one packet, Linux 6.2 and newer. */
  public static final int GSO_UDP_L4 = 5;

  /** A bit beside GSO_TCPV4 or GSO_TCPV6: the segments carry ECN. */
  public static final int GSO_ECN = 0x80;

  private VirtioHeader() {}
}
