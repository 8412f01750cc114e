package guywire.address;

import guywire.address.IpAddress.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A range of addresses that share their first bits, such as 10.0.0.0/8. Its host bits are zero.
 *
 * @param address the first address of the range
 * @param length how many leading bits are fixed: 0 to 32 (IPv4) or 128 (IPv6)
 */
public record Prefix(IpAddress address, int length) implements Comparable<Prefix> {

  /** All of IPv4. */
  public static final Prefix ALL_IPV4 = new Prefix(Family.IPV4.any(), 0);

  /** All of IPv6. */
  public static final Prefix ALL_IPV6 = new Prefix(Family.IPV6.any(), 0);

  /**
   * Checks length and host bits.
   *
   * @throws IllegalArgumentException if the length is out of range or a host bit is set
   */
  public Prefix {
    if (length < 0 || length > address.family().bits()) {
      throw new IllegalArgumentException(
          "a prefix length of " + address.family() + " is 0 to " + address.family().bits());
    }
    if (!masked(address, length).equals(address)) {
      throw new IllegalArgumentException(address + "/" + length + " has host bits set");
    }
  }

  /** The prefix of this length around an address: host bits are cleared. */
  public static Prefix around(IpAddress address, int length) {
    return new Prefix(masked(address, length), length);
  }

  /** The prefix that holds this one address. */
  public static Prefix host(IpAddress address) {
    return new Prefix(address, address.family().bits());
  }

  /**
   * The fewest prefixes that hold every address from the first to the last, and no other.
   *
   * @throws IllegalArgumentException if the families differ, or the last comes before the first
   */
  public static List<Prefix> between(IpAddress first, IpAddress last) {
    if (first.family() != last.family() || first.compareTo(last) > 0) {
      throw new IllegalArgumentException(first + " to " + last + " is no range of addresses");
    }
    var prefixes = new ArrayList<Prefix>();
    var next = first;
    while (true) {
      var largest = host(next);
      while (largest.length() > 0) {
        var wider = around(next, largest.length() - 1);
        if (!wider.address().equals(next) || wider.last().compareTo(last) > 0) {
          break;
        }
        largest = wider;
      }
      prefixes.add(largest);
      if (largest.last().equals(last)) {
        return prefixes;
      }
      next = largest.last().plus(1);
    }
  }

  /**
   * Reads {@code address/length}, or a bare address as its host prefix. Host bits must be zero.
   *
   * @throws IllegalArgumentException if the text is not a prefix
   */
  public static Prefix parse(String text) {
    return tryParse(text).orElseThrow(() -> new IllegalArgumentException("not a prefix: " + text));
  }

  /** As {@link #parse}, or empty if the text is not a prefix or has host bits set. */
  public static Optional<Prefix> tryParse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return IpAddress.tryParse(text).map(Prefix::host);
    }
    int length = length(text.substring(slash + 1));
    var address = IpAddress.tryParse(text.substring(0, slash));
    return length < 0
            || address.isEmpty()
            || length > address.get().family().bits()
            || !masked(address.get(), length).equals(address.get())
        ? Optional.empty()
        : Optional.of(new Prefix(address.get(), length));
  }

  /**
   * The length of a prefix from its one to three digits, without a zero before others; -1 if the
   * text is anything else. Prefixes are read by the hundred where a command has just begun, where a
   * regular expression is slow.
   */
  public static int length(String digits) {
    if (digits.isEmpty() || digits.length() > 3 || digits.length() > 1 && digits.charAt(0) == '0') {
      return -1;
    }
    int length = 0;
    for (int i = 0; i < digits.length(); i++) {
      char digit = digits.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      length = length * 10 + digit - '0';
    }
    return length;
  }

  /** Written out for the reason for which that of an address is. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof Prefix prefix
            && length == prefix.length
            && address.equals(prefix.address);
  }

  @Override
  public int hashCode() {
    return 31 * address.hashCode() + length;
  }

  /** The address family. */
  public Family family() {
    return address.family();
  }

  /** Whether this is one single address. */
  public boolean isHost() {
    return length == family().bits();
  }

  /** Whether this is all of its family: /0. */
  public boolean isDefault() {
    return length == 0;
  }

  /** Whether the address lies in this prefix. */
  public boolean contains(IpAddress other) {
    return other.family() == family() && masked(other, length).equals(address);
  }

  /** Whether every address of {@code other} lies in this prefix. */
  public boolean contains(Prefix other) {
    return other.length >= length && contains(other.address);
  }

  /** Whether the two share an address (then one contains the other). */
  public boolean overlaps(Prefix other) {
    return contains(other) || other.contains(this);
  }

  /** The last address of the range. */
  public IpAddress last() {
    if (family() == Family.IPV4) {
      return new IpAddress(Family.IPV4, 0, address.low() | (0xffffffffL >>> length));
    }
    long high = length >= 64 ? address.high() : address.high() | (-1L >>> length);
    long low =
        length == 128
            ? address.low()
            : length <= 64 ? -1L : address.low() | (-1L >>> (length - 64));
    return new IpAddress(Family.IPV6, high, low);
  }

  @Override
  public int compareTo(Prefix other) {
    int byAddress = address.compareTo(other.address);
    return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
  }

  @Override
  public String toString() {
    return address + "/" + length;
  }

  private static IpAddress masked(IpAddress address, int length) {
    if (address.family() == Family.IPV4) {
      long mask = length == 0 ? 0 : 0xffffffffL << (32 - length) & 0xffffffffL;
      return new IpAddress(Family.IPV4, 0, address.low() & mask);
    }
    long high = length >= 64 ? -1L : length == 0 ? 0 : -1L << (64 - length);
    long low = length <= 64 ? 0 : length == 128 ? -1L : -1L << (128 - length);
    return new IpAddress(Family.IPV6, address.high() & high, address.low() & low);
  }
}
