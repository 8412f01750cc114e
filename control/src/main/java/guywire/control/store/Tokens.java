package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The users and their tokens.
 *
 * @param session the transaction they are seen and changed in
 */
public record Tokens(Session session) {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ID_BYTES = 8;

  private static final String COLUMNS =
      "SELECT t.id, t.owner, u.name AS owner_name, t.label, t.scope, t.network, t.node, t.created,"
          + " t.expires, t.uses_left, t.seen FROM tokens t JOIN users u ON u.id = t.owner";

  /**
   * What a new token shall be.
   *
   * @param owner whose it will be
   * @param label what it is for
   * @param scope what its holder may do
   * @param network the only network that it is for
   * @param node the only node that it is for
   * @param expires from when on it is worth nothing
   * @param uses how often it can be used
   */
  public record Wanted(
      Name owner,
      String label,
      Scope scope,
      Optional<NetworkId> network,
      Optional<NodeId> node,
      Optional<Instant> expires,
      Optional<Long> uses) {

    /** A token that is for no node alone. */
    public Wanted(
        Name owner,
        String label,
        Scope scope,
        Optional<NetworkId> network,
        Optional<Instant> expires,
        Optional<Long> uses) {
      this(owner, label, scope, network, Optional.empty(), expires, uses);
    }
  }

  /** The user of this name, who is added if there is none. */
  public User user(Name name, Instant now) {
    var known =
        session.first(
            row -> new User(row.text("id"), new Name(row.text("name"))),
            "SELECT id, name FROM users WHERE name = ?",
            name.text());
    if (known.isPresent()) {
      return known.get();
    }
    var user = new User(id(), name);
    session.update(
        "INSERT INTO users (id, name, created) VALUES (?, ?, ?)",
        user.id(),
        name.text(),
        now.toEpochMilli());
    return user;
  }

  /** Adds a token. */
  public Token add(TokenSecret secret, Wanted wanted, Instant now) {
    var owner = user(wanted.owner(), now);
    var token =
        new Token(
            id(),
            owner,
            wanted.label(),
            wanted.scope(),
            wanted.network(),
            wanted.node(),
            now,
            wanted.expires(),
            wanted.uses(),
            Optional.empty());
    return kept(secret, token);
  }

  /**
   * Adds a session of a user; those that have ended leave.
   *
   * @param secret what the browser will hold
   * @param account who signed in, and what he may do
   */
  public Token addSession(TokenSecret secret, Users.Account account, Instant now) {
    session.update(
        "DELETE FROM tokens WHERE seen IS NOT NULL AND (seen < ? OR expires < ?)",
        now.minus(Token.IDLE).toEpochMilli(),
        now.toEpochMilli());
    return kept(
        secret,
        new Token(
            id(),
            account.user(),
            "",
            account.scope(),
            account.network(),
            Optional.empty(),
            now,
            Optional.of(now.plus(Token.SESSION)),
            Optional.empty(),
            Optional.of(now)));
  }

  private Token kept(TokenSecret secret, Token token) {
    session.update(
        "INSERT INTO tokens (id, digest, owner, label, scope, network, node, created, expires,"
            + " uses_left, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        token.id(),
        secret.digest(),
        token.owner().id(),
        token.label(),
        token.scope().word(),
        token.network().map(NetworkId::text),
        token.node().map(NodeId::text),
        token.created().toEpochMilli(),
        token.expires().map(Instant::toEpochMilli),
        token.usesLeft(),
        token.seen().map(Instant::toEpochMilli));
    return token;
  }

  /** Notes that a session was used. */
  public void see(Token token, Instant now) {
    session.update(
        "UPDATE tokens SET seen = ? WHERE id = ? AND seen IS NOT NULL",
        now.toEpochMilli(),
        token.id());
  }

  /** Makes those tokens of a user worthless that may do more than he now may. */
  void revokeBeyond(Users.Account account) {
    var all = session.list(Tokens::token, COLUMNS + " WHERE t.owner = ?", account.user().id());
    for (var token : all) {
      boolean within =
          account.scope().includes(token.scope())
              && (account.network().isEmpty() || account.network().equals(token.network()));
      if (!within && !token.scope().isErrand()) {
        revoke(token.id(), Optional.empty());
      }
    }
  }

  /** Makes all tokens of a user worthless, whatever they are for: how many there were. */
  public int revoke(User user) {
    return session.update("DELETE FROM tokens WHERE owner = ?", user.id());
  }

  /** Ends the sessions of a user, but for the one that is given. */
  public void endSessions(User user, Optional<String> but) {
    session.update(
        "DELETE FROM tokens WHERE owner = ? AND seen IS NOT NULL AND id <> ?",
        user.id(),
        but.orElse(""));
  }

  /** The token with this secret, if it is worth anything at this time. */
  public Optional<Token> valid(TokenSecret secret, Instant now) {
    return session
        .first(Tokens::token, COLUMNS + " WHERE t.digest = ?", secret.digest())
        .filter(token -> token.isValid(now));
  }

  /** The token of this identity, whatever it is worth. */
  public Optional<Token> byId(String id) {
    return session.first(Tokens::token, COLUMNS + " WHERE t.id = ?", id);
  }

  /** Uses a token that can be used so many times only; false if it was used up meanwhile. */
  public boolean use(Token token) {
    return session.update(
            "UPDATE tokens SET uses_left = uses_left - 1 WHERE id = ? AND uses_left > 0",
            token.id())
        == 1;
  }

  /** Whether anybody may administer the server. */
  public boolean isSetUp() {
    return new Users(session).hasAdministrator()
        || session
            .first(
                row -> row.text("id"),
                "SELECT id FROM tokens WHERE scope = ? AND network IS NULL AND seen IS NULL LIMIT 1",
                Scope.ADMINISTER.word())
            .isPresent();
  }

  /** Makes the tokens of a scope worthless. */
  public void revoke(Scope scope) {
    session.update("DELETE FROM tokens WHERE scope = ?", scope.word());
  }

  /** Makes a token worthless: one of this network alone, where one is given. */
  public boolean revoke(String id, Optional<NetworkId> only) {
    String network = only.map(NetworkId::text).orElse("");
    return session.update(
            "DELETE FROM tokens WHERE id = ? AND (network = ? OR ? = '')", id, network, network)
        == 1;
  }

  /** Makes the tokens for a node alone worthless. */
  public void revoke(NodeId node) {
    session.update("DELETE FROM tokens WHERE node = ?", node.text());
  }

  /** All tokens, or those of one network alone. */
  public List<Token> all(Optional<NetworkId> only) {
    String network = only.map(NetworkId::text).orElse("");
    return session.list(
        Tokens::token, COLUMNS + " WHERE (t.network = ? OR ? = '')", network, network);
  }

  private static String id() {
    byte[] bytes = new byte[ID_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static Token token(Session.Row row) throws SQLException {
    String word = row.text("scope");
    return new Token(
        row.text("id"),
        new User(row.text("owner"), new Name(row.text("owner_name"))),
        row.text("label"),
        Scope.ofAnyWord(word).orElse(Scope.SETUP),
        row.optionalText("network").map(NetworkId::new),
        row.optionalText("node").map(NodeId::new),
        Instant.ofEpochMilli(row.number("created")),
        row.optionalNumber("expires").map(Instant::ofEpochMilli),
        row.optionalNumber("uses_left"),
        row.optionalNumber("seen").map(Instant::ofEpochMilli));
  }
}
