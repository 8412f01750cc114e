package guywire.prove;

import guywire.network.text.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;

/** The faults of the catalogue (docs/faults.md) that can be seen in configurations. */
public final class Faults {

  /** One check: it looks through all that is inspected, and reports. */
  @FunctionalInterface
  interface Check {
    void look(Inspection in, FaultReport report);
  }

  static final List<Check> CHECKS =
      List.of(
          KeyFaults::unknownKeys,
          KeyFaults::mixedUpKeys,
          KeyFaults::sharedKeys,
          KeyFaults::presharedKeys,
          KeyFaults::ownKeys,
          KeyFaults::repeatedPeers,
          KeyFaults::missingPrivateKeys,
          AddressFaults::prefixAtTwoPeers,
          AddressFaults::peerAddressNotAllowed,
          AddressFaults::bothTakeAll,
          AddressFaults::overlappingLans,
          AddressFaults::endpointInsideTunnel,
          AddressFaults::addresses,
          AddressFaults::missingAddress,
          AddressFaults::halfIpv6,
          AddressFaults::leakingIpv6,
          AddressFaults::allTrafficOfServer,
          AddressFaults::windowsKillSwitch,
          TrustFaults::foreignPrefixes,
          AddressFaults::deadFallback,
          RelayFaults::relayedSources,
          RelayFaults::unroutedLans,
          RelayFaults::unnamedLans,
          CallFaults::noEndpoints,
          EndpointFaults::ports,
          EndpointFaults::privateEndpoints,
          EndpointFaults::carrierNat,
          EndpointFaults::missingKeepalive,
          EndpointFaults::uselessKeepalive,
          EndpointFaults::sharedPorts,
          EndpointFaults::hairpin,
          NameFaults::staleNames,
          EndpointFaults::namesInside,
          NameFaults::strayAddresses,
          EndpointFaults::portsOfOneHost,
          EndpointFaults::oneSided,
          EndpointFaults::closedPort,
          RoutingFaults::severalUplinks,
          RoutingFaults::forwarding,
          RoutingFaults::forwardingTurnedOff,
          RoutingFaults::returnRoutes,
          FirewallFaults::wideMasquerade,
          FirewallFaults::missingMasquerade,
          FirewallFaults::interfaceNames,
          FirewallFaults::ruleOrder,
          HookRuleFaults::unreached,
          FirewallFaults::otherFirewalls,
          HookRuleFaults::stopping,
          FirewallFaults::unevenHooks,
          RoutingFaults::foreignRules,
          ReversePathFaults::find,
          RoutingFaults::tables,
          SetUpFaults::find,
          RoutingFaults::twoFullTunnels,
          RoutingFaults::sourceCheck,
          HostFaults::discovery,
          HostFaults::resolvers,
          HostFaults::soleResolver,
          HostFaults::mtu,
          HostFaults::clock,
          RelayFaults::singlePoint,
          NameFaults::literalAddresses,
          HostFaults::hooksNotUnderstood,
          CommandFaults::probes,
          CommandFaults::wrongFiles,
          CommandFaults::modules,
          CommandFaults::boot,
          CommandFaults::readableKeys,
          CommandFaults::tcp,
          CommandFaults::lostPeers,
          CommandFaults::unreadSettings);

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
      check.look(inspection, report);
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
