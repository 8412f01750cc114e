package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * Bytes from outside never throw, never move an endpoint and never deliver what they should not.
 * The corpus lies beside the class's name under the test resources; {@code JAZZER_FUZZ=1} searches
 * on.
 */
class DatagramFuzzTest {

  /** Any datagram, as it comes off the wire. */
  @FuzzTest(maxDuration = "1m")
  void any_datagram_is_harmless(byte[] input) {
    var pair = Pair.withSession();
    Optional<DropReason> drop =
        pair.bob.receive(input, Path.to(Station.endpoint(66)), 0xff, input.length);
    assertThat(drop).isPresent();
    assertThat(pair.bob.device.drops().get(drop.orElseThrow())).isEqualTo(1);
    assertUnmoved(pair);
  }

  /** A handshake message of the right length and first MAC: an attacker who knows our key. */
  @FuzzTest(maxDuration = "1m")
  void any_handshake_message_of_a_stranger_is_harmless(byte[] input) {
    if (input.length == 0) {
      return;
    }
    var pair = Pair.withSession();
    boolean initiation = (input[0] & 1) == 0;
    int length = initiation ? Message.INITIATION_LENGTH : Message.RESPONSE_LENGTH;
    byte[] message = Arrays.copyOf(input, length);
    Bytes.int32(message, 0, initiation ? Message.INITIATION : Message.RESPONSE);
    new Macs().addMac1(pair.bob.publicKey().bytes(), message, length);
    int backlog = (input[0] & 2) == 0 ? 0 : Limits.MAX_QUEUED_HANDSHAKES;
    assertThat(pair.bob.receive(message, Path.to(Station.endpoint(66)), 0, backlog)).isPresent();
    assertUnmoved(pair);
  }

  /** What a peer encrypts is still bytes from outside: headers that lie, addresses not its own. */
  @FuzzTest(maxDuration = "1m")
  void any_plaintext_of_a_peer_is_delivered_only_if_it_is_its_own(byte[] input) {
    var pair = Pair.withSession();
    Keypair keypair = pair.bobAtAlice.sendingKeypair(pair.alice.now);
    assertThat(keypair).isNotNull();
    var message = new byte[input.length + Message.DATA_OVERHEAD];
    MemorySegment segment = MemorySegment.ofArray(message);
    long counter = keypair.reserve(1);
    Message.writeDataHeader(segment, 0, keypair.remoteIndex(), counter);
    new JceAead()
        .seal(
            keypair.sendKey(),
            counter,
            MemorySegment.ofArray(input),
            0,
            input.length,
            segment,
            Message.DATA_HEADER_LENGTH);
    Optional<DropReason> drop = pair.bob.receive(message, Path.to(pair.alice.endpoint), 3, 0);
    if (drop.isPresent() || input.length == 0) {
      assertThat(pair.bob.delivered).isEmpty();
    } else {
      byte[] packet = pair.bob.delivered.getFirst();
      assertThat(packet.length).isBetween(20, input.length);
      assertThat(packet[0] >> 4).isEqualTo(4);
      assertThat(Arrays.copyOfRange(packet, 12, 16)).containsExactly(10, 0, 0, 1);
    }
  }

  /** Frames from the interface: local programs may write anything into it. */
  @FuzzTest(maxDuration = "1m")
  void any_outgoing_frame_is_harmless(byte[] input) {
    var pair = Pair.withSession();
    Optional<DropReason> drop = pair.alice.send(input);
    if (drop.isEmpty()) {
      assertThat(Arrays.copyOfRange(input, 16, 20)).containsExactly(10, 0, 0, 2);
      assertThat(pair.alice.next().bytes().length).isBetween(input.length + 32, input.length + 48);
    } else {
      assertThat(pair.alice.sent).isEmpty();
    }
  }

  private static void assertUnmoved(Pair pair) {
    assertThat(pair.aliceAtBob.path()).isEqualTo(Path.to(pair.alice.endpoint));
    assertThat(pair.bob.delivered).isEmpty();
    pair.alice.send(Pair.toBob());
    pair.exchange();
    assertThat(pair.bob.delivered).as("the session is unharmed").hasSize(1);
  }
}
