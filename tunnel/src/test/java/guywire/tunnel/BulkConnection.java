package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;

/** A tunnel, and a peer of it that has a connection with a socket behind it. */
final class BulkConnection implements AutoCloseable {

  /** How many segments are carried at a time: of more than 64 KiB and less than 128. */
  static final int SEGMENTS = 160;

  /** So short that none of them is made to tell its sender to slow down. */
  private static final int SEGMENT = 450;

  private static final int TOGETHER = 40;
  private static final int ALL = SEGMENT * SEGMENTS;

  final Pair pair;
  private final WirePeer peer;
  private final ServerSocketChannel listener;
  private final SocketChannel socket;
  private final InnerTcp tcp = new InnerTcp(80);
  private final SplittableRandom random = new SplittableRandom(7);
  private int sent;

  /**
   * Comes up.
   *
   * @param forwards whether the tunnel's interface forwards
   */
  BulkConnection(Pair.Program program, boolean forwards) throws IOException {
    pair = new Pair(program, Pair.Program.guywire());
    try {
      setForwarding(forwards);
      peer = WirePeer.meet(pair);
      listener = pair.a.namespace.call(ServerSocketChannel::open);
      listener.setOption(StandardSocketOptions.SO_RCVBUF, 4 * ALL);
      listener.bind(new InetSocketAddress("10.10.0.1", 80));
      peer.send(peer.message(tcp.begin()));
      peer.send(peer.message(tcp.confirm(peer.nextPacket())));
      socket = listener.accept();
    } catch (Throwable e) {
      pair.close();
      throw e;
    }
  }

  void setForwarding(boolean on) {
    String key = "net.ipv4.conf." + pair.a.interfaceName + ".forwarding";
    pair.a.attempt("sysctl", "-qw", key + "=" + (on ? 1 : 0));
  }

  /**
   * Sends data that the tunnel finds all at once, and takes it from the socket.
   *
   * @return how many packets the kernel saw
   */
  long carry() throws IOException {
    var expected = new byte[ALL];
    random.nextBytes(expected);
    long before = packets();
    String process = String.valueOf(pair.a.process.pid());
    Shell.run("kill", "-STOP", process);
    try {
      Pair.await("every thread to stop", () -> isStopped(process));
      for (int i = 0; i < SEGMENTS / TOGETHER; i++) {
        var messages = new byte[TOGETHER][];
        for (int j = 0; j < TOGETHER; j++) {
          var payload = new byte[SEGMENT];
          System.arraycopy(expected, (i * TOGETHER + j) * SEGMENT, payload, 0, SEGMENT);
          messages[j] = peer.message(tcp.data(payload));
        }
        peer.sendTogether(messages);
      }
    } finally {
      Shell.run("kill", "-CONT", process);
    }
    var got = ByteBuffer.allocate(ALL);
    while (got.hasRemaining() && socket.read(got) >= 0) {
      continue;
    }
    assertThat(got.array()).isEqualTo(expected);
    sent += ALL;
    while (tcp.acknowledged(peer.nextPacket()) != sent) {
      continue;
    }
    return packets() - before;
  }

  private static boolean isStopped(String process) {
    String states = Shell.run("sh", "-c", "cat /proc/" + process + "/task/*/status");
    return states.lines().filter(line -> line.startsWith("State:")).allMatch(l -> l.contains("T"));
  }

  private long packets() {
    String path = "/sys/class/net/" + pair.a.interfaceName + "/statistics/rx_packets";
    return Long.parseLong(pair.a.attempt("cat", path).output().trim());
  }

  @Override
  public void close() throws IOException {
    socket.close();
    listener.close();
    peer.close();
    pair.close();
  }
}
