package guywire.address;

import java.util.Optional;

/** The text forms of IP addresses: dotted quads, and IPv6 as RFC 4291 reads and RFC 5952 writes. */
final class IpText {

  private static final int GROUPS = 8;

  private IpText() {}

  static Optional<IpAddress> parse(String text) {
    if (text.indexOf(':') < 0) {
      long bits = quad(text);
      return bits < 0 ? Optional.empty() : Optional.of(IpAddress.ipv4((int) bits));
    }
    return parseIpv6(text);
  }

  static String format(IpAddress address) {
    return address.isIpv4() ? formatQuad(address.low()) : formatIpv6(address);
  }

  /** The 32 bits of a dotted quad, or -1. */
  private static long quad(String text) {
    long bits = 0;
    int parts = 0;
    int at = 0;
    while (true) {
      int end = text.indexOf('.', at);
      int stop = end < 0 ? text.length() : end;
      int length = stop - at;
      if (length < 1 || length > 3 || (length > 1 && text.charAt(at) == '0') || parts == 4) {
        return -1;
      }
      int value = 0;
      for (int i = at; i < stop; i++) {
        char digit = text.charAt(i);
        if (digit < '0' || digit > '9') {
          return -1;
        }
        value = value * 10 + digit - '0';
      }
      if (value > 255) {
        return -1;
      }
      bits = bits << 8 | value;
      parts++;
      if (end < 0) {
        return parts == 4 ? bits : -1;
      }
      at = end + 1;
    }
  }

  private static Optional<IpAddress> parseIpv6(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return Optional.empty();
    }
    var head = new int[GROUPS];
    var tail = new int[GROUPS];
    int headCount = groups(gap < 0 ? text : text.substring(0, gap), head, gap < 0);
    int tailCount = gap < 0 ? 0 : groups(text.substring(gap + 2), tail, true);
    if (headCount < 0 || tailCount < 0) {
      return Optional.empty();
    }
    int count = headCount + tailCount;
    if (gap < 0 ? count != GROUPS : count >= GROUPS) {
      return Optional.empty();
    }
    var all = new int[GROUPS];
    System.arraycopy(head, 0, all, 0, headCount);
    System.arraycopy(tail, 0, all, GROUPS - tailCount, tailCount);
    return Optional.of(IpAddress.ipv6(word(all, 0), word(all, 4)));
  }

  /** Fills {@code groups} from colon-separated text and counts them; -1 if malformed. */
  private static int groups(String text, int[] groups, boolean quadMayEnd) {
    if (text.isEmpty()) {
      return 0;
    }
    int count = 0;
    int at = 0;
    while (true) {
      int colon = text.indexOf(':', at);
      String part = text.substring(at, colon < 0 ? text.length() : colon);
      if (colon < 0 && quadMayEnd && part.indexOf('.') >= 0) {
        long bits = quad(part);
        if (bits < 0 || count + 2 > GROUPS) {
          return -1;
        }
        groups[count] = (int) (bits >>> 16);
        groups[count + 1] = (int) (bits & 0xffff);
        return count + 2;
      }
      if (part.isEmpty() || part.length() > 4 || count == GROUPS) {
        return -1;
      }
      int value = 0;
      for (int i = 0; i < part.length(); i++) {
        char c = part.charAt(i);
        int digit = c < 128 ? Character.digit(c, 16) : -1;
        if (digit < 0) {
          return -1;
        }
        value = value << 4 | digit;
      }
      groups[count++] = value;
      if (colon < 0) {
        return count;
      }
      at = colon + 1;
    }
  }

  private static long word(int[] groups, int from) {
    return (long) groups[from] << 48
        | (long) groups[from + 1] << 32
        | (long) groups[from + 2] << 16
        | groups[from + 3];
  }

  private static String formatQuad(long bits) {
    return (bits >>> 24)
        + "."
        + (bits >>> 16 & 255)
        + "."
        + (bits >>> 8 & 255)
        + "."
        + (bits & 255);
  }

  /** RFC 5952: lower case, no leading zeros, the first longest run of two or more zeros as "::". */
  private static String formatIpv6(IpAddress address) {
    if (address.high() == 0 && address.low() >>> 32 == 0xffff) {
      return "::ffff:" + formatQuad(address.low() & 0xffffffffL);
    }
    var groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      long word = i < 4 ? address.high() : address.low();
      groups[i] = (int) ((word >>> ((3 - i % 4) * 16)) & 0xffff);
    }
    int gapStart = -1;
    int gapLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int run = 0;
      while (i + run < GROUPS && groups[i + run] == 0) {
        run++;
      }
      if (run > gapLength) {
        gapStart = i;
        gapLength = run;
      }
      i += run;
    }
    var text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapLength - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
