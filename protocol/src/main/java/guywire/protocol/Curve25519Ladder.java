package guywire.protocol;

/**
 * The Montgomery ladder of RFC 7748 section 5: from the highest bit of a scalar to the lowest, the
 * same steps for each. Used once, by one thread; names are those of the RFC.
 */
final class Curve25519Ladder {

  private final long[] x1;
  private final long[] x2 = {1, 0, 0, 0, 0};
  private final long[] z2 = new long[5];
  private final long[] x3;
  private final long[] z3 = {1, 0, 0, 0, 0};
  private final long[] a = new long[5];
  private final long[] b = new long[5];
  private final long[] c = new long[5];
  private final long[] d = new long[5];
  private final long[] e = new long[5];
  private int swapped;

  /** A ladder that begins at this point. */
  Curve25519Ladder(long[] point) {
    x1 = point;
    x3 = point.clone();
  }

  /** Takes the next bit. */
  void step(int bit) {
    Curve25519.swap(swapped ^ bit, x2, x3);
    Curve25519.swap(swapped ^ bit, z2, z3);
    swapped = bit;
    Curve25519.add(x2, z2, a);
    Curve25519.subtract(x2, z2, b);
    Curve25519.add(x3, z3, c);
    Curve25519.subtract(x3, z3, d);
    Curve25519.multiply(d, a, d);
    Curve25519.multiply(c, b, c);
    Curve25519.add(d, c, e);
    Curve25519.square(e, x3);
    Curve25519.subtract(d, c, e);
    Curve25519.square(e, e);
    Curve25519.multiply(x1, e, z3);
    Curve25519.square(a, a);
    Curve25519.square(b, b);
    Curve25519.multiply(a, b, x2);
    Curve25519.subtract(a, b, e);
    Curve25519.multiplyByA24(e, c);
    Curve25519.add(a, c, c);
    Curve25519.multiply(e, c, z2);
  }

  /** The point's coordinate. */
  long[] finish() {
    Curve25519.swap(swapped, x2, x3);
    Curve25519.swap(swapped, z2, z3);
    var result = Curve25519.inverse(z2);
    Curve25519.multiply(x2, result, result);
    return result;
  }

  /** Zeros what tells of the scalar. */
  void forget() {
    Curve25519.forget(x2, z2, x3, z3, a, b, c, d, e);
  }
}
