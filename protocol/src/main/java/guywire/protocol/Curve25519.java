package guywire.protocol;

import java.util.Arrays;

/**
 * Curve25519 Diffie-Hellman (RFC 7748) that leaves nothing of a private key behind. The JDK's own
 * keeps several copies of each key that it is given, in objects that nobody can zero.
 *
 * <p>The Montgomery ladder: which steps are made and which memory is touched does not depend on the
 * key. May be called by any thread.
 */
/*
 * A number modulo p = 2^255 - 19 is five limbs of 51 bits, which may be a little larger between steps. A
 * product of two limbs is taken as its low 51 bits and what is above: (a * b) & MASK, and the high word
 * of (a << 6) * (b << 7), which is (a * b) >> 51. So sums of products need no carries.
 */
final class Curve25519 implements DiffieHellman {

  private static final int BYTES = 32;
  private static final int LIMBS = 5;
  private static final int BITS = 51;
  private static final long MASK = (1L << BITS) - 1;

  /** What 2^255 is modulo p. */
  private static final long WRAP = 19;

  /** (A - 2) / 4 of the curve, as the ladder needs it (RFC 7748 section 5). */
  private static final long A24 = 121_665;

  private static final byte[] BASE_POINT = new byte[BYTES];

  static {
    BASE_POINT[0] = 9;
  }

  @Override
  public byte[] publicKey(byte[] privateKey) {
    return agree(privateKey, BASE_POINT);
  }

  @Override
  public byte[] agree(byte[] privateKey, byte[] publicKey) {
    byte[] scalar = privateKey.clone();
    scalar[0] &= (byte) 0xf8;
    scalar[31] = (byte) ((scalar[31] & 0x7f) | 0x40);
    var ladder = new Curve25519Ladder(decode(publicKey));
    for (int bit = 254; bit >= 0; bit--) {
      ladder.step(scalar[bit >> 3] >> (bit & 7) & 1);
    }
    long[] product = ladder.finish();
    byte[] secret = encode(product);
    ladder.forget();
    forget(product);
    Arrays.fill(scalar, (byte) 0);
    return secret;
  }

  /** The highest bit is ignored, and a number of p or more is one all the same. */
  private static long[] decode(byte[] bytes) {
    var words = new long[4];
    for (int i = 0; i < BYTES; i++) {
      words[i >> 3] |= (bytes[i] & 0xffL) << (8 * (i & 7));
    }
    return new long[] {
      words[0] & MASK,
      (words[0] >>> 51 | words[1] << 13) & MASK,
      (words[1] >>> 38 | words[2] << 26) & MASK,
      (words[2] >>> 25 | words[3] << 39) & MASK,
      words[3] >>> 12 & MASK
    };
  }

  private static byte[] encode(long[] a) {
    carry(a);
    carry(a);
    // Whether it is p or more: then 19 more reaches 2^255.
    long more = a[0] + WRAP >> BITS;
    for (int i = 1; i < LIMBS; i++) {
      more = a[i] + more >> BITS;
    }
    a[0] += WRAP * more;
    for (int i = 0; i < LIMBS - 1; i++) {
      a[i + 1] += a[i] >> BITS;
      a[i] &= MASK;
    }
    a[4] &= MASK;
    long[] words = {
      a[0] | a[1] << 51,
      a[1] >>> 13 | a[2] << 38,
      a[2] >>> 26 | a[3] << 25,
      a[3] >>> 39 | a[4] << 12
    };
    var bytes = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      bytes[i] = (byte) (words[i >> 3] >>> (8 * (i & 7)));
    }
    Arrays.fill(words, 0);
    return bytes;
  }

  /** Brings limbs of up to 63 bits below 2^51 and a little. */
  private static void carry(long[] a) {
    for (int i = 0; i < LIMBS - 1; i++) {
      a[i + 1] += a[i] >> BITS;
      a[i] &= MASK;
    }
    a[0] += WRAP * (a[4] >> BITS);
    a[4] &= MASK;
    a[1] += a[0] >> BITS;
    a[0] &= MASK;
  }

  /** The sum; limbs of the result have a bit more. */
  static void add(long[] a, long[] b, long[] sum) {
    for (int i = 0; i < LIMBS; i++) {
      sum[i] = a[i] + b[i];
    }
  }

  /** The difference of two numbers that were products; 2p more, so that no limb is negative. */
  static void subtract(long[] a, long[] b, long[] difference) {
    difference[0] = a[0] + (2 * (MASK - 18)) - b[0];
    for (int i = 1; i < LIMBS; i++) {
      difference[i] = a[i] + 2 * MASK - b[i];
    }
  }

  /** The product of two numbers with limbs of at most 53 bits. */
  static void multiply(long[] a, long[] b, long[] product) {
    long a0 = a[0];
    long a1 = a[1];
    long a2 = a[2];
    long a3 = a[3];
    long a4 = a[4];
    long b0 = b[0];
    long b1 = b[1];
    long b2 = b[2];
    long b3 = b[3];
    long b4 = b[4];
    // Column k has the products of limbs i and j with i + j = k; above 4 they wrap round.
    long c0 = low(a0, b0);
    long c1 = low(a0, b1) + low(a1, b0) + high(a0, b0);
    long c2 = low(a0, b2) + low(a1, b1) + low(a2, b0) + high(a0, b1) + high(a1, b0);
    long c3 =
        (low(a0, b3) + low(a1, b2) + low(a2, b1) + low(a3, b0))
            + (high(a0, b2) + high(a1, b1) + high(a2, b0));
    long c4 =
        (low(a0, b4) + low(a1, b3) + low(a2, b2) + low(a3, b1) + low(a4, b0))
            + (high(a0, b3) + high(a1, b2) + high(a2, b1) + high(a3, b0));
    long c5 =
        (low(a1, b4) + low(a2, b3) + low(a3, b2) + low(a4, b1))
            + (high(a0, b4) + high(a1, b3) + high(a2, b2) + high(a3, b1) + high(a4, b0));
    long c6 =
        (low(a2, b4) + low(a3, b3) + low(a4, b2))
            + (high(a1, b4) + high(a2, b3) + high(a3, b2) + high(a4, b1));
    long c7 = low(a3, b4) + low(a4, b3) + (high(a2, b4) + high(a3, b3) + high(a4, b2));
    long c8 = low(a4, b4) + high(a3, b4) + high(a4, b3);
    long c9 = high(a4, b4);
    product[0] = c0 + WRAP * c5;
    product[1] = c1 + WRAP * c6;
    product[2] = c2 + WRAP * c7;
    product[3] = c3 + WRAP * c8;
    product[4] = c4 + WRAP * c9;
    carry(product);
  }

  /** The product of a number with itself: products of two different limbs are there twice. */
  static void square(long[] a, long[] product) {
    long a0 = a[0];
    long a1 = a[1];
    long a2 = a[2];
    long a3 = a[3];
    long a4 = a[4];
    long c0 = low(a0, a0);
    long c1 = 2 * low(a0, a1) + high(a0, a0);
    long c2 = 2 * (low(a0, a2) + high(a0, a1)) + low(a1, a1);
    long c3 = 2 * (low(a0, a3) + low(a1, a2) + high(a0, a2)) + high(a1, a1);
    long c4 = 2 * (low(a0, a4) + low(a1, a3) + high(a0, a3) + high(a1, a2)) + low(a2, a2);
    long c5 = 2 * (low(a1, a4) + low(a2, a3) + high(a0, a4) + high(a1, a3)) + high(a2, a2);
    long c6 = 2 * (low(a2, a4) + high(a1, a4) + high(a2, a3)) + low(a3, a3);
    long c7 = 2 * (low(a3, a4) + high(a2, a4)) + high(a3, a3);
    long c8 = 2 * high(a3, a4) + low(a4, a4);
    long c9 = high(a4, a4);
    product[0] = c0 + WRAP * c5;
    product[1] = c1 + WRAP * c6;
    product[2] = c2 + WRAP * c7;
    product[3] = c3 + WRAP * c8;
    product[4] = c4 + WRAP * c9;
    carry(product);
  }

  /** The product with (A - 2) / 4, which has 17 bits. */
  static void multiplyByA24(long[] a, long[] product) {
    long above = 0;
    for (int i = 0; i < LIMBS; i++) {
      product[i] = low(a[i], A24) + above;
      above = high(a[i], A24);
    }
    product[0] += WRAP * above;
    carry(product);
  }

  private static long low(long a, long b) {
    return a * b & MASK;
  }

  private static long high(long a, long b) {
    return Math.multiplyHigh(a << 6, b << 7);
  }

  /** Exchanges two numbers, or not, by the same work. */
  static void swap(int whether, long[] a, long[] b) {
    long mask = -(long) whether;
    for (int i = 0; i < LIMBS; i++) {
      long different = mask & (a[i] ^ b[i]);
      a[i] ^= different;
      b[i] ^= different;
    }
  }

  /**
   * The inverse: the power p - 2 = 2^255 - 21, by 254 squares and 11 products. Names say how many
   * bits of an exponent are one, but for the first three, which say the exponent.
   */
  static long[] inverse(long[] a) {
    var two = new long[LIMBS];
    square(a, two);
    long[] nine = raised(two, 2, a);
    var eleven = new long[LIMBS];
    multiply(nine, two, eleven);
    long[] five = raised(eleven, 1, nine);
    long[] ten = raised(five, 5, five);
    long[] twenty = raised(ten, 10, ten);
    long[] forty = raised(twenty, 20, twenty);
    long[] fifty = raised(forty, 10, ten);
    long[] hundred = raised(fifty, 50, fifty);
    long[] twoHundred = raised(hundred, 100, hundred);
    long[] most = raised(twoHundred, 50, fifty);
    long[] result = raised(most, 5, eleven);
    forget(two, nine, eleven, five, ten, twenty, forty, fifty, hundred, twoHundred, most);
    return result;
  }

  /** A power with so many bits more at the end of its exponent, which are those of another. */
  private static long[] raised(long[] power, int bits, long[] end) {
    var result = new long[LIMBS];
    square(power, result);
    for (int i = 1; i < bits; i++) {
      square(result, result);
    }
    multiply(result, end, result);
    return result;
  }

  /** Zeros what tells of a scalar. */
  static void forget(long[]... numbers) {
    for (var number : numbers) {
      Arrays.fill(number, 0);
    }
  }
}
