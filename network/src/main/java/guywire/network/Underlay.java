package guywire.network;

import guywire.address.IpAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The world beneath the tunnels: sites with their LANs and routers, and where each node is plugged
 * in. It is given, not planned.
 *
 * @param sites the sites
 * @param attachments where the nodes are, one for each node
 * @param ports what is known of the nodes' own interfaces
 */
public record Underlay(List<Site> sites, List<Attachment> attachments, Map<Name, HostPorts> ports) {

  /** Copies the collections. */
  public Underlay {
    sites = List.copyOf(sites);
    attachments = List.copyOf(attachments);
    ports = Map.copyOf(ports);
  }

  /** A world in which no node's own interfaces are known by name. */
  public Underlay(List<Site> sites, List<Attachment> attachments) {
    this(sites, attachments, Map.of());
  }

  /** What is known of a node's own interfaces. */
  public HostPorts portsOf(Name node) {
    return ports.getOrDefault(node, HostPorts.UNKNOWN);
  }

  /** The site of this name. */
  public Optional<Site> site(Name name) {
    return sites.stream().filter(site -> site.name().equals(name)).findFirst();
  }

  /** Where this node is. */
  public Optional<Attachment> attachment(Name node) {
    return attachments.stream().filter(a -> a.node().equals(node)).findFirst();
  }

  /**
   * The addresses at which the internet can find a node, as far as they are known: its own, and the
   * one of its site's router.
   */
  public List<IpAddress> publicAddresses(Name node) {
    return attachment(node)
        .map(attachment ->
            switch (attachment) {
              case Attachment.Direct direct -> direct.addresses();
              case Attachment.InSite inside -> publicAddresses(inside);
              case Attachment.Roaming _ -> List.<IpAddress>of();
            })
        .orElse(List.of());
  }

  private List<IpAddress> publicAddresses(Attachment.InSite inside) {
    var found = new LinkedHashSet<IpAddress>();
    site(inside.site()).flatMap(site -> site.internet().publicAddress()).ifPresent(found::add);
    inside.addresses().stream().filter(Internet::routes).forEach(found::add);
    return List.copyOf(found);
  }
}
