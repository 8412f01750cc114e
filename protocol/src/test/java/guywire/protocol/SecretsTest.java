package guywire.protocol;

import static guywire.protocol.Station.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is computed with secrets, when, and what is left of them afterwards. */
class SecretsTest {

  /** The JDK's curve, which keeps the very arrays that it was given and gave. */
  private static final class Watched implements DiffieHellman {
    /** One agreement: the arrays themselves, not copies. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Agreed(byte[] privateKey, byte[] publicKey, byte[] secret) {}

    private final List<byte[]> privateKeys = new ArrayList<>();
    private final List<Agreed> agreements = new ArrayList<>();

    @Override
    public byte[] publicKey(byte[] privateKey) {
      privateKeys.add(privateKey);
      return JDK.publicKey(privateKey);
    }

    @Override
    public byte[] agree(byte[] privateKey, byte[] publicKey) {
      byte[] secret = JDK.agree(privateKey, publicKey);
      agreements.add(new Agreed(privateKey, publicKey.clone(), secret));
      return secret;
    }

    void forget() {
      privateKeys.clear();
      agreements.clear();
    }
  }

  private final Watched atAlice = new Watched();
  private final Watched atBob = new Watched();
  private final Station alice = new Station(new JceAead(), atAlice, 1, Station.endpoint(1));
  private final Station bob = new Station(new JceAead(), atBob, 2, Station.endpoint(2));
  private final Peer bobAtAlice =
      alice.meet(bob.publicKey(), Optional.of(bob.endpoint), "10.0.0.2/32");

  SecretsTest() {
    bob.meet(alice.publicKey(), Optional.of(alice.endpoint), "10.0.0.1/32");
    alice.up();
    bob.up();
    atAlice.forget();
    atBob.forget();
  }

  private void exchange() {
    while (!alice.sent.isEmpty() || !bob.sent.isEmpty()) {
      if (!alice.sent.isEmpty()) {
        bob.receive(alice.next(), alice.endpoint);
      }
      if (!bob.sent.isEmpty()) {
        alice.receive(bob.next(), bob.endpoint);
      }
    }
  }

  /** A handshake that Alice begins, later than the last one's pause. */
  private void shakeHands() {
    alice.advance(200 * SECOND);
    bob.advance(200 * SECOND);
    alice.sent.clear();
    bob.sent.clear();
    int delivered = bob.delivered.size();
    alice.send(Pair.toBob());
    exchange();
    assertThat(bob.delivered).hasSize(delivered + 1);
  }

  @Test
  void what_a_handshake_was_made_of_is_zeroed_when_it_is_over() throws Exception {
    alice.send(Pair.toBob());
    var pending = Handshake.class.getDeclaredField("symmetric");
    pending.setAccessible(true);
    Object symmetric = pending.get(bobAtAlice.handshake);
    assertThat(arrays(symmetric)).noneMatch(SecretsTest::isZero);
    exchange();
    assertThat(bob.delivered).hasSize(1);
    assertThat(arrays(symmetric)).as("chaining key, hash and key").allMatch(SecretsTest::isZero);
    for (Watched side : List.of(atAlice, atBob)) {
      assertThat(side.privateKeys).as("one ephemeral key each").hasSize(1);
      assertThat(side.privateKeys).allMatch(SecretsTest::isZero);
      assertThat(side.agreements).hasSize(4);
      // The secret of the two static keys alone is kept, for the next handshake.
      assertThat(side.agreements.stream().filter(agreed -> !isZero(agreed.secret())))
          .hasSize(1)
          .allMatch(agreed -> !isZero(agreed.privateKey()));
    }
  }

  @Test
  void an_initiation_that_is_given_up_leaves_no_ephemeral_key() {
    alice.send(Pair.toBob());
    alice.device.down();
    assertThat(atAlice.privateKeys).hasSize(1).allMatch(SecretsTest::isZero);
  }

  @Test
  void the_secret_of_the_static_keys_is_computed_once_and_anew_for_another_private_key() {
    shakeHands();
    assertThat(statics(atAlice, alice.key, bob.publicKey())).isEqualTo(1);
    assertThat(statics(atBob, bob.key, alice.publicKey())).isEqualTo(1);
    shakeHands();
    shakeHands();
    assertThat(statics(atAlice, alice.key, bob.publicKey())).isEqualTo(1);
    assertThat(statics(atBob, bob.key, alice.publicKey())).isEqualTo(1);

    PrivateKey other = PrivateKey.generate(new java.util.SplittableRandom(9));
    alice.device.setPrivateKey(other);
    bob.meet(other.publicKey(), Optional.of(alice.endpoint), "10.0.0.1/32");
    shakeHands();
    assertThat(statics(atAlice, other, bob.publicKey())).isEqualTo(1);
    assertThat(statics(atBob, bob.key, other.publicKey())).isEqualTo(1);
  }

  /** How often a peer's static key was agreed on with our own static key. */
  private static long statics(Watched side, PrivateKey own, PublicKey peer) {
    byte[] secret = DiffieHellman.JDK.agree(own.bytes(), peer.bytes());
    return side.agreements.stream()
        .filter(agreed -> Arrays.equals(agreed.publicKey(), peer.bytes()))
        .filter(agreed -> Arrays.equals(agreed.secret(), secret))
        .count();
  }

  @Test
  void a_message_without_its_macs_costs_no_agreement() {
    alice.send(Pair.toBob());
    byte[] initiation = alice.next().bytes();
    Path from = Path.to(alice.endpoint);
    int load = Limits.MAX_QUEUED_HANDSHAKES / 8;
    assertThat(bob.receive(initiation, from, 0, load)).contains(DropReason.COOKIE_DEMANDED);
    byte[] forged = initiation.clone();
    forged[20] ^= 1;
    assertThat(bob.receive(forged, from, 0, 0)).contains(DropReason.INVALID_MAC1);
    assertThat(atBob.agreements).isEmpty();
    assertThat(atBob.privateKeys).isEmpty();
  }

  @Test
  void a_stranger_costs_one_agreement_and_no_more() {
    alice.device.setPrivateKey(PrivateKey.generate(new java.util.SplittableRandom(9)));
    alice.send(Pair.toBob());
    assertThat(bob.receive(alice.next(), alice.endpoint)).contains(DropReason.UNKNOWN_PEER);
    assertThat(atBob.agreements).as("to learn who it is").hasSize(1);
    assertThat(isZero(atBob.agreements.getFirst().secret())).isTrue();
  }

  private static List<byte[]> arrays(Object owner) throws IllegalAccessException {
    var arrays = new ArrayList<byte[]>();
    for (var field : owner.getClass().getDeclaredFields()) {
      field.setAccessible(true);
      if (!java.lang.reflect.Modifier.isStatic(field.getModifiers())
          && field.get(owner) instanceof byte[] bytes) {
        arrays.add(bytes);
      }
    }
    return arrays;
  }

  private static boolean isZero(byte[] bytes) {
    return Arrays.equals(bytes, new byte[bytes.length]);
  }
}
