package guywire.control.join;

import guywire.control.store.Scope;
import guywire.control.store.StoredHost;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.User;
import guywire.network.json.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The hosts that have proven who they are, each with one token that is good until it proves that
 * anew. They are in memory alone: after a new start of the server all prove it again. Safe for use
 * by several threads.
 */
public final class NodeSessions {

  private static final Duration LIFE = Duration.ofDays(1);

  private final Map<String, Token> tokens = new HashMap<>();
  private final Map<NodeId, String> digests = new HashMap<>();

  /** Begins one, in place of that which the host had. */
  public synchronized TokenSecret begin(StoredHost host, Instant now) {
    end(host.id());
    var secret = TokenSecret.random();
    digests.put(host.id(), secret.digest());
    tokens.put(
        secret.digest(),
        new Token(
            host.id().text(),
            new User(host.id().text(), host.name()),
            "",
            Scope.NODE,
            Optional.of(host.network()),
            Optional.of(host.id()),
            now,
            Optional.of(now.plus(LIFE)),
            Optional.empty(),
            Optional.empty()));
    return secret;
  }

  /** The token with this secret, if it is one of these and worth anything. */
  public synchronized Optional<Token> valid(TokenSecret secret, Instant now) {
    return Optional.ofNullable(tokens.get(secret.digest())).filter(token -> token.isValid(now));
  }

  /** Whether a host's session is still the one with this token. */
  public synchronized boolean isValid(Token token, Instant now) {
    return token
        .node()
        .map(digests::get)
        .map(tokens::get)
        .map(known -> known.equals(token) && known.isValid(now))
        .orElse(false);
  }

  /** Ends that of a host. */
  public synchronized void end(NodeId host) {
    var digest = digests.remove(host);
    if (digest != null) {
      tokens.remove(digest);
    }
  }
}
