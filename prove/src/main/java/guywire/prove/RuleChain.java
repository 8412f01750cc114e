package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.HookEffect.Change;
import guywire.network.Doubt;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.PacketMatch;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A chain of a host's filter while commands change it, with the rules that are understood and the
 * places of those that are not. Not safe for use by several threads.
 */
final class RuleChain {

  /** A rule, of which it may be open whom it is for or what it does. */
  private sealed interface Entry {
    PacketMatch match();
  }

  private record Known(FilterRule rule) implements Entry {
    @Override
    public PacketMatch match() {
      return rule.match();
    }
  }

  private record Open(Doubt doubt) implements Entry {
    @Override
    public PacketMatch match() {
      return doubt.match();
    }
  }

  /** Which rules a command that deletes one means. */
  private record RuleKey(PacketMatch match, Optional<Verdict> verdict) {}

  // Those of ufw stand together. Where there are none yet they begin ahead of all that is there.
  private final RuleList<Entry> front = new RuleList<>();
  private final RuleList<Entry> own = new RuleList<>();
  private final RuleList<Entry> rest = new RuleList<>();
  private final Set<Family> touched = EnumSet.noneOf(Family.class);
  private final List<FilterRule> last = new ArrayList<>();

  /** Adds a rule to those of ufw, or takes one in or out as iptables does. */
  void change(Change change, FilterRule rule) {
    change(change, rule, rule);
  }

  /**
   * The same with a rule that says why it is there, which those that delete it do not say.
   *
   * @param rule the rule as commands have it
   * @param told the rule as it is told
   */
  void change(Change change, FilterRule rule, FilterRule told) {
    change(change, rule, new Known(told));
  }

  /** The same with a rule that is not understood. */
  void change(Change change, Doubt doubt) {
    change(change, new RuleKey(doubt.match(), doubt.verdict()), new Open(doubt));
  }

  /** Whether a command that deletes this rule would find it. */
  boolean has(FilterRule rule) {
    return front.has(rule) || own.has(rule) || rest.has(rule);
  }

  private RuleList<Entry> ofOwn() {
    if (own.isEmpty()) {
      front.moveAheadOf(rest);
    }
    return own;
  }

  private void change(Change change, Object likeness, Entry entry) {
    if (change != Change.DELETE) {
      Stream.of(Family.values())
          .filter(family -> isFor(entry.match(), family))
          .forEach(touched::add);
    }
    switch (change) {
      case APPEND -> rest.addLast(likeness, entry);
      case INSERT -> front.addFirst(likeness, entry);
      case OWN_LAST -> ofOwn().addLast(likeness, entry);
      case OWN_FIRST -> ofOwn().addFirst(likeness, entry);
      case DELETE -> {
        if (!front.remove(likeness) && !own.remove(likeness)) {
          rest.remove(likeness);
        }
      }
    }
  }

  /** Takes all rules for a family out; one for every family stays. */
  void flush(Family family) {
    // Not again where nothing came since: a file may say so very often.
    if (touched.remove(family)) {
      Stream.of(front, own, rest)
          .forEach(rules -> rules.removeIf(entry -> isFor(entry.match(), family)));
    }
  }

  private static boolean isFor(PacketMatch match, Family family) {
    var prefixes = match.from().isEmpty() ? match.to() : match.from();
    return !prefixes.isEmpty() && prefixes.getFirst().family() == family;
  }

  /** Says what becomes of packets of a family that no rule is for; the last word counts. */
  void otherwise(Family family, Verdict verdict, String why) {
    last.removeIf(rule -> isFor(rule.match(), family));
    var all = new Prefix(family.any(), 0);
    last.add(new FilterRule(PacketMatch.ANY.from(List.of(all)), verdict, why));
  }

  /** The rules that are understood, in order, with what is done in the end. */
  List<FilterRule> rules() {
    var rules = new ArrayList<FilterRule>();
    entries().forEach(entry -> known(entry).ifPresent(rules::add));
    rules.addAll(last);
    return rules;
  }

  private List<Entry> entries() {
    return Stream.of(front, own, rest).flatMap(rules -> rules.rules().stream()).toList();
  }

  private static Optional<FilterRule> known(Entry entry) {
    return entry instanceof Known known ? Optional.of(known.rule()) : Optional.empty();
  }

  /** The rules that are not, each with its place among the others. */
  List<Doubt> doubts() {
    var doubts = new ArrayList<Doubt>();
    int before = 0;
    for (var entry : entries()) {
      switch (entry) {
        case Known known -> before++;
        case Open open -> doubts.add(open.doubt().behind(before));
      }
    }
    return doubts;
  }
}
