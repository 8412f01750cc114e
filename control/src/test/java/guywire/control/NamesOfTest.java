package guywire.control;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/**
 * A name server on the loopback interface for which every name is this host, or no name is any.
 * Nothing else on the machine asks it.
 */
final class NamesOfTest implements AutoCloseable {

  private static final int HEADER = 12;
  private static final int TYPE_A = 1;
  private static final byte[] LOOPBACK = {
    (byte) 0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1
  };

  private final DatagramSocket socket;
  private volatile boolean known = true;
  private final CountDownLatch answering = new CountDownLatch(1);

  NamesOfTest() throws IOException {
    socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
    Thread.ofPlatform().daemon().name("names").start(this::serve);
  }

  /** Answers from now on; who has asked before waits. */
  void answer() {
    answering.countDown();
  }

  String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** Whether names lead anywhere from now on. */
  void know(boolean is) {
    known = is;
  }

  private void serve() {
    var packet = new DatagramPacket(new byte[1500], 1500);
    while (!socket.isClosed()) {
      try {
        packet.setLength(1500);
        socket.receive(packet);
        answering.await();
        byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (IOException | InterruptedException e) {
        // It ends.
      }
    }
  }

  /** The question once more, without what else was said, and an address if it asks for one. */
  private byte[] answer(byte[] query) {
    int at = HEADER;
    while (query[at] != 0) {
      at += query[at] + 1;
    }
    int type = query[at + 1] << 8 | query[at + 2];
    int end = at + 5;
    boolean answers = known && type == TYPE_A;
    byte[] answer = Arrays.copyOf(query, end + (answers ? LOOPBACK.length : 0));
    answer[2] = (byte) 0x85;
    answer[3] = (byte) (known ? 0x80 : 0x83);
    Arrays.fill(answer, 4, HEADER, (byte) 0);
    answer[5] = 1;
    if (answers) {
      answer[7] = 1;
      System.arraycopy(LOOPBACK, 0, answer, end, LOOPBACK.length);
    }
    return answer;
  }

  @Override
  public void close() {
    socket.close();
  }
}
