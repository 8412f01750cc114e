package guywire.tunnel.cipher;

import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.Key;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.Objects;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's own ChaCha20 and Poly1305 kernels, which the compiler replaces by vector code, called
 * without the {@code Cipher} around them. Present only where the JVM opens {@code java.base}'s
 * internals to us, and fast only once compiled.
 */
/*
 * Two private methods of JDK 25 are used: ChaCha20Cipher.implChaCha20Block, which makes 64 to 1024
 * bytes of key stream depending on the processor, and Poly1305.processMultipleBlocks. The compiled form
 * of the latter works on the limb arrays it is given, the interpreted one on the object's own fields:
 * both are made the same arrays here. Limbs are five of 26 bits, signed and not fully carried, in
 * radix 2^26, so the end of the computation carries first and then reduces modulo 2^130 - 5.
 */
final class IntrinsicAead implements Aead {

  private static final int STREAM = 1024;
  private static final int BLOCK = 64;
  private static final long LIMB = (1L << 26) - 1;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final @Nullable Kernels KERNELS = Kernels.find();
  private static final MethodHandle CHACHA =
      KERNELS == null ? missing(int.class, int[].class, byte[].class) : KERNELS.chacha;
  private static final MethodHandle POLY =
      KERNELS == null
          ? missing(
              void.class,
              Object.class,
              byte[].class,
              int.class,
              int.class,
              long[].class,
              long[].class)
          : KERNELS.poly;
  private static final MethodHandle MAKE =
      KERNELS == null ? missing(Object.class, boolean.class) : KERNELS.make;
  private static final MethodHandle INIT =
      KERNELS == null
          ? missing(void.class, Object.class, SecretKeySpec.class, AlgorithmParameterSpec.class)
          : KERNELS.init;

  /** The JDK's private methods, and how to make a Poly1305 object with its two limb arrays. */
  private record Kernels(
      MethodHandle chacha, MethodHandle poly, MethodHandle make, MethodHandle init, Lookup inside) {

    static @Nullable Kernels find() {
      try {
        Class<?> cipher = Class.forName("com.sun.crypto.provider.ChaCha20Cipher");
        Class<?> mac = Class.forName("com.sun.crypto.provider.Poly1305");
        Lookup inCipher = MethodHandles.privateLookupIn(cipher, MethodHandles.lookup());
        Lookup inMac = MethodHandles.privateLookupIn(mac, MethodHandles.lookup());
        MethodHandle chacha =
            inCipher.findStatic(
                cipher,
                "implChaCha20Block",
                MethodType.methodType(int.class, int[].class, byte[].class));
        MethodType polyType =
            MethodType.methodType(
                void.class, byte[].class, int.class, int.class, long[].class, long[].class);
        MethodHandle poly = inMac.findVirtual(mac, "processMultipleBlocks", polyType);
        MethodHandle make =
            inMac.findConstructor(mac, MethodType.methodType(void.class, boolean.class));
        MethodHandle init =
            inMac.findVirtual(
                mac,
                "engineInit",
                MethodType.methodType(void.class, Key.class, AlgorithmParameterSpec.class));
        return new Kernels(
            chacha,
            poly.asType(poly.type().changeParameterType(0, Object.class)),
            make.asType(MethodType.methodType(Object.class, boolean.class)),
            init.asType(
                MethodType.methodType(
                    void.class, Object.class, SecretKeySpec.class, AlgorithmParameterSpec.class)),
            inMac);
      } catch (ReflectiveOperationException | RuntimeException unavailable) {
        return null;
      }
    }

    long[] limbs(Object owner, String field) throws ReflectiveOperationException {
      var declared = inside.lookupClass().getDeclaredField(field);
      declared.setAccessible(true);
      Object number = Objects.requireNonNull(declared.get(owner));
      Class<?> element = Objects.requireNonNull(number.getClass().getSuperclass());
      var limbs = element.getDeclaredField("limbs");
      limbs.setAccessible(true);
      return (long[]) Objects.requireNonNull(limbs.get(number));
    }
  }

  private final Object poly;
  private final long[] a;
  private final long[] r;
  private final int[] state = new int[16];
  private final byte[] stream = new byte[STREAM];
  private byte[] work = new byte[2048 + 64];
  private @Nullable AeadKey lastKey;
  private long tagLow;
  private long tagHigh;

  private IntrinsicAead(Object poly, long[] a, long[] r) {
    this.poly = poly;
    this.a = a;
    this.r = r;
    state[0] = 0x61707865;
    state[1] = 0x3320646e;
    state[2] = 0x79622d32;
    state[3] = 0x6b206574;
  }

  /** A new engine, or null where the JVM does not open its internals. */
  static @Nullable IntrinsicAead create() {
    Kernels kernels = KERNELS;
    if (kernels == null) {
      return null;
    }
    try {
      Object poly = MAKE.invokeExact(false);
      INIT.invokeExact(
          poly, new SecretKeySpec(new byte[32], "Poly1305"), (AlgorithmParameterSpec) null);
      long[] a = kernels.limbs(poly, "a");
      long[] r = kernels.limbs(poly, "r");
      return a.length == 5 && r.length == 5 ? new IntrinsicAead(poly, a, r) : null;
    } catch (Throwable unavailable) {
      return null;
    }
  }

  private static MethodHandle missing(Class<?> result, Class<?>... parameters) {
    return MethodHandles.empty(MethodType.methodType(result, parameters));
  }

  @Override
  public String name() {
    return "jdk-intrinsics";
  }

  @Override
  public void seal(
      AeadKey key,
      long counter,
      MemorySegment source,
      long sourceOffset,
      int length,
      MemorySegment target,
      long targetOffset) {
    begin(key, counter, length);
    byte[] packet = work;
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, sourceOffset, packet, 0, length);
    crypt(packet, length);
    authenticate(packet, length);
    LONG.set(packet, length, tagLow);
    LONG.set(packet, length + 8, tagHigh);
    MemorySegment.copy(packet, 0, target, ValueLayout.JAVA_BYTE, targetOffset, length + TAG_LENGTH);
  }

  @Override
  public boolean open(
      AeadKey key,
      long counter,
      MemorySegment source,
      long sourceOffset,
      int length,
      MemorySegment target,
      long targetOffset) {
    int bytes = length - TAG_LENGTH;
    begin(key, counter, bytes);
    byte[] packet = work;
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, sourceOffset, packet, 0, length);
    long low = (long) LONG.get(packet, bytes);
    long high = (long) LONG.get(packet, bytes + 8);
    authenticate(packet, bytes);
    // Without a branch until all 128 bits are compared.
    if (((low ^ tagLow) | (high ^ tagHigh)) != 0) {
      return false;
    }
    crypt(packet, bytes);
    MemorySegment.copy(packet, 0, target, ValueLayout.JAVA_BYTE, targetOffset, bytes);
    return true;
  }

  /** Makes the key stream from block 0 on and takes the one-time key from it. */
  private void begin(AeadKey key, long counter, int length) {
    if (work.length < length + 64) {
      work = new byte[Math.max(length + 64, 2 * work.length)];
    }
    if (key != lastKey || !key.isAlive()) {
      byte[] bytes = key.array();
      for (int i = 0; i < 8; i++) {
        state[4 + i] = (int) INT.get(bytes, 4 * i);
      }
      lastKey = key;
    }
    state[12] = 0;
    state[13] = 0;
    state[14] = (int) counter;
    state[15] = (int) (counter >>> 32);
    produced = more();
    // RFC 8439 section 2.5: r is clamped; here in limbs of 26 bits.
    long low = (long) LONG.get(stream, 0) & 0x0ffffffc0fffffffL;
    long high = (long) LONG.get(stream, 8) & 0x0ffffffc0ffffffcL;
    r[0] = low & LIMB;
    r[1] = low >>> 26 & LIMB;
    r[2] = (low >>> 52 | high << 12) & LIMB;
    r[3] = high >>> 14 & LIMB;
    r[4] = high >>> 40;
    tagLow = (long) LONG.get(stream, 16);
    tagHigh = (long) LONG.get(stream, 24);
  }

  private int produced;

  private int more() {
    try {
      return (int) CHACHA.invokeExact(state, stream);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  private void crypt(byte[] packet, int length) {
    int from = BLOCK;
    int end = produced;
    int at = 0;
    while (at < length) {
      if (from == end) {
        state[12] += end / BLOCK;
        end = more();
        from = 0;
      }
      int count = Math.min(end - from, length - at);
      xor(packet, at, stream, from, count);
      at += count;
      from += count;
    }
  }

  private static void xor(byte[] packet, int at, byte[] stream, int from, int count) {
    int whole = count & -8;
    for (int i = 0; i < whole; i += 8) {
      LONG.set(packet, at + i, (long) LONG.get(packet, at + i) ^ (long) LONG.get(stream, from + i));
    }
    for (int i = whole; i < count; i++) {
      packet[at + i] ^= stream[from + i];
    }
  }

  private void authenticate(byte[] packet, int length) {
    int padding = -length & 15;
    LONG.set(packet, length, 0L);
    LONG.set(packet, length + 8, 0L);
    LONG.set(packet, length + padding, 0L);
    LONG.set(packet, length + padding + 8, (long) length);
    Arrays.fill(a, 0);
    try {
      POLY.invokeExact(poly, packet, 0, length + padding + 16, a, r);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
    finish();
  }

  /** The accumulator modulo 2^130 - 5, plus the second half of the one-time key modulo 2^128. */
  private void finish() {
    long a0 = a[0];
    long a1 = a[1];
    long a2 = a[2];
    long a3 = a[3];
    long a4 = a[4];
    for (int round = 0; round < 2; round++) {
      a1 += a0 >> 26;
      a0 &= LIMB;
      a2 += a1 >> 26;
      a1 &= LIMB;
      a3 += a2 >> 26;
      a2 &= LIMB;
      a4 += a3 >> 26;
      a3 &= LIMB;
      a0 += 5 * (a4 >> 26);
      a4 &= LIMB;
    }
    a1 += a0 >> 26;
    a0 &= LIMB;
    a2 += a1 >> 26;
    a1 &= LIMB;
    a3 += a2 >> 26;
    a2 &= LIMB;
    a4 += a3 >> 26;
    a3 &= LIMB;
    // If the value is not below the prime, adding 5 reaches bit 130.
    long g0 = a0 + 5;
    long g1 = a1 + (g0 >> 26);
    long g2 = a2 + (g1 >> 26);
    long g3 = a3 + (g2 >> 26);
    long g4 = a4 + (g3 >> 26);
    long reduced = -(g4 >> 26 & 1);
    a0 = (a0 & ~reduced) | (g0 & LIMB & reduced);
    a1 = (a1 & ~reduced) | (g1 & LIMB & reduced);
    a2 = (a2 & ~reduced) | (g2 & LIMB & reduced);
    a3 = (a3 & ~reduced) | (g3 & LIMB & reduced);
    a4 = (a4 & ~reduced) | (g4 & LIMB & reduced);
    long low = a0 | a1 << 26 | a2 << 52;
    long high = a2 >>> 12 | a3 << 14 | a4 << 40;
    long sum = low + tagLow;
    tagHigh += high + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
    tagLow = sum;
  }
}
