package guywire.format.tunnel;

import guywire.address.Prefix;
import guywire.network.EndpointAddress;
import guywire.network.PeerConfig;
import guywire.protocol.PublicKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What the files of one network say alike: in a full mesh each peer stands in every file but its
 * own. What was read lately without a word about it is not read again, and is one object wherever
 * it stands. Nothing secret is kept here. Used by one thread.
 */
public final class SharedValues {

  /** More nodes than a full mesh has; a hub's peers stand in one file each. */
  private static final int MOST = 2048;

  private final Map<String, PublicKey> keys = lately();
  private final Map<String, Prefix> allowedIps = lately();
  private final Map<String, EndpointAddress> endpoints = lately();
  private final Map<PeerConfig, PeerConfig> peers = lately();

  /** Nothing yet. */
  public SharedValues() {}

  private static <K, V> Map<K, V> lately() {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MOST;
      }
    };
  }

  Optional<PublicKey> key(String text, WgQuickReader file) {
    return read(keys, text, file, WgValue::publicKey);
  }

  Optional<Prefix> allowedIp(String text, WgQuickReader file) {
    return read(allowedIps, text, file, WgValue::allowedIp);
  }

  Optional<EndpointAddress> endpoint(String text, WgQuickReader file) {
    return read(endpoints, text, file, WgValue::endpoint);
  }

  private static <V> Optional<V> read(
      Map<String, V> known,
      String text,
      WgQuickReader file,
      BiFunction<String, WgQuickReader, Optional<V>> reader) {
    var before = known.get(text);
    if (before != null) {
      return Optional.of(before);
    }
    int said = file.said();
    var value = reader.apply(text, file);
    if (file.said() == said) {
      value.ifPresent(one -> known.put(text, one));
    }
    return value;
  }

  /**
   * The same peer as it was met before, if it was; one with a pre-shared key is another each time.
   */
  PeerConfig peer(PeerConfig peer) {
    if (peer.presharedKey().isPresent()) {
      return peer;
    }
    var before = peers.putIfAbsent(peer, peer);
    return before == null ? peer : before;
  }
}
