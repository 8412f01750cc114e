package guywire.agent;

import guywire.address.IpAddress;
import guywire.network.Transport;
import guywire.node.PowerlessThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Passes on what forwards carry, in one thread that has no right at all: what it reads comes from
 * others. Bytes are passed on as they are.
 *
 * <p>Any thread opens and ends forwards.
 */
final class ForwardTraffic implements AutoCloseable {

  /** So many connections are passed on at once, of all forwards. */
  static final int MOST_CONNECTIONS = 256;

  /** More than the largest datagram, and what one connection may keep waiting at most. */
  private static final int BUFFER_BYTES = 1 << 16;

  private static final long SWEEP_MILLIS = 10_000;

  /** What a key of the selector is for. */
  interface Attached {
    /** Something can be read, written or taken. */
    void ready(SelectionKey key) throws IOException;
  }

  /** The connections of one forward. */
  interface Forwarded extends Attached, AutoCloseable {
    void begin(Selector selector) throws IOException;

    /** How many there are now. */
    int size();

    /** Ends what has been silent for too long. */
    void sweep(long now);

    @Override
    void close() throws IOException;
  }

  /** What a forward has carried. Written by one thread, read by any. */
  static final class Counts {
    private final LongAdder now = new LongAdder();
    private final LongAdder soFar = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    void began() {
      now.increment();
      soFar.increment();
    }

    void ended() {
      now.decrement();
    }

    void passed(int count) {
      bytes.add(count);
    }

    long now() {
      return now.sum();
    }

    long soFar() {
      return soFar.sum();
    }

    long bytes() {
      return bytes.sum();
    }
  }

  /** A forward that was opened. */
  record Opened(Forwarded forwarded, Counts counts) {}

  private final Selector selector;
  private final Errands errands;
  private final List<Forwarded> all = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private long swept = System.nanoTime();
  private boolean ended;

  private ForwardTraffic(Selector selector) {
    this.selector = selector;
    this.errands = new Errands(selector::wakeup);
  }

  private static void loaded(String name) {
    try {
      Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Begins, in the network namespace of the calling thread. */
  static ForwardTraffic begin() {
    // Another user may not be able to open our jars: all is loaded before.
    var parts = new ArrayList<Class<?>>(ForwardedTcp.parts());
    parts.addAll(ForwardedUdp.parts());
    parts.addAll(List.of(Attached.class, Forwarded.class, Counts.class, Inet.class));
    parts.forEach(part -> loaded(part.getName()));
    try {
      var traffic = new ForwardTraffic(Selector.open());
      PowerlessThread.start("forwards' packets", 0, traffic::run);
      return traffic;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ProtocolFamily family(IpAddress address) {
    return address.isIpv4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
  }

  /**
   * Opens a port and passes on from now on.
   *
   * @throws java.net.BindException if the port is taken
   * @throws IOException if it can't be opened
   */
  Opened open(ForwardPath path) throws IOException {
    var counts = new Counts();
    Forwarded forwarded =
        path.transport() == Transport.TCP
            ? new ForwardedTcp(this, path, counts, ForwardedTcp.listen(path))
            : new ForwardedUdp(this, path, counts, ForwardedUdp.listen(path));
    errands.call(() -> {
      all.add(forwarded);
      forwarded.begin(selector);
    });
    return new Opened(forwarded, counts);
  }

  /** Closes the port and breaks its connections off; returns when that is done. */
  void end(Opened opened) {
    errands.call(() -> {
      all.remove(opened.forwarded());
      opened.forwarded().close();
    });
  }

  private void run() {
    try (selector) {
      while (!ended) {
        selector.select(size() == 0 ? 0 : SWEEP_MILLIS);
        errands.advance();
        for (var key : selector.selectedKeys()) {
          if (key.isValid()) {
            serve(key);
          }
        }
        selector.selectedKeys().clear();
        sweep(System.nanoTime());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void sweep(long now) {
    if (now - swept > TimeUnit.MILLISECONDS.toNanos(SWEEP_MILLIS)) {
      swept = now;
      for (var each : all) {
        each.sweep(now);
      }
    }
  }

  private static void serve(SelectionKey key) {
    try {
      if (key.attachment() instanceof Attached attached) {
        attached.ready(key);
      }
    } catch (IOException e) {
      // One that was about to be taken is gone: the next may be better.
    }
  }

  private int size() {
    int size = 0;
    for (var each : all) {
      size += each.size();
    }
    return size;
  }

  /** Whether there is room for one more connection. */
  boolean mayTake() {
    return size() < MOST_CONNECTIONS;
  }

  /** Where bytes are for as long as one is served; for this thread alone. */
  ByteBuffer buffer() {
    return buffer;
  }

  @Override
  public void close() {
    errands.call(() -> {
      for (var each : all) {
        each.close();
      }
      all.clear();
      ended = true;
    });
  }
}
