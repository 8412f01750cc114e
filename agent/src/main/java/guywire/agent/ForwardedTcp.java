package guywire.agent;

import guywire.address.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The TCP connections of one forward. Each becomes two, between which bytes are passed on; an end
 * of one direction is passed on too, and the other direction goes on.
 *
 * <p>For the thread of {@link ForwardTraffic}.
 */
final class ForwardedTcp implements ForwardTraffic.Forwarded {

  /** So often a connection is read before others have their turn. */
  private static final int TURN = 8;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ForwardTraffic traffic;
  private final ForwardPath path;
  private final ForwardTraffic.Counts counts;
  private final ServerSocketChannel listener;
  private final Set<Connection> connections = new HashSet<>();

  ForwardedTcp(
      ForwardTraffic traffic,
      ForwardPath path,
      ForwardTraffic.Counts counts,
      ServerSocketChannel listener) {
    this.traffic = traffic;
    this.path = path;
    this.counts = counts;
    this.listener = listener;
  }

  /** The classes that are needed here. */
  static List<Class<?>> parts() {
    return List.of(ForwardedTcp.class, Connection.class, Half.class);
  }

  /** Opens the port. */
  static ServerSocketChannel listen(ForwardPath path) throws IOException {
    var listener = ServerSocketChannel.open(ForwardTraffic.family(path.address()));
    try {
      listener.configureBlocking(false);
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      listener.bind(new InetSocketAddress(Inet.address(path.address()), path.port()));
      return listener;
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  @Override
  public void begin(Selector selector) throws IOException {
    listener.register(selector, SelectionKey.OP_ACCEPT, this);
  }

  @Override
  public void ready(SelectionKey key) throws IOException {
    for (var near = listener.accept(); near != null; near = listener.accept()) {
      take(near, key.selector());
    }
  }

  private void take(SocketChannel near, Selector selector) throws IOException {
    var from = (InetSocketAddress) near.getRemoteAddress();
    boolean isAsker = IpAddress.of(from.getAddress().getAddress()).equals(path.asker());
    if (!isAsker || !traffic.mayTake()) {
      breakOff(near);
      return;
    }
    var far = SocketChannel.open(ForwardTraffic.family(path.target()));
    try {
      var connection = new Connection(key(near, selector), key(far, selector), near, far);
      connections.add(connection);
      counts.began();
      connection.begin();
    } catch (IOException e) {
      breakOff(near);
      breakOff(far);
    }
  }

  private static SelectionKey key(SocketChannel channel, Selector selector) throws IOException {
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    // An end that vanished is found, also while nobody says anything.
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    return channel.register(selector, 0);
  }

  @Override
  public int size() {
    return connections.size();
  }

  @Override
  public void sweep(long now) {
    // Connections may be idle for as long as the forward lasts.
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (var connection : List.copyOf(connections)) {
      connection.breakOff();
    }
  }

  private static void breakOff(SocketChannel channel) {
    try (channel) {
      // By a reset: the other end did not say that this is all.
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      // It is gone.
    }
  }

  /** One connection: the asker's, and that to the target. */
  private final class Connection implements ForwardTraffic.Attached {
    private final SelectionKey nearKey;
    private final SelectionKey farKey;
    private final SocketChannel near;
    private final SocketChannel far;
    private final Half up;
    private final Half down;
    private boolean connected;

    Connection(SelectionKey nearKey, SelectionKey farKey, SocketChannel near, SocketChannel far) {
      this.nearKey = nearKey;
      this.farKey = farKey;
      this.near = near;
      this.far = far;
      this.up = new Half(near, far);
      this.down = new Half(far, near);
    }

    void begin() {
      nearKey.attach(this);
      farKey.attach(this);
      var target = new InetSocketAddress(Inet.address(path.target()), path.targetPort());
      try {
        connected = far.connect(target);
        if (connected) {
          await();
        } else {
          farKey.interestOps(SelectionKey.OP_CONNECT);
        }
      } catch (IOException e) {
        breakOff();
      }
    }

    @Override
    public void ready(SelectionKey key) {
      try {
        if (!connected) {
          connected = far.finishConnect();
        }
        if (connected) {
          up.move();
          down.move();
          if (up.over && down.over) {
            close();
          } else {
            await();
          }
        }
      } catch (IOException e) {
        breakOff();
      }
    }

    private void await() {
      nearKey.interestOps(up.reads() | down.writes());
      farKey.interestOps(down.reads() | up.writes());
    }

    private void close() throws IOException {
      connections.remove(this);
      counts.ended();
      near.close();
      far.close();
    }

    void breakOff() {
      if (connections.remove(this)) {
        counts.ended();
      }
      ForwardedTcp.breakOff(near);
      ForwardedTcp.breakOff(far);
    }
  }

  /** One direction of a connection. */
  private final class Half {
    private final SocketChannel from;
    private final SocketChannel to;

    /** What could not be written yet; until it is, nothing more is read. */
    private ByteBuffer pending = NOTHING;

    private boolean ended;
    private boolean over;

    Half(SocketChannel from, SocketChannel to) {
      this.from = from;
      this.to = to;
    }

    int reads() {
      return !ended && !pending.hasRemaining() ? SelectionKey.OP_READ : 0;
    }

    int writes() {
      return pending.hasRemaining() ? SelectionKey.OP_WRITE : 0;
    }

    void move() throws IOException {
      if (pending.hasRemaining()) {
        counts.passed(to.write(pending));
        if (pending.hasRemaining()) {
          return;
        }
        pending = NOTHING;
      }
      for (int i = 0; i < TURN && !ended && !pending.hasRemaining(); i++) {
        var buffer = traffic.buffer().clear();
        int read = from.read(buffer);
        if (read == 0) {
          break;
        }
        ended = read < 0;
        counts.passed(to.write(buffer.flip()));
        if (buffer.hasRemaining()) {
          pending = ByteBuffer.allocate(buffer.remaining()).put(buffer).flip();
        }
      }
      if (ended && !over && !pending.hasRemaining()) {
        to.shutdownOutput();
        over = true;
      }
    }
  }
}
