package guywire.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/**
 * {@code guywire nodes}: the nodes of a network at a server and the hosts that want to be some;
 * invites, refuses and removes hosts, and has nodes change their keys.
 */
@Command(name = "nodes", mixinStandardHelpOptions = true)
final class NodesCommand implements Callable<Integer> {

  private static final long DAY = 86_400;
  private static final long HOUR = 3_600;

  /** What can be done. */
  enum Action {
    LIST,
    INVITE,
    REFUSE,
    REMOVE,
    ROTATE_KEY,
    KEEP_KEY,
    KEY_SCHEDULE
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
      arity = "0..1",
      defaultValue = "list",
      completionCandidates = Actions.class,
      descriptionKey = "nodes.action")
  private String action = "list";

  @Parameters(
      index = "1",
      paramLabel = "NODE",
      arity = "0..1",
      defaultValue = "",
      descriptionKey = "nodes.node")
  private String wanted = "";

  @Option(names = "--group", paramLabel = "GROUP", descriptionKey = "nodes.group")
  private Optional<String> group = Optional.empty();

  @Option(names = "--approved", descriptionKey = "nodes.approved")
  private boolean approved;

  @Option(names = "--days", paramLabel = "NUMBER", descriptionKey = "nodes.days")
  private Optional<Integer> days = Optional.empty();

  @Option(names = "--uses", paramLabel = "NUMBER", descriptionKey = "nodes.uses")
  private Optional<Long> uses = Optional.empty();

  @Option(names = "--grace", paramLabel = "HOURS", descriptionKey = "nodes.grace")
  private Optional<Integer> grace = Optional.empty();

  @Option(names = "--despite-files", descriptionKey = "nodes.despite-files")
  private boolean despiteFiles;

  @Mixin private ServerOption server = new ServerOption();
  @Mixin private NetworkOption network = new NetworkOption();

  @Option(names = "--json", descriptionKey = "json")
  private boolean json;

  NodesCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    var what = Words.parse(Action.class, action, "nodes-action");
    var client = server.client(screen);
    var hosts = new HostsAtServer(client, network.path(client));
    return switch (what) {
      case LIST -> list(hosts);
      case INVITE -> invite(client, hosts);
      case REFUSE -> {
        var host = client.post(hosts.path(needed()) + "/refusal", Json.object()).orRefuse();
        screen.tell("nodes.refused", host.json().get("name").asString());
        yield ExitCode.HOLDS;
      }
      case REMOVE -> {
        client.delete(hosts.path(needed())).orRefuse();
        screen.tell("nodes.removed", wanted);
        yield ExitCode.HOLDS;
      }
      case ROTATE_KEY -> rotate(client, rotation(hosts));
      case KEEP_KEY -> {
        client.delete(rotation(hosts)).orRefuse();
        screen.tell("nodes.key-kept", wanted);
        yield ExitCode.HOLDS;
      }
      case KEY_SCHEDULE -> schedule(client, hosts.network() + "/key-schedule");
    };
  }

  private String needed() {
    if (wanted.isEmpty()) {
      throw Refusal.unreadable("nodes-which");
    }
    return wanted;
  }

  private String rotation(HostsAtServer hosts) {
    return hosts.network() + "/nodes/" + ServerClient.part(needed()) + "/key-rotation";
  }

  private int rotate(ServerClient client, String path) {
    var body = Json.object();
    grace.ifPresent(hours -> body.put("grace-seconds", hours * HOUR));
    body.put("despite-files", despiteFiles);
    var begun = client.post(path, body).orRefuse().json();
    if (json) {
      Json.print(screen, begun);
    } else {
      screen.tell("nodes.key-begun", wanted);
    }
    return ExitCode.HOLDS;
  }

  private int schedule(ServerClient client, String path) {
    var said =
        (days.isPresent()
                ? client.put(path, Json.object().put("rotate-days", days.get()))
                : client.get(path))
            .orRefuse()
            .json();
    long after = said.get("rotate-days").asLong();
    if (json) {
      Json.print(screen, said);
    } else if (after == 0) {
      screen.tell("nodes.keys-stay");
    } else {
      screen.tell("nodes.keys-due", String.valueOf(after));
    }
    return ExitCode.HOLDS;
  }

  /** What is to be said of a node beside its state. */
  private String remark(JsonNode node) {
    if (!node.at("/live/rejected/why").isMissingNode()) {
      return screen.say(
          "nodes.rejected",
          node.at("/live/rejected/revision").asString(),
          node.at("/live/rejected/why").asString());
    }
    if (node.path("key-due").asBoolean(false)) {
      return screen.say("nodes.key-due");
    }
    var rotation = node.optional("key-rotation");
    if (rotation.isEmpty()) {
      return "";
    }
    var waiting = new ArrayList<String>();
    rotation.get().get("waiting").forEach(name -> waiting.add(name.asString()));
    String state = screen.say("nodes.key-" + text(rotation.get(), "state"));
    return waiting.isEmpty()
        ? state
        : state + screen.say("nodes.key-waits", String.join(", ", waiting));
  }

  private int invite(ServerClient client, HostsAtServer hosts) {
    var body = Json.object();
    if (!wanted.isEmpty()) {
      body.put("name", wanted);
    }
    group.ifPresent(text -> body.put("group", text));
    body.put("approved", approved);
    days.ifPresent(number -> body.put("expires-in-seconds", number * DAY));
    uses.ifPresent(number -> body.put("uses", number));
    var made = client.post(hosts.network() + "/invitations", body).orRefuse().json();
    if (json) {
      Json.print(screen, made);
      return ExitCode.HOLDS;
    }
    screen.tell("nodes.invited", made.get("expires").asString());
    screen.line(client.link().with(made.get("token").asString()).reveal());
    return ExitCode.HOLDS;
  }

  private int list(HostsAtServer hosts) {
    var all = hosts.all();
    var nodes = hosts.all("/nodes");
    if (json) {
      var both = Json.object();
      nodes.forEach(both.putArray("nodes")::add);
      all.forEach(both.putArray("hosts")::add);
      Json.print(screen, both);
      return ExitCode.HOLDS;
    }
    var table = new Table();
    for (var host : all) {
      if (host.optional("node").isEmpty()) {
        table.row(
            text(host, "name"),
            screen.say("nodes." + text(host, "state")),
            text(host, "address"),
            host.path("proposal").asString(""));
      }
    }
    for (var node : nodes) {
      var host =
          all.stream()
              .filter(each -> each.path("node").asString("").equals(text(node, "name")))
              .findFirst();
      String state =
          host.isPresent()
              ? node.at("/live/online").asBoolean(false) ? "nodes.online" : "nodes.away"
              : node.optional("public-key").isPresent() ? "nodes.by-hand" : "nodes.no-key";
      table.row(
          text(node, "name"),
          screen.say(state),
          host.map(each -> text(each, "address")).orElse("-"),
          remark(node));
    }
    table.print(screen, "");
    return ExitCode.HOLDS;
  }

  private static String text(JsonNode node, String member) {
    return node.get(member).asString();
  }
}
