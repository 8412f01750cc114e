package guywire.tunnel.cipher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.linux.Memory;
import guywire.protocol.AeadKey;
import guywire.protocol.JceAead;
import guywire.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every engine of the machine does what the JCE does, for any number of messages of any length. */
class EnginesTest {

  private static final MessageCipher REFERENCE = MessageCipher.each(new JceAead());
  private static final long ROOM = 1 << 19;

  private final long plain = Memory.allocate(ROOM);
  private final long mine = Memory.allocate(ROOM);
  private final long its = Memory.allocate(ROOM);
  private final SplittableRandom random = new SplittableRandom(1);

  static List<Engines.Choice> engines() {
    return Engines.present();
  }

  @Test
  void this_machine_has_the_three_that_need_no_special_processor() {
    assertThat(engines())
        .extracting(Engines.Choice::name)
        .startsWith("jce", "libcrypto", "jdk-intrinsics");
  }

  /**
   * RFC 7539 errata and RFC 8439 A.5 use associated data; this one is WireGuard's own empty packet.
   */
  @ParameterizedTest
  @MethodSource("engines")
  void an_empty_packet_under_a_zero_key_has_the_known_tag(Engines.Choice choice) {
    Message.writeDataHeader(Memory.ALL, mine, 0, 0);
    choice.create().seal(new AeadKey(new byte[32]), mine, 32, 0, 1);
    assertThat(Memory.getLongBe(mine + 16)).isEqualTo(0x4eb972c9a8fb3a1bL);
    assertThat(Memory.getLongBe(mine + 24)).isEqualTo(0x382bb4d36f5ffad1L);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void every_length_is_sealed_as_the_jce_does_it(Engines.Choice choice) {
    MessageCipher engine = choice.create();
    var lengths = new ArrayList<Integer>();
    for (int length = 0; length < 2200; length++) {
      lengths.add(length);
    }
    lengths.addAll(List.of(8_900, 9_000, 16_319, 16_320, 40_000, 65_503));
    for (int length : lengths) {
      check(engine, length, 1);
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void any_number_of_messages_is_sealed_together(Engines.Choice choice) {
    MessageCipher engine = choice.create();
    for (int count = 1; count <= MessageCipher.MOST_OPENED; count++) {
      check(engine, random.nextInt(200), count);
      check(engine, random.nextInt(1500), count);
      check(engine, 1420, count);
    }
    check(engine, 8_900, 13);
    check(engine, 65_503, 5);
  }

  /** Seals, opens, and opens again with one bit wrong in one of the messages. */
  private void check(MessageCipher engine, int length, int count) {
    var bytes = new byte[32];
    random.nextBytes(bytes);
    var key = new AeadKey(bytes);
    // Also with a gap between messages, which must stay as it is.
    int stride = length + Message.DATA_OVERHEAD + random.nextInt(2) * 24;
    int all = count * stride;
    for (int i = 0; i < all; i += 8) {
      Memory.putLong(plain + i, random.nextLong());
    }
    for (int i = 0; i < count; i++) {
      Message.writeDataHeader(Memory.ALL, plain + (long) i * stride, 7, random.nextLong());
    }
    Memory.copy(plain, mine, all);
    Memory.copy(plain, its, all);
    engine.seal(key, mine, stride, length, count);
    REFERENCE.seal(key, its, stride, length, count);
    assertThat(mismatch(mine, its, all)).as("%d of length %d", count, length).isEqualTo(-1);
    long every = count == 64 ? -1 : (1L << count) - 1;
    assertThat(engine.open(key, its, stride, length, count)).isEqualTo(every);
    for (int i = 0; i < count; i++) {
      long packet = (long) i * stride + Message.DATA_HEADER_LENGTH;
      assertThat(mismatch(plain + packet, its + packet, length)).isEqualTo(-1);
    }
    int wrong = random.nextInt(count);
    int at = random.nextInt(length + 16);
    long spoiled = mine + (long) wrong * stride + Message.DATA_HEADER_LENGTH + at;
    Memory.putByte(spoiled, Memory.getByte(spoiled) ^ 1 << random.nextInt(8));
    assertThat(engine.open(key, mine, stride, length, count))
        .as("a changed bit in byte %d of %d", at, length + 16)
        .isEqualTo(every & ~(1L << wrong));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void limbs_at_their_limits_are_reduced(Engines.Choice choice) {
    // Ciphertexts of ones make the accumulator of Poly1305 pass the prime; both halves of the tag
    // carry.
    // They are got by opening: what comes out is the same as the reference's, and so is the
    // verdict.
    MessageCipher engine = choice.create();
    var bytes = new byte[32];
    for (int i = 0; i < 2000; i++) {
      bytes[i % 32]++;
      var key = new AeadKey(bytes);
      int length = i % 300;
      int stride = length + Message.DATA_OVERHEAD;
      int count = 1 + i % 9;
      for (int j = 0; j < count; j++) {
        Message.writeDataHeader(Memory.ALL, mine + (long) j * stride, 7, i + j);
        Memory.ALL.asSlice(mine + (long) j * stride + 16, length).fill((byte) 0);
      }
      // Sealing zeros shows the key stream; with its complement as the packet, the ciphertext is
      // ones.
      MessageCipher.each(new JceAead()).seal(key, mine, stride, length, count);
      for (int j = 0; j < count; j++) {
        long packet = mine + (long) j * stride + 16;
        for (int at = 0; at < length; at++) {
          Memory.putByte(packet + at, ~Memory.getByte(packet + at));
        }
      }
      Memory.copy(mine, its, (long) count * stride);
      engine.seal(key, mine, stride, length, count);
      REFERENCE.seal(key, its, stride, length, count);
      assertThat(mismatch(mine, its, count * stride)).isEqualTo(-1);
      if (length > 0) {
        assertThat(Memory.getByte(mine + 16)).isEqualTo(0xff);
      }
    }
  }

  @Test
  void an_engine_that_is_not_there_is_refused_by_name() {
    assertThatThrownBy(() -> new Engines("rot13", line -> {}, line -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rot13");
  }

  @Test
  void the_start_is_made_with_one_that_needs_no_compiling() {
    String expected = MachineCipher.isPresent() ? "avx512" : "libcrypto";
    assertThat(new Engines(Engines.AUTO, line -> {}, line -> {}).choice().name())
        .isEqualTo(expected);
  }

  private static long mismatch(long a, long b, int length) {
    return Memory.ALL.asSlice(a, length).mismatch(Memory.ALL.asSlice(b, length));
  }
}
