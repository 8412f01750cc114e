package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole handshakes in both roles against the slow implementation, byte for byte. */
class HandshakeOracleTest {

  private final SplittableRandom random = new SplittableRandom(42);
  private final Station ours = Station.real(1);
  private final byte[] theirKey = PrivateKey.generate(random).bytes();
  private final PublicKey theirPublic = PublicKey.of(SlowWireGuard.publicOf(theirKey));
  private final Endpoint theirs = Station.endpoint(2);

  private SlowWireGuard oracle(byte[] psk, int index) {
    return new SlowWireGuard(
        theirKey,
        ours.publicKey().bytes(),
        psk,
        PrivateKey.generate(random).bytes(),
        new byte[] {(byte) index, 2, 3, (byte) 0xf4});
  }

  private Peer introduce(byte[] psk) {
    Peer peer = ours.meet(theirPublic, Optional.of(theirs), "10.0.0.2/32");
    ours.device.setPresharedKey(peer, PresharedKey.of(psk));
    ours.up();
    return peer;
  }

  private byte[] psk(boolean with) {
    var psk = new byte[32];
    if (with) {
      random.nextBytes(psk);
    }
    return psk;
  }

  private Optional<DropReason> receive(byte[] message) {
    return ours.receive(message, Path.to(theirs), 0, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void we_initiate(boolean withPsk) throws Exception {
    byte[] psk = psk(withPsk);
    introduce(psk);
    byte[] packet = Station.packet(Station.inner(1), Station.inner(2), 100, 7);
    ours.send(packet);

    SlowWireGuard oracle = oracle(psk, 1);
    byte[] timestamp = oracle.readInitiation(ours.next().bytes());
    assertThat(timestamp).isEqualTo(Tai64n.of(ours.wallTime));
    assertThat(receive(oracle.response())).isEmpty();

    byte[] data = ours.next().bytes();
    assertThat(oracle.readData(data)).isEqualTo(Arrays.copyOf(packet, 112));
    assertThat(Arrays.copyOfRange(data, 8, 16)).containsOnly(0);

    byte[] answer = Station.packet(Station.inner(2), Station.inner(1), 99, 8);
    assertThat(receive(oracle.data(0, answer))).isEmpty();
    assertThat(receive(oracle.data(0x1_0000_0005L, Arrays.copyOf(answer, 112)))).isEmpty();
    assertThat(ours.delivered).containsExactly(answer, answer);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void we_respond(boolean withPsk) throws Exception {
    byte[] psk = psk(withPsk);
    introduce(psk);
    SlowWireGuard oracle = oracle(psk, 1);
    assertThat(receive(oracle.initiation(Tai64n.of(ours.wallTime)))).isEmpty();
    oracle.readResponse(ours.next().bytes());

    // Nothing is sent on the session before the other side has used it.
    byte[] packet = Station.packet(Station.inner(1), Station.inner(2), 50, 1);
    ours.send(packet);
    assertThat(ours.sent).isEmpty();
    assertThat(receive(oracle.data(0, new byte[0]))).isEmpty();
    assertThat(oracle.readData(ours.next().bytes())).isEqualTo(Arrays.copyOf(packet, 64));
  }

  @Test
  void another_preshared_key_makes_no_session() throws Exception {
    introduce(psk(true));
    SlowWireGuard oracle = oracle(psk(true), 1);
    receive(oracle.initiation(Tai64n.of(ours.wallTime)));
    byte[] response = ours.next().bytes();
    assertThatThrownBy(() -> oracle.readResponse(response))
        .isInstanceOf(InvalidCipherTextException.class);

    ours.advance(5 * Station.SECOND);
    ours.send(Station.packet(Station.inner(1), Station.inner(2), 50, 1));
    SlowWireGuard responder = oracle(psk(true), 2);
    responder.readInitiation(ours.next().bytes());
    assertThat(receive(responder.response())).contains(DropReason.INVALID_HANDSHAKE);
    assertThat(ours.sent).isEmpty();
  }

  @Test
  void a_forged_response_does_not_spoil_the_true_one() throws Exception {
    introduce(new byte[32]);
    ours.send(Station.packet(Station.inner(1), Station.inner(2), 50, 1));
    SlowWireGuard oracle = oracle(new byte[32], 1);
    oracle.readInitiation(ours.next().bytes());
    byte[] response = oracle.response();
    for (int at : new int[] {12, 30, 44, 59}) {
      byte[] forged = response.clone();
      forged[at] ^= 1;
      byte[] covered = Arrays.copyOf(forged, 60);
      byte[] mac1 = SlowWireGuard.mac1(ours.publicKey().bytes(), covered);
      assertThat(receive(SlowWireGuard.concat(covered, mac1, new byte[16])))
          .contains(DropReason.INVALID_HANDSHAKE);
    }
    assertThat(receive(response)).isEmpty();
    assertThat(ours.sent).hasSize(1);
    assertThat(receive(response)).contains(DropReason.UNEXPECTED_RESPONSE);
  }

  @Test
  void an_initiation_with_any_bit_wrong_is_dropped() {
    introduce(new byte[32]);
    byte[] good = oracle(new byte[32], 1).initiation(Tai64n.of(ours.wallTime));
    for (int at = 8; at < 116; at += 3) {
      byte[] forged = good.clone();
      forged[at] ^= 4;
      assertThat(receive(forged)).contains(DropReason.INVALID_MAC1);
      byte[] covered = Arrays.copyOf(forged, 116);
      byte[] mac1 = SlowWireGuard.mac1(ours.publicKey().bytes(), covered);
      assertThat(receive(SlowWireGuard.concat(covered, mac1, new byte[16])))
          .contains(DropReason.INVALID_HANDSHAKE);
    }
    assertThat(ours.sent).isEmpty();
    assertThat(receive(good)).isEmpty();
    assertThat(ours.sent).hasSize(1);
  }

  /**
   * Whoever computes with such a point has zeros for a secret, and so has everybody who knows it:
   * the oracle computes with them, so that only the refusal is between it and a session.
   */
  @ParameterizedTest
  @MethodSource("guywire.protocol.LowOrderPoints#all")
  void low_order_points_are_refused_in_every_place(String hex) throws Exception {
    byte[] point = HexFormat.of().parseHex(hex);
    introduce(new byte[32]);
    byte[] time = Tai64n.of(ours.wallTime);
    assertThat(receive(oracle(new byte[32], 1).withEphemeral(point).initiation(time)))
        .as("an initiation's ephemeral key")
        .contains(DropReason.INVALID_HANDSHAKE);

    // A peer whose public key is such a point: nothing is ever sent to it, or taken from it.
    Peer bad = ours.meet(PublicKey.of(point), Optional.of(theirs), "10.0.0.9/32");
    assertThat(receive(oracle(new byte[32], 2).withStatic(point).initiation(time)))
        .as("the sender's static key")
        .contains(DropReason.INVALID_HANDSHAKE);
    ours.send(Station.packet(Station.inner(1), Station.inner(9), 50, 1));
    assertThat(ours.sent).isEmpty();
    assertThat(bad.stagedPackets()).isEqualTo(1);

    ours.send(Station.packet(Station.inner(1), Station.inner(2), 50, 1));
    SlowWireGuard responder = oracle(new byte[32], 3).withEphemeral(point);
    responder.readInitiation(ours.next().bytes());
    assertThat(receive(responder.response()))
        .as("a response's ephemeral key")
        .contains(DropReason.INVALID_HANDSHAKE);
    assertThat(ours.sent).isEmpty();
  }

  @Test
  void our_cookie_is_read_and_the_second_mac_made_with_it_is_accepted() throws Exception {
    introduce(new byte[32]);
    byte[] first = oracle(new byte[32], 1).initiation(Tai64n.of(ours.wallTime));
    int load = Limits.MAX_QUEUED_HANDSHAKES / 8;
    assertThat(ours.receive(first, Path.to(theirs), 0, load)).contains(DropReason.COOKIE_DEMANDED);
    byte[] message = ours.next().bytes();
    assertThat(message).hasSize(64);
    byte[] cookie = SlowWireGuard.readCookie(ours.publicKey().bytes(), first, message);
    assertThat(cookie).hasSize(16);

    ours.advance(Station.SECOND / 10);
    SlowWireGuard again = oracle(new byte[32], 2);
    byte[] second = again.initiation(Tai64n.of(ours.wallTime));
    byte[] wrong = SlowWireGuard.withMac2(second, new byte[16]);
    assertThat(ours.receive(wrong, Path.to(theirs), 0, load)).contains(DropReason.COOKIE_DEMANDED);
    ours.sent.clear();
    byte[] proved = SlowWireGuard.withMac2(second, cookie);
    assertThat(ours.receive(proved, Path.to(theirs), 0, load)).isEmpty();
    again.readResponse(ours.next().bytes());
  }

  @Test
  void their_cookie_is_taken_and_our_next_message_carries_its_mac() throws Exception {
    introduce(new byte[32]);
    ours.send(Station.packet(Station.inner(1), Station.inner(2), 50, 1));
    byte[] first = ours.next().bytes();
    var cookie = new byte[16];
    var nonce = new byte[24];
    random.nextBytes(cookie);
    random.nextBytes(nonce);
    byte[] stranger = PrivateKey.generate(random).publicKey().bytes();
    assertThat(receive(SlowWireGuard.cookieMessage(stranger, first, nonce, cookie)))
        .contains(DropReason.INVALID_COOKIE);
    assertThat(receive(SlowWireGuard.cookieMessage(theirPublic.bytes(), first, nonce, cookie)))
        .isEmpty();
    ours.advance(6 * Station.SECOND);
    byte[] second = ours.next().bytes();
    assertThat(second).isEqualTo(SlowWireGuard.withMac2(second, cookie));
    oracle(new byte[32], 1).readInitiation(second);
  }
}
