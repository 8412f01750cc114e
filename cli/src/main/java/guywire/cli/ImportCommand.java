package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.guard.PlainText;
import guywire.network.Name;
import guywire.network.text.Severity;
import guywire.plan.KeyStore;
import guywire.plan.KeyStoreException;
import guywire.prove.Facts;
import guywire.prove.NetworkDiff;
import guywire.prove.NodeChange;
import guywire.recognise.HostFiles;
import guywire.recognise.Recogniser;
import guywire.recognise.Recognition;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire import}: a definition from the configurations that hosts have. */
@Command(name = "import", mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {

  /** The fault of a key file that others may read. */
  private static final String EXPOSED = "F08";

  private final Screen screen;

  @Parameters(arity = "1..*", paramLabel = "FILES", descriptionKey = "import.files")
  private List<Path> files = List.of();

  @Option(names = "--facts", paramLabel = "FILE", descriptionKey = "facts")
  private Optional<Path> facts = Optional.empty();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      descriptionKey = "import.out")
  private Optional<Path> out = Optional.empty();

  @Option(names = "--name", paramLabel = "NAME", descriptionKey = "import.name")
  private Optional<String> name = Optional.empty();

  @Option(names = "--node", paramLabel = "NODE", descriptionKey = "import.node")
  private Optional<String> node = Optional.empty();

  @Option(names = "--no-keys", descriptionKey = "import.no-keys")
  private boolean noKeys;

  @Option(names = "--force", descriptionKey = "import.force")
  private boolean force;

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  ImportCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    out.filter(file -> Files.exists(file) && !force)
        .ifPresent(file -> {
          throw Refusal.unreadable("import-exists", file.toString());
        });
    var network = network();
    Facts known = FileInput.facts(facts);
    HostFiles found = FileInput.collect(files, facts);
    var recognition =
        Recogniser.recognise(network, found, chosen(found), known.saying(found.findings()), noKeys);
    if (keepsKeys(recognition)) {
      keep(recognition);
    }
    // Escapes are YAML's own, so a value in quotes stays the same.
    String text = PlainText.lines(recognition.definition(screen.locale()));
    out.ifPresent(file -> write(file, text));
    if (json) {
      printJson(recognition, text);
    } else {
      if (out.isEmpty()) {
        screen.out().print(text);
        screen.out().flush();
      }
      report(recognition, out.isEmpty() ? screen.aside() : screen, found);
    }
    return holds(recognition) ? ExitCode.HOLDS : ExitCode.BROKEN;
  }

  /**
   * The network's name: as said, or like the file that is written, or the directory that is read.
   */
  private Name network() {
    if (name.isPresent()) {
      return Name.tryParse(name.get())
          .orElseThrow(() -> Refusal.unreadable("import-no-name", name.get()));
    }
    Path like =
        out.orElse(
            files.size() == 1 && Files.isDirectory(files.getFirst())
                ? files.getFirst().toAbsolutePath().normalize()
                : Path.of("network"));
    String last = String.valueOf(like.getFileName());
    int dot = last.indexOf('.');
    return Name.near(dot > 0 ? last.substring(0, dot) : last).orElse(new Name("network"));
  }

  /** The host whose network is meant; there may be several networks among the files. */
  private Optional<Name> chosen(HostFiles found) {
    var networks = Recogniser.networks(found);
    if (networks.isEmpty()) {
      throw Refusal.unreadable("import-nothing", files.getFirst().toString());
    }
    if (node.isPresent()) {
      return Optional.of(
          Name.tryParse(node.get())
              .filter(wanted -> networks.stream().anyMatch(hosts -> hosts.contains(wanted)))
              .orElseThrow(() -> Refusal.unreadable("import-no-node", node.get(), all(networks))));
    }
    if (networks.size() > 1) {
      throw Refusal.unreadable(
          "import-several",
          networks.size() + "",
          all(networks),
          networks.getFirst().getFirst().text());
    }
    return Optional.empty();
  }

  private static String all(List<List<Name>> networks) {
    return String.join(
        "; ",
        networks.stream()
            .map(hosts -> String.join(", ", hosts.stream().map(Name::text).toList()))
            .toList());
  }

  /** What the files hold is kept beside the definition; on standard output it would be lost. */
  private boolean keepsKeys(Recognition recognition) {
    return out.isPresent()
        && !noKeys
        && !(recognition.privateKeys().isEmpty() && recognition.presharedKeys().isEmpty());
  }

  private void keep(Recognition recognition) {
    Path directory = KeyStore.beside(out.orElseThrow().toAbsolutePath());
    try {
      KeyStore.adopt(directory, recognition.privateKeys(), recognition.presharedKeys());
    } catch (KeyStoreException e) {
      e.refusal()
          .ifPresent(refusal -> {
            throw Refusal.unsafe(refusal);
          });
      String key =
          e.reason() == KeyStoreException.Reason.ANOTHER_KEY
              ? "import-other-key"
              : "import-keys-failed";
      throw Refusal.unreadable(key, e.file());
    }
  }

  /** The whole file or none of it: it is written beside its name and then renamed. */
  private void write(Path file, String text) {
    Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("/"));
    try {
      Path temporary = directory.resolve(".import" + new BigInteger(64, new SecureRandom()));
      try {
        // A definition holds no secret and is there to be read. Made and filled by one opening, so
        // that nobody who may write the directory can put a link in between.
        try (var channel =
            Files.newByteChannel(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-r--r--")))) {
          for (var bytes = StandardCharsets.UTF_8.encode(text); bytes.hasRemaining(); ) {
            channel.write(bytes);
          }
        }
        if (force) {
          Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } else {
          // Fails if somebody made the file meanwhile, which a move would overwrite.
          Files.createLink(file, temporary);
        }
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException | UnsupportedOperationException e) {
      throw Refusal.unreadable("import-cannot-write", file.toString());
    }
  }

  /** A key that others may read is a fault of its file, and says nothing about what was read. */
  private static boolean holds(Recognition recognition) {
    return recognition.diff().map(NetworkDiff::lost).map(List::isEmpty).orElse(false)
        && recognition.findings().stream()
            .noneMatch(f -> f.severity() == Severity.ERROR && !f.code().equals(EXPOSED));
  }

  private void report(Recognition recognition, Screen report, HostFiles found) {
    out.ifPresent(
        file -> report.tell("import.written", file.toString(), found.files().size() + ""));
    keys(recognition, report);
    FindingsView.print(report, recognition.findings());
    if (recognition.diff().isEmpty()) {
      report.gap();
      report.tell("import.no-plan");
      return;
    }
    var diff = recognition.diff().get();
    if (!diff.changes().isEmpty()) {
      report.gap();
      report.tell("import.changes");
      changes(report, diff);
    }
    ShiftView.print(report, "import.gained", Style.WARN, diff.gained());
    ShiftView.print(report, "import.lost", Style.BAD, diff.lost());
    report.gap();
    boolean same = diff.gained().isEmpty() && diff.lost().isEmpty();
    if (same && !recognition.assumed().isEmpty()) {
      report.line(report.styled(Style.WARN, report.say("import.same-if")));
      recognition
          .assumed()
          .forEach(text -> FindingsView.paragraph(report, "  ", text.in(report.locale())));
      return;
    }
    report.line(
        report.styled(
            same ? Style.GOOD : Style.WARN,
            report.say(
                same ? "import.same" : diff.lost().isEmpty() ? "import.more" : "import.less")));
  }

  /** Says where the keys are now. */
  private void keys(Recognition recognition, Screen report) {
    if (keepsKeys(recognition)) {
      report.tell(
          "import.kept",
          recognition.privateKeys().size() + "",
          recognition.presharedKeys().size() + "",
          KeyStore.beside(out.orElseThrow()).toString());
    } else if (noKeys) {
      report.tell("import.keys-stay");
    } else if (out.isEmpty() && !recognition.privateKeys().isEmpty()) {
      report.tell("import.keys-not-kept", recognition.privateKeys().size() + "");
    }
  }

  /** What changes at whom; what changes alike at several is said once. */
  private static void changes(Screen report, NetworkDiff diff) {
    var byText = new LinkedHashMap<String, List<String>>();
    diff.changes()
        .forEach((node, changes) -> {
          for (NodeChange change : changes) {
            byText
                .computeIfAbsent(change.text().in(report.locale()), key -> new ArrayList<>())
                .add(node.text());
          }
        });
    byText.forEach((text, nodes) ->
        FindingsView.paragraph(report, "  ", String.join(", ", nodes) + ": " + text));
  }

  private void printJson(Recognition recognition, String text) {
    var node = Json.object();
    node.put("network", recognition.network().text());
    node.put("holds", holds(recognition));
    node.put("definition", text);
    Json.put(node, recognition.findings(), screen.locale());
    recognition.diff().ifPresent(diff -> node.setAll(DiffJson.of(diff, screen.locale())));
    Json.print(screen, node);
  }
}
