package guywire.control.api;

import guywire.network.managed.PinnedProtocol;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Connections whose patience ends: from its beginning, or from the last answer, a client has so
 * long to send a whole head of a request, however busily it sends bytes of it. While a request is
 * answered, and while somebody listens to events, a connection is not idle.
 */
/*
 * The web server asks each connection now and then how long it has been idle, and closes it softly if
 * that is too long. Its own answer takes an event stream for idle, and what it closes softly reads on if
 * it is in the middle of a head: so a client that sends a byte a second would be served for hours.
 */
final class PatientSelector implements ServerConnectionSelector {

  private static final ScopedValue<Patient> CURRENT = ScopedValue.newInstance();

  private final ServerConnectionSelector selector;

  PatientSelector(ServerConnectionSelector selector) {
    this.selector = selector;
  }

  /** Runs what answers a request; until it ends, its connection is not idle. */
  static void answering(Runnable work) {
    if (!CURRENT.isBound()) {
      work.run();
      return;
    }
    var connection = CURRENT.get();
    connection.answering = true;
    try {
      work.run();
    } finally {
      connection.since = System.nanoTime();
      connection.answering = false;
    }
  }

  @Override
  public int bytesToIdentifyConnection() {
    return selector.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return selector.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    var protocols = new HashSet<>(selector.supportedApplicationProtocols());
    // The same, asked by who knows the server by its fingerprint.
    protocols.add(PinnedProtocol.NAME);
    return protocols;
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    return new Patient(selector.connection(context));
  }

  /** Its own thread writes; the web server's timer reads. */
  private static final class Patient implements ServerConnection {
    private final ServerConnection connection;
    private volatile boolean answering;
    private volatile long since = System.nanoTime();

    Patient(ServerConnection connection) {
      this.connection = connection;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
      ScopedValue.where(CURRENT, this)
          .<Object, InterruptedException>call(() -> {
            connection.handle(limit);
            return this;
          });
    }

    @Override
    public Duration idleTime() {
      return answering ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
    }

    @Override
    public void close(boolean interrupt) {
      connection.close(interrupt || !answering);
    }
  }
}
