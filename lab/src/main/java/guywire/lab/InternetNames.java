package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Spot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The name server on the lab's internet: it knows the host names of endpoints and {@value
 * #OUTSIDE}, and writes down who asked for what, so that a leak can be seen.
 */
final class InternetNames implements AutoCloseable {

  /** The name of the server outside. */
  static final String OUTSIDE = "outside.test";

  private static final int PORT = 53;

  private final Map<String, List<IpAddress>> names;
  private final List<Query> queries = new ArrayList<>();
  private final List<DatagramChannel> channels = new ArrayList<>();

  /** Who asked for what. */
  record Query(IpAddress from, String name) {}

  private InternetNames(Map<String, List<IpAddress>> names) {
    this.names = names;
  }

  static InternetNames start(LabMachine machine, Map<String, List<IpAddress>> names) {
    var server = new InternetNames(names);
    try {
      // One socket for each address, so that an answer comes from where the question went.
      for (var address : machine.netlink().addresses()) {
        if (!address.address().isLinkLocalAddress()) {
          server.listen(machine, new InetSocketAddress(address.address(), PORT));
        }
      }
    } catch (IOException e) {
      server.close();
      throw new UncheckedIOException(e);
    }
    return server;
  }

  private void listen(LabMachine machine, InetSocketAddress address) throws IOException {
    boolean ipv4 = address.getAddress() instanceof Inet4Address;
    DatagramChannel channel =
        machine
            .namespace()
            .call(() ->
                DatagramChannel.open(
                    ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6));
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    channel.bind(address);
    channels.add(channel);
    Thread.ofVirtual().name("names at " + address).start(() -> serve(channel));
  }

  private void serve(DatagramChannel channel) {
    var buffer = ByteBuffer.allocate(1500);
    while (true) {
      try {
        buffer.clear();
        var from = (InetSocketAddress) channel.receive(buffer);
        if (from == null) {
          continue;
        }
        byte[] message = Arrays.copyOf(buffer.array(), buffer.position());
        Optional<DnsMessage.Question> question = DnsMessage.readQuestion(message);
        if (question.isPresent()) {
          synchronized (queries) {
            queries.add(new Query(SocketAddresses.of(from.getAddress()), question.get().name()));
          }
          channel.send(ByteBuffer.wrap(answer(question.get())), from);
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // An ICMP error for an earlier answer: the asker is gone.
      }
    }
  }

  private byte[] answer(DnsMessage.Question question) {
    List<IpAddress> known =
        question.name().equals(OUTSIDE)
            ? List.of(Spot.Outside.IPV4, Spot.Outside.IPV6)
            : names.get(question.name());
    if (known == null) {
      return DnsMessage.answer(question, DnsMessage.NO_SUCH_NAME, List.of());
    }
    List<IpAddress> asked =
        known.stream()
            .filter(
                address -> question.type() == (address.isIpv4() ? DnsMessage.A : DnsMessage.AAAA))
            .toList();
    return DnsMessage.answer(question, DnsMessage.NO_ERROR, asked);
  }

  /** What was asked so far. */
  List<Query> queries() {
    synchronized (queries) {
      return List.copyOf(queries);
    }
  }

  @Override
  public void close() {
    for (DatagramChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing depends on it any more.
      }
    }
  }
}
