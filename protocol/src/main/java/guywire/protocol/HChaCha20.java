package guywire.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * HChaCha20 (draft-irtf-cfrg-xchacha section 2.2): a subkey from a key and the first 16 bytes of a
 * nonce.
 */
final class HChaCha20 {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private HChaCha20() {}

  /** Writes the 32 bytes of the subkey. */
  static void derive(byte[] key, byte[] nonce, byte[] subkey) {
    var x = new int[16];
    x[0] = 0x61707865;
    x[1] = 0x3320646e;
    x[2] = 0x79622d32;
    x[3] = 0x6b206574;
    for (int i = 0; i < 8; i++) {
      x[4 + i] = (int) INT.get(key, i * 4);
    }
    for (int i = 0; i < 4; i++) {
      x[12 + i] = (int) INT.get(nonce, i * 4);
    }
    for (int round = 0; round < 20; round += 2) {
      for (int i = 0; i < 4; i++) {
        quarter(x, i, 4 + i, 8 + i, 12 + i);
      }
      for (int i = 0; i < 4; i++) {
        quarter(x, i, 4 + (i + 1 & 3), 8 + (i + 2 & 3), 12 + (i + 3 & 3));
      }
    }
    for (int i = 0; i < 4; i++) {
      INT.set(subkey, i * 4, x[i]);
      INT.set(subkey, 16 + i * 4, x[12 + i]);
    }
    Arrays.fill(x, 0);
  }

  private static void quarter(int[] x, int a, int b, int c, int d) {
    x[a] += x[b];
    x[d] = Integer.rotateLeft(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = Integer.rotateLeft(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = Integer.rotateLeft(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = Integer.rotateLeft(x[b] ^ x[c], 7);
  }
}
