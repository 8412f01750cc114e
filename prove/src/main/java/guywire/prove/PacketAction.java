package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.PacketMatch;
import guywire.network.text.Text;
import java.util.Optional;

/** What one machine does with a packet, and the entry that makes it do so. */
public sealed interface PacketAction {

  /** What people read. */
  Text text();

  /**
   * It takes the packet out of a tunnel, because the source belongs to the peer that sent it.
   *
   * @param peer who sent it
   * @param allowed the peer's prefix around the source
   */
  record Received(String peer, Prefix allowed) implements PacketAction {
    @Override
    public Text text() {
      return Text.of(PacketAction.class, "action.received", peer, allowed.toString());
    }
  }

  /**
   * It finds a route.
   *
   * @param to the route's prefix
   * @param device the interface
   * @param via the next hop, if it is not the destination itself
   */
  record Routed(Prefix to, String device, Optional<IpAddress> via) implements PacketAction {
    @Override
    public Text text() {
      return via.isPresent()
          ? Text.of(
              PacketAction.class, "action.routed-via", to.toString(), device, via.get().toString())
          : Text.of(PacketAction.class, "action.routed", to.toString(), device);
    }
  }

  /**
   * It lets the packet through.
   *
   * @param in the interface it came in on
   * @param out the interface it leaves by
   * @param state how it stands to known connections
   */
  record Forwarded(String in, String out, PacketMatch.Connections state) implements PacketAction {
    @Override
    public Text text() {
      return Text.of(PacketAction.class, "action.forwarded", in, out);
    }
  }

  /**
   * It writes another source into the packet.
   *
   * @param to the new source
   */
  record SourceRewritten(IpAddress to) implements PacketAction {
    @Override
    public Text text() {
      return Text.of(PacketAction.class, "action.source", to.toString());
    }
  }

  /**
   * It writes another destination into the packet.
   *
   * @param to the new destination
   */
  record DestinationRewritten(IpAddress to) implements PacketAction {
    @Override
    public Text text() {
      return Text.of(PacketAction.class, "action.destination", to.toString());
    }
  }

  /**
   * It encrypts the packet for a peer.
   *
   * @param peer the peer
   * @param allowed the peer's prefix around the destination
   * @param endpoint where the datagram goes
   * @param mtu the MTU of the tunnel in bytes
   */
  record Encrypted(String peer, Prefix allowed, Text endpoint, int mtu) implements PacketAction {
    @Override
    public Text text() {
      return Text.of(
          PacketAction.class,
          "action.encrypted",
          peer,
          allowed.toString(),
          endpoint,
          String.valueOf(mtu));
    }
  }

  /** It is the destination. */
  record Delivered() implements PacketAction {
    @Override
    public Text text() {
      return Text.of(PacketAction.class, "action.delivered");
    }
  }

  /**
   * It goes no further.
   *
   * @param stop why
   */
  record Stopped(Stop stop) implements PacketAction {
    @Override
    public Text text() {
      return stop.text();
    }
  }
}
