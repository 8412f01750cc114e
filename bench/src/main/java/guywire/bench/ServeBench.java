package guywire.bench;

import guywire.network.Name;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Measures a server that simulated agents are connected to: how it starts, how soon a change is
 * with those whom it concerns, what an idle server costs, how soon all are back after a new start.
 * Server and agents share the machine.
 */
public final class ServeBench {

  private static final int PORT = 18_443;
  private static final int CHANGES = 30;
  private static final int CHANGES_OF_ALL = 5;
  private static final int LISTS = 200;
  private static final int WARM_UP = 50;
  private static final int IDLE_SECONDS = 60;
  private static final long REPORT_EVERY_SECONDS = 30;
  private static final long PATIENCE_SECONDS = 900;
  private static final String NETWORK = "/networks/many";
  private static final Name HUB = new Name("hub");

  private final String command;
  private final Path directory;
  private final List<ServedAgent> agents = new ArrayList<>();
  private String token = "";
  private final List<Integer> ports = new ArrayList<>(List.of(PORT));
  private int mtu = 1290;

  private ServeBench(String command, Path directory) {
    this.command = command;
    this.directory = directory;
  }

  /**
   * Measures and prints.
   *
   * @param words Guywire's launcher, an empty directory, how many agents or devices; a file with
   *     the address of an empty database of PostgreSQL, to measure instead what happens when one of
   *     two servers dies, or "devices", to measure lists of devices and a change among them
   */
  public static void main(String[] words)
      throws IOException, GeneralSecurityException, InterruptedException {
    var bench = new ServeBench(words[0], Path.of(words[1]));
    int count = Integer.parseInt(words[2]);
    if (words.length > 3 && words[3].equals("devices")) {
      bench.runDevices(count);
    } else if (words.length > 3) {
      bench.runTwo(count, words[3]);
    } else {
      bench.run(count);
    }
    System.exit(0);
  }

  private void run(int count) throws IOException, GeneralSecurityException, InterruptedException {
    System.out.println("| a server and " + count + " agents | |\n|---|---|");
    try (var server = new ServedProcess(command, directory, PORT)) {
      say("ready after the start, s", server.readySeconds());
      TimeUnit.SECONDS.sleep(2);
      say("memory of a fresh server, MB", server.usage().residentMegabytes());
      setUp(count);
      say("memory with all connected, MB", server.usage().residentMegabytes());
      changesOfOne();
      changesOfAll();
      idle(server);
    }
    long stopped = System.nanoTime();
    try (var server = new ServedProcess(command, directory, PORT)) {
      await("all back", () -> agents.stream().allMatch(agent -> agent.followsSince() > stopped));
      long last =
          agents.stream().mapToLong(ServedAgent::followsSince).max().orElseThrow() - stopped;
      say("all are back after a new start, s", last / 1e9 - server.readySeconds());
      say("processor time of that, s", server.usage().cpuSeconds());
      say("memory then, MB", server.usage().residentMegabytes());
      agents.forEach(ServedAgent::end);
    }
  }

  /** A network of many devices and a hub, of which lists are asked for. */
  private void runDevices(int count)
      throws IOException, GeneralSecurityException, InterruptedException {
    System.out.println("| a network of " + count + " devices | |\n|---|---|");
    try (var server = new ServedProcess(command, directory, PORT);
        var admin = administrator()) {
      String link = Files.readString(directory.resolve("link")).strip();
      String secret = link.replaceAll(".*#(.*)~.*", "$1");
      token = admin.ask("POST", "/setup", secret, "{\"owner\":\"bench\"}").good().field("token");
      long start = System.nanoTime();
      admin
          .ask("POST", "/networks", token, "{\"definition\":" + quoted(devices(count)) + "}")
          .good();
      say("the network is made: planned and proven, s", (System.nanoTime() - start) / 1e9);
      var lists = new LinkedHashMap<String, String>();
      lists.put("the first 50 of the list", "");
      lists.put("200 from the middle", "?limit=200&after=d" + count / 2);
      lists.put("a search", "?search=d77");
      lists.put("those with the latest handshakes", "?sort=-latest-handshake");
      lists.put("those of a kind", "?kind=android&sort=-name");
      for (var list : lists.entrySet()) {
        double[] each = new double[LISTS];
        for (int i = -WARM_UP; i < LISTS; i++) {
          long begin = System.nanoTime();
          admin.ask("GET", NETWORK + "/devices" + list.getValue(), token, "").good();
          each[Math.max(i, 0)] = (System.nanoTime() - begin) / 1e6;
        }
        say(list.getKey() + ", median, ms", Quantiles.of(each).median());
        say(list.getKey() + ", p99, ms", Quantiles.of(each).at(0.99));
      }
      double[] changes = new double[CHANGES];
      for (int i = 0; i < CHANGES; i++) {
        String key = PrivateKey.generate(new SecureRandom()).publicKey().toString();
        String body =
            "{\"name\":\"phone-%d\",\"kind\":\"android\",\"public-key\":\"%s\"}".formatted(i, key);
        long begin = System.nanoTime();
        admin.ask("POST", NETWORK + "/devices", token, body).good();
        changes[i] = (System.nanoTime() - begin) / 1e9;
      }
      say("one more is planned, proven and kept, median, s", Quantiles.of(changes).median());
      say("memory then, MB", server.usage().residentMegabytes());
    }
  }

  private static String devices(int count) {
    var text = new StringBuilder("network: many\noverlay: 10.0.0.0/16\nnodes:\n");
    text.append("  ").append(HUB).append(": {hub: true, public: 198.51.100.1}\n");
    var random = new SecureRandom();
    for (int i = 1; i <= count; i++) {
      text.append(
          "  d%d: {roaming: true, platform: %s, public-key: %s}%n"
              .formatted(
                  i, i % 2 == 0 ? "ios" : "android", PrivateKey.generate(random).publicKey()));
    }
    return text.toString();
  }

  /** Two servers on one database, each with half of the agents, until one is killed. */
  private void runTwo(int count, String database)
      throws IOException, GeneralSecurityException, InterruptedException {
    System.out.println("| two servers and " + count + " agents | |\n|---|---|");
    Path other = Files.createDirectories(directory.resolve("other/data"));
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwx------"));
    try (var one = new ServedProcess(command, directory, PORT, "--database", database)) {
      for (var file : List.of("certificate.pem", "certificate.key")) {
        Files.copy(
            directory.resolve("data").resolve(file),
            other.resolve(file),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
      try (var second =
          new ServedProcess(
              command, directory.resolve("other"), PORT + 1, "--database", database)) {
        ports.add(PORT + 1);
        setUp(count);
        var theirs = agents.stream().filter(agent -> agent.port() != PORT).toList();
        settle();
        long killed = System.nanoTime();
        second.kill();
        await(
            "all at the other",
            () ->
                theirs.stream()
                    .allMatch(agent -> agent.port() == PORT && agent.followsSince() > killed));
        double[] each =
            theirs.stream().mapToDouble(agent -> (agent.followsSince() - killed) / 1e9).toArray();
        say("agents of the server that was killed", each.length);
        say("one of them is at the other server after, median, s", Quantiles.of(each).median());
        say("the last is there after, s", Quantiles.of(each).at(1));
        say("memory of the other then, MB", one.usage().residentMegabytes());
        agents.forEach(ServedAgent::end);
      }
    }
  }

  private static void say(String what, double value) {
    System.out.printf("| %s | %.2f |%n", what, value);
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException("waited in vain: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  private static InetSocketAddress server() throws IOException {
    return new InetSocketAddress(InetAddress.getByName("127.0.0.1"), PORT);
  }

  /** All servers, in the order in which an agent tries them. */
  private List<InetSocketAddress> servers(int agent) throws IOException {
    var all = new ArrayList<InetSocketAddress>();
    for (int port : ports) {
      all.add(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
    }
    Collections.rotate(all, agent);
    return all;
  }

  private ServerConnection administrator() throws IOException {
    return new ServerConnection(InetAddress.getByName("127.0.0.1"), server());
  }

  private static InetAddress address(int number) throws IOException {
    return InetAddress.getByAddress(
        new byte[] {127, 1, (byte) (number / 250), (byte) (1 + number % 250)});
  }

  private static String definition(int agents, int mtu) {
    var text = new StringBuilder("network: many\noverlay: 10.0.0.0/16\n");
    text.append("mtu: ").append(mtu).append("\nnodes:\n");
    text.append("  ").append(HUB).append(": {hub: true, public: 198.51.100.1}\n");
    for (int i = 1; i < agents; i++) {
      text.append("  n").append(i).append(": {roaming: true}\n");
    }
    return text.toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  private void setUp(int count) throws IOException, GeneralSecurityException, InterruptedException {
    String link = Files.readString(directory.resolve("link")).strip();
    String secret = link.replaceAll(".*#(.*)~.*", "$1");
    String fingerprint = link.replaceAll(".*~", "");
    String invitation;
    try (var admin = administrator()) {
      token = admin.ask("POST", "/setup", secret, "{\"owner\":\"bench\"}").good().field("token");
      String first = "{\"definition\":" + quoted(definition(count, mtu)) + "}";
      admin.ask("POST", "/networks", token, first).good();
      invitation =
          admin
              .ask(
                  "POST",
                  NETWORK + "/invitations",
                  token,
                  "{\"approved\":true,\"uses\":" + count + ",\"expires-in-seconds\":86400}")
              .good()
              .field("token");
    }
    for (int i = 0; i < count; i++) {
      Name name = i == 0 ? HUB : new Name("n" + i);
      agents.add(new ServedAgent(name, address(i), servers(i), fingerprint));
    }
    long start = System.nanoTime();
    double[] each = new double[count];
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      agents.get(i).join(invitation);
      each[i] = (System.nanoTime() - begin) / 1e6;
    }
    say("all join, one after the other, s", (System.nanoTime() - start) / 1e9);
    say("one joins, p99, ms", Quantiles.of(each).at(0.99));
    start = System.nanoTime();
    agents.forEach(agent -> Thread.ofVirtual().start(agent::follow));
    await("connections", () -> agents.stream().allMatch(agent -> agent.documents() > 0));
    say("all connect and have their document, s", (System.nanoTime() - start) / 1e9);
  }

  /** A phone more: the hub alone learns of it. */
  private void changesOfOne() throws IOException, InterruptedException {
    double[] whole = new double[CHANGES];
    double[] after = new double[CHANGES];
    ServedAgent hub = agents.getFirst();
    try (var admin = administrator()) {
      for (int i = 0; i < CHANGES; i++) {
        long before = hub.documents();
        String key = PrivateKey.generate(new SecureRandom()).publicKey().toString();
        String body =
            "{\"name\":\"phone-%d\",\"kind\":\"android\",\"public-key\":\"%s\"}".formatted(i, key);
        long begin = System.nanoTime();
        admin.ask("POST", NETWORK + "/devices", token, body).good();
        long answered = System.nanoTime();
        await("the hub's document", () -> hub.documents() > before);
        whole[i] = (hub.documentAt() - begin) / 1e6;
        after[i] = Math.max(0, hub.documentAt() - answered) / 1e6;
        settle();
      }
    }
    say("a change of one is planned, proven and there, median, ms", Quantiles.of(whole).median());
    say("a change of one is there after the answer, p99, ms", Quantiles.of(after).at(0.99));
  }

  /** Lets the server come to rest, which the next change would wait for. */
  private static void settle() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(500);
  }

  private void changesOfAll() throws IOException, InterruptedException {
    double[] whole = new double[CHANGES_OF_ALL];
    double[] after = new double[CHANGES_OF_ALL];
    try (var admin = administrator()) {
      for (int i = 0; i < CHANGES_OF_ALL; i++) {
        String now = admin.ask("GET", NETWORK + "/definition", token, "").good().body();
        var known = admin.ask("GET", NETWORK, token, "").good();
        String version = known.body().replaceAll("(?s).*\"version\"\\s*:\\s*(\\d+).*", "$1");
        String next = now.replace("mtu: " + mtu, "mtu: " + (mtu + 1));
        mtu++;
        long[] before = agents.stream().mapToLong(ServedAgent::documents).toArray();
        long begin = System.nanoTime();
        admin
            .ask(
                "POST",
                NETWORK + "/changes",
                token,
                "{\"expected-version\":" + version + ",\"definition\":" + quoted(next) + "}")
            .good();
        long answered = System.nanoTime();
        await("everybody's document", () -> allAfter(before));
        long last = agents.stream().mapToLong(ServedAgent::documentAt).max().orElseThrow();
        whole[i] = (last - begin) / 1e9;
        after[i] = (last - answered) / 1e9;
        settle();
      }
    }
    say(
        "a change of all: the last has it, from the call on, median, s",
        Quantiles.of(whole).median());
    say(
        "a change of all: the last has it after the answer, median, s",
        Quantiles.of(after).median());
  }

  private boolean allAfter(long[] before) {
    for (int i = 0; i < before.length; i++) {
      if (agents.get(i).documents() <= before[i]) {
        return false;
      }
    }
    return true;
  }

  private void idle(ServedProcess server) throws InterruptedException, IOException {
    var connections = new ArrayList<ServerConnection>();
    for (var agent : agents) {
      connections.add(agent.connection());
    }
    try (var timer = Executors.newScheduledThreadPool(2)) {
      for (int i = 0; i < agents.size(); i++) {
        var agent = agents.get(i);
        var connection = connections.get(i);
        timer.scheduleAtFixedRate(
            () -> report(agent, connection),
            i * REPORT_EVERY_SECONDS * 1_000_000 / agents.size(),
            REPORT_EVERY_SECONDS * 1_000_000,
            TimeUnit.MICROSECONDS);
      }
      TimeUnit.SECONDS.sleep(REPORT_EVERY_SECONDS);
      double before = server.usage().cpuSeconds();
      TimeUnit.SECONDS.sleep(IDLE_SECONDS);
      double share = 100 * (server.usage().cpuSeconds() - before) / IDLE_SECONDS;
      say("an idle server, each agent reporting every 30 s, % of a core", share);
      say("memory of that, MB", server.usage().residentMegabytes());
      timer.shutdownNow();
    }
    connections.forEach(ServerConnection::close);
  }

  private static void report(ServedAgent agent, ServerConnection connection) {
    try {
      agent.report(connection);
    } catch (IOException | IllegalStateException e) {
      System.err.println("a report failed: " + e);
    }
  }
}
