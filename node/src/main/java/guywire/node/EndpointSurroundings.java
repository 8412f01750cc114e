package guywire.node;

import guywire.address.IpAddress;
import guywire.linux.Netlink;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.protocol.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;

/** What a machine says to those who follow endpoints. */
record EndpointSurroundings(Machine machine) implements EndpointWatch.Surroundings {

  /** Where nobody does anything with what comes (RFC 863). */
  private static final int DISCARD_PORT = 9;

  @Override
  public List<Endpoint> lookup(EndpointAddress endpoint) {
    return new EndpointLookup(new Commands(machine)).all(endpoint);
  }

  @Override
  public List<InterfaceAddress> addresses() {
    return machine.call(() -> {
      try (var netlink = Netlink.open()) {
        return LanAddresses.of(netlink, netlink.links());
      }
    });
  }

  @Override
  public void knock(IpAddress tunnelAddress) {
    machine.call(() -> {
      try (var channel = DatagramChannel.open()) {
        var to = InetAddress.getByAddress(tunnelAddress.bytes());
        channel.send(ByteBuffer.allocate(1), new InetSocketAddress(to, DISCARD_PORT));
      } catch (IOException e) {
        // Then whatever has something to send to the peer does.
      }
      return true;
    });
  }
}
