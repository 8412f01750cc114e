package guywire.control.store;

import java.util.Optional;

/**
 * What servers on a shared database that have a certificate by ACME know alike, by name.
 *
 * @param session the transaction it is seen and changed in
 */
public record AcmeEntries(Session session) {

  /** What is kept under a name. */
  public Optional<String> content(String name) {
    return session.first(
        row -> row.text("content"), "SELECT content FROM acme WHERE name = ?", name);
  }

  /** Keeps it, in place of what there was. */
  public void keep(String name, String content) {
    session.update(
        "INSERT INTO acme (name, content) VALUES (?, ?)"
            + " ON CONFLICT (name) DO UPDATE SET content = excluded.content",
        name,
        content);
  }

  /** Forgets it, if it is still this. */
  public void remove(String name, String content) {
    session.update("DELETE FROM acme WHERE name = ? AND content = ?", name, content);
  }
}
