package guywire.tunnel;

import guywire.linux.KernelRelease;
import guywire.linux.PacketPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which of the kernel's offloads are in use. Each may be switched off from outside by its name, and
 * falls away when the kernel refuses it. Any thread may read and report.
 */
final class Offloads {

  /** Name: sending several datagrams by one call (UDP_SEGMENT). */
  static final String UDP_GSO = "udp-gso";

  /** Name: receiving several datagrams by one call (UDP_GRO). */
  static final String UDP_GRO = "udp-gro";

  /** Name: TCP super-packets from and to the TUN. */
  static final String TUN_TCP = "tun-tcp";

  /** Name: TCP super-packets of more than 64 KiB to the TUN. */
  static final String TUN_BIG_TCP = "tun-big-tcp";

  /** Name: UDP super-packets from and to the TUN. */
  static final String TUN_UDP = "tun-udp";

  /** Name: sending by one call several datagrams that all have the same length. */
  static final String EQUAL_SEGMENTS = "equal-segments";

  private static final Set<String> NAMES =
      Set.of(UDP_GSO, UDP_GRO, TUN_TCP, TUN_BIG_TCP, TUN_UDP, EQUAL_SEGMENTS);

  /*
   * Kernels from here to there spoil headers and checksums of such datagrams on some network devices
   * (introduced by Linux's commit b10b446, mended by 78effd8 and 5f17ae0). Whether the device below is
   * one of them can't be found out from here; a shorter datagram at the end avoids it, at no cost to
   * speak of.
   */
  private static final KernelRelease SPOILS_EQUAL_SEGMENTS = new KernelRelease(7, 0, 0);
  private static final KernelRelease MENDED = new KernelRelease(7, 1, 5);

  private final Set<String> off;
  private final Log log;
  private final boolean equalSegments;
  private volatile boolean udpSegmentation;
  private volatile boolean mergeTcp;
  private volatile boolean mergeUdp;
  private volatile boolean bigTcpRefused;
  private volatile int longestTcp4 = Ip.MAX_LENGTH;

  /**
   * Reads the names of what is to be off.
   *
   * @param text names separated by commas, or {@code all}; empty for none
   * @throws IllegalArgumentException for an unknown name
   */
  Offloads(String text, Log log) {
    this(text, log, KernelRelease.current());
  }

  Offloads(String text, Log log, KernelRelease kernel) {
    this.log = log;
    off = new TreeSet<>();
    for (String name : text.toLowerCase(Locale.ROOT).split("[, ]+")) {
      if (name.equals("all")) {
        off.addAll(NAMES);
      } else if (NAMES.contains(name)) {
        off.add(name);
      } else if (!name.isEmpty()) {
        throw new IllegalArgumentException("unknown offload " + name + "; there are " + NAMES);
      }
    }
    udpSegmentation = !off.contains(UDP_GSO);
    boolean spoils = kernel.compareTo(SPOILS_EQUAL_SEGMENTS) >= 0 && kernel.compareTo(MENDED) < 0;
    if (spoils && off.add(EQUAL_SEGMENTS)) {
      log.verbose("super-datagrams get a short tail: this kernel may spoil those without");
    }
    equalSegments = !off.contains(EQUAL_SEGMENTS);
  }

  /** Asks the TUN for what is wanted, taking less where the kernel is too old. */
  void probe(PacketPort tun) {
    if (!tun.hasVirtioHeader()) {
      return;
    }
    var wanted = new ArrayList<PacketPort.Offload>(List.of(PacketPort.Offload.CHECKSUM));
    if (!off.contains(TUN_TCP)) {
      wanted.add(PacketPort.Offload.TCP);
    }
    if (!off.contains(TUN_UDP)) {
      wanted.add(PacketPort.Offload.UDP);
    }
    // UDP super-packets need Linux 6.2, and some builds have neither.
    while (!tun.setOffloads(wanted)) {
      if (wanted.isEmpty()) {
        break;
      }
      log.verbose("the kernel's TUN has no offload " + wanted.removeLast());
    }
    mergeTcp = wanted.contains(PacketPort.Offload.TCP);
    mergeUdp = wanted.contains(PacketPort.Offload.UDP);
  }

  /** Whether the UDP sockets are to receive several datagrams at once. */
  boolean udpGro() {
    return !off.contains(UDP_GRO);
  }

  /** Whether several datagrams are sent by one call. */
  boolean udpSegmentation() {
    return udpSegmentation;
  }

  /** Whether the last of several datagrams may be as long as the others. */
  boolean equalSegments() {
    return equalSegments;
  }

  /** The kernel said that this can't work on the device below. */
  void udpSegmentationRefused() {
    if (udpSegmentation) {
      udpSegmentation = false;
      log.error("the kernel refuses to cut UDP super-datagrams here; sending them one by one");
    }
  }

  /** Whether incoming TCP segments are merged for the TUN. */
  boolean mergeTcp() {
    return mergeTcp;
  }

  /** Whether incoming UDP datagrams are merged for the TUN. */
  boolean mergeUdp() {
    return mergeUdp;
  }

  /** Whether TCP super-packets over IPv4 of more than 64 KiB are wanted. */
  boolean wantsBigTcp() {
    return !bigTcpRefused && !off.contains(TUN_BIG_TCP) && !off.contains(TUN_TCP);
  }

  /** The interface should get TCP super-packets over IPv4 of at most so many bytes. */
  synchronized void interfaceTakes(int bytes) {
    int longest = wantsBigTcp() ? Math.clamp(bytes, Ip.MAX_LENGTH, Flow.LONGEST) : Ip.MAX_LENGTH;
    if (longest != longestTcp4) {
      longestTcp4 = longest;
      log.verbose("TCP super-packets over IPv4 have up to " + longest + " bytes");
    }
  }

  /** Length of the longest TCP super-packets over IPv4 for the TUN, in bytes. */
  int longestTcp4() {
    return longestTcp4;
  }

  /**
   * The TUN refused a super-packet of more than 64 KiB: before Linux 6.6 it takes none, and later
   * it needs larger pieces of memory than there may be.
   */
  synchronized void bigTcpRefused() {
    if (!bigTcpRefused) {
      bigTcpRefused = true;
      longestTcp4 = Ip.MAX_LENGTH;
      log.verbose("the kernel's TUN refuses super-packets of more than 64 KiB");
    }
  }

  /** The TUN refused a super-packet: packets go one by one from now on. */
  void mergingRefused() {
    if (mergeTcp || mergeUdp) {
      mergeTcp = false;
      mergeUdp = false;
      log.error("the kernel's TUN refuses super-packets; writing packets one by one");
    }
  }
}
