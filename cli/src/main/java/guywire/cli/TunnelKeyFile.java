package guywire.cli;

import guywire.format.Formats;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file with the private key of one tunnel: the key alone, or a configuration. A class of its own,
 * so that a command that may be given such a file loads no formats where it is given none.
 */
final class TunnelKeyFile {

  private TunnelKeyFile() {}

  /**
   * The key in a file.
   *
   * @throws Refusal if there is no such file, or not one key in it
   */
  static PrivateKey read(Path file) {
    if (!Files.exists(file)) {
      throw Refusal.unreadable("join-no-key-file", file.toString());
    }
    String text = FileInput.namedText(file);
    var keys =
        PrivateKey.parse(text.strip())
            .map(List::of)
            .orElseGet(() ->
                Formats.read(new Name("host"), List.of(new SourceFile(file.toString(), text)))
                    .stream()
                    .flatMap(host -> host.node().interfaces().stream())
                    .flatMap(tunnel -> tunnel.privateKey().stream())
                    .toList());
    if (keys.size() != 1) {
      throw Refusal.unreadable("join-no-key", file.toString());
    }
    return keys.getFirst();
  }
}
