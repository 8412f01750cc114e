package guywire.bench;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What the tunnel benchmark can measure, each by its name on the command line. */
enum Row {
  START,
  MEMORY,
  WARM_UP,
  TCP,
  TCP4,
  REVERSE,
  BOTH_WAYS,
  UDP64,
  UDP1372,
  RTT_IDLE,
  RTT_LOAD,
  RTT_EQUAL,
  HUB,
  IDLE,
  IDLE_LATER,
  SETCONF,
  HANDSHAKES,
  BUSY_2,
  BUSY_4,
  MIXED,
  MIXED_HUB,
  GARBAGE_TYPE,
  GARBAGE_INDEX,
  GARBAGE_MAC1,
  FLOOD,
  REPLAYS;

  /** The rows that two hosts in one go can give. */
  static final Set<Row> OF_A_PAIR =
      EnumSet.of(
          START, MEMORY, TCP, TCP4, REVERSE, BOTH_WAYS, UDP64, UDP1372, RTT_IDLE, RTT_LOAD,
          RTT_EQUAL);

  /** The name on the command line, such as {@code both-ways}. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads names separated by commas.
   *
   * @throws IllegalArgumentException for an unknown one
   */
  static Set<Row> parse(String names) {
    Set<Row> rows = EnumSet.noneOf(Row.class);
    for (String name : names.split(",")) {
      rows.add(
          Arrays.stream(values())
              .filter(row -> row.key().equals(name))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("no row " + name + "; " + all())));
    }
    return rows;
  }

  /** All names, for a message. */
  static String all() {
    return "there are " + Arrays.stream(values()).map(Row::key).collect(Collectors.joining(", "));
  }
}
