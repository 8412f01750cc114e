package guywire.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The hash BLAKE2s (RFC 7693), plain and keyed, with a result of up to 32 bytes. Reusable without
 * allocation; confined to one thread at a time.
 */
final class Blake2s {

  static final int HASH_LENGTH = 32;
  static final int BLOCK_LENGTH = 64;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int[] IV = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
  };

  // RFC 7693 section 2.7, ten rows of sixteen.
  private static final byte[] SIGMA = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
    11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
    7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
    9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
    2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
    12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
    13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
    6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
    10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0
  };

  private final int[] state = new int[8];
  private final int[] work = new int[16];
  private final int[] words = new int[16];
  private final byte[] block = new byte[BLOCK_LENGTH];
  private int filled;
  private long hashed;
  private int resultLength;

  /** Starts a plain hash with a result of 32 bytes. */
  Blake2s begin() {
    return begin(HASH_LENGTH, block, 0, 0);
  }

  /** Starts a hash of 1 to 32 bytes with a key of 0 to 32 bytes. */
  Blake2s begin(int length, byte[] key, int keyOffset, int keyLength) {
    System.arraycopy(IV, 0, state, 0, 8);
    state[0] ^= 0x01010000 | keyLength << 8 | length;
    resultLength = length;
    hashed = 0;
    filled = 0;
    if (keyLength > 0) {
      System.arraycopy(key, keyOffset, block, 0, keyLength);
      Arrays.fill(block, keyLength, BLOCK_LENGTH, (byte) 0);
      filled = BLOCK_LENGTH;
    }
    return this;
  }

  /** The state behind a key, for {@link #begin(int, int[])}; a secret like the key. */
  static int[] keyed(int length, byte[] key) {
    var hash = new Blake2s();
    hash.begin(length, key, 0, key.length);
    hash.compress(BLOCK_LENGTH, 0);
    int[] state = hash.state.clone();
    hash.clear();
    return state;
  }

  /**
   * Starts a hash of 1 to 32 bytes of at least one, behind a key that was worked on before: for
   * many hashes with one key.
   */
  Blake2s begin(int length, int[] keyed) {
    System.arraycopy(keyed, 0, state, 0, keyed.length);
    resultLength = length;
    hashed = BLOCK_LENGTH;
    filled = 0;
    return this;
  }

  Blake2s update(byte[] input) {
    return update(input, 0, input.length);
  }

  Blake2s update(byte[] input, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      // The last block waits for finish, so a full one is compressed only when more comes.
      if (filled == BLOCK_LENGTH) {
        compress(BLOCK_LENGTH, 0);
        filled = 0;
      }
      int take = Math.min(left, BLOCK_LENGTH - filled);
      System.arraycopy(input, from, block, filled, take);
      filled += take;
      from += take;
      left -= take;
    }
    return this;
  }

  /** Writes the result and forgets input and key. */
  void finish(byte[] target, int offset) {
    Arrays.fill(block, filled, BLOCK_LENGTH, (byte) 0);
    compress(filled, -1);
    for (int i = 0; i < resultLength; i++) {
      target[offset + i] = (byte) (state[i >> 2] >>> (8 * (i & 3)));
    }
    clear();
  }

  private void clear() {
    Arrays.fill(block, (byte) 0);
    Arrays.fill(words, 0);
    Arrays.fill(work, 0);
    Arrays.fill(state, 0);
  }

  private void compress(int count, int last) {
    hashed += count;
    int[] m = words;
    for (int i = 0; i < 16; i++) {
      m[i] = (int) INT.get(block, i * 4);
    }
    int[] v = work;
    System.arraycopy(state, 0, v, 0, 8);
    System.arraycopy(IV, 0, v, 8, 8);
    v[12] ^= (int) hashed;
    v[13] ^= (int) (hashed >>> 32);
    v[14] ^= last;
    for (int s = 0; s < SIGMA.length; s += 16) {
      mix(v, 0, 4, 8, 12, m[SIGMA[s]], m[SIGMA[s + 1]]);
      mix(v, 1, 5, 9, 13, m[SIGMA[s + 2]], m[SIGMA[s + 3]]);
      mix(v, 2, 6, 10, 14, m[SIGMA[s + 4]], m[SIGMA[s + 5]]);
      mix(v, 3, 7, 11, 15, m[SIGMA[s + 6]], m[SIGMA[s + 7]]);
      mix(v, 0, 5, 10, 15, m[SIGMA[s + 8]], m[SIGMA[s + 9]]);
      mix(v, 1, 6, 11, 12, m[SIGMA[s + 10]], m[SIGMA[s + 11]]);
      mix(v, 2, 7, 8, 13, m[SIGMA[s + 12]], m[SIGMA[s + 13]]);
      mix(v, 3, 4, 9, 14, m[SIGMA[s + 14]], m[SIGMA[s + 15]]);
    }
    for (int i = 0; i < 8; i++) {
      state[i] ^= v[i] ^ v[i + 8];
    }
  }

  private static void mix(int[] v, int a, int b, int c, int d, int x, int y) {
    int va = v[a] + v[b] + x;
    int vd = Integer.rotateRight(v[d] ^ va, 16);
    int vc = v[c] + vd;
    int vb = Integer.rotateRight(v[b] ^ vc, 12);
    va += vb + y;
    vd = Integer.rotateRight(vd ^ va, 8);
    vc += vd;
    v[a] = va;
    v[b] = Integer.rotateRight(vb ^ vc, 7);
    v[c] = vc;
    v[d] = vd;
  }
}
