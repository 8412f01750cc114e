package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A range is held against what was allocated, whatever a caller believes of it. */
class MemoryTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 64, 1000, 1 << 14, 1 << 16, (1 << 20) + 7})
  void a_range_must_lie_in_one_piece(long bytes) {
    long memory = Memory.allocate(bytes);
    assertThatCode(() -> Memory.check(memory, bytes)).doesNotThrowAnyException();
    assertThatCode(() -> Memory.check(memory + bytes, 0)).doesNotThrowAnyException();
    assertThatCode(() -> Memory.check(memory + bytes - 1, 1)).doesNotThrowAnyException();
    refused(memory, bytes + 1);
    refused(memory - 1, 2);
    refused(memory + bytes - 1, 2);
    refused(memory, -1);
    refused(memory, Long.MAX_VALUE);
    refused(memory, Long.MIN_VALUE);
    refused(memory + bytes + 1, -1);
  }

  @Test
  void what_nobody_allocated_is_refused() {
    refused(0, 1);
    refused(-1, 1);
    refused(Long.MAX_VALUE, 1);
    refused(Long.MIN_VALUE, 1);
    refused(4096, 0);
  }

  @Test
  void pieces_are_told_apart_however_many_there_are() {
    var random = new SplittableRandom(5);
    var begins = new ArrayList<Long>();
    var lengths = new ArrayList<Integer>();
    for (int i = 0; i < 500; i++) {
      lengths.add(1 + random.nextInt(300));
      begins.add(Memory.allocate(lengths.getLast()));
    }
    for (int i = 0; i < 500; i++) {
      long begin = begins.get(i);
      int length = lengths.get(i);
      assertThatCode(() -> Memory.check(begin, length)).doesNotThrowAnyException();
      refused(begin, length + 1L);
    }
  }

  @Test
  void nobody_can_use_what_lies_before_and_behind_a_large_piece() throws IOException {
    long memory = Memory.allocate(1 << 16);
    String begin = Long.toHexString(memory);
    String end = Long.toHexString(memory + (1 << 16));
    var maps = Files.readAllLines(Path.of("/proc/self/maps"));
    assertThat(maps).anyMatch(line -> line.startsWith(begin + "-" + end + " rw-p"));
    assertThat(maps).anyMatch(line -> line.contains("-" + begin + " ---p"));
    assertThat(maps).anyMatch(line -> line.startsWith(end + "-") && line.contains(" ---p"));
  }

  private static void refused(long address, long bytes) {
    assertThatThrownBy(() -> Memory.check(address, bytes))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
