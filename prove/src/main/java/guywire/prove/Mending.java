package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.Cryptokeys;
import guywire.network.EndpointAddress;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.TunnelInterface;
import guywire.prove.Stop.Why;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The smallest change that would let a packet and its answer pass.
 *
 * <p>Wherever the packet stops, the one edit that takes it past that place is made in the mind, and
 * the packet sent again, until it arrives and is answered. So the edits are known to be enough.
 */
public final class Mending {

  /** More edits than this are no small change. */
  private static final int MOST = 12;

  private Mending() {}

  /**
   * The edits that let a connection pass.
   *
   * @param network the network as it is
   * @param from where the connection begins
   * @param target the address it is made to
   * @param transport what its packets carry
   * @param port the destination port; empty for ICMP
   * @return the edits in the order found; none if it passes already; empty if no edit is known that
   *     would help
   */
  public static Optional<List<FileEdit>> of(
      Network network, Spot from, IpAddress target, Transport transport, OptionalInt port) {
    var edits = new ArrayList<FileEdit>();
    var current = network;
    for (int i = 0; i <= MOST; i++) {
      var reachability = Reachability.of(current);
      var answer = reachability.answer(from, target, transport, port);
      if (answer.works()) {
        return Optional.of(edits);
      }
      var edit = edit(current, reachability, answer);
      if (edit.isEmpty() || edits.contains(edit.get())) {
        return Optional.empty();
      }
      edits.add(edit.get());
      current = Edited.applied(current, edit.get());
    }
    return Optional.empty();
  }

  private static Optional<FileEdit> edit(
      Network network, Reachability reachability, Answer answer) {
    boolean there = answer.there().stop().isPresent();
    var way = there ? answer.there() : answer.back().orElse(answer.there());
    var stop = way.stop().orElseThrow();
    var node = Name.tryParse(stop.machine()).flatMap(network::node);
    var packet = way.seen();
    return switch (stop.why()) {
      case SOURCE_NOT_ALLOWED -> node.flatMap(n -> allowSource(network, n, way));
      case NO_PEER, NO_ROUTE -> node.flatMap(n -> allowTarget(network, reachability, n, packet));
      case NOT_ON_INTERNET -> {
        var routed = node.flatMap(n -> allowTarget(network, reachability, n, packet));
        yield routed
            .or(() -> routeBack(network, reachability, answer))
            .or(() -> masquerade(network, answer));
      }
      case NO_HANDSHAKE -> node.flatMap(n -> meet(network, n, packet));
      case NOT_FORWARDING ->
          node.map(n -> new FileEdit.Forward(n.name(), packet.destination().isIpv4()));
      case FILTERED ->
          node.map(n -> new FileEdit.Accept(n.name(), packet, isOwn(n, packet.destination())));
      default -> Optional.empty();
    };
  }

  private static boolean isOwn(NodeConfig node, IpAddress address) {
    return node.interfaces().stream()
        .flatMap(tunnel -> tunnel.addresses().stream())
        .anyMatch(own -> own.address().equals(address));
  }

  private static Optional<FileEdit> allowSource(
      Network network, NodeConfig receiver, PacketTrace way) {
    String sender = way.hops().get(way.hops().size() - 2).machine();
    var prefix = Prefix.host(way.seen().source());
    return entry(network, receiver, sender)
        .map(entry -> new FileEdit.AllowMore(receiver.name(), sender, entry, prefix));
  }

  /** A peer of the node that would carry the packet on, if it were given the destination. */
  private static Optional<FileEdit> allowTarget(
      Network network, Reachability reachability, NodeConfig node, Packet packet) {
    for (var tunnel : node.interfaces()) {
      for (var entry : Cryptokeys.of(tunnel).peers().values()) {
        var far = withKey(network, entry);
        var there =
            far.flatMap(f ->
                f.interfaces().stream()
                    .filter(t -> t.publicKey().equals(Optional.of(entry.publicKey())))
                    .findFirst());
        if (there.isPresent()) {
          var answer =
              reachability.afterTunnel(
                  far.get().name(), there.get().name(), leaving(tunnel, packet));
          boolean taken =
              answer.arrives()
                  || answer.stop().map(Stop::why).orElse(Why.LOOP) == Why.NOT_FORWARDING
                  || answer.stop().map(Stop::why).orElse(Why.LOOP) == Why.SOURCE_NOT_ALLOWED;
          if (taken) {
            var prefix = Prefix.host(packet.destination());
            return Optional.of(
                new FileEdit.AllowMore(node.name(), far.get().name().text(), entry, prefix));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** The packet as it would leave by a tunnel: with the tunnel's address, if it begins here. */
  private static Packet leaving(TunnelInterface tunnel, Packet packet) {
    return tunnel.addresses().stream()
        .map(own -> own.address())
        .filter(address -> address.family() == packet.destination().family())
        .findFirst()
        .filter(address -> packet.source().isUnspecified() || !World.isPrivate(packet.source()))
        .map(packet::from)
        .orElse(packet);
  }

  /** The router of the LAN where the packet arrived learns the way back to the gateway. */
  private static Optional<FileEdit> routeBack(
      Network network, Reachability reachability, Answer answer) {
    var back = answer.back();
    var hops = answer.there().hops();
    if (back.isEmpty() || hops.size() < 2 || back.get().hops().size() < 2) {
      return Optional.empty();
    }
    var gateway = Name.tryParse(hops.get(hops.size() - 2).machine()).flatMap(network::node);
    String router = back.get().hops().getLast().machine();
    var place =
        gateway
            .flatMap(node -> network.underlay().attachment(node.name()))
            .filter(Attachment.InSite.class::isInstance)
            .map(Attachment.InSite.class::cast);
    if (place.isEmpty() || !reachability.isRouter(router, place.get().site())) {
      return Optional.empty();
    }
    var to = answer.there().seen().source();
    var prefix =
        gateway.get().interfaces().stream()
            .flatMap(tunnel -> tunnel.addresses().stream())
            .map(own -> own.prefix())
            .filter(own -> own.contains(to))
            .findFirst()
            .orElse(Prefix.host(to));
    return place.get().addresses().stream()
        .filter(address -> address.family() == to.family())
        .findFirst()
        .map(via -> new FileEdit.RouteBack(place.get().site(), prefix, via, gateway.get().name()));
  }

  /** The last node that took the packet out of a tunnel rewrites its source from now on. */
  private static Optional<FileEdit> masquerade(Network network, Answer answer) {
    if (!answer.arrives() || answer.there().hops().size() < 2) {
      return Optional.empty();
    }
    var hops = answer.there().hops();
    return Name.tryParse(hops.get(hops.size() - 2).machine())
        .flatMap(network::node)
        .map(gateway -> new FileEdit.Masquerade(gateway.name()));
  }

  private static Optional<FileEdit> meet(Network network, NodeConfig near, Packet packet) {
    for (var tunnel : near.interfaces()) {
      var owners = new PrefixMap<PeerConfig>();
      Cryptokeys.of(tunnel).owners().forEach(owners::put);
      var entry = owners.longest(packet.destination()).map(PrefixMap.Entry::value);
      var far = entry.flatMap(e -> withKey(network, e));
      if (far.isEmpty() || tunnel.publicKey().isEmpty()) {
        continue;
      }
      var back = entry(network, far.get(), near.name().text());
      String name = far.get().name().text();
      if (back.isEmpty()) {
        var own = tunnel.addresses().stream().map(a -> Prefix.host(a.address())).toList();
        var added =
            new PeerConfig(
                Optional.of(near.name()),
                tunnel.publicKey().get(),
                entry.get().presharedKey(),
                Optional.empty(),
                own,
                0);
        return Optional.of(new FileEdit.AddPeer(far.get().name(), near.name().text(), added));
      }
      if (!back.get().presharedKey().equals(entry.get().presharedKey())) {
        return Optional.of(
            new FileEdit.CopyPresharedKey(near.name(), name, entry.get(), back.get()));
      }
      return endpoint(network, near, far.get(), entry.get())
          .or(() -> endpoint(network, far.get(), near, back.get()));
    }
    return Optional.empty();
  }

  private static Optional<FileEdit> endpoint(
      Network network, NodeConfig caller, NodeConfig called, PeerConfig entry) {
    var world = new World(network);
    var address =
        world.machine(new Spot.Node(called.name())).stream()
            .flatMap(machine -> world.publicAddresses(machine).stream())
            .findFirst();
    var port =
        called.interfaces().stream()
            .filter(tunnel -> tunnel.publicKey().equals(Optional.of(entry.publicKey())))
            .map(TunnelInterface::listenPort)
            .filter(OptionalInt::isPresent)
            .findFirst();
    if (address.isEmpty() || port.isEmpty()) {
      return Optional.empty();
    }
    var endpoint = EndpointAddress.of(address.get(), port.get().getAsInt());
    return entry.endpoint().equals(Optional.of(endpoint))
        ? Optional.empty()
        : Optional.of(
            new FileEdit.SetEndpoint(caller.name(), called.name().text(), entry, endpoint));
  }

  private static Optional<NodeConfig> withKey(Network network, PeerConfig entry) {
    return network.nodes().stream()
        .filter(node ->
            node.interfaces().stream()
                .anyMatch(t -> t.publicKey().equals(Optional.of(entry.publicKey()))))
        .findFirst();
  }

  private static Optional<PeerConfig> entry(Network network, NodeConfig of, String peer) {
    var far = Name.tryParse(peer).flatMap(network::node);
    return of.interfaces().stream()
        .flatMap(tunnel -> Cryptokeys.of(tunnel).peers().values().stream())
        .filter(entry ->
            far.filter(node ->
                    node.interfaces().stream()
                        .anyMatch(t -> t.publicKey().equals(Optional.of(entry.publicKey()))))
                .isPresent())
        .findFirst();
  }
}
