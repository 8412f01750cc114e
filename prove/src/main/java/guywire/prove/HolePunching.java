package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.Attachment;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.Transport;
import java.util.List;
import java.util.Optional;

/**
 * Whether two ends that can't be called meet all the same, because each sends to where the other's
 * datagrams come from, and so opens its own NAT or firewall for the other; or because each says to
 * the other what addresses it has in the LAN that they share.
 */
/*
 * Where the other's datagrams come from is written in a file, or told by a third node (Introduction). It is
 * the same for whoever they go to only if the NAT keeps ports; and NATs like Linux's let in only what comes from
 * where something was sent to, so both must keep them.
 */
final class HolePunching {

  private final World world;
  private final Links links;

  HolePunching(World world, Links links) {
    this.world = world;
    this.links = links;
  }

  /** Whether both open for the other. */
  boolean works(World.End one, World.End other) {
    if (world.isCut(one.machine(), other.machine())) {
      return false;
    }
    if (!isIntroduced(one, other)) {
      return opensFor(one, other) && opensFor(other, one);
    }
    // Behind one router each is hidden from the other, unless they meet in its LAN.
    return site(one.machine()).isPresent() && site(one.machine()).equals(site(other.machine()))
        ? meetsInLan(one, other) || meetsInLan(other, one)
        : letsOut(one) && letsOut(other);
  }

  /** Whether a datagram to an address that the other has in a LAN of this one gets there. */
  private boolean meetsInLan(World.End from, World.End to) {
    var port = to.tunnel().config().listenPort();
    if (port.isEmpty()) {
      return false;
    }
    for (var own : lanAddresses(from.machine())) {
      for (var there : lanAddresses(to.machine())) {
        if (own.prefix().contains(there.address())
            && arrives(from, own.address(), to, there.address(), port.getAsInt())) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean arrives(
      World.End from, IpAddress source, World.End to, IpAddress target, int port) {
    var packet =
        new Packet(
            source,
            target,
            Transport.UDP,
            from.tunnel().config().listenPort().orElse(Packet.SOME_PORT),
            port);
    var flow = new ConnectionState();
    var walk = new Walk(world, links, flow, false, from.machine(), packet, from.tunnel().mark());
    return walk.outer().go().arrived() && walk.end() == to.machine();
  }

  private static List<InterfaceAddress> lanAddresses(ModelledMachine machine) {
    return machine.devices().stream()
        .filter(ModelledInterface.Port.class::isInstance)
        .map(ModelledInterface.Port.class::cast)
        .filter(port -> port.segment() instanceof Segment.Lan)
        .flatMap(port -> port.addresses().stream())
        .toList();
  }

  private static boolean isIntroduced(World.End one, World.End other) {
    return knows(one, other) && knows(other, one);
  }

  private static boolean knows(World.End one, World.End other) {
    var key = one.tunnel().config().publicKey();
    var far = other.tunnel().config().publicKey();
    return key.isPresent()
        && far.isPresent()
        && one.machine().config().map(NodeConfig::introductions).stream()
            .flatMap(introductions -> introductions.stream())
            .anyMatch(introduction ->
                introduction.tunnel().equals(one.tunnel().config().name())
                    && introduction.isOf(key.get(), far.get()));
  }

  /** Whether its datagrams reach the internet and answers come back, from the port that it has. */
  private boolean letsOut(World.End end) {
    if (!internet(end).map(Internet::nat).equals(Optional.of(Nat.KEEPS_PORTS))) {
      return false;
    }
    long mark = end.tunnel().mark();
    var source = Links.source(end.machine(), Spot.Outside.IPV4, mark);
    if (source.isEmpty()) {
      return false;
    }
    var flow = new ConnectionState();
    var packet =
        new Packet(
            source.get(),
            Spot.Outside.IPV4,
            Transport.UDP,
            end.tunnel().config().listenPort().orElse(Packet.SOME_PORT),
            Packet.SOME_PORT);
    return new Walk(world, links, flow, false, end.machine(), packet, mark).outer().go().arrived();
  }

  private Optional<Internet> internet(World.End end) {
    return site(end.machine())
        .map(Site::internet)
        .or(() ->
            end.machine()
                .config()
                .flatMap(node -> world.network().underlay().attachment(node.name()))
                .filter(Attachment.Roaming.class::isInstance)
                .map(Attachment.Roaming.class::cast)
                .map(roaming -> roaming.networks().getFirst()));
  }

  private static boolean opensFor(World.End from, World.End to) {
    var endpoint =
        to.tunnel().config().publicKey().flatMap(from.tunnel()::peer).flatMap(PeerConfig::endpoint);
    var address = endpoint.flatMap(EndpointAddress::address);
    var site = site(to.machine());
    if (address.isEmpty()
        || site.isEmpty()
        || site(from.machine()).equals(site)
        || to.tunnel().config().listenPort().orElse(0) != endpoint.get().port()) {
      return false;
    }
    IpAddress where = address.get();
    if (!where.isIpv4()) {
      return to.machine().owns(where);
    }
    var internet = site.get().internet();
    return internet.nat() == Nat.KEEPS_PORTS && internet.publicAddress().equals(address);
  }

  /** The site in whose LAN a machine stands. */
  static Optional<Site> site(ModelledMachine machine) {
    for (var device : machine.devices()) {
      if (device instanceof ModelledInterface.Port port
          && port.segment() instanceof Segment.Lan lan) {
        return Optional.of(lan.site());
      }
    }
    return Optional.empty();
  }
}
