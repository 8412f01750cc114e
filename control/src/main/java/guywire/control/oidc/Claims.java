package guywire.control.oidc;

import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a provider says of somebody: first in its token, then where it is asked for more.
 *
 * @param all the claims
 */
record Claims(JsonNode all) {

  static Claims of(JsonNode token) {
    return new Claims(token);
  }

  /** Whether all of these are there. */
  boolean has(Stream<String> names) {
    return names.allMatch(name -> all.optional(name).isPresent());
  }

  /** A claim that is a text. */
  Optional<String> text(String name) {
    return all.optional(name).filter(JsonNode::isString).map(JsonNode::stringValue);
  }

  /** Whether a claim is this, or has it among others. */
  boolean say(String name, String value) {
    var claim = all.path(name);
    if (claim.isArray()) {
      for (var item : claim) {
        if (is(item, value)) {
          return true;
        }
      }
      return false;
    }
    return is(claim, value);
  }

  private static boolean is(JsonNode claim, String value) {
    return (claim.isString() || claim.isBoolean()) && claim.asString().equals(value);
  }

  /**
   * With what else is said of the same one (OpenID Connect Core section 5.3.2); what the token says
   * stays.
   */
  Claims and(JsonNode more) throws OidcRefusal {
    if (!text("sub").equals(new Claims(more).text("sub"))) {
      throw OidcRefusal.notBelieved("the claims are another person's");
    }
    var both = ((ObjectNode) more).deepCopy();
    all.properties().forEach(claim -> both.set(claim.getKey(), claim.getValue()));
    return new Claims(both);
  }
}
