package guywire.bench;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.linux.UdpReceiver;
import guywire.linux.UdpSender;
import guywire.linux.UdpSocket;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Paced datagrams of some sizes, several by one call where a size is fixed (UDP_SEGMENT), and the
 * one who counts them. Each program says how many there were.
 */
final class Datagrams {

  /** Sizes of the flows; 0 stands for one by chance for each datagram. */
  static final List<Integer> SIZES = List.of(300, 500, 1200, 1372, 0);

  static final int FIRST_PORT = 6001;

  private static final int LONGEST = 1372;
  private static final int AT_ONCE = 16;
  private static final long PAUSE_NANOS = 2_000_000;

  private Datagrams() {}

  /**
   * Sends or counts until the input ends.
   *
   * @param arguments nothing to count; or the address, as a number, and datagrams a second of each
   *     flow
   */
  public static void main(String[] arguments) {
    if (arguments.length == 0) {
      System.out.println(count());
    } else {
      System.out.println(send(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1])));
    }
  }

  private static long send(int ipv4, int perSecond) {
    var random = new SplittableRandom(1);
    var sender = new UdpSender(new Region());
    long data = Memory.allocate(AT_ONCE * LONGEST);
    long sent = 0;
    long turns = 0;
    try (UdpSocket socket = UdpSocket.open(false, 0)) {
      Program.Ending end = Program.ready();
      long start = System.nanoTime();
      while (!end.isHere()) {
        long due = (System.nanoTime() - start) / 1000 * perSecond / AT_ONCE / 1_000_000;
        for (; turns < due; turns++) {
          for (int flow = 0; flow < SIZES.size(); flow++) {
            sender.to4(ipv4, FIRST_PORT + flow);
            sent += sendSome(sender, socket, data, SIZES.get(flow), random);
          }
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    return sent;
  }

  /** Sends some of one flow; how many left. */
  private static int sendSome(
      UdpSender sender, UdpSocket socket, long data, int size, SplittableRandom random) {
    if (size > 0) {
      return sender.send(socket, data, AT_ONCE * size, size, 0) < 0 ? 0 : AT_ONCE;
    }
    int sent = 0;
    for (int i = 0; i < AT_ONCE; i++) {
      int bytes = 1 + random.nextInt(LONGEST);
      sent += sender.send(socket, data, bytes, bytes, 0) < 0 ? 0 : 1;
    }
    return sent;
  }

  private static long count() {
    var receiver = new UdpReceiver(32, new Region());
    List<UdpSocket> sockets =
        IntStream.range(0, SIZES.size())
            .mapToObj(flow -> UdpSocket.open(false, FIRST_PORT + flow))
            .toList();
    sockets.forEach(socket -> socket.setGro(true));
    Program.Ending end = Program.ready();
    long counted = 0;
    while (true) {
      boolean ended = end.isHere();
      long before = counted;
      for (UdpSocket socket : sockets) {
        int buffers = receiver.receive(socket);
        for (int i = 0; i < buffers; i++) {
          counted += Math.ceilDiv(receiver.length(i), Math.max(1, receiver.segmentBytes(i)));
        }
      }
      if (ended && counted == before) {
        break;
      }
      if (counted == before) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    sockets.forEach(UdpSocket::close);
    return counted;
  }
}
