package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.linux.Memory;
import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import guywire.protocol.JceAead;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnginesTest {

  static List<Engines.Choice> engines() {
    return Engines.present();
  }

  @Test
  void this_machine_has_all_three() {
    assertThat(engines())
        .extracting(Engines.Choice::name)
        .containsExactly("jce", "libcrypto", "jdk-intrinsics");
  }

  /**
   * RFC 7539 errata and RFC 8439 A.5 use associated data; this one is WireGuard's own empty packet.
   */
  @ParameterizedTest
  @MethodSource("engines")
  void an_empty_packet_under_a_zero_key_has_the_known_tag(Engines.Choice choice) {
    Aead engine = choice.create();
    MemorySegment out = MemorySegment.ofArray(new byte[16]);
    engine.seal(new AeadKey(new byte[32]), 0, out, 0, 0, out, 0);
    assertThat(HexFormat.of().formatHex(out.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)))
        .isEqualTo("4eb972c9a8fb3a1b382bb4d36f5ffad1");
  }

  @ParameterizedTest
  @MethodSource("engines")
  void every_length_is_sealed_as_the_jce_does_it(Engines.Choice choice) {
    var random = new SplittableRandom(1);
    Aead engine = choice.create();
    Aead reference = new JceAead();
    long plain = Memory.allocate(1 << 17);
    long mine = Memory.allocate(1 << 17);
    long its = Memory.allocate(1 << 17);
    for (int i = 0; i < 1 << 16; i++) {
      Memory.putByte(plain + i, random.nextInt());
    }
    var lengths = new java.util.ArrayList<Integer>();
    for (int length = 0; length < 2200; length++) {
      lengths.add(length);
    }
    lengths.addAll(List.of(9000, 40_000, 65_504));
    for (int length : lengths) {
      var bytes = new byte[32];
      random.nextBytes(bytes);
      var key = new AeadKey(bytes);
      long counter = random.nextLong();
      engine.seal(key, counter, Memory.ALL, plain, length, Memory.ALL, mine);
      reference.seal(key, counter, Memory.ALL, plain, length, Memory.ALL, its);
      assertThat(mismatch(mine, its, length + 16)).as("length %d", length).isEqualTo(-1);
      boolean opened = engine.open(key, counter, Memory.ALL, its, length + 16, Memory.ALL, its);
      assertThat(opened).isTrue();
      assertThat(mismatch(plain, its, length)).isEqualTo(-1);
      int wrong = random.nextInt(length + 16);
      Memory.putByte(mine + wrong, Memory.getByte(mine + wrong) ^ 1 << random.nextInt(8));
      assertThat(engine.open(key, counter, Memory.ALL, mine, length + 16, Memory.ALL, mine))
          .as("a changed bit in byte %d of %d", wrong, length + 16)
          .isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void limbs_at_their_limits_are_reduced(Engines.Choice choice) {
    // Ones make the accumulator of Poly1305 pass the prime; both halves of the tag carry.
    Aead engine = choice.create();
    Aead reference = new JceAead();
    long in = Memory.allocate(4096);
    Memory.ALL.asSlice(in, 4096).fill((byte) 0xff);
    long mine = Memory.allocate(4096);
    long its = Memory.allocate(4096);
    var bytes = new byte[32];
    for (int i = 0; i < 2000; i++) {
      bytes[i % 32]++;
      var key = new AeadKey(bytes);
      engine.seal(key, i, Memory.ALL, in, i % 300, Memory.ALL, mine);
      reference.seal(key, i, Memory.ALL, in, i % 300, Memory.ALL, its);
      assertThat(mismatch(mine, its, i % 300 + 16)).isEqualTo(-1);
    }
  }

  @Test
  void an_engine_that_is_not_there_is_refused_by_name() {
    assertThatThrownBy(() -> new Engines("rot13", silent()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rot13");
  }

  @Test
  void the_start_is_made_with_one_that_needs_no_compiling() {
    assertThat(new Engines(Engines.AUTO, silent()).choice().name()).isEqualTo("libcrypto");
  }

  private static Log silent() {
    return new Log(Log.Level.SILENT, "test", new PrintStream(System.out));
  }

  private static long mismatch(long a, long b, int length) {
    return Memory.ALL.asSlice(a, length).mismatch(Memory.ALL.asSlice(b, length));
  }
}
