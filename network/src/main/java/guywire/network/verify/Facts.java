package guywire.network.verify;

import guywire.network.config.Name;
import guywire.network.config.Site;
import guywire.network.text.Finding;
import java.util.List;
import java.util.Map;

/**
 * What is known about hosts and sites that no configuration file says.
 *
 * @param hosts what is known of each host
 * @param sites the sites
 * @param findings what is wrong with the file the facts come from
 */
public record Facts(Map<Name, HostFacts> hosts, List<Site> sites, List<Finding> findings) {

  /** Nothing is known. */
  public static final Facts NONE = new Facts(Map.of(), List.of(), List.of());

  /** Copies the collections. */
  public Facts {
    hosts = Map.copyOf(hosts);
    sites = List.copyOf(sites);
    findings = List.copyOf(findings);
  }

  /** What is known of a host. */
  public HostFacts of(Name host) {
    return hosts.getOrDefault(host, HostFacts.NONE);
  }
}
