package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.HookEffect.Change;
import guywire.network.Doubt;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.PacketMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A chain of a host's filter while commands change it, with the rules that are understood and the
 * places of those that are not. Not safe for use by several threads.
 */
final class RuleChain {

  /** A rule, of which it may be open whom it is for or what it does. */
  private sealed interface Entry {
    /** Whether it stands in a chain that a program of its own (ufw) put ahead of the others. */
    boolean own();

    PacketMatch match();
  }

  private record Known(FilterRule rule, boolean own) implements Entry {
    @Override
    public PacketMatch match() {
      return rule.match();
    }
  }

  private record Open(Doubt doubt, boolean own) implements Entry {
    @Override
    public PacketMatch match() {
      return doubt.match();
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final List<FilterRule> last = new ArrayList<>();

  /** A chain with these rules. */
  RuleChain(List<FilterRule> rules) {
    rules.forEach(rule -> entries.add(new Known(rule, false)));
  }

  /** Adds a rule to those of ufw, or takes one in or out as iptables does. */
  void change(Change change, FilterRule rule) {
    if (change == Change.DELETE) {
      remove(entry -> entry instanceof Known known && known.rule().equals(rule));
    } else {
      add(change, new Known(rule, isOwn(change)));
    }
  }

  /** The same with a rule that is not understood. */
  void change(Change change, Doubt doubt) {
    if (change == Change.DELETE) {
      remove(entry ->
          entry instanceof Open open
              && open.doubt().match().equals(doubt.match())
              && open.doubt().verdict().equals(doubt.verdict()));
    } else {
      add(change, new Open(doubt, isOwn(change)));
    }
  }

  private static boolean isOwn(Change change) {
    return change == Change.OWN_FIRST || change == Change.OWN_LAST;
  }

  private void add(Change change, Entry entry) {
    int end = 0;
    for (int i = 0; i < entries.size(); i++) {
      end = entries.get(i).own() ? i + 1 : end;
    }
    switch (change) {
      case APPEND, DELETE -> entries.add(entry);
      case INSERT -> entries.addFirst(entry);
      case OWN_LAST -> entries.add(end, entry);
      case OWN_FIRST -> entries.add(firstOwn(), entry);
    }
  }

  private int firstOwn() {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).own()) {
        return i;
      }
    }
    return 0;
  }

  private void remove(java.util.function.Predicate<Entry> wanted) {
    for (int i = 0; i < entries.size(); i++) {
      if (wanted.test(entries.get(i))) {
        entries.remove(i);
        return;
      }
    }
  }

  /** Takes all rules for a family out; one for every family stays. */
  void flush(Family family) {
    entries.removeIf(entry -> isFor(entry.match(), family));
  }

  private static boolean isFor(PacketMatch match, Family family) {
    var prefixes = match.from().isEmpty() ? match.to() : match.from();
    return !prefixes.isEmpty() && prefixes.getFirst().family() == family;
  }

  /** Says what becomes of packets of a family that no rule is for; the last word counts. */
  void otherwise(Family family, Verdict verdict) {
    last.removeIf(rule -> isFor(rule.match(), family));
    var all = new Prefix(family.any(), 0);
    last.add(new FilterRule(PacketMatch.ANY.from(List.of(all)), verdict, ""));
  }

  /** The rules that are understood, in order, with what is done in the end. */
  List<FilterRule> rules() {
    var rules = new ArrayList<FilterRule>();
    entries.forEach(entry -> known(entry).ifPresent(rules::add));
    rules.addAll(last);
    return rules;
  }

  private static Optional<FilterRule> known(Entry entry) {
    return entry instanceof Known known ? Optional.of(known.rule()) : Optional.empty();
  }

  /** The rules that are not, each with its place among the others. */
  List<Doubt> doubts() {
    var doubts = new ArrayList<Doubt>();
    int before = 0;
    for (var entry : entries) {
      switch (entry) {
        case Known known -> before++;
        case Open open -> doubts.add(open.doubt().behind(before));
      }
    }
    return doubts;
  }
}
