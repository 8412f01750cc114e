package guywire.control.oidc;

import guywire.control.store.Scope;
import guywire.network.Name;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which role somebody has by what the identity provider says of him at each sign-in.
 *
 * @param claim which claim says it
 * @param rules what its values stand for, the highest role first
 * @param otherwise what is given to whom no value stands for a role; empty if he is not let in
 * @param newcomers whether who has a role is let in without having been named by an administrator
 */
public record ClaimedRoles(
    String claim, List<Rule> rules, Optional<Grant> otherwise, boolean newcomers) {

  /**
   * A role.
   *
   * @param scope what somebody may do
   * @param network the only network in which he may; empty for all, and for the server itself
   */
  public record Grant(Scope scope, Optional<Name> network) {}

  /**
   * What a value stands for.
   *
   * @param value what the claim has to be, or to have among others, to the letter
   * @param grant the role
   */
  public record Rule(String value, Grant grant) {}

  /** Puts the highest role first; of two alike that of all networks, then that written first. */
  private static final Comparator<Rule> HIGHEST_FIRST =
      Comparator.comparing((Rule rule) -> rule.grant().scope())
          .reversed()
          .thenComparing(rule -> rule.grant().network().isPresent());

  /** Copies the rules, in their order. */
  public ClaimedRoles {
    rules = rules.stream().sorted(HIGHEST_FIRST).toList();
  }

  /** The roles of whom these claims are, the highest first; none if he is not let in. */
  List<Grant> of(Claims claims) {
    var said = claims.values(claim);
    return Stream.concat(
            rules.stream().filter(rule -> said.contains(rule.value())).map(Rule::grant),
            otherwise.stream())
        .toList();
  }
}
