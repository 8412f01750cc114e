package guywire.prove;

import guywire.format.Formats;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.text.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Files of hosts, as {@code check} would find them. In their text {@code KEY(x)} stands for the
 * private key of x, {@code PUB(x)} for its public key.
 */
final class Disk {

  private final Map<String, List<SourceFile>> hosts = new LinkedHashMap<>();
  private Facts facts = Facts.NONE;

  /** A file of mode 0600: its host, a slash, its path there. */
  Disk file(String path, String text) {
    return file(path, 0600, text);
  }

  Disk file(String path, int mode, String text) {
    int slash = path.indexOf('/');
    hosts
        .computeIfAbsent(path.substring(0, slash), host -> new ArrayList<>())
        .add(new SourceFile(path, Guides.filled(text), path, OptionalInt.of(mode)));
    return this;
  }

  /** A hub and a laptop with nothing wrong. */
  static Disk working() {
    return new Disk().file("hub/wg0.conf", HUB).file("laptop/wg0.conf", LAPTOP);
  }

  Disk facts(String yaml) {
    facts = FactsFile.parse("facts.yaml", yaml);
    return this;
  }

  Subject subject() {
    var imported = new ArrayList<Imported>();
    hosts.forEach((host, files) -> imported.addAll(Formats.read(new Name(host), files)));
    return Assembly.of(new Name("test"), imported, facts);
  }

  List<Finding> findings() {
    return Faults.in(subject());
  }

  static final String HUB =
      """
      [Interface]
      PrivateKey = KEY(hub)
      Address = 10.0.0.1/24
      ListenPort = 51820
      [Peer]
      PublicKey = PUB(laptop)
      AllowedIPs = 10.0.0.2/32
      """;

  static final String LAPTOP =
      """
      [Interface]
      PrivateKey = KEY(laptop)
      Address = 10.0.0.2/24
      [Peer]
      PublicKey = PUB(hub)
      AllowedIPs = 10.0.0.0/24
      Endpoint = 1.1.1.1:51820
      PersistentKeepalive = 25
      """;
}
