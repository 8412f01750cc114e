package guywire.control.api;

import guywire.control.change.Changes;
import guywire.control.join.Joining;
import guywire.control.oidc.IdentityProvider;
import guywire.control.store.Database;
import guywire.control.tls.ServerTls;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLParameters;

/** The API on a port, over TLS and nothing else. */
public final class Api implements AutoCloseable {

  /** As many connections at once. Each has one virtual thread and small buffers. */
  private static final int CONNECTIONS = 4000;

  private static final int REQUEST_LINE = 4096;
  private static final int REQUEST_HEADERS = 16 << 10;

  /**
   * The web server's own words, with stack traces, are not for those who run it; what fails in
   * answering is logged by {@link Front}. The reference keeps its level.
   */
  private static final Logger WEB_SERVER = Logger.getLogger("io.helidon");

  /**
   * How long is waited for the other end.
   *
   * @param read for the next byte, wherever one is expected
   * @param idle for the whole head of the next request
   * @param pause between signs of life on a stream of events
   */
  public record Patience(Duration read, Duration idle, Duration pause) {
    /** What a server has. */
    public static final Patience USUAL =
        new Patience(Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofSeconds(15));
  }

  private final WebServer server;

  private Api(WebServer server) {
    this.server = server;
  }

  /**
   * Listens at an address; port 0 for any that is free.
   *
   * @param provider by whom users may sign in, too; the caller closes it
   * @throws UncheckedIOException if it can't
   */
  public static Api start(
      Database database,
      Changes changes,
      Joining joining,
      Optional<IdentityProvider> provider,
      InetSocketAddress address,
      ServerTls tls,
      Clock clock,
      Patience patience) {
    WEB_SERVER.setLevel(Level.OFF);
    var answers = new Answers();
    var gate =
        new Gate(
            Operations.over(database, changes, joining, provider, answers, tls, clock),
            database,
            clock,
            System::nanoTime);
    var front =
        new Front(
            gate,
            new EventStreams(patience.pause()),
            new OrderStreams(patience.pause()),
            answers,
            WebPage.ofProgram());
    var parameters = new SSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    var http =
        Http1Config.builder()
            .maxPrologueLength(REQUEST_LINE)
            .maxHeadersSize(REQUEST_HEADERS)
            .validatePath(false)
            .build();
    var server =
        WebServer.builder()
            .address(address.getAddress())
            .port(address.getPort())
            .tls(builder -> builder.sslContext(tls.context()).sslParameters(parameters))
            .protocolsDiscoverServices(false)
            .addProtocol(http)
            .connectionSelectors(selectors(http, tls))
            .maxPayloadSize(2L * Operation.LARGE)
            .maxTcpConnections(CONNECTIONS)
            .idleConnectionTimeout(patience.idle())
            .idleConnectionPeriod(patience.idle().dividedBy(4))
            .connectionOptions(options -> options.readTimeout(patience.read()))
            .shutdownGracePeriod(Duration.ofMillis(500))
            .shutdownHook(false)
            .directHandlers(refusals())
            .routing(routing -> routing.any(front))
            .build()
            .start();
    // It says nothing when it can't listen.
    if (!server.isRunning() || server.port() <= 0) {
      server.stop();
      throw new UncheckedIOException(
          new BindException("the address is in use, or not this host's"));
    }
    return new Api(server);
  }

  private static List<ServerConnectionSelector> selectors(Http1Config http, ServerTls tls) {
    var requests = new PatientSelector(Http1ConnectionSelector.builder().config(http).build());
    return tls.challenged() ? List.of(requests, new ChallengeSelector()) : List.of(requests);
  }

  /** What is no proper request is answered in the same form, and never with what it held. */
  private static DirectHandlers refusals() {
    var builder = DirectHandlers.builder();
    for (var type : EventType.values()) {
      builder.addHandler(
          type,
          (request, event, status, headers, message) -> {
            var problem = Problem.of(status.code(), "bad-request").json(Locale.ENGLISH);
            return DirectHandler.TransportResponse.builder()
                .status(status)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .header(HeaderNames.create("X-Content-Type-Options"), "nosniff")
                .header(HeaderNames.create("Cache-Control"), "no-store")
                .keepAlive(false)
                .entity(new String(ApiJson.bytes(problem), StandardCharsets.UTF_8))
                .build();
          });
    }
    return builder.build();
  }

  /** The port that it listens at. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }
}
