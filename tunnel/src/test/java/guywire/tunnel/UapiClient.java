package guywire.tunnel;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Speaks to a control socket as raw text. */
final class UapiClient {

  private UapiClient() {}

  /** Sends a request and reads one answer, to its empty line. */
  static String request(Path socket, String text) {
    try (SocketChannel channel = connect(socket)) {
      send(channel, text);
      return answer(channel);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static SocketChannel connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return channel;
  }

  static void send(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** One answer, or what came before the other side ended. */
  static String answer(SocketChannel channel) throws IOException {
    var text = new StringBuilder();
    var one = ByteBuffer.allocate(1);
    while (text.indexOf("\n\n") < 0 && channel.read(one.clear()) > 0) {
      text.append((char) (one.get(0) & 0xff));
    }
    return text.toString();
  }
}
