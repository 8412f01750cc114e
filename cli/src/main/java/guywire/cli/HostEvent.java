package guywire.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something that happened to the tunnels of this host.
 *
 * @param at when
 * @param kind what happened
 * @param facts about what, by name, in the order in which they are said
 */
record HostEvent(Instant at, Kind kind, Map<String, String> facts) {

  /** What can happen; {@link #word} is how programs and messages call it. */
  enum Kind {
    INTERFACE_UP(false),
    INTERFACE_DOWN(true),
    PEER_ADDED(false),
    PEER_REMOVED(false),
    HANDSHAKE(false),
    SILENT(true),
    ROAMED(false),
    DROPPED(true),
    WAY(false),
    WAY_LOST(true),
    MENDED(false),
    NOT_MENDED(true);

    private final boolean bad;

    Kind(boolean bad) {
      this.bad = bad;
    }

    /** The word, such as {@code way-lost}. */
    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether packets are lost by it, or something is not as it should be. */
    boolean isBad() {
      return bad;
    }
  }

  /** Copies the facts. */
  HostEvent {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /** One with its facts as names and values in turn. */
  static HostEvent of(Instant at, Kind kind, String... facts) {
    var all = new LinkedHashMap<String, String>();
    for (int i = 0; i < facts.length; i += 2) {
      all.put(facts[i], facts[i + 1]);
    }
    return new HostEvent(at, kind, all);
  }

  /** As programs read it: one object. */
  ObjectNode json() {
    var node = Json.object();
    node.put("at", at.truncatedTo(ChronoUnit.MILLIS).toString());
    node.put("event", kind.word());
    facts.forEach(node::put);
    return node;
  }
}
