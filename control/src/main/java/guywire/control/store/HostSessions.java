package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The hosts that have proven who they are, each with one token that is good until it proves that
 * anew; and what they signed to do so.
 *
 * @param session the transaction they are seen and changed in
 */
public record HostSessions(Session session) {

  private static final Duration LIFE = Duration.ofDays(1);

  private static final String COLUMNS =
      "SELECT id, network, name, session_begun FROM hosts WHERE session IS NOT NULL";

  /** Begins one, in place of that which the host had. */
  public TokenSecret begin(NodeId host, Instant now) {
    var secret = TokenSecret.random();
    session.update(
        "UPDATE hosts SET session = ?, session_begun = ? WHERE id = ?",
        secret.digest(),
        now.toEpochMilli(),
        host.text());
    return secret;
  }

  /** The token with this secret, if it is one of these and worth anything. */
  public Optional<Token> valid(TokenSecret secret, Instant now) {
    return session
        .first(HostSessions::token, COLUMNS + " AND session = ?", secret.digest())
        .filter(token -> token.isValid(now));
  }

  /** Whether a host's session is still the one with this token. */
  public boolean isValid(Token token, Instant now) {
    return token
        .node()
        .flatMap(host -> session.first(HostSessions::token, COLUMNS + " AND id = ?", host.text()))
        .filter(known -> known.equals(token) && known.isValid(now))
        .isPresent();
  }

  /** Ends that of a host. */
  public void end(NodeId host) {
    session.update("UPDATE hosts SET session = NULL WHERE id = ?", host.text());
  }

  /**
   * Keeps that something was signed; false if it was before.
   *
   * @param made when that was made which was signed
   * @param forgotten what was made earlier counts no more in any case
   */
  public boolean use(String challenge, Instant made, Instant forgotten) {
    session.update("DELETE FROM used_challenges WHERE made < ?", forgotten.toEpochMilli());
    return session.update(
            "INSERT INTO used_challenges (challenge, made) VALUES (?, ?) ON CONFLICT DO NOTHING",
            challenge,
            made.toEpochMilli())
        == 1;
  }

  private static Token token(Session.Row row) throws SQLException {
    var begun = Instant.ofEpochMilli(row.number("session_begun"));
    return new Token(
        row.text("id"),
        new User(row.text("id"), new Name(row.text("name"))),
        "",
        Scope.NODE,
        Optional.of(new NetworkId(row.text("network"))),
        Optional.of(new NodeId(row.text("id"))),
        begun,
        Optional.of(begun.plus(LIFE)),
        Optional.empty(),
        Optional.empty());
  }
}
