package guywire.recognise;

import guywire.address.IpAddress.Family;
import guywire.network.Doubt;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Assembly;
import guywire.prove.Facts;
import guywire.prove.NetworkDiff;
import guywire.recognise.TunnelGroups.End;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Recognises a network in the configurations that its hosts have:
 *
 * <pre>
 * Recogniser.networks(given)                          // who belongs together
 * Recogniser.recognise(name, given, node, facts, stay) // the definition of one of these networks
 * </pre>
 *
 * <p>The definition is planned once it is written, and both networks are put to the prover: what is
 * reported as different is what differs, not what the recogniser believes.
 */
public final class Recogniser {

  /*
   * The order of the steps follows from who needs whose answer. Keys tell who is in the network;
   * addresses tell tunnel space from LANs; LANs tell whom a packet is for, and so where it goes;
   * where it goes tells hubs and relays. Only then is there a definition, and only a planned one
   * can be compared. Policies come last: whatever the open definition allows and the files don't.
   */

  private final Name network;
  private final Facts facts;
  private final RecognitionNotes notes = new RecognitionNotes();
  private final GivenNames labels;

  private Recogniser(Name network, HostFiles given, Facts facts) {
    this.network = network;
    this.facts = facts;
    this.labels = new GivenNames(given.files());
  }

  /** The networks in files: the hosts of each, in the order of the files. */
  public static List<List<Name>> networks(HostFiles given) {
    return TunnelGroups.networks(given).stream()
        .map(ends -> ends.stream().map(End::hostName).distinct().toList())
        .toList();
  }

  /**
   * Recognises the network that a host belongs to.
   *
   * @param network what to call it
   * @param given the configurations; files of other networks are left out
   * @param host a host of the network; empty if they are of one network only
   * @param facts what is known beside the files
   * @param keysStay whether every device is to keep its private key for itself; if not, those that
   *     the files hold can be taken over
   * @throws IllegalArgumentException if they have no such host
   */
  public static Recognition recognise(
      Name network, HostFiles given, Optional<Name> host, Facts facts, boolean keysStay) {
    var ends =
        TunnelGroups.networks(given).stream()
            .filter(all ->
                host.isEmpty() || all.stream().map(End::hostName).anyMatch(host.get()::equals))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no such host in these files"));
    return new Recogniser(network, given, facts).recognise(ends, given, keysStay);
  }

  private Recognition recognise(List<End> ends, HostFiles given, boolean keysStay) {
    var members = new FoundMembers(labels, facts.hosts().keySet(), notes).of(ends);
    var doubts = model(members);
    var addressing = Addressing.of(members, notes);
    var lans = Lans.of(members, addressing, notes);
    var surroundings = new FoundUnderlay(members, addressing, lans, facts, labels, notes).find();
    var ways = new PeerRoutes(members, addressing, lans);
    var shape = new FoundTopology(members, ways, surroundings, notes).find();
    surroundings.tell();
    var settings = new FoundSettings(members, addressing, ways, surroundings, shape, labels, notes);
    var keys = new FoundKeys(members, settings);
    Set<Name> held = keysStay ? Set.of() : keys.keys().keySet();
    var draft =
        new DefinitionDraft(network, members, addressing, surroundings, shape, settings, held);
    new Leftovers(members, surroundings, settings, notes).find();

    var sheet = draft.sheet(Optional.empty());
    var planned = plan(sheet, keys);
    Optional<NetworkDiff> diff = Optional.empty();
    if (planned.isPresent()) {
      var before = NetworkBefore.of(members, ways, planned.get(), facts);
      var family = addressing.overlay().keySet().stream().findFirst().orElse(Family.IPV4);
      var policy =
          new FoundPolicy(before, planned.get(), members, surroundings, ways, family).lines();
      if (policy.isPresent()) {
        sheet = draft.sheet(policy);
        planned = plan(sheet, keys);
      }
      diff =
          planned.map(after ->
              NetworkDiff.of(
                  NetworkDiff.onPlatformsOf(NetworkBefore.of(members, ways, after, facts), after),
                  after));
    }
    var assumed =
        planned.map(after -> NetworkBefore.assumed(after, facts, doubts)).orElse(List.of());
    return new Recognition(network, sheet, findings(given, ends), diff, assumed, keys);
  }

  /**
   * Puts in rules what hooks say in commands, as the prover understands them.
   *
   * @return what it does not understand
   */
  private List<Doubt> model(List<Member> members) {
    var own = members.stream().flatMap(member -> member.imported().stream()).toList();
    var modelled = Assembly.of(network, own, facts).network();
    for (var member : members) {
      modelled.node(member.name()).ifPresent(member::config);
    }
    return modelled.doubts();
  }

  /** Plans a definition; what is wrong with it becomes a finding. */
  private Optional<Network> plan(DefinitionWriter sheet, FoundKeys keys) {
    var reading = Definition.parse(network + ".yaml", sheet.text(Locale.ENGLISH));
    reading.findings().forEach(notes::add);
    var planned = reading.definition().map(definition -> Planner.plan(definition, keys));
    planned.ifPresent(plan -> plan.findings().forEach(notes::add));
    return planned.flatMap(plan -> plan.network());
  }

  /** What is wrong with the files of this network comes first: it may explain the rest. */
  private List<Finding> findings(HostFiles given, List<End> ends) {
    var findings = new ArrayList<Finding>();
    findings.addAll(facts.findings());
    for (var host : given.hosts()) {
      boolean here = ends.stream().anyMatch(end -> end.hostName().equals(host.node().name()));
      if (here || host.node().interfaces().isEmpty()) {
        host.findings().stream()
            .filter(finding -> finding.severity() != Severity.INFO)
            .forEach(findings::add);
      }
    }
    findings.addAll(notes.all());
    return findings.stream().distinct().toList();
  }
}
