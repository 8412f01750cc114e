package guywire.control.oidc;

import guywire.control.oidc.ClaimedRoles.Grant;
import guywire.network.Name;
import java.util.List;
import java.util.Optional;

/**
 * Whom an identity provider has signed in.
 *
 * @param issuer the provider
 * @param subject who it is there, whatever his name or address becomes
 * @param identity the claim by which an administrator may have named him; empty if there is none
 *     that is to be believed
 * @param wantedName what he would be called here; others may be called so
 * @param roles what the provider gives him, the highest first, none if that is nothing; empty if
 *     roles are given here alone
 */
public record Person(
    String issuer,
    String subject,
    Optional<String> identity,
    Optional<Name> wantedName,
    Optional<List<Grant>> roles) {

  /** The longest subject (OpenID Connect Core section 2), and the longest claim that is kept. */
  static final int LONGEST = 255;
}
