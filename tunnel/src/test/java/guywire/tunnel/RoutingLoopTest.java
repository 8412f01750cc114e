package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.VirtioHeader;
import guywire.protocol.DropReason;
import guywire.protocol.Message;
import guywire.protocol.Peer;
import guywire.tunnel.cipher.Engines;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tunnel whose peer's endpoint is routed into the tunnel itself. */
@Timeout(60)
class RoutingLoopTest {

  private final LoneNetwork network = new LoneNetwork(true);
  private final MemoryTun leftTun = new MemoryTun();
  private final MemoryTun rightTun = new MemoryTun();
  private LoneTunnel left;
  private LoneTunnel right;

  @BeforeEach
  void meet() {
    var engine = Engines.present().getLast();
    var log = new Log(Log.Level.SILENT, "loop", System.err);
    left = new LoneTunnel(network, 0, leftTun, engine, "", new Random(1), log);
    right = new LoneTunnel(network, 1, rightTun, engine, "", new Random(2), log);
    left.meet(right, right.endpoint.address() + "/32");
    right.meet(left, left.endpoint.address() + "/32");
    left.up();
    right.up();
    give(datagram(left.endpoint.port(), right.endpoint.port(), Message.DATA, 0));
    assertThat(rightTun.written).as("before there is a session").hasSize(1);
    rightTun.written.clear();
  }

  @AfterEach
  void end() {
    network.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void what_was_sent_and_comes_back_is_dropped_and_said_once(boolean outerIpv6) {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire).configured(outerIpv6, 1420)) {
      Pair.await("an answer", () -> pair.pings("10.10.0.2"));
      String endpoint = outerIpv6 ? "fd09::2/128" : "10.9.0.2/32";
      String peer = pair.b.key.publicKey().toString();
      pair.a.wg("set", "IF", "peer", peer, "allowed-ips", "10.10.0.2/32," + endpoint);
      long before = pair.a.transfer().get(1);
      pair.a.ip("route", "add", endpoint, "dev", pair.a.interfaceName);
      for (int i = 0; i < 3; i++) {
        assertThat(pair.pings("10.10.0.2")).isFalse();
      }
      assertThat(pair.a.transfer().get(1) - before).as("bytes sent").isLessThan(10_000);
      assertThat(UapiClient.request(pair.a.socket(), "get=1\n\n"))
          .contains("dropped_routing_loop=");
      assertThat(pair.a.logText().split("leads into the tunnel itself", -1)).hasSize(2);
      pair.a.ip("route", "del", endpoint, "dev", pair.a.interfaceName);
      Pair.await("an answer by the right route", () -> pair.pings("10.10.0.2"));
    }
  }

  @Test
  void a_message_of_the_session_by_which_it_would_go_is_ones_own() {
    Peer peer = left.device().peer(right.key.publicKey()).orElseThrow();
    var session = Objects.requireNonNull(peer.sendingKeypair(network.bootNanos()));
    give(datagram(1000, 1001, Message.DATA, session.remoteIndex()));
    assertThat(rightTun.written).isEmpty();
    assertThat(left.dropped(DropReason.ROUTING_LOOP)).isEqualTo(1);
  }

  /** As of a host behind this one, which has a tunnel to the same peer and the same port. */
  @Test
  void another_tunnels_datagrams_are_carried_with_whatever_ports() {
    Peer peer = left.device().peer(right.key.publicKey()).orElseThrow();
    int own = Objects.requireNonNull(peer.sendingKeypair(network.bootNanos())).remoteIndex();
    give(datagram(1000, 1001, Message.DATA, own + 1));
    give(datagram(1000, 1001, Message.INITIATION, own));
    give(datagram(1002, 1001, Message.DATA, own));
    give(datagram(1000, 1002, Message.DATA, own));
    assertThat(rightTun.written).hasSize(4);
    assertThat(left.dropped(DropReason.ROUTING_LOOP)).isZero();
  }

  private static byte[] datagram(int from, int to, int type, int index) {
    var packet = ByteBuffer.allocate(28 + Message.INITIATION_LENGTH);
    packet.put(0, (byte) 0x45).putShort(2, (short) packet.capacity()).put(8, (byte) 64);
    packet.put(9, (byte) Ip.UDP).putInt(12, 0xc0000200).putInt(16, 0xc0000201);
    packet.putShort(20, (short) from).putShort(22, (short) to);
    packet.putShort(24, (short) (packet.capacity() - 20));
    packet.order(ByteOrder.LITTLE_ENDIAN).putInt(28, type).putInt(32, index);
    return packet.array();
  }

  private void give(byte[] packet) {
    var frame = new byte[VirtioHeader.BYTES + packet.length];
    System.arraycopy(packet, 0, frame, VirtioHeader.BYTES, packet.length);
    leftTun.waiting.add(frame);
    for (boolean moved = true; moved; ) {
      left.drain();
      right.drain();
      moved = network.deliver(left) | network.deliver(right);
      moved |= left.control() | right.control();
    }
  }
}
