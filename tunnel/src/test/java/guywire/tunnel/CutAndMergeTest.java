package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.linux.VirtioHeader;
import guywire.protocol.InnerPacket;
import guywire.tunnel.machine.Sums;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A super-packet cut into segments, each a right packet of its own, and merged again. */
class CutAndMergeTest {

  private static final int VIRTIO = 64;
  private static final int PACKET = VIRTIO + VirtioHeader.BYTES;

  private final long from = Memory.allocate(1 << 17);
  private final long segments = Memory.allocate(1 << 18);

  @ParameterizedTest
  @CsvSource({
    "false, true",
    "false, false",
    "true, true",
    "true, false",
  })
  void cutting_and_merging_give_the_super_packet_back(boolean ipv6, boolean tcp) {
    for (long seed = 0; seed < 300; seed++) {
      var random = new SplittableRandom(seed);
      int size = 1 + random.nextInt(1460);
      int count = 2 + random.nextInt(44);
      int payload = Math.min(size * (count - 1) + 1 + random.nextInt(size), 64_000);
      int length = write(random, ipv6, tcp, size, payload);
      if (payload <= size) {
        continue;
      }
      var cutter = new Cutter(new Region());
      assertThat(cutter.begin(from + VIRTIO, from + PACKET, length)).isTrue();
      assertThat(cutter.segments()).isEqualTo(Math.ceilDiv(payload, size));
      if (cutter.segments() > 127) {
        continue;
      }
      var expected =
          Memory.ALL
              .asSlice(from + PACKET, length)
              .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      var flow = new Flow(new Region());
      var view = new PacketView();
      long at = segments;
      while (cutter.next()) {
        at += VirtioHeader.BYTES;
        cutter.write(at);
        assertThat(InnerPacket.check(Memory.ALL, at, cutter.bytes())).isEqualTo(cutter.bytes());
        view.look(at, cutter.bytes());
        assertThat(MergedPackets.hasRightChecksum(view)).as("seed %d", seed).isTrue();
        if (!ipv6) {
          assertThat(Checksum.fold(Sums.sum(at, 20))).isEqualTo(0xffff);
        }
        assertThat(view.isMergeable()).isTrue();
        if (flow.isEmpty()) {
          assertThat(flow.start(view, Ip.MAX_LENGTH)).isTrue();
        } else {
          assertThat(flow.isOf(view)).isTrue();
          assertThat(flow.continues(view)).as("seed %d", seed).isTrue();
          assertThat(flow.append(view)).isTrue();
        }
        at += cutter.bytes();
      }
      long joined = flow.finish();
      assertThat(flow.bytes()).isEqualTo(length + VirtioHeader.BYTES);
      assertThat(Memory.getShort(joined + VirtioHeader.GSO_SIZE)).isEqualTo(size);
      assertThat(Memory.getByte(joined + VirtioHeader.GSO_TYPE))
          .isEqualTo(Memory.getByte(from + VIRTIO + VirtioHeader.GSO_TYPE));
      var actual =
          Memory.ALL
              .asSlice(joined + VirtioHeader.BYTES, length)
              .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      assertThat(actual).as("seed %d", seed).isEqualTo(expected);
    }
  }

  /** Linux's BIG TCP: the length field holds nothing, the pseudo-header's sum the whole length. */
  @Test
  void more_than_64_KiB_of_tcp_over_ipv4_become_one_packet_and_come_apart_again() {
    int segments = 100;
    int length = write(new SplittableRandom(8), false, true, 1000, 1000);
    var flow = new Flow(new Region());
    var view = new PacketView();
    view.look(from + PACKET, length);
    for (int i = 0; i < segments; i++) {
      rewrite(i);
      view.look(from + PACKET, length);
      assertThat(
              i == 0 ? flow.start(view, Flow.LONGEST) : flow.continues(view) && flow.append(view))
          .isTrue();
    }
    long virtio = flow.finish();
    int total = length + (segments - 1) * 1000;
    assertThat(flow.length()).isEqualTo(total).isGreaterThan(Ip.MAX_LENGTH);
    long packet = virtio + VirtioHeader.BYTES;
    assertThat(Memory.getShort(packet + Ip.V4_LENGTH)).isZero();
    assertThat(Checksum.fold(Sums.sum(packet, 20))).isEqualTo(0xffff);
    int upper = total - Ip.V4_HEADER;
    // RFC 9293 3.1: addresses, protocol, length; here of 32 bits.
    long pseudo = Sums.sum(packet + Ip.V4_SOURCE, 8);
    for (int word : new int[] {Ip.TCP, upper >>> 16, upper & 0xffff}) {
      pseudo += Short.reverseBytes((short) word) & 0xffff;
    }
    assertThat(Memory.getShort(packet + 20 + Ip.TCP_CHECKSUM)).isEqualTo(Checksum.fold(pseudo));

    var cutter = new Cutter(new Region());
    assertThat(cutter.begin(virtio, packet, total)).isTrue();
    for (int i = 0; i < segments; i++) {
      rewrite(i);
      assertThat(cutter.next()).isTrue();
      cutter.write(this.segments);
      view.look(this.segments, cutter.bytes());
      assertThat(MergedPackets.hasRightChecksum(view)).isTrue();
      assertThat(payload(this.segments, length)).isEqualTo(payload(from + PACKET, length));
    }
    assertThat(cutter.next()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, false"})
  void no_other_becomes_longer_than_64_KiB(boolean ipv6, boolean tcp) {
    int length = write(new SplittableRandom(8), ipv6, tcp, 1000, 1000);
    var view = new PacketView();
    view.look(from + PACKET, length);
    long header = from + PACKET + view.transport();
    long field = header + (tcp ? Ip.TCP_CHECKSUM : Ip.UDP_CHECKSUM);
    var flow = new Flow(new Region());
    int merged = 0;
    for (boolean fits = true; fits; merged++) {
      if (tcp) {
        Memory.putIntBe(header + Ip.TCP_SEQUENCE, merged * 1000);
      }
      fillChecksum(field, header, length);
      view.look(from + PACKET, length);
      fits =
          merged == 0 ? flow.start(view, Flow.LONGEST) : flow.continues(view) && flow.append(view);
    }
    assertThat(flow.length()).isBetween(64_000, Ip.MAX_LENGTH);
  }

  private static byte[] payload(long packet, int length) {
    return Memory.ALL
        .asSlice(packet + length - 1000, 1000)
        .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  /** Makes what {@link #write} wrote the segment of this number, with right checksums. */
  private void rewrite(int number) {
    long packet = from + PACKET;
    int length = Memory.getShortBe(packet + Ip.V4_LENGTH);
    long header = packet + Ip.V4_HEADER;
    Memory.putIntBe(header + Ip.TCP_SEQUENCE, number * 1000);
    Memory.putByte(header + Ip.TCP_FLAGS, Ip.ACK);
    Memory.putInt(packet + length - 1000, number * 0x1234567);
    fillChecksum(header + Ip.TCP_CHECKSUM, header, length);
  }

  /** Makes the TCP or UDP checksum of what {@link #write} wrote, and was changed since, right. */
  private void fillChecksum(long field, long header, int length) {
    long packet = from + PACKET;
    boolean ipv6 = Ip.version(packet) == 6;
    int protocol = Memory.getByte(packet + (ipv6 ? Ip.V6_NEXT : Ip.V4_PROTOCOL));
    int upper = (int) (packet + length - header);
    Memory.putShort(field, 0);
    long sum = Checksum.pseudo(packet, ipv6, protocol, upper) + Sums.sum(header, upper);
    Memory.putShort(field, ~Checksum.fold(sum));
  }

  @Test
  void segments_of_one_length_are_said_to_be_alike() {
    int length = write(new SplittableRandom(4), false, true, 1000, 3500);
    var cutter = new Cutter(new Region());
    assertThat(cutter.begin(from + VIRTIO, from + PACKET, length)).isTrue();
    for (int alike : new int[] {3, 2, 1, 1}) {
      assertThat(cutter.next()).isTrue();
      assertThat(cutter.alike()).isEqualTo(alike);
    }
    assertThat(cutter.next()).isFalse();
    length = write(new SplittableRandom(4), false, true, 1000, 2000);
    assertThat(cutter.begin(from + VIRTIO, from + PACKET, length)).isTrue();
    assertThat(cutter.next()).isTrue();
    assertThat(cutter.alike()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"true, 8", "true, 1", "false, 8"})
  void a_packet_whose_ipv4_header_is_spoilt_is_left_for_the_kernel_to_refuse(boolean tcp, int at) {
    int length = write(new SplittableRandom(3), false, tcp, 1000, 900);
    var view = new PacketView();
    view.look(from + PACKET, length);
    assertThat(view.isMergeable()).isTrue();
    Memory.putByte(from + PACKET + at, Memory.getByte(from + PACKET + at) ^ 1);
    view.look(from + PACKET, length);
    assertThat(view.isMergeable()).isFalse();
  }

  @Test
  void a_packet_with_a_wrong_checksum_starts_nothing() {
    int length = write(new SplittableRandom(3), false, true, 1000, 2500);
    var cutter = new Cutter(new Region());
    assertThat(cutter.begin(from + VIRTIO, from + PACKET, length)).isTrue();
    assertThat(cutter.next()).isTrue();
    cutter.write(segments);
    Memory.putByte(segments + 500, Memory.getByte(segments + 500) ^ 1);
    var flow = new Flow(new Region());
    var view = new PacketView();
    view.look(segments, cutter.bytes());
    assertThat(flow.start(view, Ip.MAX_LENGTH)).isFalse();
    assertThat(flow.isEmpty()).isTrue();
  }

  @Test
  void a_packet_with_a_wrong_checksum_is_not_merged() {
    int length = write(new SplittableRandom(3), false, true, 1000, 2500);
    var cutter = new Cutter(new Region());
    assertThat(cutter.begin(from + VIRTIO, from + PACKET, length)).isTrue();
    var flow = new Flow(new Region());
    var view = new PacketView();
    assertThat(cutter.next()).isTrue();
    cutter.write(segments);
    view.look(segments, cutter.bytes());
    assertThat(flow.start(view, Ip.MAX_LENGTH)).isTrue();
    assertThat(cutter.next()).isTrue();
    long second = segments + 4096;
    cutter.write(second);
    Memory.putByte(second + 500, Memory.getByte(second + 500) ^ 1);
    view.look(second, cutter.bytes());
    assertThat(flow.continues(view)).isTrue();
    assertThat(flow.append(view)).isFalse();
    assertThat(flow.count()).isEqualTo(1);
    Memory.putByte(second + 500, Memory.getByte(second + 500) ^ 1);
    assertThat(flow.append(view)).isTrue();
  }

  /** A super-packet as the kernel gives it: the checksum field holds the pseudo-header's sum. */
  private int write(SplittableRandom random, boolean ipv6, boolean tcp, int size, int payload) {
    long packet = from + PACKET;
    int network = ipv6 ? 40 : 20;
    int transport = tcp ? 20 + 4 * random.nextInt(11) : 8;
    int length = network + transport + payload;
    for (int i = 0; i < length; i++) {
      Memory.putByte(packet + i, random.nextInt());
    }
    if (ipv6) {
      Memory.putByte(packet, 0x60);
      Memory.putShortBe(packet + 4, length - 40);
      Memory.putByte(packet + 6, tcp ? 6 : 17);
    } else {
      Memory.putByte(packet, 0x45);
      Memory.putShortBe(packet + 2, length);
      Memory.putShortBe(packet + 6, 0x4000);
      Memory.putByte(packet + 9, tcp ? 6 : 17);
      Checksum.fillIpv4(packet, 20);
    }
    long header = packet + network;
    if (tcp) {
      Memory.putByte(header + 12, transport / 4 << 4);
      Memory.putByte(header + 13, Ip.ACK | (random.nextBoolean() ? Ip.PSH : 0));
    } else {
      Memory.putShortBe(header + 4, length - network);
    }
    int partial = Checksum.fold(Checksum.pseudo(packet, ipv6, tcp ? 6 : 17, length - network));
    Memory.putShort(header + (tcp ? 16 : 6), partial);
    long virtio = from + VIRTIO;
    Memory.putByte(virtio, VirtioHeader.NEEDS_CHECKSUM);
    int tcpType = ipv6 ? VirtioHeader.GSO_TCPV6 : VirtioHeader.GSO_TCPV4;
    Memory.putByte(virtio + 1, tcp ? tcpType : VirtioHeader.GSO_UDP_L4);
    Memory.putShort(virtio + 2, network + transport);
    Memory.putShort(virtio + 4, size);
    Memory.putShort(virtio + 6, network);
    Memory.putShort(virtio + 8, tcp ? 16 : 6);
    return length;
  }
}
