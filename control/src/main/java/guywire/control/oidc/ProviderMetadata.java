package guywire.control.oidc;

import java.net.URI;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What an identity provider says of itself (OpenID Connect Discovery section 3).
 *
 * @param authorization where browsers are sent
 * @param token where a code is exchanged
 * @param claims where claims are asked for that the token has not; empty if nowhere
 * @param keys where its keys are
 * @param saysIssuer whether it names itself when it sends a browser back (RFC 9207)
 * @param secretInForm whether the secret is only taken in a form, and in no header
 */
record ProviderMetadata(
    URI authorization,
    URI token,
    Optional<URI> claims,
    URI keys,
    boolean saysIssuer,
    boolean secretInForm) {

  private static final String PATH = "/.well-known/openid-configuration";

  /** Where it is found. */
  static URI place(URI issuer) {
    return URI.create(issuer.toString().replaceAll("/$", "") + PATH);
  }

  /**
   * Reads it.
   *
   * @throws OidcRefusal if it is another provider's, or leads where nothing is authenticated
   */
  static ProviderMetadata read(JsonNode said, URI issuer) throws OidcRefusal {
    if (!text(said, "issuer").filter(issuer.toString()::equals).isPresent()) {
      throw OidcRefusal.notBelieved("the provider says that it is another issuer");
    }
    var methods = said.path("token_endpoint_auth_methods_supported");
    return new ProviderMetadata(
        needed(said, "authorization_endpoint"),
        needed(said, "token_endpoint"),
        text(said, "userinfo_endpoint").isPresent()
            ? Optional.of(needed(said, "userinfo_endpoint"))
            : Optional.empty(),
        needed(said, "jwks_uri"),
        said.path("authorization_response_iss_parameter_supported").asBoolean(false),
        has(methods, "client_secret_post") && !has(methods, "client_secret_basic"));
  }

  private static Optional<String> text(JsonNode node, String member) {
    return node.optional(member).filter(JsonNode::isString).map(JsonNode::stringValue);
  }

  private static boolean has(JsonNode list, String word) {
    for (var item : list) {
      if (item.isString() && item.stringValue().equals(word)) {
        return true;
      }
    }
    return false;
  }

  private static URI needed(JsonNode said, String member) throws OidcRefusal {
    return text(said, member)
        .flatMap(ProviderMetadata::https)
        .orElseThrow(() -> OidcRefusal.notBelieved("its " + member + " is no address of HTTPS"));
  }

  /** An address that is authenticated, without user or fragment; empty if it is none. */
  static Optional<URI> https(String text) {
    try {
      var uri = URI.create(text);
      return Optional.of(uri)
          .filter(it -> "https".equals(it.getScheme()) && it.getHost() != null)
          .filter(it -> it.getRawUserInfo() == null && it.getRawFragment() == null);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
