package guywire.network;

import java.util.List;
import java.util.Optional;

/**
 * The world beneath the tunnels: sites with their LANs and routers, and where each node is plugged
 * in. It is given, not planned.
 *
 * @param sites the sites
 * @param attachments where the nodes are, one for each node
 */
public record Underlay(List<Site> sites, List<Attachment> attachments) {

  /** Copies the lists. */
  public Underlay {
    sites = List.copyOf(sites);
    attachments = List.copyOf(attachments);
  }

  /** The site of this name. */
  public Optional<Site> site(Name name) {
    return sites.stream().filter(site -> site.name().equals(name)).findFirst();
  }

  /** Where this node is. */
  public Optional<Attachment> attachment(Name node) {
    return attachments.stream().filter(a -> a.node().equals(node)).findFirst();
  }
}
