package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.Site;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a port is plugged into. */
sealed interface Segment {

  /** The internet: every public address is one hop away. */
  final class Internet implements Segment {}

  /** A LAN. Mutable while a {@link World} is built. */
  final class Lan implements Segment {
    private final Site site;
    private final Site.Lan lan;
    private final Map<IpAddress, Plug> plugs = new LinkedHashMap<>();

    Lan(Site site, Site.Lan lan) {
      this.site = site;
      this.lan = lan;
    }

    Site site() {
      return site;
    }

    Site.Lan lan() {
      return lan;
    }

    /** The machine that answers ARP for an address that none in the LAN has. */
    Optional<Plug> answering(IpAddress address, ModelledMachine asking) {
      return plugs.values().stream()
          .filter(plug -> plug.machine() != asking)
          .filter(plug -> plug.machine().answersFor(address, plug.port()))
          .findFirst();
    }

    /** The machines in it, by address. */
    Map<IpAddress, Plug> plugs() {
      return plugs;
    }
  }

  /** A machine's port. */
  record Plug(ModelledMachine machine, ModelledInterface.Port port) {}
}
