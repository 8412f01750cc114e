package guywire.tunnel.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.protocol.AeadKey;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No number makes machine code touch what it was not given. The buffers end where nothing is: code
 * that reads or writes further ends the whole test run.
 */
class RoutinesTest {

  private static final int BYTES = 1 << 16;
  private static final AeadKey KEY = new AeadKey(new byte[32]);
  private static final int[] WRONG_LENGTHS = {
    Integer.MIN_VALUE, -65_536, -64, -1, BYTES + 1, 1 << 24, Integer.MAX_VALUE
  };
  private static final int[] WRONG_COUNTS = {
    Integer.MIN_VALUE, -8, -1, 0, 9, 1 << 16, Integer.MAX_VALUE
  };
  private static final long[] WRONG_ADDRESSES = {0, -1, 4096, Long.MIN_VALUE, Long.MAX_VALUE};

  private static final long ZEROS = Memory.allocate(BYTES);

  private final long from = Memory.allocate(BYTES);
  private final long to = Memory.allocate(BYTES);
  private final long stream = Memory.allocate(BYTES);
  private final long small = Memory.allocate(Routines.RESULT_BYTES);
  private final Tagging tags = new Tagging(new Region());

  static List<InstructionSet> sets() {
    return InstructionSet.present();
  }

  private static Routines code(InstructionSet set) {
    return set.routines().orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void a_wrong_length_is_refused(InstructionSet set) {
    Routines code = code(set);
    for (int length : WRONG_LENGTHS) {
      refused(() -> code.sum(from, length));
      refused(() -> code.copyAndSum(from, to, length));
      refused(() -> code.encryptAndSum(from, to, length, stream));
      refused(() -> code.decryptAndSum(from, to, length, stream));
      refused(() -> code.add(from, 64, stream, 64, length, 1));
      refused(() -> tags.of(from, 64, 1, stream, 64, length));
      refused(() -> code.tag(from, stream, length, small));
    }
    refused(() -> code.tag(from, stream, 127, small));
    untouched();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void a_wrong_count_is_refused(InstructionSet set) {
    Routines code = code(set);
    refused(() -> code.tags(tags));
    tags.of(from, 64, 1, stream, 64, 20);
    for (int count : WRONG_COUNTS) {
      refused(() -> code.heads(from, 128, stream, 128, to, count));
      refused(() -> code.add(from, 64, stream, 64, 20, count));
      refused(() -> tags.of(from, 64, count, stream, 64, 20));
      if (count < 1 || count > BYTES / code.jobBytes()) {
        var key = new AeadKey(new byte[32]);
        refused(() -> code.keystream(key, from, count, small, from));
        if (code.mixes()) {
          refused(() -> code.keystreamAndTags(key, from, count, tags));
        }
      }
    }
    untouched();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void a_wrong_stride_is_refused(InstructionSet set) {
    Routines code = code(set);
    for (int stride : new int[] {Integer.MIN_VALUE, -64, -1, BYTES, Integer.MAX_VALUE}) {
      refused(() -> code.heads(from, stride, stream, 128, to, 2));
      refused(() -> code.heads(from, 128, stream, stride, to, 2));
      refused(() -> code.add(from, stride, stream, 64, 20, 2));
      refused(() -> code.add(from, 64, stream, stride, 20, 2));
      refused(() -> tags.of(from, stride, 2, stream, 64, 20));
      refused(() -> tags.of(from, 64, 2, stream, stride, 20));
    }
    refused(() -> code.add(from, 19, stream, 64, 20, 2));
    untouched();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void an_address_of_nobodys_memory_is_refused(InstructionSet set) {
    Routines code = code(set);
    for (long wrong : WRONG_ADDRESSES) {
      refused(() -> code.sum(wrong, 100));
      refused(() -> code.copyAndSum(wrong, to, 100));
      refused(() -> code.copyAndSum(from, wrong, 100));
      refused(() -> code.encryptAndSum(from, to, 100, wrong));
      refused(() -> code.decryptAndSum(from, to, 100, wrong));
      refused(() -> code.heads(wrong, 128, stream, 128, to, 1));
      refused(() -> code.heads(from, 128, wrong, 128, to, 1));
      refused(() -> code.heads(from, 128, stream, 128, wrong, 1));
      refused(() -> code.add(wrong, 64, stream, 64, 20, 1));
      refused(() -> code.add(from, 64, wrong, 64, 20, 1));
      refused(() -> tags.of(wrong, 64, 1, stream, 64, 20));
      refused(() -> tags.of(from, 64, 1, wrong, 64, 20));
      refused(() -> code.tag(wrong, stream, 128, small));
      refused(() -> code.tag(from, wrong, 128, small));
      refused(() -> code.tag(from, stream, 128, wrong));
      var key = new AeadKey(new byte[32]);
      refused(() -> code.keystream(key, wrong, 1, small, from));
      if (code.mixes()) {
        refused(() -> code.keystreamAndTags(key, wrong, 1, tags));
      }
      refused(() -> code.keystream(key, from, 1, wrong, from));
    }
    untouched();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void a_copy_that_overlaps_its_original_is_refused(InstructionSet set) {
    Routines code = code(set);
    for (int distance : new int[] {-99, -1, 1, 64, 99}) {
      refused(() -> code.copyAndSum(from + 200, from + 200 + distance, 100));
      refused(() -> code.encryptAndSum(from + 200, from + 200 + distance, 100, stream));
      refused(() -> code.decryptAndSum(from + 200, from + 200 + distance, 100, stream));
    }
    assertThatCode(() -> code.copyAndSum(from, from + 100, 100)).doesNotThrowAnyException();
    assertThatCode(() -> code.decryptAndSum(from, from, 100, stream)).doesNotThrowAnyException();
    untouched();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void one_byte_more_than_there_is_is_refused_and_all_there_is_can_be_used(InstructionSet set) {
    Routines code = code(set);
    for (int length = 0; length < 700; length++) {
      int bytes = length;
      // At the end of a buffer, and at its beginning.
      for (long at : new long[] {from + BYTES - bytes, from}) {
        long copy = to + (at - from);
        code.sum(at, bytes);
        code.copyAndSum(at, copy, bytes);
        code.encryptAndSum(at, copy, bytes, stream + BYTES - (bytes + 63 & -64));
        code.decryptAndSum(at, copy, bytes, stream + BYTES - (bytes + 63 & -64));
      }
      refused(() -> code.sum(from + BYTES - bytes, bytes + 1));
      refused(() -> code.copyAndSum(from + BYTES - bytes, to, bytes + 1));
      refused(() -> code.copyAndSum(from, to + BYTES - bytes, bytes + 1));
      refused(
          () -> code.encryptAndSum(from, to, bytes + 1, stream + BYTES - (bytes + 64 & -64) + 1));
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void groups_may_end_with_their_buffers(InstructionSet set) {
    Routines code = code(set);
    // Two jobs, whose key stream ends with its buffer.
    long jobs = Memory.allocate(2L * code.jobBytes());
    int quarters = 2 * code.quartersPerJob();
    for (int i = 0; i < quarters; i++) {
      long job = jobs + (long) (i / code.quartersPerJob()) * code.jobBytes();
      long place = job + code.jobDestinations() + 8L * (i % code.quartersPerJob());
      Memory.putLong(place, to + BYTES - (long) (quarters - i) * Routines.QUARTER_BYTES);
    }
    code.keystream(KEY, jobs, 2, small, from);
    for (int length = 0; length < 700; length++) {
      for (int count = 1; count <= Routines.MOST; count++) {
        int stride = Math.max(length, 1);
        long spans = (count - 1L) * stride;
        int chunks = length + 63 & -64;
        long streams = stream + BYTES - (count - 1L) * chunks - chunks;
        code.add(from + BYTES - spans - length, stride, streams, chunks, length, count);
        code.add(from, stride, streams, chunks, length, count);
        int read = Tagging.readOf(length);
        tags.of(
            from + BYTES - spans - read, stride, count, stream + BYTES - 7 * 32 - 64, 32, length);
        code.tags(tags);
        if (code.mixes()) {
          code.keystreamAndTags(KEY, jobs, 2, tags);
        }
      }
      if (length >= PolyCode.LEAST_ALONE) {
        code.tag(from + BYTES - (length + 15 & -16), stream + BYTES - 32, length, small);
      }
    }
    for (int count = 1; count <= Routines.MOST; count++) {
      long spans = 128L * count;
      code.heads(from + BYTES - spans, 128, stream + BYTES - spans, 128, to + BYTES - spans, count);
    }
  }

  private void untouched() {
    for (long buffer : new long[] {from, to, stream}) {
      assertThat(Memory.ALL.asSlice(buffer, BYTES).mismatch(Memory.ALL.asSlice(ZEROS, BYTES)))
          .isEqualTo(-1);
    }
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
