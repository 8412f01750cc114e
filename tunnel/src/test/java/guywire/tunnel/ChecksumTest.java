package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.Memory;
import guywire.tunnel.machine.Sums;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** RFC 1071, however long the memory and wherever it begins. */
class ChecksumTest {

  private static final int LONGEST = 1500;

  private final long from = Memory.allocate(1 << 17);
  private final long to = Memory.allocate(1 << 17);

  @Test
  void every_length_is_summed_by_16_bit_words() {
    fill(false);
    for (int length = 0; length < LONGEST; length++) {
      int at = length % 7;
      assertThat(Checksum.fold(Sums.sum(from + at, length)))
          .as("length %d", length)
          .isEqualTo(naive(from + at, length));
    }
  }

  @Test
  void the_largest_words_do_not_lose_a_carry() {
    fill(true);
    for (int length : new int[] {64, 1000, 65_535}) {
      assertThat(Checksum.fold(Sums.sum(from, length))).isEqualTo(naive(from, length));
    }
  }

  @Test
  void a_copy_is_exact_and_has_the_same_sum() {
    fill(false);
    for (int length = 0; length < LONGEST; length++) {
      Memory.putLong(to + length, 0x0123456789abcdefL);
      long sum = Sums.copyAndSum(from + 3, to, length);
      assertThat(Checksum.fold(sum)).as("length %d", length).isEqualTo(naive(from + 3, length));
      assertThat(Memory.ALL.asSlice(from + 3, length).mismatch(Memory.ALL.asSlice(to, length)))
          .isEqualTo(-1);
      assertThat(Memory.getLong(to + length)).as("beyond the end").isEqualTo(0x0123456789abcdefL);
    }
  }

  private void fill(boolean ones) {
    var random = new SplittableRandom(5);
    for (int i = 0; i < 1 << 17; i += 8) {
      Memory.putLong(from + i, ones ? -1 : random.nextLong());
    }
  }

  private static int naive(long address, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (long) Memory.getByte(address + i) << 8 * (i % 2);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }
}
