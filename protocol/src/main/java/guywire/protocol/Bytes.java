package guywire.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Little-endian integers in byte arrays. */
final class Bytes {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Bytes() {}

  static long int64(byte[] bytes, int offset) {
    return (long) LONG.get(bytes, offset);
  }

  static int int32(byte[] bytes, int offset) {
    return (int) INT.get(bytes, offset);
  }

  static void int32(byte[] bytes, int offset, int value) {
    INT.set(bytes, offset, value);
  }

  /** Compares in constant time. */
  static boolean same(byte[] one, int oneOffset, byte[] other, int otherOffset, int length) {
    int difference = 0;
    for (int i = 0; i < length; i++) {
      difference |= one[oneOffset + i] ^ other[otherOffset + i];
    }
    return difference == 0;
  }
}
