package guywire.cli;

import guywire.address.IpAddress;
import guywire.lab.Lab;
import guywire.linux.Namespace;
import guywire.network.Attachment;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.Spot;
import guywire.network.text.Text;
import guywire.node.Commands;
import guywire.node.Machine;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * The real {@code guywire serve} on a machine of a lab, and who administers it. Process, port and
 * data end with the machine.
 *
 * <p>For one thread.
 */
/*
 * It is asked from its own machine. A socket belongs to the network namespace of the thread that opens it, and a
 * thread is born in that of the one that starts it: so the client is made and used in the namespace's thread alone.
 */
final class LabServer implements AutoCloseable {

  private static final int PORT = 8443;
  private static final String DIRECTORY = "run/guywire-server";
  private static final String LOG = "run/guywire-server.log";
  private static final String HEAP = "256m";
  private static final long START_SECONDS = 90;
  private static final long LOOK_MILLIS = 50;
  private static final int LINES_TOLD = 3;

  /** A machine to serve on. */
  private record Place(String host, IpAddress address) {}

  private final String host;
  private final Machine machine;
  private final String url;
  private final Namespace namespace;
  private final Locale locale;
  private Optional<ServerClient> client = Optional.empty();

  private LabServer(String host, Machine machine, String url, Locale locale) {
    this.host = host;
    this.machine = machine;
    this.url = url;
    this.namespace = Namespace.of(machine.pid().orElseThrow());
    this.locale = locale;
  }

  /**
   * Starts it where an owner would: on the node on the internet with the most peers, which is the
   * hub where there is one; where no node is, on a host that is no part of the network.
   *
   * @throws Refusal if it does not start
   */
  static LabServer start(Lab lab, Locale locale) {
    var place = place(lab);
    var machine =
        lab.hosts().stream()
            .filter(each -> each.name().equals(place.host()))
            .findFirst()
            .map(each -> Machine.of(each.pid()))
            .orElseThrow();
    String shown = place.address().isIpv4() ? place.address() + "" : "[" + place.address() + "]";
    var server = new LabServer(place.host(), machine, "https://" + shown + ":" + PORT, locale);
    try {
      server.begin(shown + ":" + PORT);
      return server;
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private static Place place(Lab lab) {
    return lab.network().nodes().stream()
        .filter(node -> node.platform() == Platform.LINUX)
        .sorted(Comparator.comparingInt(LabServer::peers).reversed())
        .flatMap(node -> onInternet(lab.network(), node).stream())
        .findFirst()
        .orElseGet(() -> outside(lab));
  }

  private static int peers(NodeConfig node) {
    return node.interfaces().stream().mapToInt(tunnel -> tunnel.peers().size()).sum();
  }

  private static Optional<Place> onInternet(Network network, NodeConfig node) {
    return network
        .underlay()
        .attachment(node.name())
        .flatMap(
            at -> at instanceof Attachment.Direct direct ? Optional.of(direct) : Optional.empty())
        .map(direct -> new Place(node.name().text(), direct.addresses().getFirst()));
  }

  private static Place outside(Lab lab) {
    return lab.hosts().stream()
        .filter(each -> each.spot().filter(Spot.Outside.class::isInstance).isPresent())
        .map(each -> new Place(each.name(), Spot.Outside.IPV4))
        .findFirst()
        .orElseThrow();
  }

  private void begin(String listen) {
    var command = new ArrayList<>(machine.enter());
    command.addAll(
        Commands.own(
            HEAP,
            Main.class.getName(),
            "serve",
            "--data",
            "/" + DIRECTORY,
            "--listen",
            listen,
            "--link",
            "/" + DIRECTORY + "/link"));
    try {
      var process =
          new ProcessBuilder(command)
              .redirectInput(Redirect.from(new File("/dev/null")))
              .redirectErrorStream(true)
              .redirectOutput(Redirect.to(file(LOG).toFile()))
              .start();
      var link = awaitLink(process);
      ask(() -> {
        var made =
            new ServerClient(link, locale)
                .post("/setup", Json.object().put("owner", "admin"))
                .orRefuse();
        String token = made.json().get("token").asString();
        client = Optional.of(new ServerClient(link.with(token), locale));
        return made;
      });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ServerLink awaitLink(Process process) throws IOException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      var link = ServerLink.tryParse(text(DIRECTORY + "/link"));
      if (link.isPresent()) {
        return link.get();
      }
      if (!process.isAlive() || System.nanoTime() > until) {
        throw new Refusal(
            ExitCode.UNABLE, Text.of(LabServer.class, "served.no-server", host, lastOf(text(LOG))));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    }
  }

  private Path file(String path) {
    return machine.root().resolve(path);
  }

  private String text(String path) throws IOException {
    try {
      return Files.readString(file(path));
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** The last words of a program, on one line. */
  static String lastOf(String output) {
    var lines = output.lines().toList();
    List<String> last = lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size());
    return String.join("; ", last);
  }

  private ServerClient.Said ask(Namespace.Task<ServerClient.Said, RuntimeException> question) {
    return namespace.call(question);
  }

  ServerClient.Said get(String path) {
    return ask(() -> client.orElseThrow().get(path));
  }

  ServerClient.Said post(String path, JsonNode body) {
    return ask(() -> client.orElseThrow().post(path, body));
  }

  ServerClient.Said put(String path, JsonNode body) {
    return ask(() -> client.orElseThrow().put(path, body));
  }

  /** The server opened by another token, for whom that was made. */
  ServerLink link(String token) {
    return client.orElseThrow().link().with(token);
  }

  /** The machine that it runs on. */
  String host() {
    return host;
  }

  /** Where it is: {@code https://ADDRESS:PORT}. */
  String url() {
    return url;
  }

  /** Asks it nothing any more; it goes on. */
  @Override
  public void close() {
    namespace.close();
  }
}
