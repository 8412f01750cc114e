package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.linux.UdpSender;
import guywire.linux.UdpSocket;
import guywire.protocol.ForgedInitiation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a running tunnel does with messages that no honest peer sends, on the way that data takes. A
 * device of the protocol plays the peer; the verdict is what a socket behind the tunnel gets and
 * what the tunnel counts.
 */
@Timeout(60)
class HostilePeerTest {

  private static final int PORT = 9999;

  private static Pair pair;
  private static WirePeer peer;
  private static DatagramChannel behind;

  private String before = "";
  private int number;

  @BeforeAll
  static void start() throws IOException {
    pair = new Pair(Pair.Program.guywire(), Pair.Program.guywire());
    peer = WirePeer.meet(pair);
    behind = pair.a.namespace.call(DatagramChannel::open);
    behind.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
    behind.bind(new InetSocketAddress("10.10.0.1", PORT));
    behind.configureBlocking(false);
  }

  @AfterAll
  static void stop() throws IOException {
    peer.close();
    behind.close();
    pair.close();
  }

  @BeforeEach
  void look() {
    // The handshake is over on both sides: an honest packet has come through.
    assertArrives(peer.message(packet(2, 40)), 40);
    before = state();
  }

  private static String state() {
    return UapiClient.request(pair.a.socket(), "get=1\n\n");
  }

  private static long value(String state, String name) {
    return state
        .lines()
        .filter(line -> line.startsWith(name + "="))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .sum();
  }

  /** By how much one of the numbers that the tunnel tells has grown. */
  private long grown(String name) {
    return value(state(), name) - value(before, name);
  }

  private void awaitDropped(String reason, int count) {
    Pair.await(count + " more " + reason, () -> grown("dropped_" + reason) == count);
  }

  private static String endpoint() {
    return state().lines().filter(line -> line.startsWith("endpoint=")).findFirst().orElseThrow();
  }

  /**
   * A UDP packet from 10.10.0.{@code from} to the socket behind the tunnel; its length is known.
   */
  private byte[] packet(int from, int length) {
    return InnerUdp.packet(from, PORT, length, ++number);
  }

  private void assertArrives(byte[] message, int length) {
    peer.send(message);
    assertArrived(length);
  }

  /** The next thing that the socket gets is the newest packet, and so long. */
  private void assertArrived(int length) {
    var got = ByteBuffer.allocate(2000);
    Pair.await("a packet behind the tunnel", () -> receive(got));
    assertThat(got.getInt(0)).isEqualTo(number);
    assertThat(got.position()).isEqualTo(length - InnerUdp.HEADERS);
    assertThat(receive(ByteBuffer.allocate(2000))).as("something else").isFalse();
  }

  private static boolean receive(ByteBuffer target) {
    try {
      return behind.receive(target) != null;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_message_sent_twice_arrives_once() {
    byte[] message = peer.message(packet(2, 100));
    assertArrives(message, 100);
    peer.send(message);
    awaitDropped("replayed_counter", 1);
    assertThat(receive(ByteBuffer.allocate(2000))).isFalse();
  }

  @Test
  void messages_may_overtake_each_other_by_8128_and_no_more() {
    long first = peer.nextCounter();
    for (int i = 0; i < 8128; i++) {
      peer.nextCounter();
    }
    long last = peer.nextCounter();
    byte[] tooLate = peer.message(first, packet(2, 60));
    byte[] justInTime = peer.message(first + 1, packet(2, 60));
    byte[] newest = peer.message(last, packet(2, 60));
    assertArrives(newest, 60);
    peer.send(tooLate);
    awaitDropped("replayed_counter", 1);
    number--;
    assertArrives(justInTime, 60);
  }

  @Test
  void a_forged_message_neither_uses_up_its_counter_nor_moves_the_endpoint() {
    byte[] message = peer.message(packet(2, 100));
    for (int at : new int[] {16, 60, message.length - 1}) {
      byte[] forged = message.clone();
      forged[at] ^= 1;
      peer.sendFromElsewhere(forged);
    }
    awaitDropped("invalid_tag", 3);
    assertThat(endpoint()).isEqualTo("endpoint=10.9.0.2:1002");
    assertArrives(message, 100);
    peer.sendFromElsewhere(message);
    awaitDropped("replayed_counter", 1);
    assertThat(endpoint()).as("a replayed one").isEqualTo("endpoint=10.9.0.2:1002");
  }

  @Test
  void any_authentic_message_moves_the_endpoint_also_one_without_a_packet() {
    peer.sendFromElsewhere(peer.message(new byte[0]));
    Pair.await("the other port", () -> endpoint().equals("endpoint=10.9.0.2:1003"));
    assertArrives(peer.message(packet(2, 100)), 100);
    assertThat(endpoint()).isEqualTo("endpoint=10.9.0.2:1002");
    // Even one whose packet is refused: who sent it is certain.
    peer.sendFromElsewhere(peer.message(packet(3, 100)));
    Pair.await("the other port", () -> endpoint().equals("endpoint=10.9.0.2:1003"));
    assertArrives(peer.message(packet(2, 100)), 100);
  }

  @Test
  void the_source_inside_must_be_its_own_by_the_longest_match_over_all_peers() {
    // 10.10.0.0/24 is its own, but 10.10.0.3 in it is another peer's.
    peer.send(peer.message(packet(3, 100)));
    awaitDropped("wrong_source", 1);
    byte[] nobody = packet(2, 100);
    nobody[12] = 11;
    peer.send(peer.message(nobody));
    awaitDropped("wrong_source", 2);
    assertThat(grown("rx_bytes")).as("refused packets do not count").isZero();
    assertArrives(peer.message(packet(7, 100)), 100);
  }

  @Test
  void of_packets_that_come_together_each_is_judged_by_its_own_source() {
    peer.sendTogether(
        peer.message(packet(2, 100)),
        peer.message(packet(3, 100)),
        peer.message(packet(7, 100)),
        peer.message(packet(3, 100)),
        peer.message(packet(2, 100)));
    awaitDropped("wrong_source", 2);
    var got = ByteBuffer.allocate(2000);
    var arrived = new ArrayList<Integer>();
    while (arrived.size() < 3) {
      Pair.await("a packet behind the tunnel", () -> receive(got.clear()));
      arrived.add(got.getInt(0));
    }
    assertThat(arrived).containsExactlyInAnyOrder(number - 4, number - 2, number);
    assertThat(receive(got.clear())).as("another one").isFalse();
  }

  @Test
  void an_address_that_moves_to_another_peer_is_refused_from_the_next_packet_on() {
    assertArrives(peer.message(packet(5, 100)), 100);
    allowOther("10.10.0.5/32");
    peer.send(peer.message(packet(5, 100)));
    awaitDropped("wrong_source", 1);
    allowOther("-10.10.0.5/32");
    assertArrives(peer.message(packet(5, 100)), 100);
  }

  /** Changes the allowed IPs of the tunnel's other peer, which has no endpoint. */
  private static void allowOther(String prefix) {
    String own = HexFormat.of().formatHex(peer.publicKey().bytes());
    String other =
        state()
            .lines()
            .filter(line -> line.startsWith("public_key="))
            .filter(line -> !line.endsWith(own))
            .findFirst()
            .orElseThrow();
    String answer =
        UapiClient.request(pair.a.socket(), "set=1\n" + other + "\nallowed_ip=" + prefix + "\n\n");
    assertThat(answer).startsWith("errno=0");
  }

  @Test
  void what_is_padded_on_the_way_out_is_padded_with_zeros() throws IOException {
    var sender = new UdpSender(new Region());
    sender.to4(0x0a0a0002, PORT);
    long data = Memory.allocate(1 << 14);
    Memory.ALL.asSlice(data, 3_501).fill((byte) 0x5a);
    try (UdpSocket socket = pair.a.namespace.call(() -> UdpSocket.open(false, PORT + 1))) {
      for (int round = 0; round < 3; round++) {
        // A super-packet of 4, a packet alone.
        assertThat(sender.send(socket, data, 3_501, 1_000, 0)).isEqualTo(3_501);
        assertThat(sender.send(socket, data, 77, 77, 0)).isEqualTo(77);
        int[] lengths = {1_028, 1_028, 1_028, 529, 105};
        for (int length : lengths) {
          byte[] plaintext = peer.nextPacket();
          assertThat(plaintext.length).isEqualTo((length + 15) / 16 * 16);
          assertThat(Arrays.copyOfRange(plaintext, length, plaintext.length)).containsOnly(0);
          assertThat(Arrays.copyOfRange(plaintext, InnerUdp.HEADERS, length)).containsOnly(0x5a);
        }
      }
    }
  }

  @Test
  void headers_that_lie_are_refused() {
    byte[] longer = packet(2, 100);
    longer[3]++;
    byte[] shorter = packet(2, 100);
    shorter[2] = 0;
    shorter[3] = 19;
    byte[] version = packet(2, 100);
    version[0] = 0x55;
    byte[] cut = Arrays.copyOf(packet(2, 100), 19);
    for (byte[] packet : new byte[][] {longer, shorter, version, cut}) {
      peer.send(peer.message(packet));
    }
    awaitDropped("malformed_packet", 4);
    assertArrives(peer.message(packet(2, 100)), 100);
  }

  @Test
  void padding_is_cut_off_and_counts_as_received() {
    byte[] padded = Arrays.copyOf(packet(2, 100), 112);
    assertArrives(peer.message(padded), 100);
    assertThat(grown("rx_bytes")).isEqualTo(112 + 32);
    peer.send(peer.message(new byte[0]));
    Pair.await("a keepalive", () -> grown("rx_bytes") == 112 + 32 + 32);
  }

  @Test
  void what_is_no_message_or_of_no_session_is_counted_as_such() {
    byte[] message = peer.message(packet(2, 100));
    byte[] other = message.clone();
    other[4] ^= 1;
    peer.send(other);
    awaitDropped("unknown_session", 1);
    byte[] reserved = message.clone();
    reserved[2] = 1;
    peer.send(reserved);
    peer.send(Arrays.copyOf(message, 31));
    peer.send(new byte[148]);
    byte[] initiation = new byte[149];
    initiation[0] = 1;
    peer.send(initiation);
    awaitDropped("malformed_message", 4);
    peer.send(Arrays.copyOf(initiation, 148));
    awaitDropped("invalid_mac1", 1);
    assertArrives(message, 100);
  }

  @Test
  void a_flood_of_handshake_messages_is_bounded_and_data_goes_on() {
    byte[] initiation = new byte[148];
    initiation[0] = 1;
    for (int i = 0; i < 20_000; i++) {
      peer.send(initiation);
    }
    assertArrives(peer.message(packet(2, 100)), 100);
    Pair.await(
        "all that came to be judged",
        () -> grown("dropped_invalid_mac1") + grown("dropped_handshake_queue_full") > 4096);
    assertArrives(peer.message(packet(2, 100)), 100);
  }

  @Test
  void handshake_messages_faster_than_they_can_be_judged_are_answered_by_cookies() {
    var forged = new ForgedInitiation(pair.a.key.publicKey(), 5);
    peer.send(peer.initiation());
    for (int i = 0; i < 5_000; i++) {
      peer.send(forged.next());
    }
    Pair.await("cookies", () -> grown("dropped_cookie_demanded") > 100);
    assertThat(grown("dropped_replayed_initiation")).as("before there was load").isPositive();
    assertThat(grown("dropped_invalid_handshake")).as("before there was load").isPositive();
    assertThat(endpoint()).isEqualTo("endpoint=10.9.0.2:1002");
    assertArrives(peer.message(packet(2, 100)), 100);
  }
}
