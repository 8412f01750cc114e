package guywire.agent.managed;

import guywire.network.json.RecordCodec;
import guywire.network.json.UnreadableDocument;
import guywire.network.managed.Arrival;
import guywire.network.managed.NextKey;
import guywire.network.managed.SpareKeys;
import guywire.network.managed.SpareKeys.SpareKey;
import guywire.network.managed.Statement;
import guywire.protocol.PublicKey;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server, as a host asks it: known by its certificate and nothing else, and asked at another
 * address of its name where one is not reached. Each answer is bounded in length and time.
 *
 * <p>Safe for use by several threads.
 */
final class PinnedServer implements AutoCloseable {

  /** No answer is longer, in bytes. */
  private static final int LONGEST = 1 << 20;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What is asked for, of answers with more in them than a host needs to know. */
  record Challenge(String challenge) {
    static final RecordCodec<Challenge> CODEC = RecordCodec.of(Challenge.class);
  }

  /** An answer that is none. */
  record Refused(Problem error) {
    static final RecordCodec<Refused> CODEC = RecordCodec.of(Refused.class);

    record Problem(String code, String text) {}
  }

  private final String url;
  private final String fingerprint;
  private final HttpClient client;
  private final ServerPlaces places;

  /** Which of the places answered last. */
  private volatile String place;

  /** Whether it did so when it was asked last. */
  private volatile boolean answers;

  PinnedServer(String url, String fingerprint) {
    this(url, fingerprint, InetAddress::getAllByName);
  }

  PinnedServer(String url, String fingerprint, ServerPlaces.NameLookup lookup) {
    this.url = url;
    this.fingerprint = fingerprint;
    this.places = ServerPlaces.of(url, lookup);
    this.place = places.urls().getFirst();
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(PinnedCertificate.context(fingerprint))
            .sslParameters(PinnedCertificate.parameters(places.name()))
            .connectTimeout(places.patience())
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  String fingerprint() {
    return fingerprint;
  }

  /** Something to sign. */
  String challenge() throws ServerAway {
    return read(Challenge.CODEC, get("/host/challenge", "")).challenge();
  }

  /** Proves that this host is here. */
  Welcome arrive(Membership membership, HostKeys keys) throws ServerAway {
    String challenge = challenge();
    var statement = Statement.here(challenge, fingerprint, membership.host());
    var arrival = new Arrival(1, membership.host(), challenge, keys.sign(statement));
    var welcome = read(Welcome.CODEC, post("/host/session", "", Arrival.CODEC.write(arrival)));
    if (!welcome.host().equals(membership.host())
        || !welcome.networkId().equals(membership.network())) {
      throw ServerAway.of("away.other-host");
    }
    return welcome;
  }

  /** Announces a WireGuard key that this host will change to, or has. */
  void announce(Membership membership, HostKeys keys, PublicKey key, String token)
      throws ServerAway {
    String challenge = challenge();
    var statement = Statement.next(challenge, fingerprint, membership.host(), key);
    var said = new NextKey(1, membership.host(), key, challenge, keys.sign(statement));
    post("/host/next-key", token, NextKey.CODEC.write(said));
  }

  /** Tells the public keys of tunnels that this host has beside its usual one. */
  void tell(Membership membership, HostKeys keys, List<SpareKey> told, String token)
      throws ServerAway {
    for (int i = 0; i < told.size(); i += SpareKeys.MOST) {
      var part = told.subList(i, Math.min(i + SpareKeys.MOST, told.size()));
      String challenge = challenge();
      var statement = Statement.spare(challenge, fingerprint, membership.host(), part);
      var said = new SpareKeys(1, membership.host(), part, challenge, keys.sign(statement));
      post("/host/spare-keys", token, SpareKeys.CODEC.write(said));
    }
  }

  String get(String path, String token) throws ServerAway {
    return ask(path, token, Optional.empty());
  }

  /** What this host shall be, for as long as the connection stands. */
  OrderStream orders(String digest, String token) throws ServerAway {
    String query = digest.isEmpty() ? "" : "?digest=" + digest;
    var answer =
        send("/host/orders" + query, token, Optional.empty(), BodyHandlers.ofInputStream());
    if (answer.statusCode() >= 300) {
      throw ServerAway.said(answer.statusCode(), String.valueOf(answer.statusCode()));
    }
    return new OrderStream(answer.body());
  }

  String post(String path, String token, String body) throws ServerAway {
    return ask(path, token, Optional.of(body));
  }

  static <T> T read(RecordCodec<T> codec, String text) throws ServerAway {
    try {
      return codec.read(text);
    } catch (UnreadableDocument e) {
      throw ServerAway.of("away.strange", e.text());
    }
  }

  private String ask(String path, String token, Optional<String> body) throws ServerAway {
    var answer = send(path, token, body, BodyHandlers.limiting(BodyHandlers.ofString(), LONGEST));
    if (answer.statusCode() >= 300) {
      throw refusal(answer.statusCode(), answer.body());
    }
    return answer.body();
  }

  static ServerAway refusal(int status, String body) {
    try {
      return ServerAway.said(status, Refused.CODEC.read(body).error().text());
    } catch (UnreadableDocument e) {
      return ServerAway.said(status, String.valueOf(status));
    }
  }

  private static HttpRequest request(
      String base, String path, String token, Optional<String> body) {
    var request =
        HttpRequest.newBuilder(URI.create(base + "/api/v1" + path))
            .timeout(PATIENCE)
            .method(
                body.isEmpty() ? "GET" : "POST",
                body.map(BodyPublishers::ofString).orElse(BodyPublishers.noBody()));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return request.build();
  }

  /**
   * Asks the place that answered last, or else who of the others can be connected to first. What
   * changes nothing is also asked of another one when a server ends before it has answered.
   */
  private <T> HttpResponse<T> send(
      String path, String token, Optional<String> body, HttpResponse.BodyHandler<T> handler)
      throws ServerAway {
    var left = new ArrayList<>(places.urls());
    String first = place;
    Collections.rotate(left, -left.indexOf(first));
    // Where nobody is reached, one is asked all the same, and what comes of it is said.
    String at = answers ? first : reached(left).orElse(first);
    while (true) {
      try {
        var answer = send(request(at, path, token, body), handler);
        place = at;
        answers = true;
        return answer;
      } catch (ExecutionException e) {
        answers = false;
        left.remove(at);
        boolean mayBeRepeated = body.isEmpty() || ServerPlaces.isUntouched(e);
        var next = mayBeRepeated ? reached(left) : Optional.<String>empty();
        if (next.isEmpty()) {
          throw PinnedCertificate.isAnother(e)
              ? ServerAway.of("away.another", url)
              : ServerAway.of("away.unreached", url, String.valueOf(root(e).getMessage()));
        }
        at = next.get();
      }
    }
  }

  private Optional<String> reached(List<String> among) {
    return ServerPlaces.reached(among, places.patience());
  }

  private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws ServerAway, ExecutionException {
    var asked = client.sendAsync(request, handler);
    try {
      return asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      asked.cancel(true);
      throw ServerAway.of("away.silent", url);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ServerAway.of("away.silent", url);
    }
  }

  private static Throwable root(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
