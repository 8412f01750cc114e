package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the receiving thread may refuse by itself is what the device would refuse. */
class FirstMacTest {

  private static final int LOAD = Limits.MAX_QUEUED_HANDSHAKES / 8;

  private final Pair pair = new Pair();
  private final Station alice = pair.alice;
  private final Station bob = pair.bob;
  private final FirstMac atBob = bob.device.firstMac();

  private static boolean isRight(FirstMac at, byte[] message) {
    // Somewhere in a batch.
    var batch = new byte[message.length + 13];
    System.arraycopy(message, 0, batch, 13, message.length);
    return at.isRight(MemorySegment.ofArray(batch), 13, message.length);
  }

  private byte[] initiation() {
    alice.send(Pair.toBob());
    return alice.next().bytes();
  }

  /** Made by one who knows the key and no more. */
  private static byte[] forgedFor(PublicKey key) {
    var message = new byte[Message.INITIATION_LENGTH];
    new SplittableRandom(1).nextBytes(message);
    Bytes.int32(message, 0, Message.INITIATION);
    new Macs().addMac1(key.bytes(), message, message.length);
    return message;
  }

  @Test
  void initiations_and_responses_of_who_knows_the_key_pass() {
    byte[] initiation = initiation();
    assertThat(isRight(atBob, initiation)).isTrue();
    bob.receive(initiation, Path.to(alice.endpoint), 0, 0);
    byte[] response = bob.next().bytes();
    assertThat(isRight(alice.device.firstMac(), response)).isTrue();
    assertThat(isRight(atBob, response)).as("to the other one").isFalse();
  }

  @Test
  void the_second_mac_is_not_its_business() {
    byte[] forged = forgedFor(bob.publicKey());
    assertThat(isRight(atBob, forged)).isTrue();
    forged[147] ^= 1;
    assertThat(isRight(atBob, forged)).isTrue();
    assertThat(isRight(atBob, forgedFor(alice.publicKey()))).isFalse();
  }

  @Test
  void whatever_bit_is_wrong_it_says_what_the_device_says() {
    byte[] initiation = initiation();
    for (int bit = 0; bit < 8 * initiation.length; bit++) {
      byte[] other = initiation.clone();
      other[bit / 8] ^= (byte) (1 << bit % 8);
      boolean right = bit / 8 >= 132;
      assertThat(isRight(atBob, other)).as("bit %d", bit).isEqualTo(right);
      if (Message.type(MemorySegment.ofArray(other), 0, other.length) == Message.INITIATION) {
        // Under load nothing is worked on further, and nothing remembered.
        assertThat(bob.receive(other, Path.to(alice.endpoint), 0, LOAD))
            .as("bit %d", bit)
            .contains(right ? DropReason.COOKIE_DEMANDED : DropReason.INVALID_MAC1);
      }
    }
  }

  @Test
  void it_follows_the_device_to_another_key() {
    byte[] initiation = initiation();
    PrivateKey other = PrivateKey.generate(new SplittableRandom(3));
    bob.device.setPrivateKey(other);
    assertThat(isRight(atBob, initiation)).isFalse();
    assertThat(isRight(atBob, forgedFor(other.publicKey()))).isTrue();
    bob.device.setPrivateKey(bob.key);
    assertThat(isRight(atBob, initiation)).isTrue();
  }

  @Test
  void where_there_is_no_key_nobody_knows_it() {
    var device = new Device(new JceAead(), DiffieHellman.JDK, new SplittableRandom(1), () -> null);
    assertThat(isRight(device.firstMac(), initiation())).isFalse();
  }
}
