package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Doubt;
import guywire.network.FilterRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * A packet where a machine's rules look at it.
 *
 * @param machine the machine
 * @param in the interface it came in on; empty if the machine sends it itself
 * @param out the interface it will leave by; empty before that is known, or if it stays
 * @param packet the packet
 * @param state how it stands to the connections the machine knows
 * @param flow where to note what a match depends on
 */
record Matcher(
    ModelledMachine machine,
    Optional<ModelledInterface> in,
    Optional<ModelledInterface> out,
    Packet packet,
    PacketMatch.Connections state,
    ConnectionState flow) {

  /** Whether a rule is for it. */
  boolean matches(PacketMatch match) {
    boolean rest =
        among(match.from(), packet.source())
            && among(match.to(), packet.destination())
            && match.transport().map(packet.transport()::equals).orElse(true)
            && (match.ports().isEmpty()
                || match.ports().stream().anyMatch(range -> range.contains(packet.port())))
            && (match.connections() == PacketMatch.Connections.ANY || match.connections() == state);
    if (!rest) {
      return false;
    }
    var incoming = fits(match.in(), in);
    var outgoing = fits(match.out(), out);
    if (incoming.isSurely(false) || outgoing.isSurely(false)) {
      return false;
    }
    note(match.in(), incoming);
    note(match.out(), outgoing);
    return incoming.yes() && outgoing.yes();
  }

  /** The first of the rules that is for it. */
  Optional<FilterRule> firstOf(List<FilterRule> rules) {
    int index = indexIn(rules);
    return index < rules.size() ? Optional.of(rules.get(index)) : Optional.empty();
  }

  /** The number of the first of the rules that is for it; how many there are if none is. */
  int indexIn(List<FilterRule> rules) {
    int index = 0;
    while (index < rules.size() && !matches(rules.get(index).match())) {
      index++;
    }
    return index;
  }

  /** Notes what is not understood at this stage of the way, and may decide about the packet. */
  void doubt(Doubt.Stage stage, boolean marked) {
    doubt(stage, marked, Integer.MAX_VALUE, Optional.empty());
  }

  /**
   * Notes which rules that are not understood may decide about the packet.
   *
   * @param marked whether the packet has a firewall mark
   * @param deciding the number of the understood rule that decides
   * @param verdict what it decides; empty if what is not understood may change anything
   */
  void doubt(
      Doubt.Stage stage, boolean marked, int deciding, Optional<FilterRule.Verdict> verdict) {
    for (var doubt : machine.doubts()) {
      if (doubt.stage() != stage
          || doubt.after() > deciding
          || doubt.unmarked() && marked
          || !matches(doubt.match())) {
        continue;
      }
      boolean passes = verdict.equals(Optional.of(FilterRule.Verdict.ACCEPT));
      boolean accepts = doubt.verdict().equals(Optional.of(FilterRule.Verdict.ACCEPT));
      if (verdict.isPresent() && doubt.verdict().isPresent() && passes == accepts) {
        continue;
      }
      flow.depends(
          new Condition(
              passes ? Condition.Kind.MAY_STOP : Condition.Kind.MAY_CHANGE,
              machine.name(),
              Text.of(
                  Condition.class,
                  "condition.unclear",
                  doubt.place().toString(),
                  machine.name(),
                  doubt.command())));
    }
  }

  private ModelledMachine.Naming fits(
      Optional<InterfaceMatch> wanted, Optional<ModelledInterface> device) {
    if (wanted.isEmpty()) {
      return ModelledMachine.Naming.YES;
    }
    var naming =
        device.isPresent() ? machine.called(device.get(), wanted.get()) : ModelledMachine.Naming.NO;
    return wanted.get().negated() ? naming.opposite() : naming;
  }

  private void note(Optional<InterfaceMatch> wanted, ModelledMachine.Naming naming) {
    if (naming.assumed()) {
      String name = wanted.orElseThrow().name().text();
      flow.depends(
          new Condition(
              Condition.Kind.NAMED,
              machine.name(),
              Text.of(
                  Condition.class,
                  "condition.named",
                  name,
                  machine.name(),
                  machine.assumedFor(wanted.orElseThrow()))));
    }
  }

  private static boolean among(List<Prefix> prefixes, IpAddress address) {
    return prefixes.isEmpty() || prefixes.stream().anyMatch(prefix -> prefix.contains(address));
  }
}
