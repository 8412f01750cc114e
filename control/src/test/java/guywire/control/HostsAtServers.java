package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.Asking.Said;
import guywire.control.store.Database;
import guywire.control.store.PostgresCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Servers that are processes of their own, and hosts that follow them as agents do. */
abstract class HostsAtServers {

  static final int FIRST_MTU = 1285;
  static final List<String> NODES = List.of("hub", "leaf-1", "leaf-2", "leaf-3");
  static final String AT = "/networks/lab";

  @TempDir Path directory;
  final long seed = System.nanoTime();
  final Random random = new Random(seed);
  final List<ServerProcess> servers = new ArrayList<>();
  final CopyOnWriteArrayList<String> places = new CopyOnWriteArrayList<>();

  /** What all connections of hosts go through; nothing at first. */
  Optional<CuttingProxy> between = Optional.empty();

  final List<SimulatedHost> hosts = new ArrayList<>();
  final Keys keys = new Keys();
  final List<Asking> asking = new ArrayList<>();
  List<String> before = List.of();
  Optional<String> database = Optional.empty();
  String password = "";
  String fingerprint = "";
  String token = "";

  /** Which key each host has, and which of others it lets in. */
  static final class Keys implements SimulatedHost.Witness {
    private final Map<String, String> own = new HashMap<>();
    private final Map<String, String> documents = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();

    @Override
    public synchronized void changed(String name, guywire.protocol.PublicKey key, String document) {
      own.put(name, key.toString());
      documents.put(name, document);
      // A star: a leaf has the hub, and the hub has all that have joined by now.
      documents.forEach((here, text) ->
          own.forEach((there, other) -> {
            boolean arePeers = here.equals("hub") != there.equals("hub");
            boolean isNew = !here.equals(name) && !there.equals(name);
            if (arePeers && !isNew && ready && !text.contains(other)) {
              wrong.add(here + " lets " + there + " in no more, after a change of " + name);
            }
          }));
    }

    /** Whether all have joined and know of each other. */
    private boolean ready;

    synchronized void begin() {
      ready = true;
    }

    @Override
    public synchronized void wrong(String what) {
      wrong.add(what);
    }

    synchronized List<String> wrong() {
      return List.copyOf(wrong);
    }
  }

  @AfterEach
  void end() throws InterruptedException {
    hosts.forEach(SimulatedHost::close);
    asking.forEach(Asking::close);
    for (var server : servers) {
      server.close();
    }
    between.ifPresent(CuttingProxy::close);
  }

  ServerProcess start(int number, int port) throws IOException {
    Path data = directory.resolve("data" + number);
    return ServerProcess.start(before, data, port, database, password);
  }

  /** Has servers keep what they have in a database of PostgreSQL, and so be several. */
  void useDatabase(Database.Source source) throws IOException, SQLException {
    String url = PostgresCluster.url(source).substring("jdbc:".length());
    database = Optional.of(url.replace("//", "//guywire@").replaceAll("[?].*", ""));
    password = PostgresCluster.running().password();
  }

  Asking asking(String address) throws Exception {
    return asking(places, address);
  }

  private Asking asking(CopyOnWriteArrayList<String> at, String address) throws Exception {
    var each = new Asking(at, address);
    asking.add(each);
    return each;
  }

  static void await(BooleanSupplier so, String what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    while (!so.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  static String definition(int mtu) {
    var text = new StringBuilder("network: lab\noverlay: 10.77.0.0/24\nmtu: " + mtu + "\nnodes:\n");
    for (var node : NODES) {
      text.append("  ").append(node);
      text.append(
          node.equals("hub") ? ": {hub: true, public: 198.51.100.1}\n" : ": {roaming: true}\n");
    }
    return text.toString();
  }

  /** Begins with servers that run, a network, and hosts that follow. */
  Asking setUp() throws Exception {
    System.out.println("seed " + seed);
    var first = start(0, 0);
    servers.add(first);
    places.add(first.url());
    var admin = asking("127.0.2.1");
    fingerprint = first.link().replaceAll(".*~", "");
    String secret = first.link().replaceAll(".*#(.*)~.*", "$1");
    token = field(admin.ask("POST", "/setup", secret, "{\"owner\": \"anna\"}"), "token");
    var text = JsonNodeFactory.instance.objectNode().put("definition", definition(FIRST_MTU));
    assertThat(admin.ask("POST", "/networks", token, text.toString()).status()).isEqualTo(201);
    String wanted = "{\"approved\": true, \"uses\": " + NODES.size() + "}";
    String invitation = field(admin.ask("POST", AT + "/invitations", token, wanted), "token");
    if (database.isPresent()) {
      copyCertificate();
      var second = start(1, 0);
      servers.add(second);
      places.add(second.url());
    }
    between.ifPresent(proxy -> proxy.leadTo(first.port()));
    var theirs =
        between
            .map(proxy -> new CopyOnWriteArrayList<>(List.of("https://127.0.0.1:" + proxy.port())))
            .orElse(places);
    for (int i = 0; i < NODES.size(); i++) {
      var at = asking(theirs, "127.0.3." + (i + 1));
      if (i % 2 == 1) {
        at.next();
      }
      var host = new SimulatedHost(NODES.get(i), fingerprint, at, keys);
      hosts.add(host);
      host.join(invitation);
    }
    await(() -> converged(admin), "all are what they shall be at first");
    keys.begin();
    return admin;
  }

  private void copyCertificate() throws IOException {
    Path data = Files.createDirectory(directory.resolve("data1"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    for (var file : List.of(ServerCertificate.CERTIFICATE, ServerCertificate.KEY)) {
      Files.copy(
          directory.resolve("data0").resolve(file),
          data.resolve(file),
          StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  private static String field(Said said, String name) {
    assertThat(said.status()).as(said.text()).isLessThan(300);
    return said.json().get(name).asString();
  }

  /** Asks until some server answers; what is asked so may be asked twice. */
  JsonNode read(Asking admin, String path) {
    while (true) {
      try {
        var said = admin.ask("GET", path, token, "");
        if (said.status() == 200) {
          return said.json();
        }
      } catch (IOException e) {
        admin.next();
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  String text(Asking admin) {
    long version = read(admin, AT).get("version").asLong();
    return read(admin, AT + "/versions/" + version).get("definition").asString();
  }

  /** Makes a version, and where no answer comes looks whether it was made. */
  void change(Asking admin, int mtu) {
    while (!text(admin).equals(definition(mtu))) {
      var body =
          JsonNodeFactory.instance
              .objectNode()
              .put("expected-version", read(admin, AT).get("version").asLong())
              .put("definition", definition(mtu));
      try {
        var said = admin.ask("POST", AT + "/changes", token, body.toString());
        assertThat(said.status()).as(said.text()).isIn(200, 201, 409, 503);
      } catch (IOException e) {
        admin.next();
      }
    }
  }

  /** Has a node change its key; again where no answer comes, which then may have been begun. */
  void rotate(Asking admin, String node) {
    while (true) {
      try {
        var said = admin.ask("POST", AT + "/nodes/" + node + "/key-rotation", token, "{}");
        if (said.status() != 503) {
          assertThat(said.status()).as(said.text()).isIn(201, 409);
          return;
        }
      } catch (IOException e) {
        admin.next();
      }
    }
  }

  /** Whether every host follows and is what the newest version says, and no key is changing. */
  boolean converged(Asking admin) {
    var newest = read(admin, AT + "/versions?limit=1").get("items").get(0);
    if (!newest.get("state").asString().equals("everywhere")) {
      return false;
    }
    for (var node : read(admin, AT + "/nodes").get("items")) {
      if (node.has("key-rotation")) {
        return false;
      }
    }
    return hosts.stream()
        .allMatch(host ->
            host.followsSince() > 0
                && read(admin, AT + "/nodes/" + host.name() + "/document")
                    .get("digest")
                    .asString()
                    .equals(host.digest()));
  }

  /** All versions up to this are there, each once and in order, and all hosts have the newest. */
  void allIs(Asking admin, int mtu) {
    await(() -> converged(admin), "all are what they shall be");
    assertThat(versions(admin))
        .isEqualTo(
            IntStream.rangeClosed(FIRST_MTU, mtu).mapToObj(HostsAtServers::definition).toList());
    assertThat(keys.wrong()).isEmpty();
  }

  /** The texts of all versions, the first one first; each has come to everybody. */
  List<String> versions(Asking admin) {
    var texts = new ArrayList<String>();
    for (var head : read(admin, AT + "/versions?limit=200").get("items")) {
      assertThat(head.get("state").asString()).isEqualTo("everywhere");
      texts.addFirst(
          read(admin, AT + "/versions/" + head.get("number").asLong())
              .get("definition")
              .asString());
    }
    return texts;
  }
}
