package guywire.control.oidc;

import guywire.network.Name;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a server knows of its identity provider. It does not show the secret.
 *
 * @param name what people call it: the word on the button
 * @param issuer who it is, to the letter
 * @param clientId what this server is called there
 * @param secret what this server shows there; empty where it is known by nothing but the way back
 * @param address where browsers have this server: {@code https://HOST[:PORT]}
 * @param scopes what is asked for
 * @param claim by which claim an administrator names whom he lets in
 * @param nameClaim by which claim newcomers are named
 * @param required a claim that all have to have; empty if nothing is asked for
 * @param newcomers what becomes of who was named by nobody; empty if he is not let in
 * @param roles which claim gives roles; empty if they are given here alone
 * @param authorities who signs the provider's certificate; empty for those that the JDK knows
 */
public record ProviderSettings(
    String name,
    URI issuer,
    String clientId,
    Optional<String> secret,
    URI address,
    List<String> scopes,
    String claim,
    String nameClaim,
    Optional<Required> required,
    Optional<Uninvited> newcomers,
    Optional<ClaimedRoles> roles,
    List<X509Certificate> authorities) {

  /** The claim that counts only if the provider says that it was verified. */
  public static final String EMAIL = "email";

  /** Where the provider sends browsers back to, behind the address. */
  public static final String WAY_BACK = "/oidc";

  /**
   * What somebody's claim has to be, or to have among others.
   *
   * @param claim its name
   * @param value the value
   */
  public record Required(String claim, String value) {}

  /**
   * That everybody whom the provider knows gets devices of his own.
   *
   * @param network the only network in which he may have some; empty for all
   */
  public record Uninvited(Optional<Name> network) {}

  /** Copies the lists. */
  public ProviderSettings {
    scopes = List.copyOf(scopes);
    authorities = List.copyOf(authorities);
  }

  /** Where the provider sends browsers back to. */
  URI wayBack() {
    return URI.create(address + WAY_BACK);
  }

  /**
   * What an administrator wrote, or a claim says, in the one form in which they are compared; empty
   * if it can be nobody's. Of letters only those of ASCII are taken for the same, large and small:
   * others have more than two forms, of which one could be somebody else's.
   */
  public Optional<String> identity(String text) {
    String plain = text.strip();
    if (plain.isEmpty()
        || plain.length() > Person.LONGEST
        || !plain.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      return Optional.empty();
    }
    if (!claim.equals(EMAIL)) {
      return Optional.of(plain);
    }
    var small = new StringBuilder();
    plain.chars().forEach(c -> small.append((char) (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)));
    return Optional.of(small.toString()).filter(mail -> mail.matches("[^@]+@[^@]+"));
  }

  @Override
  public String toString() {
    return name + " (" + issuer + ")";
  }
}
