package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.VirtioHeader;
import guywire.protocol.DropReason;
import guywire.tunnel.cipher.Engines;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whose packets tell that a queue stands, where the flows of several are in it: of those who listen
 * and have made it. What nobody repeats is not lost.
 */
class StandingQueueTest {

  private static final int ROUNDS = 200;
  private static final int TOGETHER = 6;
  private static final int LENGTH = 1200;
  private static final int SEGMENT = 1000;
  private static final long MS = 1_000_000;

  private final LoneNetwork network = new LoneNetwork(true);
  private final MemoryTun leftTun = new MemoryTun();
  private final MemoryTun rightTun = new MemoryTun();
  private final InnerTcp tcp = new InnerTcp(80);
  private LoneTunnel left;
  private LoneTunnel right;
  private int number;

  @BeforeEach
  void meet() {
    var engine = Engines.present().getLast();
    var log = new Log(Log.Level.ERROR, "queue", System.err);
    left = new LoneTunnel(network, 0, leftTun, engine, "", new Random(1), log);
    right = new LoneTunnel(network, 1, rightTun, engine, "", new Random(2), log);
    left.meet(right, "10.10.0.1/32");
    right.meet(left, "10.10.0.2/32");
    left.up();
    right.up();
    put(udp());
    carry();
    assertThat(arrived()).hasSize(1);
  }

  @AfterEach
  void end() {
    network.close();
  }

  @Test
  void datagrams_that_stand_in_the_socket_cost_no_udp_and_no_fragment() {
    var came = new ArrayList<byte[]>();
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < TOGETHER; i++) {
        put(udp());
        put(fragment());
        put(tcp.data(new byte[LENGTH - InnerTcp.HEADERS]));
      }
      left.drain();
      network.pass(4 * MS);
      carry();
      came.addAll(arrived());
    }
    int each = ROUNDS * TOGETHER;
    assertThat(count(came, StandingQueueTest::isUdp)).isEqualTo(each);
    assertThat(count(came, StandingQueueTest::isFragment)).isEqualTo(each);
    assertThat(count(came, packet -> packet[9] == Ip.TCP)).isBetween(each - 200L, each - 10L);
    assertThat((long) 3 * each - came.size()).isEqualTo(right.dropped(DropReason.QUEUED_TOO_LONG));
  }

  @Test
  void a_packet_that_can_be_marked_is_not_lost() {
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < TOGETHER; i++) {
        byte[] packet = udp();
        packet[1] = 2;
        put(packet);
      }
      left.drain();
      network.pass(4 * MS);
      carry();
    }
    List<byte[]> came = arrived();
    assertThat(came).hasSize(ROUNDS * TOGETHER);
    assertThat(count(came, packet -> (packet[1] & 3) == 3)).isGreaterThan(10);
  }

  @Test
  void packets_that_stand_before_the_cipher_cost_no_udp_with_a_pace_of_its_own() {
    network.judge(this::slowly);
    var came = new ArrayList<byte[]>();
    for (int round = 0; round < ROUNDS; round++) {
      putSuper(udp(), VirtioHeader.GSO_UDP_L4, 6);
      for (int i = 0; i < TOGETHER; i++) {
        byte[] data = tcp.data(new byte[20 * SEGMENT]);
        putSuper(data, VirtioHeader.GSO_TCPV4, 16);
      }
      carry();
      came.addAll(arrived());
    }
    assertThat(left.dropped(DropReason.QUEUED_TOO_LONG)).isGreaterThan(10);
    assertThat(count(came, StandingQueueTest::isUdp)).isEqualTo(ROUNDS * 2L);
  }

  @Test
  void udp_that_outruns_the_cipher_is_told_by_marks_only_for_it_may_be_a_tunnel() {
    network.judge(this::slowly);
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < 25; i++) {
        putSuper(udp(), VirtioHeader.GSO_UDP_L4, 6);
        byte[] marked = udp();
        marked[1] = 2;
        putSuper(marked, VirtioHeader.GSO_UDP_L4, 6);
      }
      carry();
    }
    List<byte[]> came = arrived();
    assertThat(came).hasSize(ROUNDS * 25 * 4);
    assertThat(count(came, packet -> (packet[1] & 3) == 3)).isGreaterThan(10);
  }

  /** Each system call takes long. */
  private int slowly() {
    network.pass(MS);
    return 0;
  }

  private byte[] udp() {
    return InnerUdp.packet(2, 9, LENGTH, ++number);
  }

  /** One in the middle of a chain; the checksum is of no interest on the way. */
  private byte[] fragment() {
    byte[] packet = InnerUdp.packet(2, 9, LENGTH, ++number);
    packet[6] = 0x20;
    packet[7] = 0x10;
    return packet;
  }

  private void put(byte[] packet) {
    var frame = new byte[VirtioHeader.BYTES + packet.length];
    System.arraycopy(packet, 0, frame, VirtioHeader.BYTES, packet.length);
    leftTun.waiting.add(frame);
  }

  /** Puts a super-packet into the TUN. */
  private void putSuper(byte[] packet, int type, int checksum) {
    var frame = new byte[VirtioHeader.BYTES + packet.length];
    System.arraycopy(packet, 0, frame, VirtioHeader.BYTES, packet.length);
    frame[VirtioHeader.FLAGS] = VirtioHeader.NEEDS_CHECKSUM;
    frame[VirtioHeader.GSO_TYPE] = (byte) type;
    TunFrame.little(frame, VirtioHeader.GSO_SIZE, SEGMENT);
    TunFrame.little(frame, VirtioHeader.CHECKSUM_START, 20);
    TunFrame.little(frame, VirtioHeader.CHECKSUM_OFFSET, checksum);
    leftTun.waiting.add(frame);
  }

  private void carry() {
    for (boolean moved = true; moved; ) {
      moved = left.outbound.carry() == Outbound.Rest.MORE;
      moved |= right.outbound.carry() == Outbound.Rest.MORE;
      moved |= network.deliver(left) | network.deliver(right);
      moved |= left.control() | right.control();
    }
  }

  private List<byte[]> arrived() {
    var packets = new ArrayList<byte[]>();
    rightTun.written.forEach(frame -> packets.addAll(TunFrame.packets(frame)));
    rightTun.written.clear();
    return packets;
  }

  private static boolean isFragment(byte[] packet) {
    return packet[6] == 0x20;
  }

  private static boolean isUdp(byte[] packet) {
    return packet[9] == Ip.UDP && !isFragment(packet);
  }

  private static long count(List<byte[]> packets, Predicate<byte[]> which) {
    return packets.stream().filter(which).count();
  }
}
