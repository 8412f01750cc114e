package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The users who sign in by name and password.
 *
 * @param session the transaction they are seen and changed in
 */
public record Users(Session session) {

  /**
   * A user with a password.
   *
   * @param user who it is
   * @param password what is kept of the password
   * @param scope what he may do
   * @param network the only network in which he may; empty for all, and for the server itself
   */
  public record Account(
      User user, PasswordDigest password, Scope scope, Optional<NetworkId> network) {}

  private static final String COLUMNS =
      "SELECT id, name, password, scope, network FROM users WHERE password IS NOT NULL";

  /** The user of this name, whether or not he has a password. */
  public Optional<User> named(Name name) {
    return session.first(
        row -> new User(row.text("id"), new Name(row.text("name"))),
        "SELECT id, name FROM users WHERE name = ?",
        name.text());
  }

  /** The user of this name, if he has a password. */
  public Optional<Account> account(Name name) {
    return session
        .first(Users::account, COLUMNS + " AND name = ?", name.text())
        .flatMap(found -> found);
  }

  /** A page of those who have a password, by name. */
  public Page<Account> page(Page.Wanted wanted) {
    var read =
        session
            .list(
                Users::account,
                COLUMNS + " AND name > ? ORDER BY name LIMIT ?",
                wanted.after().orElse(""),
                wanted.limit() + 1)
            .stream()
            .flatMap(Optional::stream)
            .toList();
    return Page.of(read, wanted, account -> account.user().name().text());
  }

  /** Gives a user a password in place of the one he had; his sessions are the caller's matter. */
  public void setPassword(User user, PasswordDigest password) {
    session.update("UPDATE users SET password = ? WHERE id = ?", password.text(), user.id());
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
    session.update(
        "UPDATE users SET password = NULL, scope = NULL, network = NULL WHERE id = ?", user.id());
    session.update("UPDATE nodes SET owner = NULL WHERE owner = ?", user.id());
    new SecondFactors(session).remove(user);
    new Tokens(session).revoke(user);
  }

  /** Whether anybody with a password may administer the server. */
  boolean hasAdministrator() {
    return session
        .first(
            row -> row.text("id"),
            "SELECT id FROM users WHERE password IS NOT NULL AND scope = ? AND network IS NULL"
                + " LIMIT 1",
            Scope.ADMINISTER.word())
        .isPresent();
  }

  private static Optional<Account> account(Session.Row row) throws SQLException {
    var user = new User(row.text("id"), new Name(row.text("name")));
    var scope = row.optionalText("scope").flatMap(Scope::ofWord);
    var network = row.optionalText("network").map(NetworkId::new);
    return PasswordDigest.tryParse(row.text("password"))
        .flatMap(digest -> scope.map(may -> new Account(user, digest, may, network)));
  }
}
