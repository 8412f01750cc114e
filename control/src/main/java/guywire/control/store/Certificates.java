package guywire.control.store;

import java.util.Optional;

/**
 * The certificate by which a server on a shared database is known.
 *
 * @param session the transaction it is seen and changed in
 */
public record Certificates(Session session) {

  /** SHA-256 of it, in hexadecimal; empty before the first server. */
  public Optional<String> fingerprint() {
    return session.first(
        row -> row.text("fingerprint"), "SELECT fingerprint FROM certificates LIMIT 1");
  }

  /** Keeps it, if there is none; the one that is kept from now on. */
  public String keep(String fingerprint) {
    var known = fingerprint();
    if (known.isEmpty()) {
      session.update("INSERT INTO certificates (fingerprint) VALUES (?)", fingerprint);
    }
    return known.orElse(fingerprint);
  }
}
