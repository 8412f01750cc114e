package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.linux.VirtioHeader;
import guywire.protocol.InnerPacket;
import guywire.tunnel.machine.Sums;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Packets made of any bytes, merged to super-packets as the way in does and cut again as the way
 * out does: each must come out as it went in, but for the IPv4 id and PSH.
 *
 * <p>Each packet is made of three bytes (what to do, a length in little endian) and its content.
 * What to do: bit 0 writes the length into the header, bit 1 puts the headers of the packet before
 * in front, continuing its sequence, bit 2 makes the checksums right.
 */
final class MergedPackets {

  private static final int AREA = 1 << 18;
  private static final int MOST = 3000;

  private static final long INPUT = Memory.allocate(AREA);
  private static final long CUT = Memory.allocate(1 << 17);

  // They hold memory that is never given back.
  private static final Flow FLOW = new Flow(new Region());
  private static final Cutter CUTTER = new Cutter(new Region());

  private final Flow flow = FLOW;
  private final PacketView view = new PacketView();
  private final List<byte[]> expected = new ArrayList<>();
  private long at = INPUT + 64;
  private long before;
  private int headers;
  private int payload;

  /** Makes packets of all bytes and checks what becomes of them. */
  void takeAll(byte[] bytes) {
    flow.clear();
    int from = 0;
    while (from + 3 <= bytes.length && at + 2L * MOST < INPUT + AREA) {
      int what = bytes[from];
      int wanted = (bytes[from + 1] & 0xff | (bytes[from + 2] & 0xff) << 8) % MOST;
      from += 3;
      int length = Math.min(wanted, bytes.length - from);
      at += VirtioHeader.BYTES;
      packet(what, Arrays.copyOfRange(bytes, from, from + length));
      from += length;
    }
    finish();
  }

  private void packet(int what, byte[] content) {
    int prefix = (what & 2) != 0 ? headers : 0;
    int length = prefix + content.length;
    Memory.copy(before, at, prefix);
    for (int i = 0; i < content.length; i++) {
      Memory.putByte(at + prefix + i, content[i]);
    }
    if (length == 0) {
      return;
    }
    boolean ipv6 = Ip.version(at) == 6;
    if ((what & 1) != 0 || prefix > 0) {
      if (length < (ipv6 ? Ip.V6_HEADER : Ip.V4_HEADER)) {
        return;
      }
      int upper = length - Ip.V6_HEADER;
      Memory.putShortBe(at + (ipv6 ? Ip.V6_LENGTH : Ip.V4_LENGTH), ipv6 ? upper : length);
    }
    int own = InnerPacket.check(Memory.ALL, at, length);
    if (own == InnerPacket.INVALID) {
      return;
    }
    view.look(at, own);
    if (prefix > 0 && view.hasPorts()) {
      continueFlow();
    }
    if ((what & 4) != 0 && view.hasPorts()) {
      fillChecksums(ipv6, own);
    }
    view.look(at, own);
    take(own);
    at += own;
  }

  private void continueFlow() {
    long transport = at + view.transport();
    if (view.isTcp()) {
      Memory.putIntBe(transport + Ip.TCP_SEQUENCE, view.sequence() + payload);
    } else {
      Memory.putShortBe(transport + Ip.UDP_LENGTH, view.length() - view.transport());
    }
  }

  private void fillChecksums(boolean ipv6, int length) {
    if (!ipv6) {
      Checksum.fillIpv4(at, Ip.v4HeaderLength(at));
    }
    int upper = length - view.transport();
    long field = at + view.transport() + (view.isTcp() ? Ip.TCP_CHECKSUM : Ip.UDP_CHECKSUM);
    Memory.putShort(field, 0);
    int protocol = view.isTcp() ? Ip.TCP : Ip.UDP;
    long sum = Checksum.pseudo(at, ipv6, protocol, upper) + Sums.sum(at + view.transport(), upper);
    int checksum = ~Checksum.fold(sum) & 0xffff;
    Memory.putShort(field, checksum == 0 ? 0xffff : checksum);
  }

  private void take(int length) {
    if (!view.hasPorts() || !view.isMergeable()) {
      finish();
      headers = 0;
      return;
    }
    byte[] copy = bytes(at, length);
    boolean continues = flow.isOf(view) && flow.continues(view);
    if (!continues || !flow.append(view)) {
      finish();
      if (flow.start(view, Ip.MAX_LENGTH) != hasRightChecksum(view)) {
        throw new AssertionError("a checksum judged otherwise");
      }
      if (flow.isEmpty()) {
        headers = 0;
        return;
      }
    } else if (!hasRightChecksum(view)) {
      throw new AssertionError("merged though its checksum is wrong");
    }
    before = at;
    headers = view.headerLength();
    payload = view.payloadBytes();
    expected.add(copy);
  }

  private void finish() {
    if (flow.count() > 1) {
      checkCut();
    } else if (flow.count() == 1) {
      same(bytes(flow.packet(), flow.length()), expected.getFirst(), "alone");
    }
    flow.clear();
    expected.clear();
  }

  private void checkCut() {
    long virtio = flow.finish();
    long packet = virtio + VirtioHeader.BYTES;
    int length = flow.bytes() - VirtioHeader.BYTES;
    if (InnerPacket.check(Memory.ALL, packet, length) != length) {
      throw new AssertionError("a super-packet that is none");
    }
    Cutter cutter = CUTTER;
    if (!cutter.begin(virtio, packet, length) || cutter.segments() != expected.size()) {
      throw new AssertionError("another number of packets than was merged");
    }
    var seen = new PacketView();
    for (byte[] wanted : expected) {
      if (!cutter.next()) {
        throw new AssertionError("too few packets");
      }
      cutter.write(CUT);
      seen.look(CUT, cutter.bytes());
      if (!hasRightChecksum(seen)) {
        throw new AssertionError("a wrong checksum");
      }
      same(
          withoutWhatMayDiffer(bytes(CUT, cutter.bytes()), seen),
          withoutWhatMayDiffer(wanted, seen),
          "cut again");
    }
  }

  /** Without PSH, which moves to the last packet, the IPv4 id, and the sums over them. */
  private static byte[] withoutWhatMayDiffer(byte[] packet, PacketView view) {
    byte[] copy = packet.clone();
    if (!view.isIpv6()) {
      Arrays.fill(copy, Ip.V4_ID, Ip.V4_ID + 2, (byte) 0);
      Arrays.fill(copy, Ip.V4_CHECKSUM, Ip.V4_CHECKSUM + 2, (byte) 0);
    }
    if (view.isTcp()) {
      copy[view.transport() + Ip.TCP_FLAGS] &= ~Ip.PSH;
      int field = view.transport() + Ip.TCP_CHECKSUM;
      Arrays.fill(copy, field, field + 2, (byte) 0);
    }
    return copy;
  }

  /** Whether the TCP or UDP checksum of a packet in memory is right. */
  static boolean hasRightChecksum(PacketView packet) {
    long payload = packet.address() + packet.headerLength();
    return packet.isRightWith(Sums.sum(payload, packet.payloadBytes()));
  }

  private static byte[] bytes(long address, int length) {
    return Memory.ALL.asSlice(address, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static void same(byte[] actual, byte[] wanted, String when) {
    int at = Arrays.mismatch(actual, wanted);
    if (at >= 0) {
      throw new AssertionError(when + ": differs at byte " + at);
    }
  }
}
