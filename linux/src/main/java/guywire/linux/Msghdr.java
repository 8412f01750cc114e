package guywire.linux;

/**
 * Messages of sendmsg(2) and recvmmsg(2), and the control data beside them.
 *
 * <pre>
 * struct msghdr  { void *msg_name; socklen_t msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
 *                  void *msg_control; size_t msg_controllen; int msg_flags; };
 * struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
 * struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; };   followed by its data
 * struct in_pktinfo  { int ipi_ifindex; struct in_addr ipi_spec_dst; struct in_addr ipi_addr; };
 * struct in6_pktinfo { struct in6_addr ipi6_addr; int ipi6_ifindex; };
 * </pre>
 */
final class Msghdr {

  static final int NAME = 0;
  static final int NAME_LENGTH = 8;
  static final int IOV = 16;
  static final int IOV_LENGTH = 24;
  static final int CONTROL = 32;
  static final int CONTROL_LENGTH = 40;
  static final int FLAGS = 48;
  static final int BYTES = 56;
  static final int MMSG_LENGTH = 56;
  static final int MMSG_BYTES = 64;

  static final int CMSG_LENGTH = 0;
  static final int CMSG_LEVEL = 8;
  static final int CMSG_TYPE = 12;
  static final int CMSG_DATA = 16;

  static final int PKTINFO_INDEX = 0;
  static final int PKTINFO_LOCAL = 4;
  static final int PKTINFO_BYTES = 12;
  static final int PKTINFO6_LOCAL = 0;
  static final int PKTINFO6_INDEX = 16;
  static final int PKTINFO6_BYTES = 20;

  static final int SOL_SOCKET = 1;
  static final int SO_TIMESTAMPNS = 35;
  static final int SOL_IP = 0;
  static final int SOL_UDP = 17;
  static final int SOL_IPV6 = 41;
  static final int IP_TOS = 1;
  static final int IP_PKTINFO = 8;
  static final int IPV6_PKTINFO = 50;
  static final int IPV6_TCLASS = 67;
  static final int UDP_SEGMENT = 103;
  static final int UDP_GRO = 104;

  /** MSG_TRUNC in the flags: the datagram was longer than its buffer. */
  static final int TRUNCATED = 0x20;

  private Msghdr() {}

  /** The bytes from one control message to the next. */
  static int controlSpace(int dataBytes) {
    return (CMSG_DATA + dataBytes + 7) & ~7;
  }

  /** Writes a control message's header; the data follows at CMSG_DATA. */
  static void putControl(long at, int level, int type, int dataBytes) {
    Memory.putLong(at + CMSG_LENGTH, CMSG_DATA + dataBytes);
    Memory.putInt(at + CMSG_LEVEL, level);
    Memory.putInt(at + CMSG_TYPE, type);
  }
}
