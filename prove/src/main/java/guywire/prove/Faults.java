package guywire.prove;

import guywire.network.text.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.BiConsumer;

/** The faults of the catalogue (docs/faults.md) that can be seen in configurations. */
public final class Faults {

  /** One check: it looks through all that is inspected, and reports. */
  record Check(BiConsumer<Inspection, FaultReport> look) {}

  static final List<Check> CHECKS =
      List.of(
          new Check(KeyFaults::unknownKeys),
          new Check(KeyFaults::mixedUpKeys),
          new Check(KeyFaults::sharedKeys),
          new Check(KeyFaults::presharedKeys),
          new Check(KeyFaults::ownKeys),
          new Check(KeyFaults::repeatedPeers),
          new Check(KeyFaults::missingPrivateKeys),
          new Check(AddressFaults::prefixAtTwoPeers),
          new Check(AddressFaults::peerAddressNotAllowed),
          new Check(AddressFaults::bothTakeAll),
          new Check(AddressFaults::overlappingLans),
          new Check(AddressFaults::endpointInsideTunnel),
          new Check(AddressFaults::addresses),
          new Check(AddressFaults::missingAddress),
          new Check(AddressFaults::halfIpv6),
          new Check(AddressFaults::leakingIpv6),
          new Check(AddressFaults::allTrafficOfServer),
          new Check(AddressFaults::windowsKillSwitch),
          new Check(TrustFaults::foreignPrefixes),
          new Check(AddressFaults::deadFallback),
          new Check(RelayFaults::relayedSources),
          new Check(RelayFaults::unroutedLans),
          new Check(RelayFaults::unnamedLans),
          new Check(CallFaults::noEndpoints),
          new Check(EndpointFaults::ports),
          new Check(EndpointFaults::privateEndpoints),
          new Check(EndpointFaults::carrierNat),
          new Check(EndpointFaults::missingKeepalive),
          new Check(EndpointFaults::uselessKeepalive),
          new Check(EndpointFaults::sharedPorts),
          new Check(EndpointFaults::hairpin),
          new Check(NameFaults::staleNames),
          new Check(EndpointFaults::namesInside),
          new Check(NameFaults::strayAddresses),
          new Check(EndpointFaults::portsOfOneHost),
          new Check(EndpointFaults::oneSided),
          new Check(EndpointFaults::closedPort),
          new Check(RoutingFaults::severalUplinks),
          new Check(RoutingFaults::forwarding),
          new Check(RoutingFaults::forwardingTurnedOff),
          new Check(RoutingFaults::returnRoutes),
          new Check(FirewallFaults::wideMasquerade),
          new Check(FirewallFaults::missingMasquerade),
          new Check(FirewallFaults::interfaceNames),
          new Check(FirewallFaults::ruleOrder),
          new Check(HookRuleFaults::unreached),
          new Check(FirewallFaults::otherFirewalls),
          new Check(HookRuleFaults::stopping),
          new Check(FirewallFaults::unevenHooks),
          new Check(RoutingFaults::foreignRules),
          new Check(ReversePathFaults::find),
          new Check(RoutingFaults::tables),
          new Check(SetUpFaults::find),
          new Check(RoutingFaults::twoFullTunnels),
          new Check(RoutingFaults::sourceCheck),
          new Check(HostFaults::discovery),
          new Check(HostFaults::resolvers),
          new Check(HostFaults::soleResolver),
          new Check(HostFaults::mtu),
          new Check(HostFaults::clock),
          new Check(RelayFaults::singlePoint),
          new Check(NameFaults::literalAddresses),
          new Check(HostFaults::hooksNotUnderstood),
          new Check(CommandFaults::probes),
          new Check(CommandFaults::wrongFiles),
          new Check(CommandFaults::modules),
          new Check(CommandFaults::boot),
          new Check(CommandFaults::readableKeys),
          new Check(CommandFaults::tcp),
          new Check(CommandFaults::lostPeers),
          new Check(CommandFaults::unreadSettings));

  private Faults() {}

  /**
   * All faults of a subject, those found while reading it first; then by node, and by place within
   * a node.
   */
  public static List<Finding> in(Subject subject) {
    return in(subject, Reachability.of(subject.network()));
  }

  /** As {@link #in(Subject)}, where the reachability of its network is at hand. */
  public static List<Finding> in(Subject subject, Reachability reachability) {
    var inspection = new Inspection(subject, reachability);
    var reports = new LinkedHashMap<Check, FaultReport>();
    var known = new LinkedHashSet<Finding>(subject.read());
    for (var check : CHECKS) {
      var report = new FaultReport();
      check.look().accept(inspection, report);
      reports.put(check, report);
      known.addAll(report.all());
    }
    var proof = new MendProof(inspection);
    var found = new ArrayList<Finding>();
    reports.forEach((check, report) -> found.addAll(proof.proven(report, check, known)));
    found.sort(
        Comparator.comparing(Finding::severity)
            .thenComparing(finding -> finding.place().file())
            .thenComparing(finding -> finding.place().line()));
    var all = new ArrayList<>(subject.read());
    all.addAll(found);
    return List.copyOf(all);
  }
}
