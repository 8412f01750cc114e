package guywire.format.firewall;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.PortRange;
import java.util.ArrayList;
import java.util.List;

/** Values among the arguments of iptables. */
final class IptablesValues {

  private static final IpAddress ONES = IpAddress.parse("255.255.255.255");

  private IptablesValues() {}

  /** The prefixes that make up a range of addresses. */
  static List<Prefix> range(String text) {
    int dash = text.indexOf('-');
    var first = IpAddress.parse(dash < 0 ? text : text.substring(0, dash));
    var last = dash < 0 ? first : IpAddress.parse(text.substring(dash + 1));
    return Prefix.between(first, last);
  }

  /** Prefixes with commas between them, whose lengths may be masks. */
  static List<Prefix> prefixes(String text) {
    var prefixes = new ArrayList<Prefix>();
    for (var word : text.split(",")) {
      int slash = word.indexOf('/');
      String host = slash < 0 ? word : word.substring(0, slash);
      // Bytes that are missing at the end are zero.
      int missing =
          host.matches("[0-9.]+") ? 3 - (int) host.chars().filter(c -> c == '.').count() : 0;
      var address = IpAddress.parse(host + ".0".repeat(Math.max(0, missing)));
      int length = slash < 0 ? address.family().bits() : length(word.substring(slash + 1));
      prefixes.add(Prefix.around(address, length));
    }
    return prefixes;
  }

  /** A length in bits, or a mask of ones and then zeros. */
  private static int length(String text) {
    if (text.indexOf('.') < 0) {
      return Integer.parseInt(text);
    }
    int length = Long.bitCount(IpAddress.parse(text).low() & 0xffffffffL);
    if (!Prefix.around(ONES, length).address().equals(IpAddress.parse(text))) {
      throw new IllegalArgumentException("a mask with holes");
    }
    return length;
  }

  /** Ports and their ranges, with commas between them. */
  static List<PortRange> ports(String text) {
    var ranges = new ArrayList<PortRange>();
    for (var word : text.split(",")) {
      int colon = word.indexOf(':');
      int first = Integer.parseInt(colon < 0 ? word : word.substring(0, colon));
      ranges.add(
          new PortRange(first, colon < 0 ? first : Integer.parseInt(word.substring(colon + 1))));
    }
    return ranges;
  }
}
