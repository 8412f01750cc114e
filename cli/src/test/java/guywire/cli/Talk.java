package guywire.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/**
 * One TCP connection between two machines that is in use all the time: 100 bytes a second, each
 * sent back.
 */
final class Talk {

  private static final int PORT = 9000;
  private static final int PATIENCE_MILLIS = 60_000;

  private Talk() {}

  /**
   * {@code answer ADDRESS} sends back what comes; {@code ask ADDRESS} asks until its input ends,
   * and tells how often it was answered and what the longest wait was, in ms.
   */
  public static void main(String[] words) throws IOException, InterruptedException {
    var address = InetAddress.getByName(words[1]);
    if (words[0].equals("answer")) {
      try (var server = new ServerSocket(PORT, 1, address)) {
        System.out.println("ready");
        try (var socket = server.accept()) {
          socket.setTcpNoDelay(true);
          socket.getInputStream().transferTo(socket.getOutputStream());
        }
      }
      return;
    }
    long answers = 0;
    long longest = 0;
    try (var socket = new Socket(address, PORT)) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      System.out.println("ready");
      while (System.in.available() == 0) {
        long begun = System.nanoTime();
        socket.getOutputStream().write((int) answers & 0xff);
        if (socket.getInputStream().read() != ((int) answers & 0xff)) {
          throw new IOException("another byte came back");
        }
        answers++;
        longest = Math.max(longest, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
    System.out.println(answers + " " + longest);
  }
}
