package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A TUN interface: IP packets in and out, each behind a {@link VirtioHeader}. It disappears when it
 * is closed. Reads and writes never block; reading belongs to one thread, writing to another.
 */
public final class Tun implements PacketPort, AutoCloseable {

  /*
   * struct ifreq { char ifr_name[16]; union { short ifr_flags; int ifr_ifindex; int ifr_mtu; ...; } }; 40 bytes
   */
  static final int IFREQ_BYTES = 40;
  static final int IFREQ_VALUE = 16;

  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int AT_FDCWD = -100;
  private static final int F_SETFD = 2;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int FD_CLOEXEC = 1;
  static final int TUNSETIFF = 0x400454ca;
  static final int TUNGETIFF = 0x800454d2;
  static final int TUNSETOFFLOAD = 0x400454d0;
  static final int TUNGETDEVNETNS = 0x54e3;
  private static final int IFF_TUN = 1;
  private static final int IFF_NO_PI = 0x1000;
  private static final int IFF_VNET_HDR = 0x4000;
  private static final int TUN_F_CSUM = 1;
  private static final int TUN_F_TSO4 = 2;
  private static final int TUN_F_TSO6 = 4;
  private static final int TUN_F_USO4 = 0x20;
  private static final int TUN_F_USO6 = 0x40;
  private static final int SIOCGIFMTU = 0x8921;
  private static final int SIOCSIFMTU = 0x8922;
  private static final int SIOCGIFINDEX = 0x8933;
  private static final int SIOCSIFTXQLEN = 0x8943;
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;

  private final int fd;
  private final boolean virtio;
  private boolean closed;

  private Tun(int fd, boolean virtio) {
    this.fd = fd;
    this.virtio = virtio;
  }

  /**
   * Makes an interface, or takes a persistent one over.
   *
   * @param name 1 to 15 bytes; a {@code %d} becomes the first free number
   * @throws LinuxException with EPERM without the right, EBUSY if the name is taken by another
   *     process, ENOENT without /dev/net/tun
   */
  public static Tun open(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom("/dev/net/tun");
      int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK;
      long opened = Syscall.call(Syscall.OPENAT, AT_FDCWD, path.address(), flags, 0);
      int fd = (int) Syscall.checked("open /dev/net/tun", opened);
      long request = request(arena, name);
      Memory.putShort(request + IFREQ_VALUE, IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);
      long made = Syscall.call(Syscall.IOCTL, fd, TUNSETIFF, request);
      if (made < 0) {
        Syscall.call(Syscall.CLOSE, fd);
      }
      Syscall.checked("make the TUN interface " + name, made);
      return new Tun(fd, true);
    }
  }

  /** Takes over an open TUN descriptor that some other program prepared (WG_TUN_FD). */
  public static Tun adopt(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long request = arena.allocate(IFREQ_BYTES, 8).address();
      Syscall.checked("take over TUN", Syscall.call(Syscall.IOCTL, fd, TUNGETIFF, request));
      int flags = Memory.getShort(request + IFREQ_VALUE);
      if ((flags & IFF_TUN) == 0 || (flags & IFF_NO_PI) == 0) {
        throw new LinuxException("take over TUN without IFF_TUN and IFF_NO_PI", Errno.EINVAL);
      }
      setNonBlocking(fd);
      return new Tun(fd, (flags & IFF_VNET_HDR) != 0);
    }
  }

  static void setNonBlocking(int fd) {
    Syscall.call(Syscall.FCNTL, fd, F_SETFD, FD_CLOEXEC);
    long flags = Syscall.call(Syscall.FCNTL, fd, F_GETFL, 0);
    Syscall.checked("fcntl", Syscall.call(Syscall.FCNTL, fd, F_SETFL, flags | O_NONBLOCK));
  }

  /** So it is for all that we opened. */
  @Override
  public boolean hasVirtioHeader() {
    return virtio;
  }

  /** The descriptor, to wait on. */
  public int fd() {
    return fd;
  }

  /** The interface's name now: it may have been renamed. */
  public String name() {
    try (Arena arena = Arena.ofConfined()) {
      long request = arena.allocate(IFREQ_BYTES, 8).address();
      Syscall.checked("name of TUN", Syscall.call(Syscall.IOCTL, fd, TUNGETIFF, request));
      return Memory.ALL.getString(request, StandardCharsets.UTF_8);
    }
  }

  /**
   * The network namespace that the interface is in: it may have been moved.
   *
   * @throws LinuxException EBADFD if the interface was deleted, EPERM without the right, another
   *     error from kernels before 5.1
   */
  public NamespaceFile namespace() {
    long opened = Syscall.call(Syscall.IOCTL, fd, TUNGETDEVNETNS, 0);
    return new NamespaceFile((int) Syscall.checked("namespace of TUN", opened));
  }

  @Override
  public boolean setOffloads(Iterable<Offload> offloads) {
    int bits = 0;
    for (Offload offload : offloads) {
      bits |=
          switch (offload) {
            case CHECKSUM -> TUN_F_CSUM;
            case TCP -> TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
            case UDP -> TUN_F_CSUM | TUN_F_USO4 | TUN_F_USO6;
          };
    }
    return Syscall.call(Syscall.IOCTL, fd, TUNSETOFFLOAD, bits) >= 0;
  }

  /** The MTU in bytes. Looked up by name in the calling thread's network namespace. */
  public int mtu() {
    return interfaceRequest("MTU of", SIOCGIFMTU, 0);
  }

  /** Sets the MTU in bytes. */
  public void setMtu(int bytes) {
    interfaceRequest("set the MTU of", SIOCSIFMTU, bytes);
  }

  /** Sets how many packets may wait to be read; the kernel drops what is more. */
  public void setQueueLength(int packets) {
    interfaceRequest("set the queue length of", SIOCSIFTXQLEN, packets);
  }

  /** The interface's index. */
  public int index() {
    return interfaceRequest("index of", SIOCGIFINDEX, 0);
  }

  private int interfaceRequest(String what, int code, int value) {
    String name = name();
    try (Arena arena = Arena.ofConfined()) {
      long request = request(arena, name);
      Memory.putInt(request + IFREQ_VALUE, value);
      int socket =
          (int)
              Syscall.checked(
                  "socket", Syscall.call(Syscall.SOCKET, AF_INET, SOCK_DGRAM_CLOEXEC, 0));
      long result = Syscall.call(Syscall.IOCTL, socket, code, request);
      Syscall.call(Syscall.CLOSE, socket);
      Syscall.checked(what + " " + name, result);
      return Memory.getInt(request + IFREQ_VALUE);
    }
  }

  private static long request(Arena arena, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > 15) {
      throw new IllegalArgumentException("an interface's name has 1 to 15 bytes: " + name);
    }
    MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, request, 0, bytes.length);
    return request.address();
  }

  @Override
  public int read(long address, int capacity) {
    return (int) Syscall.call(Syscall.READ, fd, address, capacity);
  }

  @Override
  public int write(long address, int length) {
    return (int) Syscall.call(Syscall.WRITE, fd, address, length);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Syscall.call(Syscall.CLOSE, fd);
    }
  }
}
