package guywire.bench;

import guywire.address.IpAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.network.managed.Arrival;
import guywire.network.managed.HostDescription;
import guywire.network.managed.Identity;
import guywire.network.managed.JoinRequest;
import guywire.network.managed.Report;
import guywire.network.managed.Statement;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * An agent as its server meets it: it joins, proves who it is, follows its orders and reports, by
 * the very messages that an agent sends. It sets nothing up.
 */
final class ServedAgent {

  private static final long FIRST_WAIT_MILLIS = 500;
  private static final long MOST_WAIT_MILLIS = 30_000;

  private final Name name;
  private final InetAddress address;
  private final List<InetSocketAddress> servers;
  private final String fingerprint;
  private final PrivateKey wireGuard = PrivateKey.generate(new SecureRandom());
  private final KeyPair identity;
  private String host = "";
  private volatile String digest = "";
  private volatile String token = "";
  private volatile Optional<Report.Applied> applied = Optional.empty();
  private long revision;
  private volatile int place;
  private volatile boolean ended;
  private volatile long documents;
  private volatile long documentAt;
  private volatile long followsSince;
  private volatile Optional<ServerConnection> stream = Optional.empty();

  /**
   * One that is not a node yet.
   *
   * @param servers the addresses of its server, the first that it tries first
   */
  ServedAgent(Name name, InetAddress address, List<InetSocketAddress> servers, String fingerprint)
      throws GeneralSecurityException {
    this.name = name;
    this.address = address;
    this.servers = List.copyOf(servers);
    this.fingerprint = fingerprint;
    this.identity = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  /** Becomes the node of its name. */
  void join(String invitation) throws IOException {
    try (var connection = connection()) {
      String challenge = challenge(connection);
      var key = wireGuard.publicKey();
      var request =
          new JoinRequest(
              1,
              name,
              key,
              Identity.of(identity.getPublic()).toString(),
              new HostDescription(
                  name.text(),
                  "6.12.0",
                  List.of(
                      new HostDescription.HostLink(
                          new InterfaceName("eth0"),
                          List.of(InterfaceAddress.tryParse("192.168.7.2/24").orElseThrow()))),
                  List.of(
                      new HostDescription.DefaultRoute(
                          new InterfaceName("eth0"), Optional.of(IpAddress.parse("192.168.7.1"))))),
              challenge,
              sign(Statement.join(challenge, fingerprint, key)));
      host =
          connection
              .ask("POST", "/host", invitation, JoinRequest.CODEC.write(request))
              .good()
              .field("host");
    }
  }

  private static String challenge(ServerConnection connection) throws IOException {
    return connection.ask("GET", "/host/challenge", "", "").good().field("challenge");
  }

  private String sign(Statement statement) {
    try {
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(identity.getPrivate());
      signature.update(statement.bytes());
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Follows its orders until {@link #end}; a connection that ends is opened again as an agent does.
   */
  void follow() {
    int failures = 0;
    while (!ended) {
      followsSince = 0;
      try (var connection = connection()) {
        arrive(connection);
        String query = digest.isEmpty() ? "" : "?digest=" + digest;
        stream = Optional.of(connection);
        connection.follow("/host/orders" + query, token);
        failures = 0;
        hear(connection);
      } catch (IOException | IllegalStateException e) {
        // The server is away.
      }
      failures++;
      pause(failures);
    }
  }

  private static void pause(int failures) {
    long most = Math.min(MOST_WAIT_MILLIS, FIRST_WAIT_MILLIS << Math.min(failures, 10));
    try {
      TimeUnit.MILLISECONDS.sleep(most / 2 + ThreadLocalRandom.current().nextLong(most));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void arrive(ServerConnection connection) throws IOException {
    String challenge = challenge(connection);
    var id = new NodeId(host);
    var arrival = new Arrival(1, id, challenge, sign(Statement.here(challenge, fingerprint, id)));
    token =
        connection
            .ask("POST", "/host/session", "", Arrival.CODEC.write(arrival))
            .good()
            .field("token");
  }

  private void hear(ServerConnection connection) throws IOException {
    String event = "";
    var pending = new StringBuilder();
    for (byte[] chunk = connection.chunk(); chunk.length > 0; chunk = connection.chunk()) {
      pending.append(new String(chunk, StandardCharsets.UTF_8));
      for (int end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
        String line = pending.substring(0, end);
        pending.delete(0, end + 1);
        if (line.startsWith("event: ")) {
          event = line.substring(7);
        } else if (line.startsWith("id: ")) {
          revision = Long.parseLong(line.substring(4));
        } else if (line.startsWith("data: ") && event.equals("document")) {
          heard(line);
        } else if (line.isEmpty() && !event.isEmpty()) {
          followsSince = followsSince == 0 ? System.nanoTime() : followsSince;
          event = "";
        }
      }
    }
  }

  private void heard(String line) {
    digest = line.replaceAll(".*\"digest\"\\s*:\\s*\"([^\"]*)\".*", "$1");
    documentAt = System.nanoTime();
    documents = documents + 1;
    applied = Optional.of(new Report.Applied(revision, digest));
    Thread.ofVirtual().start(this::confirm);
  }

  /** Says that it is set up as it was told, over a new connection: the server waits for that. */
  private void confirm() {
    try (var connection = connection()) {
      report(connection);
    } catch (IOException | IllegalStateException e) {
      System.err.println(name + " could not say that it is set up: " + e.getMessage());
    }
  }

  /** Reports once, over a connection of its own. */
  void report(ServerConnection connection) throws IOException {
    var report = new Report(1, "0.1.0", applied, Optional.empty(), List.of(), List.of());
    connection.ask("POST", "/host/reports", token, Report.CODEC.write(report)).good();
  }

  /** A connection to the server that answered last, or else to the next one that does. */
  ServerConnection connection() throws IOException {
    int first = place;
    for (int i = 0; ; i++) {
      int at = (first + i) % servers.size();
      try {
        var connection = new ServerConnection(address, servers.get(at));
        place = at;
        return connection;
      } catch (ConnectException e) {
        if (i + 1 >= servers.size()) {
          throw e;
        }
      }
    }
  }

  /** The port of the server that answered last. */
  int port() {
    return servers.get(place).getPort();
  }

  /** How many documents it was given. */
  long documents() {
    return documents;
  }

  /** When it was given the latest, as {@link System#nanoTime} counts. */
  long documentAt() {
    return documentAt;
  }

  /** Since when its connection stands, as {@link System#nanoTime} counts; 0 if it does not. */
  long followsSince() {
    return followsSince;
  }

  void end() {
    ended = true;
    stream.ifPresent(ServerConnection::close);
  }
}
