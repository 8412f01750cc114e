package guywire.tunnel.cipher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.linux.UdpReceiver;
import guywire.protocol.AeadKey;
import guywire.protocol.JceAead;
import guywire.protocol.Message;
import guywire.tunnel.machine.InstructionSet;
import guywire.tunnel.machine.Sums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every engine of the machine does what the JCE does, for any number of messages of any length. */
class EnginesTest {

  private static final MessageCipher REFERENCE = MessageCipher.each(new JceAead());
  private static final long ROOM = 1 << 19;

  /** What one system call sends. */
  private static final int MOST = 64;

  private final long plain = Memory.allocate(ROOM);
  private final long mine = Memory.allocate(ROOM);
  private final long its = Memory.allocate(ROOM);
  private final long notes = MessageCipher.allocateNotes(MOST, new Region());
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

  /** For the end of the whole run: code that a processor can't run is not tested on it. */
  @Test
  void it_is_written_down_which_engines_are_tested_here_and_which_are_not() throws IOException {
    var here = engines().stream().map(Engines.Choice::name).toList();
    var missing = new ArrayList<>(Engines.NAMES);
    missing.removeAll(here);
    assertThat(Engines.NAMES).containsAll(here);
    String line =
        "Cipher engines tested: %s; not on this machine: %s%n"
            .formatted(
                String.join(", ", here), missing.isEmpty() ? "none" : String.join(", ", missing));
    Files.writeString(Path.of("target", "cipher-engines.txt"), line);
    System.out.print(line);
  }

  /**
   * RFC 7539 errata and RFC 8439 A.5 use associated data; this one is WireGuard's own empty packet.
   */
  @ParameterizedTest
  @MethodSource("engines")
  void an_empty_packet_under_a_zero_key_has_the_known_tag(Engines.Choice choice) {
    Message.writeDataHeader(Memory.ALL, mine, 0, 0);
    seal(choice.create(new Region()), new AeadKey(new byte[32]), mine, 32, 0, 1);
    assertThat(Memory.getLongBe(mine + 16)).isEqualTo(0x4eb972c9a8fb3a1bL);
    assertThat(Memory.getLongBe(mine + 24)).isEqualTo(0x382bb4d36f5ffad1L);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void every_length_is_sealed_as_the_jce_does_it(Engines.Choice choice) {
    MessageCipher engine = choice.create(new Region());
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
    MessageCipher engine = choice.create(new Region());
    for (int count = 1; count <= MOST; count++) {
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
    seal(engine, key, mine, stride, length, count);
    seal(REFERENCE, key, its, stride, length, count);
    assertThat(mismatch(mine, its, all)).as("%d of length %d", count, length).isEqualTo(-1);
    long every = count == 64 ? -1 : (1L << count) - 1;
    assertThat(open(engine, key, its, stride, length, count)).isEqualTo(every);
    for (int i = 0; i < count; i++) {
      long packet = (long) i * stride + Message.DATA_HEADER_LENGTH;
      assertThat(mismatch(plain + packet, its + packet, length)).isEqualTo(-1);
    }
    int wrong = random.nextInt(count);
    int at = random.nextInt(length + 16);
    long spoiled = mine + (long) wrong * stride + Message.DATA_HEADER_LENGTH + at;
    Memory.putByte(spoiled, Memory.getByte(spoiled) ^ 1 << random.nextInt(8));
    assertThat(open(engine, key, mine, stride, length, count))
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
    MessageCipher engine = choice.create(new Region());
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
      seal(MessageCipher.each(new JceAead()), key, mine, stride, length, count);
      for (int j = 0; j < count; j++) {
        long packet = mine + (long) j * stride + 16;
        for (int at = 0; at < length; at++) {
          Memory.putByte(packet + at, ~Memory.getByte(packet + at));
        }
      }
      Memory.copy(mine, its, (long) count * stride);
      seal(engine, key, mine, stride, length, count);
      seal(REFERENCE, key, its, stride, length, count);
      assertThat(mismatch(mine, its, count * stride)).isEqualTo(-1);
      if (length > 0) {
        assertThat(Memory.getByte(mine + 16)).isEqualTo(0xff);
      }
    }
  }

  @Test
  void what_a_cipher_reads_behind_its_messages_is_the_receivers_memory() {
    assertThat(UdpReceiver.SLACK_BYTES).isGreaterThanOrEqualTo(MessageCipher.HEAD_BYTES);
  }

  @Test
  void an_engine_that_is_not_there_is_refused_by_name() {
    assertThatThrownBy(() -> new Engines("rot13", line -> {}, line -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rot13");
  }

  @Test
  void the_start_is_made_with_one_that_needs_no_compiling() {
    List<InstructionSet> machine = InstructionSet.present();
    String expected =
        machine.isEmpty() ? "libcrypto" : machine.getFirst().name().toLowerCase(Locale.ROOT);
    assertThat(new Engines(Engines.AUTO, line -> {}, line -> {}).choice().name())
        .isEqualTo(expected);
  }

  /**
   * A packet's end is filled from elsewhere, then its beginning written in place; it is taken in
   * three pieces to elsewhere, of which each is summed. The memory around them stays as it is.
   */
  @ParameterizedTest
  @MethodSource("engines")
  void packets_are_filled_and_taken_in_pieces(Engines.Choice choice) {
    MessageCipher engine = choice.create(new Region());
    var key = new AeadKey(new byte[32]);
    for (int round = 0; round < 3000; round++) {
      int length = 1 + random.nextInt(round % 4 == 0 ? 64 : 1600);
      int written = random.nextInt(Math.min(length, 120));
      int stride = length + Message.DATA_OVERHEAD;
      int count = 1 + random.nextInt(MessageCipher.MOST);
      int all = count * stride;
      for (int i = 0; i < all + 200; i += 8) {
        Memory.putLong(plain + i, random.nextLong());
        Memory.putLong(mine + i, 0x5a5a5a5a5a5a5a5aL);
      }
      for (int i = 0; i < count; i++) {
        Message.writeDataHeader(Memory.ALL, plain + (long) i * stride, 7, random.nextLong());
        Memory.copy(plain + (long) i * stride, mine + (long) i * stride, 16);
      }
      Memory.copy(plain, its, all);
      seal(REFERENCE, key, its, stride, length, count);
      engine.prepare(key, mine, stride, length, written, count, notes);
      for (int i = 0; i < count; i++) {
        long packet = (long) i * stride + Message.DATA_HEADER_LENGTH;
        long sum = engine.fill(i, written, plain + packet + written, length - written);
        assertThat(folded(sum))
            .isEqualTo(folded(Sums.sum(plain + packet + written, length - written)));
        Memory.copy(plain + packet, mine + packet, written);
      }
      engine.seal(key, mine, stride, length, count, notes);
      assertThat(mismatch(mine, its, all)).as("%d of length %d", count, length).isEqualTo(-1);
      assertThat(Memory.getLong(mine + all)).isEqualTo(0x5a5a5a5a5a5a5a5aL);
      assertThat(engine.open(key, mine, stride, length, count)).isEqualTo((1L << count) - 1);
      for (int i = 0; i < count; i++) {
        long packet = plain + (long) i * stride + Message.DATA_HEADER_LENGTH;
        int seen = Math.min(length, MessageCipher.HEAD_BYTES);
        assertThat(mismatch(engine.head(i), packet, seen)).isEqualTo(-1);
        int cut = random.nextInt(length);
        long target = its + random.nextInt(64);
        Memory.putLong(target + length, 0x5a5a5a5a5a5a5a5aL);
        long sum = engine.take(i, cut, target + cut, length - cut);
        assertThat(folded(sum)).isEqualTo(folded(Sums.sum(packet + cut, length - cut)));
        sum = engine.take(i, 0, target, cut);
        assertThat(folded(sum)).isEqualTo(folded(Sums.sum(packet, cut)));
        assertThat(mismatch(target, packet, length)).isEqualTo(-1);
        assertThat(Memory.getLong(target + length)).isEqualTo(0x5a5a5a5a5a5a5a5aL);
      }
    }
  }

  /** Groups of several lengths one behind the other, whose tags come when the next are prepared. */
  @ParameterizedTest
  @MethodSource("engines")
  void messages_are_whole_when_what_was_left_for_later_is_finished(Engines.Choice choice) {
    MessageCipher engine = choice.create(new Region());
    var key = new AeadKey(new byte[32]);
    for (int round = 0; round < 600; round++) {
      int length = random.nextInt(round % 3 == 0 ? 200 : 1600);
      int stride = length + Message.DATA_OVERHEAD;
      int all = 0;
      for (int group = 1 + random.nextInt(5); group > 0; group--) {
        int count = 1 + random.nextInt(MessageCipher.MOST);
        long first = mine + (long) all * stride;
        for (int i = 0; i < count * stride; i += 8) {
          Memory.putLong(plain + i, random.nextLong());
        }
        for (int i = 0; i < count; i++) {
          long at = (long) i * stride;
          Message.writeDataHeader(Memory.ALL, plain + at, 7, random.nextLong());
          Memory.copy(plain + at, first + at, 16);
        }
        Memory.copy(plain, its + (long) all * stride, (long) count * stride);
        long theirNotes = notes + (long) all * MessageCipher.NOTE_BYTES;
        engine.prepare(key, first, stride, length, 0, count, theirNotes);
        for (int i = 0; i < count; i++) {
          engine.fill(i, 0, plain + (long) i * stride + 16, length);
        }
        engine.sealLater(key, first, stride, length, count, theirNotes);
        all += count;
      }
      engine.finish();
      seal(REFERENCE, key, its, stride, length, all);
      assertThat(mismatch(mine, its, all * stride))
          .as("%d of length %d", all, length)
          .isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void what_was_forgotten_is_not_written_to(Engines.Choice choice) {
    MessageCipher engine = choice.create(new Region());
    var key = new AeadKey(new byte[32]);
    int stride = 1000 + Message.DATA_OVERHEAD;
    for (int i = 0; i < 4; i++) {
      Message.writeDataHeader(Memory.ALL, mine + (long) i * stride, 7, i);
    }
    engine.prepare(key, mine, stride, 1000, 0, 4, notes);
    for (int i = 0; i < 4; i++) {
      engine.fill(i, 0, plain, 1000);
    }
    engine.sealLater(key, mine, stride, 1000, 4, notes);
    engine.forget();
    Memory.clear(mine, 4L * stride);
    engine.finish();
    engine.prepare(key, its, stride, 1000, 0, 4, notes);
    for (int i = 0; i < 4 * stride; i++) {
      assertThat(Memory.getByte(mine + i)).isZero();
    }
  }

  /** What was changed in the head, as congestion marks are, is there when the packet is whole. */
  @ParameterizedTest
  @MethodSource("engines")
  void a_packet_taken_in_place_has_its_head_as_it_was_left(Engines.Choice choice) {
    MessageCipher engine = choice.create(new Region());
    var key = new AeadKey(new byte[32]);
    for (int length : new int[] {1, 20, 127, 128, 129, 1420}) {
      int stride = length + Message.DATA_OVERHEAD;
      for (int i = 0; i < 3 * stride; i += 8) {
        Memory.putLong(plain + i, random.nextLong());
      }
      Memory.copy(plain, mine, 3L * stride);
      seal(engine, key, mine, stride, length, 3);
      assertThat(engine.open(key, mine, stride, length, 3)).isEqualTo(7);
      Memory.putByte(engine.head(1), 0x77);
      for (int i = 0; i < 3; i++) {
        long packet = (long) i * stride + Message.DATA_HEADER_LENGTH;
        engine.takeInPlace(i, mine + packet, length);
        if (i == 1) {
          Memory.putByte(plain + packet, 0x77);
        }
        assertThat(mismatch(plain + packet, mine + packet, length)).isEqualTo(-1);
      }
    }
  }

  /** What counts of a sum: it modulo 65535. */
  private static long folded(long sum) {
    return Long.remainderUnsigned(sum, 0xffff);
  }

  private void seal(
      MessageCipher engine, AeadKey key, long messages, int stride, int length, int count) {
    engine.sealInPlace(key, messages, stride, length, count, notes);
  }

  /** Opens any number of messages, and takes their packets in place. */
  private static long open(
      MessageCipher engine, AeadKey key, long messages, int stride, int length, int count) {
    long right = 0;
    for (int done = 0; done < count; done += MessageCipher.MOST) {
      long first = messages + (long) done * stride;
      int group = Math.min(MessageCipher.MOST, count - done);
      right |= engine.open(key, first, stride, length, group) << done;
      for (int i = 0; i < group; i++) {
        long packet = first + (long) i * stride + Message.DATA_HEADER_LENGTH;
        engine.takeInPlace(i, packet, length);
      }
    }
    return right;
  }

  private static long mismatch(long a, long b, int length) {
    return Memory.ALL.asSlice(a, length).mismatch(Memory.ALL.asSlice(b, length));
  }
}
