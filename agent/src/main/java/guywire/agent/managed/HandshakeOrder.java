package guywire.agent.managed;

import guywire.network.InterfaceName;
import guywire.protocol.PublicKey;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * In which order the handshakes of a host's tunnels were made: by when each was first seen, because
 * the time that stands beside it is one of a clock that may be set back. Only of those that are
 * seen for the first time together their own times tell which came later.
 *
 * <p>For one thread.
 */
final class HandshakeOrder {

  private record Seen(Instant at, long number) {}

  private final Map<InterfaceName, Map<PublicKey, Seen>> seen = new HashMap<>();
  private long last;

  /**
   * Takes note of the latest handshakes of a tunnel.
   *
   * @param latest what the tunnel says of each peer that has made one
   * @return a number for each of them, the higher the later
   */
  Map<PublicKey, Long> look(InterfaceName tunnel, Map<PublicKey, Instant> latest) {
    var before = seen.getOrDefault(tunnel, Map.of());
    var now = new HashMap<PublicKey, Seen>();
    latest.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
        .forEach(each -> {
          var known = before.get(each.getKey());
          now.put(
              each.getKey(),
              known != null && known.at().equals(each.getValue())
                  ? known
                  : new Seen(each.getValue(), ++last));
        });
    seen.put(tunnel, now);
    var numbers = new HashMap<PublicKey, Long>();
    now.forEach((peer, handshake) -> numbers.put(peer, handshake.number()));
    return numbers;
  }
}
