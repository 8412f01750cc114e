package guywire.control.store;

import guywire.network.Name;
import java.time.Instant;
import java.util.Optional;

/**
 * Who users are at an identity provider. A user is known by issuer and subject, which never change;
 * what an administrator named him by counts until that is known, and no longer.
 *
 * @param session the transaction they are seen and changed in
 */
public record Identities(Session session) {

  /** Whom issuer and subject stand for, also if he was removed. */
  public Optional<User> of(String issuer, String subject) {
    return session.first(
        row -> new User(row.text("id"), new Name(row.text("name"))),
        "SELECT id, name FROM users WHERE issuer = ? AND subject = ?",
        issuer,
        subject);
  }

  /** Whom an administrator named by this, if it is not known yet who that is. */
  public Optional<User> invited(String identity) {
    return session.first(
        row -> new User(row.text("id"), new Name(row.text("name"))),
        "SELECT id, name FROM users WHERE identity = ? AND subject IS NULL AND scope IS NOT NULL",
        identity);
  }

  /** Whether somebody else than a user is named by this. */
  public boolean isOthers(String identity, User user) {
    return session
        .first(
            row -> row.text("id"),
            "SELECT id FROM users WHERE identity = ? AND id <> ?",
            identity,
            user.id())
        .isPresent();
  }

  /** Names a user by this, or by nothing: whoever he was at the provider, he is no longer. */
  public void name(User user, Optional<String> identity) {
    session.update(
        "UPDATE users SET identity = ?, issuer = NULL, subject = NULL WHERE id = ?",
        identity,
        user.id());
  }

  /** Keeps who a user is; whoever was it before has been removed. */
  public void link(User user, String issuer, String subject) {
    session.update(
        "UPDATE users SET issuer = NULL, subject = NULL WHERE issuer = ? AND subject = ?",
        issuer,
        subject);
    session.update(
        "UPDATE users SET issuer = ?, subject = ? WHERE id = ?", issuer, subject, user.id());
  }

  /**
   * Uses the state of a sign-in; false if it was used before.
   *
   * @param made when the sign-in was begun
   * @param forgotten what was begun earlier counts no more in any case
   */
  public boolean use(String state, Instant made, Instant forgotten) {
    session.update("DELETE FROM used_sign_ins WHERE made < ?", forgotten.toEpochMilli());
    return session.update(
            "INSERT INTO used_sign_ins (state, made) VALUES (?, ?) ON CONFLICT DO NOTHING",
            state,
            made.toEpochMilli())
        == 1;
  }
}
