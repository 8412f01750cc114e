package guywire.cli;

import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code guywire device}: adds a device without an agent to a network at a server, lets it in or
 * not, gives it another key, takes it away. Its private key is made here and stays here.
 */
@Command(name = "device", mixinStandardHelpOptions = true)
final class DeviceCommand implements Callable<Integer> {

  private static final long DAY = 86_400;
  private static final long MINUTE = 60;
  private static final int USUAL_MINUTES = 15;

  /** What can be done with a device. */
  enum Action {
    ADD,
    PAUSE,
    RESUME,
    DELETE,
    REISSUE,
    LINK,
    TAKE
  }

  /** Their words, for completion. */
  static final class Actions implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Words.all(Action.class).iterator();
    }
  }

  private final Screen screen;

  @Parameters(
      index = "0",
      paramLabel = "ACTION",
      completionCandidates = Actions.class,
      descriptionKey = "device.action")
  private String action = "";

  @Parameters(index = "1", paramLabel = "NAME|LINK", descriptionKey = "device.name")
  private String name = "";

  @Option(
      names = "--kind",
      paramLabel = "PLATFORM",
      completionCandidates = RenderCommand.Platforms.class,
      descriptionKey = "device.kind")
  private Optional<String> kind = Optional.empty();

  @Option(names = "--hub", paramLabel = "NODE", descriptionKey = "device.hub")
  private Optional<String> hub = Optional.empty();

  @Option(names = "--days", paramLabel = "NUMBER", descriptionKey = "device.days")
  private Optional<Integer> days = Optional.empty();

  @Option(names = "--minutes", paramLabel = "NUMBER", descriptionKey = "device.minutes")
  private int minutes = USUAL_MINUTES;

  @Option(names = "--link", descriptionKey = "device.link")
  private boolean link;

  @Option(names = "--out", paramLabel = "DIR", descriptionKey = "render.out")
  private Optional<Path> out = Optional.empty();

  @Option(names = "--qr", descriptionKey = "device.qr")
  private boolean qr;

  @Mixin private ServerOption server = new ServerOption();
  @Mixin private NetworkOption network = new NetworkOption();

  DeviceCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    return switch (Words.parse(Action.class, action, "device-action")) {
      case ADD -> add();
      case PAUSE -> state("paused");
      case RESUME -> state("active");
      case DELETE -> delete();
      case REISSUE -> reissue();
      case LINK -> link(server.client(screen));
      case TAKE -> take();
    };
  }

  private int add() {
    var platform =
        kind.map(RenderCommand::platform)
            .orElseThrow(() -> Refusal.unreadable("device-kind", RenderCommand.platforms()));
    if (!link) {
      requirePlace();
    }
    var client = server.client(screen);
    var body = Json.object().put("name", name).put("kind", platform.word());
    hub.ifPresent(node -> body.put("hub", node));
    expiry(body);
    var key = key();
    if (!link) {
      body.put("public-key", key.publicKey().toString());
    }
    var said = client.post(network.path(client) + "/devices", body);
    if (isRefused(said)) {
      return showRefusal(said, client);
    }
    var answer = said.orRefuse().json();
    screen.tell("device.added", name, answer.at("/network/name").asString());
    return link
        ? link(client)
        : new DeviceFiles(screen, out, qr).write(answer.get("document").toString(), key);
  }

  /** Whether the change was planned, and does not land. */
  private static boolean isRefused(ServerClient.Said said) {
    return !said.isGood() && said.json().has("preview");
  }

  private int showRefusal(ServerClient.Said said, ServerClient client) {
    return new ChangeView(screen, false).landed(said, client.link().url());
  }

  /** Before anything is made: a key that is shown nowhere would be lost. */
  private void requirePlace() {
    if (out.isEmpty() && !qr) {
      throw Refusal.unreadable("render-where");
    }
  }

  private static PrivateKey key() {
    return PrivateKey.generate(new SecureRandom());
  }

  private void expiry(ObjectNode body) {
    days.ifPresent(number -> body.put("expires-in-seconds", number * DAY));
  }

  private String at(ServerClient client) {
    return network.path(client) + "/devices/" + ServerClient.part(name);
  }

  private int state(String state) {
    var client = server.client(screen);
    var body = Json.object().put("state", state);
    expiry(body);
    client.put(at(client) + "/state", body).orRefuse();
    screen.tell("device." + state, name);
    return ExitCode.HOLDS;
  }

  private int delete() {
    var client = server.client(screen);
    var said = client.delete(at(client));
    if (isRefused(said)) {
      return showRefusal(said, client);
    }
    said.orRefuse();
    screen.tell("device.deleted", name);
    return ExitCode.HOLDS;
  }

  private int reissue() {
    requirePlace();
    var client = server.client(screen);
    var key = key();
    String node = network.path(client) + "/nodes/" + ServerClient.part(name);
    client
        .put(node + "/key", Json.object().put("public-key", key.publicKey().toString()))
        .orRefuse();
    return new DeviceFiles(screen, out, qr)
        .write(client.get(node + "/document").orRefuse().text(), key);
  }

  private int link(ServerClient client) {
    var body = Json.object().put("expires-in-seconds", minutes * MINUTE);
    var made = client.post(at(client) + "/link", body).orRefuse().json();
    screen.tell("device.linked", name, minutes + "");
    screen.line(client.link().with(made.get("token").asString()).reveal());
    return ExitCode.HOLDS;
  }

  /** With a link that somebody else made. */
  private int take() throws IOException {
    requirePlace();
    var given = ServerLink.given(name).orElseThrow(() -> Refusal.unreadable("not-a-link"));
    var key = key();
    var client = new ServerClient(given, screen.locale());
    var taken =
        client
            .post("/device", Json.object().put("public-key", key.publicKey().toString()))
            .orRefuse();
    return new DeviceFiles(screen, out, qr).write(taken.text(), key);
  }
}
