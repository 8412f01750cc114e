package guywire.control.store;

import guywire.network.Name;
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
   * @param scope what he may do, everywhere
   */
  public record Account(User user, PasswordDigest password, Scope scope) {}

  private static final String COLUMNS =
      "SELECT id, name, password, scope FROM users WHERE password IS NOT NULL";

  /** The user of this name, if he has a password. */
  public Optional<Account> account(Name name) {
    return session
        .first(Users::account, COLUMNS + " AND name = ?", name.text())
        .flatMap(found -> found);
  }

  /** Gives a user a password in place of the one he had, and says what he may do. */
  public void setPassword(User user, PasswordDigest password, Scope scope) {
    session.update(
        "UPDATE users SET password = ?, scope = ? WHERE id = ?",
        password.text(),
        scope.word(),
        user.id());
  }

  /** Whether anybody with a password may administer the server. */
  boolean hasAdministrator() {
    return session
        .first(
            row -> row.text("id"),
            "SELECT id FROM users WHERE password IS NOT NULL AND scope = ? LIMIT 1",
            Scope.ADMINISTER.word())
        .isPresent();
  }

  private static Optional<Account> account(Session.Row row) throws SQLException {
    var user = new User(row.text("id"), new Name(row.text("name")));
    var scope = row.optionalText("scope").flatMap(Scope::ofWord);
    return PasswordDigest.tryParse(row.text("password"))
        .flatMap(digest -> scope.map(may -> new Account(user, digest, may)));
  }
}
