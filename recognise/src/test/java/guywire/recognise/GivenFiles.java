package guywire.recognise;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.Formats;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import guywire.prove.Facts;
import guywire.prove.FactsFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;

/** Configuration files for tests: written by hand, or rendered from a definition. */
final class GivenFiles {

  private final Map<String, String> files = new LinkedHashMap<>();
  private Facts facts = Facts.NONE;
  private boolean keysStay;

  static GivenFiles empty() {
    return new GivenFiles();
  }

  /** A private key that follows from a name. */
  static PrivateKey key(String name) {
    return PrivateKey.generate(new Random(name.hashCode()));
  }

  static PublicKey publicKey(String name) {
    return key(name).publicKey();
  }

  /** A file; {@code {key NAME}} and {@code {pub NAME}} in it stand for keys. */
  GivenFiles file(String path, String text) {
    var filled =
        java.util.regex.Pattern.compile("\\{(key|pub) ([a-z0-9-]+)}")
            .matcher(text)
            .replaceAll(found ->
                java.util.regex.Matcher.quoteReplacement(
                    found.group(1).equals("key")
                        ? key(found.group(2)).base64()
                        : publicKey(found.group(2)).toString()));
    files.put(path, filled);
    return this;
  }

  GivenFiles facts(String yaml) {
    facts = FactsFile.parse("facts.yaml", yaml);
    return this;
  }

  /** Every device keeps its private key for itself. */
  GivenFiles leavingKeys() {
    keysStay = true;
    return this;
  }

  /** What render writes for each node of a network, on the platform chosen for it. */
  static GivenFiles rendered(Network network, Function<NodeConfig, Platform> platform) {
    var given = new GivenFiles();
    for (var node : network.nodes()) {
      var rendering = Formats.renderer(platform.apply(node)).render(node, Locale.ENGLISH);
      assertThat(rendering.hasErrors()).as(rendering.findings().toString()).isFalse();
      rendering.files().stream()
          .filter(file -> !file.path().endsWith("README.md"))
          .forEach(file -> given.files.put(node.name() + "/" + file.path(), file.text()));
    }
    return given;
  }

  /** What render writes for a whole network at once, with what several nodes share. */
  static GivenFiles renderedTogether(Network network, Function<NodeConfig, Platform> platform) {
    var given = new GivenFiles();
    var nodes = network.nodes().stream().map(node -> node.on(platform.apply(node))).toList();
    for (var rendered : Formats.render(nodes, Locale.ENGLISH)) {
      assertThat(rendered.rendering().hasErrors())
          .as(rendered.rendering().findings().toString())
          .isFalse();
      rendered.rendering().files().stream()
          .filter(file -> !file.path().endsWith("README.md"))
          .forEach(file ->
              given.files.put(
                  rendered.directory().replace('_', '-') + "/" + file.path(), file.text()));
    }
    return given;
  }

  HostFiles hostFiles() {
    var byHost = new TreeMap<String, List<SourceFile>>();
    files.forEach((path, text) -> {
      int slash = path.indexOf('/');
      String host = slash < 0 ? path.substring(0, path.indexOf('.')) : path.substring(0, slash);
      byHost.computeIfAbsent(host, key -> new ArrayList<>()).add(new SourceFile(path, text));
    });
    var hosts = new ArrayList<Imported>();
    byHost.forEach((host, sources) -> hosts.addAll(Formats.read(new Name(host), sources)));
    return new HostFiles(
        Formats.merged(hosts), byHost.values().stream().flatMap(List::stream).toList());
  }

  Recognition recognise() {
    return Recogniser.recognise(new Name("test"), hostFiles(), Optional.empty(), facts, keysStay);
  }

  /** The definition that files amount to. */
  static String yaml(Recognition recognition) {
    return recognition.definition(Locale.ENGLISH);
  }

  /** The definition in few words: no comments, no public keys. */
  static String bare(Recognition recognition) {
    return yaml(recognition)
        .lines()
        .filter(
            line -> !line.strip().startsWith("#") && !line.matches("    (public|private)-key: .*"))
        .map(String::stripTrailing)
        .reduce("", (text, line) -> text + line + "\n");
  }

  /** The keys of what is told, each once. */
  static List<String> told(Recognition recognition) {
    return recognition.findings().stream().map(f -> f.what().key()).distinct().sorted().toList();
  }

  /** Plans a definition with keys that follow from the names. */
  static Network planned(String yaml) {
    var reading = Definition.parse("test.yaml", yaml);
    assertThat(reading.findings()).as(yaml).isEmpty();
    var planned = Planner.plan(reading.definition().orElseThrow(), KeyStore.ofSeed(7));
    assertThat(planned.findings()).as(yaml).isEmpty();
    return planned.network().orElseThrow();
  }

  /** What the findings of one kind say, each with its place. */
  static String said(Recognition recognition, String key) {
    return recognition.findings().stream()
        .filter(finding -> finding.what().key().equals(key))
        .map(finding -> finding.place() + " " + finding.what())
        .reduce((one, other) -> one + "\n" + other)
        .orElse("nothing");
  }
}
