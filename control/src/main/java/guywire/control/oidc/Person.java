package guywire.control.oidc;

import guywire.network.Name;
import java.util.Optional;

/**
 * Whom an identity provider has signed in.
 *
 * @param issuer the provider
 * @param subject who it is there, whatever his name or address becomes
 * @param identity the claim by which an administrator may have named him; empty if there is none
 *     that is to be believed
 * @param wantedName what he would be called here; others may be called so
 */
public record Person(
    String issuer, String subject, Optional<String> identity, Optional<Name> wantedName) {

  /** The longest subject (OpenID Connect Core section 2), and the longest claim that is kept. */
  static final int LONGEST = 255;
}
