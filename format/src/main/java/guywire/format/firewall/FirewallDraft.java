package guywire.format.firewall;

import guywire.format.syntax.Notes;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.NatRule;
import guywire.network.Part;
import guywire.network.Part.Listing;
import guywire.network.Places;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;

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
  private boolean clampMss;

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

  void output(FilterRule rule) {
    output.add(rule);
  }

  void inputDefault(Verdict verdict) {
    inputDefault = verdict;
  }

  void forwardDefault(Verdict verdict) {
    forwardDefault = verdict;
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
