package guywire.control.oidc;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
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
    return names.allMatch(name -> !at(name).isMissingNode());
  }

  /**
   * The claim of this name; if there is none, what dots lead to: {@code realm_access.roles}. A name
   * may have dots itself, as addresses do.
   */
  private JsonNode at(String name) {
    var named = all.path(name);
    if (!named.isMissingNode()) {
      return named;
    }
    var node = all;
    for (var part : name.split("\\.")) {
      node = node.path(part);
    }
    return node;
  }

  /** A claim that is a text. */
  Optional<String> text(String name) {
    return Optional.of(at(name)).filter(JsonNode::isString).map(JsonNode::stringValue);
  }

  /** Whether a claim is this, or has it among others. */
  boolean say(String name, String value) {
    return values(name).contains(value);
  }

  /** What a claim is, or has in a list: texts and truth values; nothing that it has deeper. */
  Set<String> values(String name) {
    var values = new HashSet<String>();
    var claim = at(name);
    if (claim.isArray()) {
      claim.forEach(item -> add(values, item));
    } else {
      add(values, claim);
    }
    return values;
  }

  private static void add(Set<String> values, JsonNode claim) {
    if (claim.isString() || claim.isBoolean()) {
      values.add(claim.asString());
    }
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
