package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.Internet;
import guywire.network.NatRule;
import guywire.network.PacketMatch.Connections;
import guywire.network.Transport;
import java.util.Optional;

/** How machines rewrite the addresses of a connection's first packet. */
final class Rewrites {

  /** A new destination with its port. */
  record Target(IpAddress address, int port) {}

  private Rewrites() {}

  /** The new destination of a packet that came in on this interface, if it gets one. */
  static Optional<Target> destination(
      ModelledMachine machine, ModelledInterface in, Packet packet, ConnectionState flow) {
    var seen =
        new Matcher(machine, Optional.of(in), Optional.empty(), packet, Connections.NEW, flow);
    for (var rule : machine.nat()) {
      if (rule instanceof NatRule.Destination forward
          && forward.to().family() == packet.destination().family()
          && seen.matches(forward.match())) {
        return Optional.of(new Target(forward.to(), forward.port().orElse(packet.port())));
      }
      if (rule instanceof NatRule.Map map
          && map.shown().contains(packet.destination())
          && isMapped(machine, map, in)) {
        return Optional.of(new Target(map.real(packet.destination()), packet.port()));
      }
    }
    var site = machine.routerOf();
    if (site.isPresent() && isUplink(in) && packet.transport() == Transport.UDP) {
      for (var forward : site.get().portForwards()) {
        if (forward.publicPort() == packet.port()
            && site.get().internet().publicAddress().equals(Optional.of(packet.destination()))) {
          return Optional.of(new Target(forward.to(), forward.port()));
        }
      }
    }
    return Optional.empty();
  }

  /** The new source of a packet that leaves by this interface, if it gets one. */
  static Optional<IpAddress> source(
      ModelledMachine machine,
      Optional<ModelledInterface> in,
      ModelledInterface out,
      Packet packet,
      Connections state,
      ConnectionState flow) {
    var seen = new Matcher(machine, in, Optional.of(out), packet, state, flow);
    for (var rule : machine.nat()) {
      Optional<IpAddress> source =
          switch (rule) {
            case NatRule.Masquerade masquerade when seen.matches(masquerade.match()) ->
                machine.sourceFor(out, packet.destination());
            case NatRule.Source fixed
                when fixed.to().family() == packet.source().family()
                    && seen.matches(fixed.match()) ->
                Optional.of(fixed.to());
            case NatRule.Map map
                when map.real().contains(packet.source()) && isMapped(machine, map, out) ->
                Optional.of(map.shown(packet.source()));
            default -> Optional.empty();
          };
      if (source.isPresent()) {
        return source;
      }
    }
    var site = machine.routerOf();
    if (site.isPresent()
        && isUplink(out)
        && packet.source().isIpv4()
        && site.get().internet().nat() != Internet.Nat.NONE) {
      return out.sourceFor(packet.destination());
    }
    return Optional.empty();
  }

  /** Whether a router lets nothing new in by this interface. */
  static boolean shuts(ModelledMachine machine, ModelledInterface in, Packet packet) {
    return isUplink(in)
        && machine
            .routerOf()
            .map(site ->
                !packet.destination().isIpv4() || site.internet().nat() != Internet.Nat.NONE)
            .orElse(false);
  }

  /** Whether a prefix map is for this interface: it works on one, in both directions. */
  private static boolean isMapped(
      ModelledMachine machine, NatRule.Map map, ModelledInterface device) {
    return map.match()
        .in()
        .or(() -> map.match().out())
        .map(wanted -> machine.called(device, wanted).yes() != wanted.negated())
        .orElse(true);
  }

  private static boolean isUplink(ModelledInterface device) {
    return device instanceof ModelledInterface.Port port
        && port.segment() instanceof Segment.Internet;
  }
}
