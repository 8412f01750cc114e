package guywire.agent.managed;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.network.InterfaceName;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The private keys of the tunnels that a host has beside its usual one, by their interfaces; while
 * such a key changes, two. A key stays when its tunnel goes, for when that comes again.
 */
/*
 * One for each tunnel and no other: with one key on two interfaces, a handshake that somebody recorded on the
 * way to one could be sent to the other, which would take it and answer to wherever it came from.
 */
final class SpareSecrets {

  static final String FILE = "wireguard-spare.keys";

  /** Of each tunnel, the newest last. */
  private final Map<InterfaceName, List<PrivateKey>> keys;

  private SpareSecrets(Map<InterfaceName, List<PrivateKey>> keys) {
    this.keys = new LinkedHashMap<>();
    keys.forEach((tunnel, all) -> this.keys.put(tunnel, new ArrayList<>(all)));
  }

  /**
   * Those in a directory.
   *
   * @throws IOException if the file is not one that this class wrote: it is not written over
   */
  static SpareSecrets in(OwnedDirectory directory) throws IOException {
    var keys = new LinkedHashMap<InterfaceName, List<PrivateKey>>();
    var bytes = directory.read(FILE, Audience.OWNER);
    if (bytes.isPresent()) {
      for (var line : new String(bytes.get(), StandardCharsets.US_ASCII).lines().toList()) {
        String[] words = line.split(" ", -1);
        var key = words.length == 2 ? PrivateKey.parse(words[1]) : Optional.<PrivateKey>empty();
        var tunnel = InterfaceName.tryParse(words[0]);
        if (key.isEmpty() || tunnel.isEmpty()) {
          // Nothing of what it holds is said.
          throw new IOException(directory.path().resolve(FILE) + ": no keys");
        }
        keys.computeIfAbsent(tunnel.get(), _ -> new ArrayList<>()).add(key.get());
      }
    }
    return new SpareSecrets(keys);
  }

  private static PrivateKey made() {
    return PrivateKey.generate(new SecureRandom());
  }

  /** These, and one for each of these tunnels, made where there is none. */
  SpareSecrets with(Collection<InterfaceName> tunnels) {
    var all = new SpareSecrets(keys);
    tunnels.forEach(
        tunnel -> all.keys.computeIfAbsent(tunnel, _ -> new ArrayList<>(List.of(made()))));
    return all;
  }

  /** These, and a newer one for each tunnel that does not change its key yet. */
  SpareSecrets renewed() {
    var all = new SpareSecrets(keys);
    all.keys.values().stream().filter(each -> each.size() == 1).forEach(each -> each.add(made()));
    return all;
  }

  /** These without the former ones of the tunnels that have their newest. */
  SpareSecrets settled(Collection<PublicKey> had) {
    var all = new SpareSecrets(keys);
    for (var each : all.keys.values()) {
      if (had.contains(each.getLast().publicKey())) {
        each.subList(0, each.size() - 1).clear();
      }
    }
    return all;
  }

  /** Whether a tunnel that changes its key has this newest one. */
  boolean isNewest(PublicKey key) {
    return keys.values().stream()
        .anyMatch(each -> each.size() > 1 && each.getLast().publicKey().equals(key));
  }

  /** Whether some tunnel changes its key. */
  boolean isChanging() {
    return keys.values().stream().anyMatch(each -> each.size() > 1);
  }

  /** Writes them down, for their owner alone. */
  void keep(OwnedDirectory directory) throws IOException {
    var text = new StringBuilder();
    keys.forEach((tunnel, all) ->
        all.forEach(key -> text.append(tunnel).append(' ').append(key.base64()).append('\n')));
    directory.write(FILE, text.toString().getBytes(StandardCharsets.US_ASCII), Audience.OWNER);
  }

  /** The newest of a tunnel. */
  Optional<PrivateKey> of(InterfaceName tunnel) {
    return Optional.ofNullable(keys.get(tunnel)).map(List::getLast);
  }

  /** All of them. */
  List<PrivateKey> all() {
    return keys.values().stream().flatMap(List::stream).toList();
  }

  @Override
  public String toString() {
    return "keys of " + keys.keySet();
  }
}
