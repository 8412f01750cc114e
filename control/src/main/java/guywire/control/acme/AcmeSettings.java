package guywire.control.acme;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * From whom a certificate is wanted, and for what.
 *
 * @param names the names of the server, in lower case; the first is the one it is called by
 * @param contact an e-mail address that the authority may write to
 * @param directory where the authority begins, over HTTPS
 * @param authorities who signs the authority's own certificate; empty for those that the JDK knows
 * @param account the account with it that there is already, where it wants one
 */
public record AcmeSettings(
    List<String> names,
    Optional<String> contact,
    URI directory,
    List<X509Certificate> authorities,
    Optional<ExternalAccount> account) {

  /** Copies the lists. */
  public AcmeSettings {
    names = List.copyOf(names);
    authorities = List.copyOf(authorities);
  }

  /** Settings for an authority that takes everybody. */
  public AcmeSettings(
      List<String> names,
      Optional<String> contact,
      URI directory,
      List<X509Certificate> authorities) {
    this(names, contact, directory, authorities, Optional.empty());
  }

  /** The same for a customer. */
  public AcmeSettings withAccount(ExternalAccount known) {
    return new AcmeSettings(names, contact, directory, authorities, Optional.of(known));
  }
}
