package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.VirtioHeader;
import guywire.protocol.DropReason;
import guywire.protocol.Peer;
import guywire.tunnel.cipher.Engines;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * Three tunnels, each a peer of the others, and a script of everything that may happen between
 * them: packets of all kinds into their TUNs, keys that end, an MTU that changes, a network that
 * refuses, forges and loses. What comes out is held against what went in, packet by packet.
 */
final class MixedTraffic implements AutoCloseable {

  /** What all is tried with. */
  record Setting(Engines.Choice engine, String off, boolean twoThreads) {}

  private static final int TUNNELS = 3;
  private static final int FLOWS = 24;
  private static final int LONGEST = 65_535;

  /** Reasons that no script may ever cause: each would be a fault of ours. */
  private static final List<DropReason> OURS =
      List.of(DropReason.NOT_SEALED, DropReason.FAILED, DropReason.WRONG_SOURCE, DropReason.NOT_IP);

  /** Whose packets keep their order: addresses, protocol and ports, or addresses of fragments. */
  private record FlowKey(int to, List<Byte> bytes) {}

  /** A source of numbers: which of so many. */
  private final IntUnaryOperator choose;

  private final Setting setting;
  private final LoneNetwork network;
  private final List<LoneTunnel> tunnels = new ArrayList<>();
  private final List<MemoryTun> tuns = new ArrayList<>();
  private final List<MixedStream> streams = new ArrayList<>();
  private final Map<FlowKey, List<byte[]>> sent = new HashMap<>();
  private final Map<FlowKey, List<byte[]>> received = new HashMap<>();
  private int frames;
  private int refusals;
  private int refusal;
  private int trap = -1;
  private boolean lossy;

  /**
   * The tunnels, which have not yet shaken hands.
   *
   * @param choose which of so many, from 0 on, for each decision
   */
  MixedTraffic(Setting setting, long seed, IntUnaryOperator choose) {
    this.setting = setting;
    this.choose = choose;
    var random = new java.util.Random(seed);
    network = new LoneNetwork(!setting.off().contains(Offloads.UDP_GRO));
    network.judge(this::verdict);
    var log = new Log(Log.Level.ERROR, "mixed", System.err);
    for (int i = 0; i < TUNNELS; i++) {
      var tun = new MemoryTun();
      tuns.add(tun);
      tunnels.add(new LoneTunnel(network, i, tun, setting.engine(), setting.off(), random, log));
    }
    for (LoneTunnel own : tunnels) {
      for (LoneTunnel other : tunnels) {
        if (own != other) {
          own.meet(other, "10.0." + other.number + ".0/24", "fd0" + other.number + "::/64");
        }
      }
      own.up();
    }
    for (int i = 0; i < FLOWS; i++) {
      streams.add(new MixedStream(i, TUNNELS));
    }
  }

  private int verdict() {
    if (trap >= 0 && trap-- == 0) {
      LoneTunnel victim = tunnels.get(0);
      victim.underLock(out -> {
        victim.device().clearSessions();
      });
    }
    if (refusals > 0) {
      refusals--;
      return refusal;
    }
    return 0;
  }

  private int choose(int bound) {
    return choose.applyAsInt(bound);
  }

  /** Runs so many steps and then holds what came out against what went in. */
  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
    }
    refusals = 0;
    trap = -1;
    // What waits for a session has it after some tries of a handshake.
    for (int i = 0; i < 5; i++) {
      settle();
      network.pass(6_000_000_000L);
    }
    settle();
    compare();
  }

  private void step() {
    switch (choose(16)) {
      case 0, 1, 2 -> superPacket();
      case 3, 4, 5 -> single();
      case 6 -> burst();
      case 7 -> other();
      case 8 -> tunnels.get(choose(TUNNELS)).drain();
      case 9 -> network.deliver(tunnels.get(choose(TUNNELS)));
      case 10, 11 -> settle();
      case 12 -> mtu();
      case 13 -> time();
      case 14 -> keys();
      default -> mischief();
    }
  }

  /** What the kernel makes of a stream with segmentation offload. */
  private void superPacket() {
    MixedStream stream = streams.get(choose(FLOWS));
    boolean tcp = stream.isTcp();
    if (stream.ipOptions || setting.off().contains(tcp ? Offloads.TUN_TCP : Offloads.TUN_UDP)) {
      single();
      return;
    }
    int size = size();
    int room = LONGEST - stream.headers();
    int segments = tcp || size > 1000 ? 1 + choose(70) : 1 + choose(128);
    int payload = Math.min(room, size * segments + choose(size));
    if (payload <= 0) {
      return;
    }
    byte[] frame = frame(stream, payload);
    frame[VirtioHeader.FLAGS] = VirtioHeader.NEEDS_CHECKSUM;
    int tcpType = stream.ipv6 ? VirtioHeader.GSO_TCPV6 : VirtioHeader.GSO_TCPV4;
    frame[VirtioHeader.GSO_TYPE] = (byte) (tcp ? tcpType : VirtioHeader.GSO_UDP_L4);
    TunFrame.little(frame, VirtioHeader.GSO_SIZE, size);
    stream.leaveChecksum(frame);
    stream.id += Math.ceilDiv(payload, size);
    put(stream, frame);
  }

  private int size() {
    return switch (choose(8)) {
      case 0 -> 8 + choose(64);
      case 1 -> 536;
      case 2 -> 700;
      case 3 -> 1200;
      case 4 -> 1380;
      case 5 -> 8 + choose(1500);
      case 6 -> 8900;
      default -> 8 + choose(LONGEST - 600);
    };
  }

  private void single() {
    MixedStream stream = streams.get(choose(FLOWS));
    int length = choose(6) == 0 ? choose(LONGEST - stream.headers()) : choose(1400);
    single(stream, length);
  }

  private void single(MixedStream stream, int payload) {
    byte[] frame = frame(stream, payload);
    int start = stream.transport();
    if (choose(3) == 0) {
      frame[VirtioHeader.FLAGS] = VirtioHeader.NEEDS_CHECKSUM;
      stream.leaveChecksum(frame);
    } else {
      byte[] packet = Arrays.copyOfRange(frame, VirtioHeader.BYTES, frame.length);
      TunFrame.fillTransport(packet, stream.ipv6, stream.isTcp(), start);
      if (choose(20) == 0) {
        // Whoever sent it made a mistake; that is his receiver's business.
        packet[start + stream.checksum()] ^= 1;
      }
      System.arraycopy(packet, 0, frame, VirtioHeader.BYTES, packet.length);
    }
    stream.id += 1;
    put(stream, frame);
  }

  /** Many packets of one length, as of a sender without offloads. */
  private void burst() {
    MixedStream stream = streams.get(choose(FLOWS));
    int length = 1 + choose(1400);
    for (int i = choose(30); i >= 0; i--) {
      single(stream, length);
    }
  }

  /** An IP packet of a flow: headers, and the secret behind them. */
  private byte[] frame(MixedStream stream, int payload) {
    byte[] packet = stream.packet(payload, stream.isTcp() && choose(4) == 0);
    secret(packet, stream.headers());
    return framed(packet);
  }

  /** The secret, with a number in it that no other place of any packet has. */
  private void secret(byte[] packet, int from) {
    frames++;
    for (int at = from; at < packet.length; at++) {
      packet[at] = LoneNetwork.SECRET[(at - from) % LoneNetwork.SECRET.length];
    }
    for (int at = from; at + 8 <= packet.length; at += 64) {
      TunFrame.big(packet, at, frames >>> 16);
      TunFrame.big(packet, at + 2, frames);
      TunFrame.big(packet, at + 4, at >>> 16);
      TunFrame.big(packet, at + 6, at);
    }
  }

  private static byte[] framed(byte[] packet) {
    var frame = new byte[VirtioHeader.BYTES + packet.length];
    System.arraycopy(packet, 0, frame, VirtioHeader.BYTES, packet.length);
    return frame;
  }

  /** Echo requests and fragments. */
  private void other() {
    MixedStream stream = streams.get(choose(FLOWS));
    boolean fragment = choose(2) == 0 && !stream.ipv6;
    int length = choose(4000);
    int start = stream.ipv6 ? 40 : 20;
    var packet = new byte[start + length];
    int protocol = fragment ? stream.protocol : stream.ipv6 ? Ip.ICMPV6 : Ip.ICMP;
    var shape = stream.other(protocol, choose(1 << 16));
    shape.network(packet, start);
    if (fragment) {
      TunFrame.big(packet, 6, choose(2) == 0 ? 0x2000 : 0x2000 | 1 + choose(100));
      TunFrame.big(packet, 10, 0);
      TunFrame.big(packet, 10, TunFrame.complement(TunFrame.sum(packet, 0, start)));
    }
    secret(packet, start);
    put(shape, framed(packet));
  }

  private void put(MixedStream stream, byte[] frame) {
    for (byte[] packet : TunFrame.packets(frame)) {
      sent.computeIfAbsent(key(stream.to, packet), key -> new ArrayList<>()).add(packet);
    }
    tuns.get(stream.from).waiting.add(frame);
  }

  private static FlowKey key(int to, byte[] packet) {
    boolean ipv6 = (packet[0] >> 4 & 0xf) == 6;
    int start = ipv6 ? 40 : (packet[0] & 0xf) * 4;
    byte protocol = packet[ipv6 ? 6 : 9];
    boolean fragment = !ipv6 && (TunFrame.big(packet, 6) & Ip.FRAGMENT_MASK) != 0;
    var bytes = new ArrayList<Byte>();
    for (int at = ipv6 ? 8 : 12; at < (ipv6 ? 40 : 20); at++) {
      bytes.add(packet[at]);
    }
    bytes.add(protocol);
    if ((protocol == Ip.TCP || protocol == Ip.UDP) && !fragment) {
      for (int at = start; at < start + 4; at++) {
        bytes.add(packet[at]);
      }
    }
    return new FlowKey(to, bytes);
  }

  /** Goes on until nothing moves any more. */
  private void settle() {
    for (boolean moved = true; moved; ) {
      moved = false;
      for (LoneTunnel tunnel : tunnels) {
        if (setting.twoThreads()) {
          var out = Thread.ofPlatform().start(tunnel::drain);
          moved |= network.deliver(tunnel);
          join(out);
        } else {
          tunnel.drain();
        }
      }
      for (LoneTunnel tunnel : tunnels) {
        moved |= network.deliver(tunnel);
      }
      for (LoneTunnel tunnel : tunnels) {
        moved |= tunnel.control();
      }
    }
    for (int i = 0; i < TUNNELS; i++) {
      for (byte[] frame : tuns.get(i).written) {
        for (byte[] packet : TunFrame.packets(frame)) {
          if (isAnswer(packet)) {
            continue;
          }
          received.computeIfAbsent(key(i, packet), key -> new ArrayList<>()).add(packet);
        }
      }
      tuns.get(i).written.clear();
    }
  }

  /** Whether a tunnel says of a packet that it was too long: that is no packet of anybody's. */
  private static boolean isAnswer(byte[] packet) {
    boolean ipv6 = (packet[0] >> 4 & 0xf) == 6;
    return ipv6
        ? packet.length > 40 && packet[6] == Ip.ICMPV6 && packet[40] == 2
        : packet.length > 20 && packet[9] == Ip.ICMP && packet[20] == 3;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void mtu() {
    LoneTunnel tunnel = tunnels.get(choose(TUNNELS));
    int mtu =
        switch (choose(4)) {
          case 0 -> 1420;
          case 1 -> 1280;
          case 2 -> 576 + choose(9000);
          default -> LONGEST;
        };
    tunnel.device().setMtu(mtu);
  }

  private void time() {
    long seconds =
        switch (choose(4)) {
          case 0 -> 0;
          case 1 -> 6;
          case 2 -> 125;
          default -> 181;
        };
    settle();
    network.pass(seconds * 1_000_000_000L + choose(1000) * 1_000_000L);
    settle();
  }

  private void keys() {
    LoneTunnel tunnel = tunnels.get(choose(TUNNELS));
    switch (choose(3)) {
      case 0 -> {
        lossy = true;
        tunnel.underLock(out -> {
          tunnel.device().clearSessions();
        });
      }
      case 1 -> {
        lossy = true;
        trap = choose(4);
      }
      default -> {
        List<Engines.Choice> present =
            Engines.present().stream()
                .filter(choice -> !isMachineCode(choice) || choice == setting.engine())
                .toList();
        tunnel.use(present.get(choose(present.size())));
      }
    }
  }

  private void mischief() {
    LoneTunnel tunnel = tunnels.get(choose(TUNNELS));
    LoneTunnel other = tunnels.get((tunnel.number + 1) % TUNNELS);
    switch (choose(4)) {
      case 0 -> {
        lossy = true;
        refusals = 1 + choose(3);
        int[] errors = {Errno.EIO, Errno.EINVAL, Errno.EMSGSIZE, Errno.ENOBUFS};
        refusal = -errors[choose(errors.length)];
      }
      case 1 -> {
        var garbage = new byte[1 + choose(2000)];
        garbage[0] = (byte) choose(5);
        network.forge(tunnel, other, garbage);
      }
      case 2 -> network.repeat(tunnel);
      default ->
          tunnel.underLock(out -> {
            Peer peer = tunnel.device().peer(other.key.publicKey()).orElseThrow();
            tunnel.device().setPersistentKeepalive(peer, choose(2) * 25, network.bootNanos(), out);
          });
    }
  }

  private void compare() {
    long missing = 0;
    for (var entry : sent.entrySet()) {
      List<byte[]> came = received.getOrDefault(entry.getKey(), List.of());
      missing += entry.getValue().size() - came.size();
      inOrder(entry.getValue(), came);
    }
    if (!sent.keySet().containsAll(received.keySet())) {
      throw new AssertionError("packets of flows that nobody sent");
    }
    long counted = 0;
    var said = new StringBuilder();
    for (LoneTunnel tunnel : tunnels) {
      for (DropReason reason : DropReason.values()) {
        long drops = tunnel.dropped(reason);
        counted += drops;
        if (drops > 0) {
          said.append(' ')
              .append(tunnel.number)
              .append(':')
              .append(reason)
              .append('=')
              .append(drops);
        }
        if (drops > 0 && OURS.contains(reason)) {
          throw new AssertionError("a fault of ours:" + said);
        }
      }
    }
    if (missing > counted) {
      throw new AssertionError(missing + " packets are missing; counted:" + said);
    }
    long longOrMany =
        dropped(DropReason.TOO_LARGE)
            + dropped(DropReason.SEND_FAILED)
            + dropped(DropReason.STAGED_OVERFLOW);
    if (!lossy && missing > longOrMany) {
      throw new AssertionError(missing + " packets are missing without need:" + said);
    }
  }

  private long dropped(DropReason reason) {
    return tunnels.stream().mapToLong(tunnel -> tunnel.dropped(reason)).sum();
  }

  /** What came is what was sent, in that order, perhaps with gaps. */
  private static void inOrder(List<byte[]> sent, List<byte[]> came) {
    int at = 0;
    for (byte[] packet : came) {
      byte[] essence = TunFrame.essence(packet);
      while (at < sent.size() && !Arrays.equals(TunFrame.essence(sent.get(at)), essence)) {
        at++;
      }
      if (at == sent.size()) {
        throw new AssertionError(
            "out of order, twice, or not as it was sent: " + Arrays.toString(packet));
      }
      at++;
    }
  }

  /** Whether an engine is machine code of our own. */
  static boolean isMachineCode(Engines.Choice engine) {
    return engine.name().startsWith("avx");
  }

  /** Decisions by a seed. */
  static MixedTraffic ofSeed(Setting setting, long seed) {
    var random = new SplittableRandom(seed);
    return new MixedTraffic(setting, seed, random::nextInt);
  }

  @Override
  public void close() {
    network.close();
  }
}
