package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.Region;
import guywire.linux.UdpSender;
import guywire.linux.UdpSocket;
import guywire.protocol.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends by the UDP sockets that a tunnel has at the time. Confined to one thread. */
final class SocketSender implements DatagramSender {

  private final Supplier<Sockets> sockets;
  private final UdpSender sender;

  SocketSender(Supplier<Sockets> sockets, Region memory) {
    this.sockets = sockets;
    sender = new UdpSender(memory);
  }

  @Override
  public int send(Path path, long address, int length, int segmentBytes, int tos) {
    UdpSocket socket = socket(path);
    return socket == null
        ? -Errno.EAFNOSUPPORT
        : sender.send(socket, address, length, segmentBytes, tos);
  }

  @Override
  public int sendTailed(Path path, long address, int length, int segmentBytes, int tos) {
    UdpSocket socket = socket(path);
    return socket == null
        ? -Errno.EAFNOSUPPORT
        : sender.sendTailed(socket, address, length, segmentBytes, tos);
  }

  /** The socket of the path's family, or null; the sender has the path's addresses then. */
  private @Nullable UdpSocket socket(Path path) {
    var endpoint = path.endpoint();
    var to = endpoint.address();
    if (to.isIpv4()) {
      sender.to4((int) to.low(), endpoint.port());
    } else {
      sender.to6(to.high(), to.low(), endpoint.scope(), endpoint.port());
    }
    if (!path.source().isUnspecified()) {
      sender.from(path.source().high(), path.source().low());
    }
    return sockets.get().of(!to.isIpv4());
  }
}
