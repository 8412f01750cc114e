package guywire.prove;

import guywire.format.input.HookEffect.Change;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.PacketMatch;
import guywire.network.Part;
import guywire.network.Part.Listing;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Rules of files with their lines as their reasons, so that a packet that one stops names it. */
final class RuleLines {

  /** The reason of the rule with which those of ufw begin. */
  static final String UFW = "ufw";

  private RuleLines() {}

  /**
   * A chain with the rules of a node's files. Of a node that is set up, those of ufw begin with
   * what it lets through always.
   *
   * @param places where the node's parts stand
   * @param listing which of them the rules are
   */
  static RuleChain chain(List<FilterRule> rules, Function<Part, Place> places, Listing listing) {
    var told = new ArrayList<FilterRule>();
    for (int i = 0; i < rules.size(); i++) {
      told.add(told(rules.get(i), places.apply(new Part.Entry(listing, i))));
    }
    int own = 0;
    while (own < rules.size() && !rules.get(own).comment().equals(UFW)) {
      own++;
    }
    var chain = new RuleChain();
    boolean none = own == rules.size();
    for (int i = none ? 0 : own; i < rules.size(); i++) {
      chain.change(none ? Change.APPEND : Change.OWN_LAST, rules.get(i), told.get(i));
    }
    for (int i = own - 1; i >= 0 && !none; i--) {
      chain.change(Change.INSERT, rules.get(i), told.get(i));
    }
    return chain;
  }

  /** A rule of a file with its line ahead of its own reason. */
  static FilterRule told(FilterRule rule, Place place) {
    if (rule.verdict() == Verdict.ACCEPT || place.line() == 0) {
      return rule;
    }
    String where = place.file() + ":" + place.line();
    String whole = rule.comment().isEmpty() ? where : where + ": " + rule.comment();
    String told =
        FilterRule.isComment(whole) ? whole : FilterRule.isComment(where) ? where : rule.comment();
    return new FilterRule(rule.match(), rule.verdict(), told);
  }

  /** The rules of a chain, and what is done with the rest where a line of a file says that. */
  static List<FilterRule> whole(RuleChain chain, Verdict otherwise, Place place) {
    var rules = chain.rules();
    var rest = told(new FilterRule(PacketMatch.ANY, otherwise, ""), place);
    if (!rest.comment().isEmpty()) {
      rules.add(rest);
    }
    return rules;
  }
}
