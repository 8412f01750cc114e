package guywire.control;

import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.network.managed.Arrival;
import guywire.network.managed.HostDescription;
import guywire.network.managed.Identity;
import guywire.network.managed.JoinRequest;
import guywire.network.managed.NextKey;
import guywire.network.managed.Report;
import guywire.network.managed.Statement;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A host as its servers meet it, by the messages that an agent sends, at the times at which it
 * sends them: it joins, follows its orders, changes its key when it is told to, and tells how it is
 * set up. It sets nothing up.
 */
final class SimulatedHost implements AutoCloseable {

  private static final long FIRST_WAIT_MILLIS = 500;
  private static final long MOST_WAIT_MILLIS = 30_000;

  /** A server that says nothing for so long is given up. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(45);

  private final Name name;
  private final String fingerprint;
  private final Asking server;
  private final Witness witness;
  private final KeyPair identity;

  /** Its keys, and which of them it has: its document says so. */
  private PublicKey first = newKey();

  private Optional<PublicKey> next = Optional.empty();
  private PublicKey own = first;
  private String host = "";
  private volatile String token = "";
  private volatile boolean ended;
  private volatile boolean away;
  private volatile Optional<Report.Applied> applied = Optional.empty();
  private volatile long followsSince;
  private volatile long heard;
  private volatile Duration clockAhead = Duration.ZERO;
  private final Thread thread = Thread.ofVirtual().unstarted(this::follow);

  /** Is told of each moment at which a host is set up anew. */
  interface Witness {
    /** A host of this name has this key from now on, and is what this document says. */
    void changed(String name, PublicKey key, String document);

    /** Something that must not happen. */
    void wrong(String what);
  }

  SimulatedHost(String name, String fingerprint, Asking server, Witness witness)
      throws GeneralSecurityException {
    this.name = new Name(name);
    this.fingerprint = fingerprint;
    this.server = server;
    this.witness = witness;
    this.identity = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  private static PublicKey newKey() {
    return PrivateKey.generate(new SecureRandom()).publicKey();
  }

  String name() {
    return name.text();
  }

  /** Becomes the node of its name, and follows from then on. */
  void join(String invitation) throws IOException {
    String challenge = challenge();
    var request =
        new JoinRequest(
            1,
            name,
            own,
            Identity.of(identity.getPublic()).toString(),
            new HostDescription(
                name.text(),
                "6.12.0",
                List.of(
                    new HostDescription.HostLink(
                        new InterfaceName("eth0"),
                        List.of(InterfaceAddress.tryParse("192.168.7.2/24").orElseThrow()))),
                List.of()),
            challenge,
            sign(Statement.join(challenge, fingerprint, own)));
    var said = server.ask("POST", "/host", invitation, JoinRequest.CODEC.write(request));
    if (said.status() >= 300) {
      throw new IOException(said.text());
    }
    host = said.json().get("host").asString();
    thread.start();
  }

  private String challenge() throws IOException {
    var said = server.ask("GET", "/host/challenge", "", "");
    if (said.status() >= 300) {
      throw new IOException(said.text());
    }
    return said.json().get("challenge").asString();
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

  private void follow() {
    int failures = 0;
    while (!ended) {
      if (away) {
        pause(1);
        continue;
      }
      try {
        arrive();
        String digest = applied.map(Report.Applied::digest).orElse("");
        String query = digest.isEmpty() ? "" : "?digest=" + digest;
        try (var in = server.follow("/host/orders" + query, token);
            var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
          heard = System.nanoTime();
          followsSince = heard;
          failures = 0;
          var watch = Thread.ofVirtual().start(() -> watch(in));
          try {
            hear(lines);
          } finally {
            watch.interrupt();
          }
        }
      } catch (IOException e) {
        // The server is away.
      }
      followsSince = 0;
      failures++;
      // At another address, as an agent's next look at the name's addresses finds it.
      server.next();
      pause(failures);
    }
  }

  private void watch(InputStream in) {
    try {
      while (System.nanoTime() - heard < SILENCE_NANOS) {
        TimeUnit.SECONDS.sleep(1);
      }
      in.close();
    } catch (InterruptedException | IOException e) {
      // It ended in another way.
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

  private void arrive() throws IOException {
    String challenge = challenge();
    var id = new NodeId(host);
    var arrival = new Arrival(1, id, challenge, sign(Statement.here(challenge, fingerprint, id)));
    var said = server.ask("POST", "/host/session", "", Arrival.CODEC.write(arrival));
    if (said.status() >= 300) {
      throw new IOException(said.text());
    }
    token = said.json().get("token").asString();
  }

  private void hear(BufferedReader lines) throws IOException {
    String event = "";
    long revision = 0;
    String data = "";
    for (String line = lines.readLine(); line != null && !ended && !away; line = lines.readLine()) {
      heard = System.nanoTime();
      if (line.startsWith("event: ")) {
        event = line.substring(7);
      } else if (line.startsWith("id: ")) {
        revision = Long.parseLong(line.substring(4));
      } else if (line.startsWith("data: ")) {
        data = line.substring(6);
      } else if (line.isEmpty() && !event.isEmpty()) {
        order(event, revision, data);
        event = "";
      }
    }
  }

  private void order(String event, long revision, String data) throws IOException {
    if (event.equals("document")) {
      setUp(revision, data);
    } else if (event.equals("current")
        && applied.filter(each -> each.digest().equals(data)).isPresent()) {
      applied = Optional.of(new Report.Applied(revision, data));
      report();
    } else if (event.equals("key") && data.equals("next")) {
      announce();
    } else if (event.equals("key")) {
      first = own;
      next = Optional.empty();
    }
  }

  private void setUp(long revision, String data) throws IOException {
    if (next.filter(key -> data.contains(key.toString())).isPresent()) {
      own = next.orElseThrow();
    } else if (data.contains(first.toString())) {
      own = first;
    } else {
      witness.wrong(name + " shall have a key that it has not");
    }
    witness.changed(name.text(), own, data);
    String digest = data.replaceAll(".*\"digest\"\\s*:\\s*\"([^\"]*)\".*", "$1");
    applied = Optional.of(new Report.Applied(revision, digest));
    report();
  }

  private void announce() throws IOException {
    if (next.isEmpty()) {
      next = Optional.of(newKey());
    }
    String challenge = challenge();
    var id = new NodeId(host);
    var key = next.get();
    var said =
        new NextKey(1, id, key, challenge, sign(Statement.next(challenge, fingerprint, id, key)));
    server.ask("POST", "/host/next-key", token, NextKey.CODEC.write(said));
  }

  private void report() throws IOException {
    var report =
        new Report(
            1,
            "test",
            applied,
            Optional.empty(),
            List.of(),
            List.of(),
            OptionalLong.of(Instant.now().plus(clockAhead).toEpochMilli()),
            List.of(),
            List.of(),
            List.of());
    // An agent says it again every ten seconds.
    for (int failures = 1; !ended && !isTaken(report); failures++) {
      pause(failures);
    }
  }

  private boolean isTaken(Report report) throws IOException {
    return server.ask("POST", "/host/reports", token, Report.CODEC.write(report)).status() < 500;
  }

  /** Its clock is wrong from now on, and it reports. */
  void setClockAhead(Duration ahead) throws IOException {
    clockAhead = ahead;
    report();
  }

  /** It is away from now on, or back. */
  void setAway(boolean from) {
    away = from;
    if (away) {
      // Its connections end.
      server.next();
    }
  }

  /** The digest of what it is. */
  String digest() {
    return applied.map(Report.Applied::digest).orElse("");
  }

  /** Since when it follows, as {@link System#nanoTime} counts; 0 if it does not. */
  long followsSince() {
    return followsSince;
  }

  /** Which server it follows. */
  int place() {
    return server.place();
  }

  @Override
  public void close() {
    ended = true;
    thread.interrupt();
    server.close();
  }
}
