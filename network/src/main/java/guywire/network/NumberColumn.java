package guywire.network;

import java.util.Arrays;

/**
 * Numbers by their position, from 0; where none was set there is {@link #NONE}. Used by one thread.
 */
final class NumberColumn {

  /** What stands where nothing was set. */
  static final long NONE = -1;

  private long[] numbers;
  private int size;

  NumberColumn() {
    this(new long[0], 0);
  }

  private NumberColumn(long[] numbers, int size) {
    this.numbers = numbers;
    this.size = size;
  }

  /** So many positions are in use: beyond them there is nothing. */
  int size() {
    return size;
  }

  long get(int position) {
    return position < size ? numbers[position] : NONE;
  }

  void set(int position, long number) {
    if (position >= numbers.length) {
      int used = numbers.length;
      numbers = Arrays.copyOf(numbers, position + position / 2 + 1);
      Arrays.fill(numbers, used, numbers.length, NONE);
    }
    numbers[position] = number;
    size = Math.max(size, position + 1);
  }

  void forget(int position) {
    if (position < size) {
      numbers[position] = NONE;
    }
  }

  /** The same numbers in no more memory than they need. */
  NumberColumn copy() {
    return new NumberColumn(Arrays.copyOf(numbers, size), size);
  }
}
