package guywire.agent;

import guywire.address.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The datagrams of one forward. Each port of the asker's has a socket towards the target, for as
 * long as something is said.
 *
 * <p>For the thread of {@link ForwardTraffic}.
 */
final class ForwardedUdp implements ForwardTraffic.Forwarded {

  /** As RFC 4787 (REQ-5) recommends for the mappings of a NAT. */
  private static final long IDLE_NANOS = 300_000_000_000L;

  private static final int TURN = 64;

  private final ForwardTraffic traffic;
  private final ForwardPath path;
  private final ForwardTraffic.Counts counts;
  private final DatagramChannel listener;
  private final Map<InetSocketAddress, Flow> flows = new HashMap<>();

  ForwardedUdp(
      ForwardTraffic traffic,
      ForwardPath path,
      ForwardTraffic.Counts counts,
      DatagramChannel listener) {
    this.traffic = traffic;
    this.path = path;
    this.counts = counts;
    this.listener = listener;
  }

  /** The classes that are needed here. */
  static List<Class<?>> parts() {
    return List.of(ForwardedUdp.class, Flow.class);
  }

  /** Opens the port. */
  static DatagramChannel listen(ForwardPath path) throws IOException {
    var listener = DatagramChannel.open(ForwardTraffic.family(path.address()));
    try {
      listener.configureBlocking(false);
      listener.bind(new InetSocketAddress(Inet.address(path.address()), path.port()));
      return listener;
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  @Override
  public void begin(Selector selector) throws IOException {
    listener.register(selector, SelectionKey.OP_READ, this);
  }

  @Override
  public void ready(SelectionKey key) throws IOException {
    for (int i = 0; i < TURN; i++) {
      var buffer = traffic.buffer().clear();
      var from = (InetSocketAddress) listener.receive(buffer);
      if (from == null) {
        return;
      }
      if (IpAddress.of(from.getAddress().getAddress()).equals(path.asker())) {
        buffer.flip();
        pass(from, key.selector());
      }
    }
  }

  private void pass(InetSocketAddress from, Selector selector) throws IOException {
    var flow = flows.get(from);
    if (flow == null) {
      if (!traffic.mayTake()) {
        return;
      }
      var far = DatagramChannel.open(ForwardTraffic.family(path.target()));
      flow = new Flow(from, far);
      try {
        far.configureBlocking(false);
        far.connect(new InetSocketAddress(Inet.address(path.target()), path.targetPort()));
        far.register(selector, SelectionKey.OP_READ, flow);
      } catch (IOException e) {
        far.close();
        return;
      }
      flows.put(from, flow);
      counts.began();
    }
    flow.send();
  }

  @Override
  public int size() {
    return flows.size();
  }

  @Override
  public void sweep(long now) {
    for (var flow : List.copyOf(flows.values())) {
      if (now - flow.last > IDLE_NANOS) {
        flow.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    List.copyOf(flows.values()).forEach(Flow::close);
  }

  /** What one port of the asker's says to the target, and hears. */
  private final class Flow implements ForwardTraffic.Attached {
    private final InetSocketAddress asker;
    private final DatagramChannel far;
    private long last = System.nanoTime();

    Flow(InetSocketAddress asker, DatagramChannel far) {
      this.asker = asker;
      this.far = far;
    }

    /** Passes on what is in the buffer; what there is no room for is lost, as it may be. */
    void send() {
      last = System.nanoTime();
      try {
        counts.passed(far.write(traffic.buffer()));
      } catch (IOException e) {
        // Nobody listened to one before: who listens later hears.
      }
    }

    @Override
    public void ready(SelectionKey key) {
      try {
        for (int i = 0; i < TURN; i++) {
          var buffer = traffic.buffer().clear();
          if (far.read(buffer) == 0 && buffer.position() == 0) {
            return;
          }
          last = System.nanoTime();
          counts.passed(listener.send(buffer.flip(), asker));
        }
      } catch (IOException e) {
        // Nobody listens there now.
      }
    }

    void close() {
      if (flows.remove(asker) != null) {
        counts.ended();
      }
      try {
        far.close();
      } catch (IOException e) {
        // It is gone.
      }
    }
  }
}
