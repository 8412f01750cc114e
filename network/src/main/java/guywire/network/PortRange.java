package guywire.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Some consecutive ports.
 *
 * @param first the first, 1 to 65535
 * @param last the last, not before the first
 */
public record PortRange(int first, int last) {

  /**
   * Checks the order and range.
   *
   * @throws IllegalArgumentException if it is empty or out of range
   */
  public PortRange {
    if (first < 1 || last > 65535 || last < first) {
      throw new IllegalArgumentException("not a range of ports: " + first + "-" + last);
    }
  }

  /** One single port. */
  public static PortRange of(int port) {
    return new PortRange(port, port);
  }

  /** Whether the port lies in the range. */
  public boolean contains(int port) {
    return first <= port && port <= last;
  }

  /** The same ports as these ranges, in order, without overlap. */
  public static List<PortRange> merged(List<PortRange> ranges) {
    var merged = new ArrayList<PortRange>();
    for (var range : ranges.stream().sorted(Comparator.comparingInt(PortRange::first)).toList()) {
      if (!merged.isEmpty() && range.first <= merged.getLast().last + 1) {
        var before = merged.removeLast();
        merged.add(new PortRange(before.first, Math.max(before.last, range.last)));
      } else {
        merged.add(range);
      }
    }
    return merged;
  }

  /** {@code 443} or {@code 8000-8099}. */
  @Override
  public String toString() {
    return first == last ? String.valueOf(first) : first + "-" + last;
  }
}
