package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.Site;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What is known about hosts and sites that no configuration file says.
 *
 * @param hosts what is known of each host
 * @param sites the sites
 * @param names what is known of host names, by the name in lower case
 * @param places where each host stands in that file
 * @param findings what is wrong with the file the facts come from
 */
public record Facts(
    Map<Name, HostFacts> hosts,
    List<Site> sites,
    Map<String, NameFacts> names,
    Map<Name, Place> places,
    List<Finding> findings) {

  /** Nothing is known. */
  public static final Facts NONE = new Facts(Map.of(), List.of(), List.of());

  /**
   * What public name servers say of a host name.
   *
   * @param addresses the addresses it has; empty if not said
   * @param dynamic whether they change, as with dynamic DNS
   */
  public record NameFacts(List<IpAddress> addresses, boolean dynamic) {
    /** Copies the list. */
    public NameFacts {
      addresses = List.copyOf(addresses);
    }
  }

  /** Copies the collections. */
  public Facts {
    hosts = Map.copyOf(hosts);
    sites = List.copyOf(sites);
    names = Map.copyOf(names);
    places = Map.copyOf(places);
    findings = List.copyOf(findings);
  }

  /** Facts that say nothing of names. */
  public Facts(Map<Name, HostFacts> hosts, List<Site> sites, List<Finding> findings) {
    this(hosts, sites, Map.of(), findings);
  }

  /** Facts that come from no file. */
  public Facts(
      Map<Name, HostFacts> hosts,
      List<Site> sites,
      Map<String, NameFacts> names,
      List<Finding> findings) {
    this(hosts, sites, names, Map.of(), findings);
  }

  /** These facts, with more to be said of where they come from and of the files beside them. */
  public Facts saying(List<Finding> more) {
    var all = new ArrayList<>(findings);
    all.addAll(more);
    return new Facts(hosts, sites, names, places, all);
  }

  /** What is known of a host name. */
  public Optional<NameFacts> ofName(String host) {
    return Optional.ofNullable(names.get(host.toLowerCase(Locale.ROOT)));
  }

  /** What is known of a host. */
  public HostFacts of(Name host) {
    return hosts.getOrDefault(host, HostFacts.NONE);
  }
}
