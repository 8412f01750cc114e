package guywire.format.firewall;

import guywire.format.syntax.Notes;
import guywire.network.Doubt.Stage;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.Part;
import guywire.network.Part.Listing;
import guywire.network.Places;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A node's firewall and address translation while its files are read. For one thread. */
public final class FirewallDraft {

  private final Notes notes;
  private final Places.Collector places;
  private final List<FilterRule> input = new ArrayList<>();
  private final List<FilterRule> forward = new ArrayList<>();
  private final List<FilterRule> output = new ArrayList<>();
  private final List<NatRule> nat = new ArrayList<>();
  private Verdict inputDefault = Verdict.ACCEPT;
  private Verdict forwardDefault = Verdict.ACCEPT;
  private final Set<Unread> unread = new LinkedHashSet<>();
  private boolean clampMss;

  /**
   * A rule of which a part is not understood.
   *
   * @param stage where it is asked
   * @param match the packets that it can be for
   * @param verdict what becomes of those it is for, if that is understood
   * @param place where it stands
   * @param what the rule in a few words
   */
  public record Unread(
      Stage stage, PacketMatch match, Optional<Verdict> verdict, Place place, String what) {}

  /**
   * One that lets everything pass.
   *
   * @param notes gets what is wrong with the rules
   * @param places gets where each of them stands
   */
  public FirewallDraft(Notes notes, Places.Collector places) {
    this.notes = notes;
    this.places = places;
  }

  Notes notes() {
    return notes;
  }

  void input(FilterRule rule, Place place) {
    places.put(new Part.Entry(Listing.INPUT_RULES, input.size()), place);
    input.add(rule);
  }

  void forward(FilterRule rule, Place place) {
    places.put(new Part.Entry(Listing.FORWARD_RULES, forward.size()), place);
    forward.add(rule);
  }

  void output(FilterRule rule, Place place) {
    places.put(new Part.Entry(Listing.OUTPUT_RULES, output.size()), place);
    output.add(rule);
  }

  void inputDefault(Verdict verdict, Place place) {
    places.put(new Part.Entry(Listing.INPUT_DEFAULT, 0), place);
    inputDefault = verdict;
  }

  void forwardDefault(Verdict verdict, Place place) {
    places.put(new Part.Entry(Listing.FORWARD_DEFAULT, 0), place);
    forwardDefault = verdict;
  }

  /** Notes a rule of which a part is not understood; it may decide ahead of all others. */
  void unread(Stage stage, PacketMatch match, Optional<Verdict> verdict, Place place, String what) {
    unread.add(new Unread(stage, match, verdict, place, what));
  }

  /** The rules of which a part is not understood. */
  public List<Unread> unread() {
    return List.copyOf(unread);
  }

  void clampMss() {
    clampMss = true;
  }

  /** Adds a rule of address translation behind those that are there. */
  public void nat(NatRule rule, Place place) {
    places.put(new Part.Entry(Listing.NAT_RULES, nat.size()), place);
    nat.add(rule);
  }

  /** The filter that was read. */
  public Firewall filter() {
    return new Firewall(input, inputDefault, forward, forwardDefault, output, clampMss);
  }

  /** The rules of address translation that were read, in their order. */
  public List<NatRule> nat() {
    return List.copyOf(nat);
  }
}
