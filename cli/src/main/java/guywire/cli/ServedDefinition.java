package guywire.cli;

import guywire.network.Name;
import guywire.network.Network;
import guywire.plan.definition.Definition;
import guywire.protocol.PrivateKey;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A definition as the server of a lab gets it: to the letter, but for what no lab or no server can
 * have.
 *
 * @param name the network
 * @param text the definition
 * @param keys of the nodes whose public keys it declares the private ones, made up for this run
 * @param leavesSharedOut whether it asks for no pre-shared keys where the original did
 */
record ServedDefinition(
    Name name, String text, Map<Name, PrivateKey> keys, boolean leavesSharedOut) {

  private static final Pattern SHARED = Pattern.compile("(?m)^preshared-keys:.*\\R?");

  /** Copies the map. */
  ServedDefinition {
    keys = Map.copyOf(keys);
  }

  /**
   * The definition in a file.
   *
   * @param planned the network that it is, with keys that were made up where they are elsewhere
   * @throws Refusal if links ask for pre-shared keys one by one
   */
  static ServedDefinition of(Path file, Network planned) {
    String original = FileInput.namedText(file);
    String text = SHARED.matcher(original).replaceFirst("");
    var keys = new HashMap<Name, PrivateKey>();
    var written = parsed(original);
    for (var node : written.nodes()) {
      var own =
          planned.node(node.name()).flatMap(config -> config.interfaces().getFirst().privateKey());
      if (node.publicKey().isPresent() && own.isPresent()) {
        keys.put(node.name(), own.get());
        text = text.replace(node.publicKey().get().toString(), own.get().publicKey().toString());
      }
    }
    var served = parsed(text);
    if (served.presharedKeys()
        || served.links().stream().anyMatch(link -> link.presharedKey().orElse(false))) {
      throw Refusal.unreadable("try-serve-shared", file.toString());
    }
    return new ServedDefinition(served.name(), text, keys, written.presharedKeys());
  }

  private static Definition parsed(String text) {
    var reading = Definition.parse("definition", text);
    return reading.definition().orElseThrow(() -> new WrongInput(reading.findings()));
  }
}
