package guywire.control.api;

import guywire.control.tls.ChallengeAnswers;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;

/**
 * Connections by which an authority sees that a name is this server's: all that it wants is in the
 * handshake, and nothing is said after it (RFC 8737 section 3).
 */
final class ChallengeSelector implements ServerConnectionSelector {

  /** One that has ended. */
  private static final class Ended implements ServerConnection {
    @Override
    public void handle(Limit limit) {}

    @Override
    public Duration idleTime() {
      return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {}
  }

  @Override
  public int bytesToIdentifyConnection() {
    return 0;
  }

  /** No bytes make it one, only the name of the protocol. */
  @Override
  public Support supports(BufferData data) {
    return Support.UNSUPPORTED;
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return Set.of(ChallengeAnswers.PROTOCOL);
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    return new Ended();
  }
}
