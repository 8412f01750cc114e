package guywire.tunnel.machine;

import guywire.linux.Memory;

/** The numbers that the code reads from memory, and where each lies in their table. */
final class Constants {

  /** "expand 32-byte k", ChaCha20's first row (RFC 8439 section 2.3). */
  static final int SIGMA = 0;

  /** 0, 1, 2, 3 in each 128 bits. */
  static final int COUNT = 64;

  /** Masks of 44 and 42 bits: Poly1305's limbs. */
  static final int LIMB = 128;

  static final int TOP_LIMB = 136;

  /** The bit that follows a whole block of 16 bytes, as it stands in the third limb. */
  static final int AFTER_BLOCK = 144;

  /** What of the one-time key is kept for r (RFC 8439 section 2.5). */
  static final int CLAMP_LOW = 152;

  static final int CLAMP_HIGH = 160;
  static final int ONE = 168;
  static final int FIVE = 176;

  /** 32 ones below 32 zeros. */
  static final int LOW_WORD = 192;

  /** Places of bytes: 32-bit words rotated to the left by 16 bits, and by 8; 32 bytes each. */
  static final int ROTATE_16 = 256;

  static final int ROTATE_8 = 288;

  /** 16 bytes of ones before 16 of zeros. */
  static final int ONES_BEFORE_ZEROS = 320;

  /** {@link #LOW_WORD} four times. */
  static final int LOW_WORDS = 352;

  /** The table's length. */
  private static final int BYTES = 384;

  private static final long TABLE = Memory.allocate(BYTES);

  static {
    write(TABLE);
  }

  private Constants() {}

  /** Where the table lies. */
  static long table() {
    return TABLE;
  }

  private static void write(long table) {
    int[] sigma = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    for (int i = 0; i < 4; i++) {
      Memory.putInt(table + SIGMA + 4L * i, sigma[i]);
    }
    for (int i = 0; i < 16; i++) {
      Memory.putInt(table + COUNT + 4L * i, i % 4);
    }
    Memory.putLong(table + LIMB, (1L << 44) - 1);
    Memory.putLong(table + TOP_LIMB, (1L << 42) - 1);
    Memory.putLong(table + AFTER_BLOCK, 1L << 40);
    Memory.putLong(table + CLAMP_LOW, 0x0ffffffc0fffffffL);
    Memory.putLong(table + CLAMP_HIGH, 0x0ffffffc0ffffffcL);
    Memory.putLong(table + ONE, 1);
    Memory.putLong(table + FIVE, 5);
    Memory.putLong(table + LOW_WORD, 0xffffffffL);
    for (int i = 0; i < 32; i++) {
      Memory.putByte(table + ROTATE_16 + i, i & ~3 | i + 2 & 3);
      Memory.putByte(table + ROTATE_8 + i, i & ~3 | i + 3 & 3);
    }
    Memory.putLong(table + ONES_BEFORE_ZEROS, -1);
    Memory.putLong(table + ONES_BEFORE_ZEROS + 8, -1);
    for (int i = 0; i < 4; i++) {
      Memory.putLong(table + LOW_WORDS + 8L * i, 0xffffffffL);
    }
  }
}
