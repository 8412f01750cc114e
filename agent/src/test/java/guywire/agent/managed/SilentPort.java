package guywire.agent.managed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A port at which a SYN is not answered, as where a machine is off: its queue is full. */
final class SilentPort implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 300;
  private static final int MOST = 100;

  private final ServerSocket socket;
  private final List<Socket> waiting = new ArrayList<>();

  SilentPort(String address, int port) throws IOException {
    socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getByName(address), port), 1);
    while (isAnswered()) {
      if (waiting.size() > MOST) {
        throw new IOException("its queue has no end");
      }
    }
  }

  private boolean isAnswered() throws IOException {
    var next = new Socket();
    try {
      next.connect(socket.getLocalSocketAddress(), PATIENCE_MILLIS);
      waiting.add(next);
      return true;
    } catch (SocketTimeoutException e) {
      next.close();
      return false;
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (var each : waiting) {
      each.close();
    }
    socket.close();
  }
}
