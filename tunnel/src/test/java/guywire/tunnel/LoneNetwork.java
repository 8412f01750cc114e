package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.Memory;
import guywire.linux.ReceivedDatagrams;
import guywire.linux.UdpSender;
import guywire.protocol.Message;
import guywire.protocol.Path;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * What lies between tunnels of one process, with a clock that stands still until it is told to go
 * on. It sees every datagram, searches it for what was never to be seen, and for a counter that was
 * used before.
 */
final class LoneNetwork implements Times, AutoCloseable {

  /** What all payloads are made of. */
  static final byte[] SECRET =
      "nobody may read!".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private static final int NEEDLE = 10;

  /** A super-datagram on its way. */
  private record Arrival(LoneTunnel from, byte[] bytes, int segmentBytes, int tos, long nanos) {}

  /** Which message: whose, of which session, with which counter. */
  private record Nonce(int from, int session, long counter) {}

  private final List<LoneTunnel> tunnels = new ArrayList<>();
  private final List<ArrayDeque<Arrival>> arrivals = new ArrayList<>();
  private final Set<Nonce> nonces = new HashSet<>();
  private final Map<LoneTunnel, Arrival> newest = new HashMap<>();
  private final boolean joins;
  private long now = 1_000_000_000L;

  /** Before each sending: 0, or the negative error number with which it is refused. */
  private IntSupplier verdict = () -> 0;

  /**
   * One without tunnels.
   *
   * @param joins whether super-datagrams arrive as they were sent
   */
  LoneNetwork(boolean joins) {
    this.joins = joins;
  }

  void add(LoneTunnel tunnel) {
    tunnels.add(tunnel);
    arrivals.add(new ArrayDeque<>());
  }

  /** Asks before each sending; a negative error number refuses it. */
  void judge(IntSupplier asked) {
    verdict = asked;
  }

  void pass(long nanos) {
    now += nanos;
  }

  @Override
  public long bootNanos() {
    return now;
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public long unixNanos() {
    return now;
  }

  /** Whoever carries has the processor all the time. */
  @Override
  public long threadNanos() {
    return now;
  }

  /** How many messages were seen. */
  int messages() {
    return nonces.size();
  }

  DatagramSender senderOf(LoneTunnel from) {
    return new DatagramSender() {
      @Override
      public int send(Path path, long address, int length, int segmentBytes, int tos) {
        return LoneNetwork.this.send(from, path, bytes(address, length), segmentBytes, tos);
      }

      @Override
      public int sendTailed(Path path, long address, int length, int segmentBytes, int tos) {
        byte[] whole = Arrays.copyOf(bytes(address, length), length + UdpSender.TAIL_BYTES);
        return Math.min(LoneNetwork.this.send(from, path, whole, segmentBytes, tos), length);
      }
    };
  }

  private static byte[] bytes(long address, int length) {
    var bytes = new byte[length];
    MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_BYTE, address, bytes, 0, length);
    return bytes;
  }

  private synchronized int send(
      LoneTunnel from, Path path, byte[] bytes, int segmentBytes, int tos) {
    int refused = verdict.getAsInt();
    if (refused < 0) {
      return refused;
    }
    int segments = Math.ceilDiv(bytes.length, segmentBytes);
    if (segments == 1 && bytes.length > UdpSender.MAX_BYTES) {
      return -Errno.EMSGSIZE;
    }
    if (bytes.length > UdpSender.MAX_BYTES || segments > UdpSender.MAX_SEGMENTS) {
      throw new AssertionError(bytes.length + " bytes in " + segments + " datagrams by one call");
    }
    for (int at = 0; at < bytes.length; at += segmentBytes) {
      look(from, Arrays.copyOfRange(bytes, at, Math.min(at + segmentBytes, bytes.length)));
    }
    for (LoneTunnel to : tunnels) {
      if (to.endpoint.equals(path.endpoint())) {
        arrive(to, new Arrival(from, bytes, segmentBytes, tos, now));
      }
    }
    return bytes.length;
  }

  private void look(LoneTunnel from, byte[] datagram) {
    MemorySegment message = MemorySegment.ofArray(datagram);
    if (datagram.length == UdpSender.TAIL_BYTES) {
      return;
    }
    int type = Message.type(message, 0, datagram.length);
    if (type == Message.INVALID) {
      throw new AssertionError("no message: " + Arrays.toString(datagram));
    }
    if (type != Message.DATA) {
      return;
    }
    var nonce = new Nonce(from.number, Message.receiver(message, 0), Message.counter(message, 0));
    if (!nonces.add(nonce)) {
      throw new AssertionError("used twice: " + nonce);
    }
    int at = plaintext(datagram);
    if (at >= 0) {
      throw new AssertionError("plaintext at " + at + " of " + nonce);
    }
  }

  /** Where plaintext is, or -1: runs of it hold the secret's beginning. */
  static int plaintext(byte[] datagram) {
    for (int at = 0; at + NEEDLE <= datagram.length; at++) {
      if (Arrays.equals(datagram, at, at + NEEDLE, SECRET, 0, NEEDLE)) {
        return at;
      }
    }
    return -1;
  }

  private void arrive(LoneTunnel to, Arrival arrival) {
    ArrayDeque<Arrival> queue = arrivals.get(tunnels.indexOf(to));
    newest.put(to, arrival);
    if (joins) {
      queue.add(arrival);
      return;
    }
    byte[] bytes = arrival.bytes();
    for (int at = 0; at < bytes.length; at += arrival.segmentBytes()) {
      int end = Math.min(at + arrival.segmentBytes(), bytes.length);
      byte[] one = Arrays.copyOfRange(bytes, at, end);
      queue.add(new Arrival(arrival.from(), one, one.length, arrival.tos(), arrival.nanos()));
    }
  }

  /** Puts a datagram of a stranger's on the way to a tunnel. */
  synchronized void forge(LoneTunnel to, LoneTunnel claimed, byte[] datagram) {
    arrive(to, new Arrival(claimed, datagram, datagram.length, 0, now));
  }

  /** Has a tunnel receive one batch; false if nothing is on the way to it. */
  boolean deliver(LoneTunnel to) {
    var batch = new ArrayList<Arrival>();
    synchronized (this) {
      ArrayDeque<Arrival> queue = arrivals.get(tunnels.indexOf(to));
      while (!queue.isEmpty() && batch.size() < Inbound.BUFFERS) {
        batch.add(queue.remove());
      }
    }
    if (!batch.isEmpty()) {
      to.inbound.carry(new Batch(to, batch), batch.size());
    }
    return !batch.isEmpty();
  }

  /** Has what came to a tunnel last come again. */
  synchronized void repeat(LoneTunnel to) {
    Arrival last = newest.get(to);
    if (last != null) {
      arrive(to, last);
    }
  }

  @Override
  public void close() {
    tunnels.forEach(LoneTunnel::close);
  }

  /** What one tunnel receives at a time. */
  private final class Batch implements ReceivedDatagrams {

    private final List<Arrival> batch;
    private final long area;

    Batch(LoneTunnel to, List<Arrival> batch) {
      this.batch = batch;
      area = to.received;
      for (int i = 0; i < batch.size(); i++) {
        byte[] bytes = batch.get(i).bytes();
        MemorySegment.copy(bytes, 0, Memory.ALL, ValueLayout.JAVA_BYTE, address(i), bytes.length);
      }
    }

    @Override
    public long address(int index) {
      return area + index * 65_536L;
    }

    @Override
    public int length(int index) {
      return batch.get(index).bytes().length;
    }

    @Override
    public int segmentBytes(int index) {
      return batch.get(index).segmentBytes();
    }

    @Override
    public int tos(int index) {
      return batch.get(index).tos();
    }

    @Override
    public long arrivalUnixNanos(int index) {
      return batch.get(index).nanos();
    }

    @Override
    public int port(int index) {
      return batch.get(index).from().endpoint.port();
    }

    @Override
    public long high(int index) {
      return 0;
    }

    @Override
    public long low(int index) {
      return batch.get(index).from().endpoint.address().low();
    }

    @Override
    public int scope(int index) {
      return 0;
    }

    @Override
    public boolean isIpv6(int index) {
      return false;
    }

    @Override
    public boolean hasLocal(int index) {
      return false;
    }

    @Override
    public long localHigh(int index) {
      return 0;
    }

    @Override
    public long localLow(int index) {
      return 0;
    }

    @Override
    public int localIndex(int index) {
      return 0;
    }
  }
}
