package guywire.address;

import java.util.Optional;

/**
 * An IPv4 or IPv6 address, without scope.
 *
 * <p>Its 128 bits are held in two longs; an IPv4 address stands in the low 32 bits of {@code low}.
 * IPv4 sorts before IPv6, addresses of one family by their numeric value.
 *
 * @param family the address family
 * @param high bits 127 to 64 (0 for IPv4)
 * @param low bits 63 to 0
 */
public record IpAddress(Family family, long high, long low) implements Comparable<IpAddress> {

  /** The address family: IPv4 or IPv6. */
  public enum Family {
    IPV4(32),
    IPV6(128);

    private final int bits;

    Family(int bits) {
      this.bits = bits;
    }

    /** The length of an address in bits: 32 or 128. */
    public int bits() {
      return bits;
    }

    /** The address with every bit zero. */
    public IpAddress any() {
      return new IpAddress(this, 0, 0);
    }
  }

  /**
   * Checks that an IPv4 address has 32 bits.
   *
   * @throws IllegalArgumentException if it has more
   */
  public IpAddress {
    if (family == Family.IPV4 && (high != 0 || low >>> 32 != 0)) {
      throw new IllegalArgumentException("an IPv4 address has 32 bits");
    }
  }

  /** The IPv4 address with these 32 bits, most significant byte first. */
  public static IpAddress ipv4(int bits) {
    return new IpAddress(Family.IPV4, 0, bits & 0xffffffffL);
  }

  /** The IPv6 address with these 128 bits. */
  public static IpAddress ipv6(long high, long low) {
    return new IpAddress(Family.IPV6, high, low);
  }

  /**
   * Reads the 4 or 16 bytes of an address in network order.
   *
   * @throws IllegalArgumentException for any other length
   */
  public static IpAddress of(byte[] bytes) {
    return switch (bytes.length) {
      case 4 -> new IpAddress(Family.IPV4, 0, word(bytes, 0, 4));
      case 16 -> new IpAddress(Family.IPV6, word(bytes, 0, 8), word(bytes, 8, 8));
      default ->
          throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
    };
  }

  /**
   * Reads a dotted quad (four decimal numbers, no leading zeros) or an IPv6 address (RFC 4291
   * section 2.2, with {@code ::} and a trailing dotted quad).
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static IpAddress parse(String text) {
    return tryParse(text)
        .orElseThrow(() -> new IllegalArgumentException("not an IP address: " + text));
  }

  /** As {@link #parse}, or empty if the text is not an address. */
  public static Optional<IpAddress> tryParse(String text) {
    return IpText.parse(text);
  }

  /** Whether this is an IPv4 address. */
  public boolean isIpv4() {
    return family == Family.IPV4;
  }

  /** The 4 or 16 bytes in network order. */
  public byte[] bytes() {
    var bytes = new byte[family.bits() / 8];
    for (int i = 0; i < bytes.length; i++) {
      int shift = (bytes.length - 1 - i) * 8;
      bytes[i] = (byte) (shift >= 64 ? high >>> (shift - 64) : low >>> shift);
    }
    return bytes;
  }

  /**
   * This address plus {@code offset}, as a number of the family's width.
   *
   * @throws ArithmeticException if the result is outside the family
   */
  public IpAddress plus(long offset) {
    long sum = low + offset;
    if (family == Family.IPV4) {
      if (sum >>> 32 != 0) {
        throw new ArithmeticException(this + " + " + offset + " leaves IPv4");
      }
      return new IpAddress(family, 0, sum);
    }
    long carry = offset >= 0 && Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
    long borrow = offset < 0 && Long.compareUnsigned(sum, low) > 0 ? 1 : 0;
    long top = high + carry - borrow;
    if ((carry == 1 && top == 0) || (borrow == 1 && top == -1)) {
      throw new ArithmeticException(this + " + " + offset + " leaves IPv6");
    }
    return new IpAddress(family, top, sum);
  }

  /** Whether this is a loopback address (127.0.0.0/8, ::1). */
  public boolean isLoopback() {
    return isIpv4() ? low >>> 24 == 127 : high == 0 && low == 1;
  }

  /** Whether this is a link-local address (169.254.0.0/16, fe80::/10). */
  public boolean isLinkLocal() {
    return isIpv4() ? low >>> 16 == 0xa9fe : high >>> 54 == 0xfe80 >>> 6;
  }

  /** Whether this is a multicast address (224.0.0.0/4, ff00::/8). */
  public boolean isMulticast() {
    return isIpv4() ? low >>> 28 == 0xe : high >>> 56 == 0xff;
  }

  /** Whether every bit is zero. */
  public boolean isUnspecified() {
    return high == 0 && low == 0;
  }

  /**
   * By itself a record compares through method handles, and addresses are compared all the time.
   */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof IpAddress address
            && low == address.low
            && high == address.high
            && family == address.family;
  }

  /**
   * Spreads addresses that differ in a few bits only, as those of neighbouring networks do, over
   * all bits; the same in every run.
   */
  @Override
  public int hashCode() {
    long mixed = (low ^ high * 0xff51afd7ed558ccdL) * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 32) ^ (int) mixed;
  }

  @Override
  public int compareTo(IpAddress other) {
    int byFamily = family.compareTo(other.family);
    if (byFamily != 0) {
      return byFamily;
    }
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  /** The dotted quad, or the canonical IPv6 text of RFC 5952. */
  @Override
  public String toString() {
    return IpText.format(this);
  }

  private static long word(byte[] bytes, int from, int count) {
    long word = 0;
    for (int i = 0; i < count; i++) {
      word = word << 8 | (bytes[from + i] & 0xff);
    }
    return word;
  }
}
