package guywire.agent.managed;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.network.json.KeyRing;
import guywire.protocol.PresharedKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The pre-shared keys that a host brought with the tunnel that it had before it joined. A server
 * has none to give; where its document says that two nodes have one, it is this. Each is of two
 * public keys, and counts no more when one of them is another.
 *
 * @param own the public key that the host had in that tunnel
 * @param secrets the pre-shared keys, by the public keys of the peers
 */
record BroughtSecrets(PublicKey own, Map<PublicKey, PresharedKey> secrets) {

  static final String FILE = "preshared.keys";

  BroughtSecrets {
    secrets = Map.copyOf(secrets);
  }

  /**
   * Those in a directory.
   *
   * @throws IOException if the file is another's, or is not what was written
   */
  static Optional<BroughtSecrets> in(OwnedDirectory directory) throws IOException {
    var bytes = directory.read(FILE, Audience.OWNER);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    var lines = new String(bytes.get(), StandardCharsets.US_ASCII).lines().toList();
    var own = lines.isEmpty() ? Optional.<PublicKey>empty() : PublicKey.parse(lines.getFirst());
    Map<PublicKey, PresharedKey> secrets = new HashMap<>();
    for (var line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      String[] words = line.split(" ");
      var peer = PublicKey.parse(words[0]);
      var secret = PresharedKey.parse(words[words.length - 1]);
      if (words.length != 2 || peer.isEmpty() || secret.isEmpty()) {
        own = Optional.empty();
        break;
      }
      secrets.put(peer.get(), secret.get());
    }
    if (own.isEmpty()) {
      // Nothing of what it holds is said.
      throw new IOException(directory.path().resolve(FILE) + ": no keys");
    }
    return Optional.of(new BroughtSecrets(own.get(), secrets));
  }

  void keep(OwnedDirectory directory) throws IOException {
    String text =
        secrets.entrySet().stream()
            .map(each -> each.getKey() + " " + each.getValue().base64() + "\n")
            .sorted()
            .collect(Collectors.joining("", own + "\n", ""));
    directory.write(FILE, text.getBytes(StandardCharsets.US_ASCII), Audience.OWNER);
  }

  /** Private keys, and these beside them. */
  KeyRing with(KeyRing keys) {
    return keys.with(own, secrets);
  }

  @Override
  public String toString() {
    return secrets.size() + " pre-shared keys of " + own;
  }
}
