package guywire.cli;

import guywire.format.Formats;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.TunnelInterface;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A file with the private key of one tunnel: the key alone, or a configuration. A class of its own,
 * so that a command that may be given such a file loads no formats where it is given none.
 *
 * @param key the key in it
 * @param shared the pre-shared keys in it, by the public keys of the peers
 */
record TunnelKeyFile(PrivateKey key, Map<PublicKey, PresharedKey> shared) {

  TunnelKeyFile {
    shared = Map.copyOf(shared);
  }

  /**
   * The keys in a file.
   *
   * @throws Refusal if there is no such file, or not one private key in it
   */
  static TunnelKeyFile read(Path file) {
    if (!Files.exists(file)) {
      throw Refusal.unreadable("join-no-key-file", file.toString());
    }
    String text = FileInput.namedText(file);
    var keys =
        PrivateKey.parse(text.strip())
            .map(key -> List.of(new TunnelKeyFile(key, Map.of())))
            .orElseGet(() ->
                Formats.read(new Name("host"), List.of(new SourceFile(file.toString(), text)))
                    .stream()
                    .flatMap(host -> host.node().interfaces().stream())
                    .flatMap(tunnel ->
                        tunnel.privateKey().stream()
                            .map(key -> new TunnelKeyFile(key, shared(tunnel))))
                    .toList());
    if (keys.size() != 1) {
      throw Refusal.unreadable("join-no-key", file.toString());
    }
    return keys.getFirst();
  }

  private static Map<PublicKey, PresharedKey> shared(TunnelInterface tunnel) {
    Map<PublicKey, PresharedKey> all = new HashMap<>();
    for (var peer : tunnel.peers()) {
      // Of two sections with one key the later counts, as for WireGuard.
      peer.presharedKey().ifPresent(secret -> all.put(peer.publicKey(), secret));
    }
    return all;
  }
}
