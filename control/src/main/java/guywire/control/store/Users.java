package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The users who sign in: by name and password, by an identity provider, or by either.
 *
 * @param session the transaction they are seen and changed in
 */
public record Users(Session session) {

  /**
   * A user who signs in.
   *
   * @param user who it is
   * @param password what is kept of the password; empty if he has none
   * @param scope what he may do
   * @param network the only network in which he may; empty for all, and for the server itself
   * @param identity what an administrator named him by for the identity provider; empty if nothing
   * @param linked whether it is known who he is at the identity provider
   */
  public record Account(
      User user,
      Optional<PasswordDigest> password,
      Scope scope,
      Optional<NetworkId> network,
      Optional<String> identity,
      boolean linked) {

    /** One who signs in by a password alone. */
    public Account(User user, PasswordDigest password, Scope scope, Optional<NetworkId> network) {
      this(user, Optional.of(password), scope, network, Optional.empty(), false);
    }

    /** The same with another role. */
    public Account as(Scope other, Optional<NetworkId> only) {
      return new Account(user, password, other, only, identity, linked);
    }

    /** Whether he may do the same as another. */
    public boolean hasRoleOf(Account other) {
      return scope == other.scope && network.equals(other.network);
    }
  }

  private static final String COLUMNS =
      "SELECT id, name, password, scope, network, identity, subject FROM users"
          + " WHERE scope IS NOT NULL";

  /** The user of this name, whether or not he signs in. */
  public Optional<User> named(Name name) {
    return session.first(
        row -> new User(row.text("id"), new Name(row.text("name"))),
        "SELECT id, name FROM users WHERE name = ?",
        name.text());
  }

  /** The user of this name, if he signs in. */
  public Optional<Account> account(Name name) {
    return session
        .first(Users::account, COLUMNS + " AND name = ?", name.text())
        .flatMap(found -> found);
  }

  /** All who sign in. */
  public List<Account> all() {
    return session.list(Users::account, COLUMNS).stream().flatMap(Optional::stream).toList();
  }

  /** Gives a user a password in place of the one he had; his sessions are the caller's matter. */
  public void setPassword(User user, PasswordDigest password) {
    session.update("UPDATE users SET password = ? WHERE id = ?", password.text(), user.id());
  }

  /** Takes a user's password; his sessions are the caller's matter. */
  public void removePassword(User user) {
    session.update("UPDATE users SET password = NULL WHERE id = ?", user.id());
  }

  /**
   * Says what a user may do from now on. His sessions end, and those of his tokens that may do more
   * are worth nothing any more.
   */
  public void setRole(Account account) {
    session.update(
        "UPDATE users SET scope = ?, network = ? WHERE id = ?",
        account.scope().word(),
        account.network().map(NetworkId::text),
        account.user().id());
    var tokens = new Tokens(session);
    tokens.endSessions(account.user(), Optional.empty());
    tokens.revokeBeyond(account);
  }

  /**
   * Lets a user in no more: his password, sessions and tokens are worth nothing, his devices are
   * nobody's. What he did stays in the audit.
   */
  public void remove(User user) {
    // Issuer and subject stay: who was removed does not come back as a newcomer.
    session.update(
        "UPDATE users SET password = NULL, scope = NULL, network = NULL, identity = NULL"
            + " WHERE id = ?",
        user.id());
    session.update("UPDATE nodes SET owner = NULL WHERE owner = ?", user.id());
    new SecondFactors(session).remove(user);
    new Tokens(session).revoke(user);
  }

  /** Whether anybody who can sign in may administer the server. */
  boolean hasAdministrator() {
    return session
        .first(
            row -> row.text("id"),
            "SELECT id FROM users WHERE (password IS NOT NULL OR subject IS NOT NULL)"
                + " AND scope = ? AND network IS NULL LIMIT 1",
            Scope.ADMINISTER.word())
        .isPresent();
  }

  /**
   * Whether this user is the last who administers the server: of those who have a password, if he
   * has one, else of all.
   */
  public boolean isLastAdministrator(Account account) {
    return account.scope() == Scope.ADMINISTER
        && account.network().isEmpty()
        && session
            .first(
                row -> row.text("id"),
                "SELECT id FROM users WHERE (password IS NOT NULL"
                    + (account.password().isPresent() ? ")" : " OR subject IS NOT NULL)")
                    + " AND scope = ? AND network IS NULL AND id <> ? LIMIT 1",
                Scope.ADMINISTER.word(),
                account.user().id())
            .isEmpty();
  }

  private static Optional<Account> account(Session.Row row) throws SQLException {
    var user = new User(row.text("id"), new Name(row.text("name")));
    var scope = row.optionalText("scope").flatMap(Scope::ofWord);
    var network = row.optionalText("network").map(NetworkId::new);
    var password = row.optionalText("password").flatMap(PasswordDigest::tryParse);
    var identity = row.optionalText("identity");
    boolean linked = row.optionalText("subject").isPresent();
    return scope.map(may -> new Account(user, password, may, network, identity, linked));
  }
}
