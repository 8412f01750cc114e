package guywire.network;

import guywire.address.Prefix;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is known of a host's interfaces beside its tunnels.
 *
 * @param ports the interfaces, the one to the internet first; empty if none is known by name
 * @param answersForOthers whether it answers ARP for addresses that it knows a way to (proxy_arp)
 */
public record HostPorts(List<Port> ports, boolean answersForOthers) {

  /** Nothing is known. */
  public static final HostPorts UNKNOWN = new HostPorts(List.of(), false);

  /**
   * One interface.
   *
   * @param name its name in the kernel
   * @param uplink whether it leads to the internet
   * @param lans the LANs it is plugged into; with no uplink either, it is not known where it leads
   * @param metric the metric of the routes to these LANs, where it is not the kernel's own
   */
  public record Port(InterfaceName name, boolean uplink, List<Prefix> lans, OptionalInt metric) {

    /** Copies the list. */
    public Port {
      lans = List.copyOf(lans);
    }

    /** Whether it is not known where it leads. */
    public boolean isLoose() {
      return !uplink && lans.isEmpty();
    }
  }

  /** Copies the list. */
  public HostPorts {
    ports = List.copyOf(ports);
  }
}
