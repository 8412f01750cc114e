package guywire.protocol;

import java.time.Instant;
import java.util.Arrays;

/**
 * The label in a handshake's first message that must grow from one to the next: 8 bytes of TAI
 * seconds and 4 of nanoseconds, in network order. The nanoseconds are rounded down to 2^24, so that
 * it tells no more of our clock than the accepted rate of handshakes needs.
 */
final class Tai64n {

  static final int LENGTH = 12;

  /** TAI64's epoch, with the ten leap seconds before 1972 that WireGuard counts. */
  private static final long BASE = 0x400000000000000aL;

  private static final int ROUNDING = 1 << 24;

  private Tai64n() {}

  static byte[] of(Instant time) {
    long seconds = BASE + time.getEpochSecond();
    int nanos = time.getNano() & -ROUNDING;
    var label = new byte[LENGTH];
    for (int i = 0; i < 8; i++) {
      label[i] = (byte) (seconds >>> (56 - 8 * i));
    }
    for (int i = 0; i < 4; i++) {
      label[8 + i] = (byte) (nanos >>> (24 - 8 * i));
    }
    return label;
  }

  static boolean isAfter(byte[] one, byte[] other) {
    return Arrays.compareUnsigned(one, other) > 0;
  }
}
