package guywire.cli;

import guywire.agent.managed.Home;
import guywire.format.Formats;
import guywire.format.input.SourceFile;
import guywire.format.output.RenderedFile;
import guywire.format.output.RenderedFiles;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.lab.Lab;
import guywire.lab.LabListener;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.json.KeyRing;
import guywire.network.json.NodeDocument;
import guywire.network.json.UnreadableDocument;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import guywire.node.Commands;
import guywire.node.Machine;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Sets the nodes of a lab up as owners do who have a server: each Linux node joins it by an
 * invitation of its own, and each other node gets its files there as a device does, with a key that
 * is made here.
 *
 * <p>For one thread.
 */
final class ServedLab {

  /** What a device gets, and the key that a node had before it joined, on the node's machine. */
  private static final String FILES = "run/guywire-device";

  private static final String KEY = "wireguard.key";
  private static final String HOME = "var/lib/guywire/joined";
  private static final String KEPT = "document.json";
  private static final String HEAP = "128m";
  private static final long JOIN_SECONDS = 120;
  private static final long SETTLED_SECONDS = 180;
  private static final long LOOK_MILLIS = 300;

  private final Lab lab;
  private final LabServer server;
  private final ServedDefinition definition;
  private final Screen screen;
  private final LabListener listener;
  private final String at;

  private ServedLab(
      Lab lab, LabServer server, ServedDefinition definition, Screen screen, LabListener listener) {
    this.lab = lab;
    this.server = server;
    this.definition = definition;
    this.screen = screen;
    this.listener = listener;
    this.at = "/networks/" + ServerClient.part(definition.name().text());
  }

  /**
   * Starts a server in the lab and makes all nodes what it says.
   *
   * @param screen where it is said why the server refuses the definition
   * @return where the server is, and on which machine
   * @throws Refusal if something does not become what it shall be
   */
  static String setUp(Lab lab, ServedDefinition definition, Screen screen, LabListener listener) {
    listener.progress(Text.of(ServedLab.class, "served.step-server"), 0, 1);
    try (var server = LabServer.start(lab, screen.locale())) {
      new ServedLab(lab, server, definition, screen, listener).setUp();
      return server.url() + " (" + server.host() + ")";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void setUp() throws IOException {
    var made = server.post("/networks", Json.object().put("definition", definition.text()));
    if (!made.isGood()) {
      // It shows what is broken, or ends with the one line that there is.
      new ChangeView(screen, false).landed(made, server.url());
      throw new Refusal(ExitCode.BROKEN, Text.of(ServedLab.class, "served.refused"));
    }
    var joining = new ArrayList<NodeConfig>();
    var keys = new LinkedHashMap<NodeConfig, PrivateKey>();
    for (var node : lab.network().nodes()) {
      if (node.platform() == Platform.LINUX) {
        joining.add(node);
      } else {
        keys.put(node, keyOf(node.name()));
      }
    }
    join(joining);
    settle(joining);
    int done = 0;
    for (var device : keys.entrySet()) {
      listener.progress(Text.of(ServedLab.class, "served.step-devices"), done++, keys.size());
      lab.setUpAs(fromFiles(device.getKey(), device.getValue()));
    }
  }

  private String node(Name name) {
    return at + "/nodes/" + ServerClient.part(name.text());
  }

  private Machine machine(Name name) {
    return lab.hosts().stream()
        .filter(host -> host.name().equals(name.text()))
        .findFirst()
        .map(host -> Machine.of(host.pid()))
        .orElseThrow();
  }

  /** A key for a device, whose public half the server gets; the declared one, where one is. */
  private PrivateKey keyOf(Name name) {
    var declared = definition.keys().get(name);
    if (declared != null) {
      return declared;
    }
    var key = PrivateKey.generate(new SecureRandom());
    var body = Json.object().put("public-key", key.publicKey().toString());
    server.put(node(name) + "/key", body).orRefuse();
    return key;
  }

  /** Has all join at once, as far as there are processors. */
  private void join(List<NodeConfig> nodes) {
    var links = new LinkedHashMap<Name, String>();
    for (var node : nodes) {
      var body = Json.object().put("name", node.name().text()).put("approved", true);
      var token = server.post(at + "/invitations", body).orRefuse().json().get("token");
      links.put(node.name(), server.link(token.asString()).reveal());
    }
    var text = Text.of(ServedLab.class, "served.step-joining");
    listener.progress(text, 0, links.size());
    int processors = Runtime.getRuntime().availableProcessors();
    try (var workers =
        Executors.newFixedThreadPool(processors, Thread.ofPlatform().daemon().factory())) {
      var wishes = new ArrayList<Future<?>>();
      links.forEach((name, link) -> wishes.add(workers.submit(() -> join(name, link))));
      for (int i = 0; i < wishes.size(); i++) {
        wishes.get(i).get();
        listener.progress(text, i + 1, links.size());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(ExitCode.UNABLE, Text.of(ServedLab.class, "served.interrupted"));
    }
  }

  private void join(Name name, String link) {
    lab.giveLastingFiles(name);
    var words = new ArrayList<>(List.of("join", "-", "--name", name.text()));
    var declared = definition.keys().get(name);
    if (declared != null) {
      words.addAll(List.of("--key", kept(name, declared)));
    }
    var command = Commands.own(HEAP, Main.class.getName(), words.toArray(String[]::new));
    var ended = new Commands(machine(name)).run(link + "\n", command, JOIN_SECONDS);
    if (!ended.succeeded()) {
      throw new Refusal(
          ExitCode.BROKEN,
          Text.of(
              ServedLab.class, "served.not-joined", name.text(), LabServer.lastOf(ended.output())));
    }
  }

  /** Puts the key that a node has already on its machine; where it stands there. */
  private String kept(Name name, PrivateKey key) {
    try (var directory = OwnedDirectory.make(machine(name).root().resolve(FILES), Audience.OWNER)) {
      byte[] bytes = key.base64().getBytes(StandardCharsets.US_ASCII);
      directory.write(KEY, bytes, Audience.OWNER);
      return "/" + FILES + "/" + KEY;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits until all nodes that joined are what the server says in one moment: when one tells the
   * keys of its tunnels, others are to be something else.
   */
  private void settle(List<NodeConfig> joined) throws IOException {
    var text = Text.of(ServedLab.class, "served.step-settling");
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLED_SECONDS);
    while (true) {
      var open = new ArrayList<NodeConfig>();
      for (var node : joined) {
        if (!isAsItShallBe(node.name())) {
          open.add(node);
        }
      }
      listener.progress(text, joined.size() - open.size(), joined.size());
      if (open.isEmpty()) {
        return;
      }
      if (System.nanoTime() > until) {
        throw new Refusal(
            ExitCode.BROKEN,
            Text.of(
                ServedLab.class,
                "served.not-settled",
                open.stream().map(this::withReason).collect(Collectors.joining("; "))));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    }
  }

  private boolean isAsItShallBe(Name name) throws IOException {
    try {
      Path home = machine(name).root().resolve(HOME);
      String kept = Files.readString(home.resolve(KEPT));
      return digest(kept).equals(digest(document(name))) && new Home(home).isWhole();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private String document(Name name) {
    return server.get(node(name) + "/document").orRefuse().text();
  }

  private static String digest(String document) {
    try {
      return NodeDocument.read(document, KeyRing.EMPTY).digest();
    } catch (UnreadableDocument e) {
      throw new Refusal(ExitCode.BROKEN, e.text());
    }
  }

  /** A node that is not what it shall be, with what it told of that. */
  private String withReason(NodeConfig node) {
    String name = node.name().text();
    for (JsonNode each : server.get(at + "/nodes?limit=200").orRefuse().json().get("items")) {
      if (each.get("name").asString().equals(name)) {
        String why = each.at("/live/rejected/why").asString("");
        return why.isEmpty() ? name : name + ": " + why;
      }
    }
    return name;
  }

  /** What a device is by its files, as they are written on its machine and read again. */
  private NodeConfig fromFiles(NodeConfig planned, PrivateKey key) throws IOException {
    var name = planned.name();
    var config = DeviceFiles.read(document(name), key).config();
    var rendering = Formats.render(List.of(config), screen.locale()).getFirst().rendering();
    refuse(name, rendering.findings());
    Path directory = machine(name).root().resolve(FILES);
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    new RenderedFiles(rendering.files()).writeTo(directory);
    var sources = new ArrayList<SourceFile>();
    for (var file : rendering.files()) {
      if (isConfiguration(file)) {
        sources.add(new SourceFile(file.path(), Files.readString(directory.resolve(file.path()))));
      }
    }
    var read = Formats.read(name, sources).getFirst();
    refuse(name, read.findings());
    return read.node().withName(name);
  }

  /** Not what people read, pictures of a file, and the script that brings it where it belongs. */
  private static boolean isConfiguration(RenderedFile file) {
    return !file.path().endsWith("README.md")
        && !file.path().endsWith(".png")
        && !file.path().endsWith(".qr.txt")
        && !file.path().endsWith(".sh");
  }

  private void refuse(Name name, List<Finding> findings) {
    findings.stream()
        .filter(finding -> finding.severity() == Severity.ERROR)
        .findFirst()
        .ifPresent(error -> {
          throw new Refusal(
              ExitCode.BROKEN,
              Text.of(
                  ServedLab.class,
                  "served.no-files",
                  name.text(),
                  error.what().in(screen.locale())));
        });
  }
}
