package guywire.lab;

import guywire.network.Name;
import guywire.network.Spot;
import java.util.List;
import java.util.Optional;

/**
 * A machine of the lab as planned: a namespace with what is set in it before any tunnel is.
 *
 * @param name unique in the lab; the names of things that are not in the network have a dot
 * @param spot what it is in the network, if it can send or receive packets there
 * @param site the site whose line to the internet it keeps, if it does
 * @param forwardsIpv4 whether it passes IPv4 packets on
 * @param forwardsIpv6 whether it passes IPv6 packets on
 * @param bridges its bridges
 * @param ruleset its nftables rules, as {@code nft -f} reads them, or empty
 * @param mappingSeconds how long it keeps an idle UDP mapping, or 0 for the kernel's own choice
 */
record PlannedMachine(
    String name,
    Optional<Spot> spot,
    Optional<Name> site,
    boolean forwardsIpv4,
    boolean forwardsIpv6,
    List<Port> bridges,
    String ruleset,
    int mappingSeconds) {

  PlannedMachine {
    bridges = List.copyOf(bridges);
  }

  /** The same machine, whose rules speak of its interface to the internet by another name. */
  PlannedMachine withUplink(String before, String after) {
    return new PlannedMachine(
        name,
        spot,
        site,
        forwardsIpv4,
        forwardsIpv6,
        bridges,
        ruleset.replace('"' + before + '"', '"' + after + '"'),
        mappingSeconds);
  }

  /** The same machine with other rules. */
  PlannedMachine withRuleset(String other) {
    return new PlannedMachine(
        name, spot, site, forwardsIpv4, forwardsIpv6, bridges, other, mappingSeconds);
  }

  /** A machine that is no router. */
  static PlannedMachine host(String name, Spot spot) {
    return new PlannedMachine(
        name, Optional.of(spot), Optional.empty(), false, false, List.of(), "", 0);
  }
}
