package guywire.node;

import guywire.address.IpAddress;
import guywire.network.NameServer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;

/**
 * The process of a network's name server: answers by UDP and TCP on port 53 of the tunnel addresses
 * for as long as its file is there.
 */
public final class NameServerProgram {

  static final String FILE = "name-server";

  private static final int PORT = 53;
  private static final int UPSTREAM_MILLIS = 3000;
  private static final int CLIENT_MILLIS = 10_000;
  private static final int LARGEST_UDP_BYTES = 4096;

  private final NameServer server;
  private final DnsAnswers answers;

  private NameServerProgram(NameServer server) {
    this.server = server;
    this.answers = new DnsAnswers(server);
  }

  /**
   * Serves until the file is gone.
   *
   * @param arguments the directory in which {@code name-server} says what to serve
   * @throws IOException if an address can't be bound
   * @throws InterruptedException never
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path directory = Path.of(arguments[0]);
    String text = Files.readString(directory.resolve(FILE));
    new NameServerProgram(NameServerText.parse(text)).listen();
    Companion.live(directory, FILE, 0, () -> {});
  }

  private void listen() throws IOException {
    for (var address : server.listen()) {
      var local = new InetSocketAddress(Addresses.toJava(address), PORT);
      var datagrams = new DatagramSocket(local);
      var connections = new ServerSocket();
      connections.setReuseAddress(true);
      connections.bind(local);
      Thread.ofPlatform().daemon().name("udp " + address).start(() -> serve(datagrams));
      Thread.ofPlatform().daemon().name("tcp " + address).start(() -> serve(connections));
    }
  }

  private void serve(DatagramSocket socket) {
    while (true) {
      var packet = new DatagramPacket(new byte[LARGEST_UDP_BYTES], LARGEST_UDP_BYTES);
      try {
        socket.receive(packet);
      } catch (IOException e) {
        continue;
      }
      Thread.startVirtualThread(() -> {
        try {
          byte[] question = Arrays.copyOf(packet.getData(), packet.getLength());
          byte[] answer = answer(question, false);
          socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        } catch (IOException e) {
          // Not a question, or the asker is gone: no answer.
        }
      });
    }
  }

  private void serve(ServerSocket socket) {
    while (true) {
      try {
        Socket connection = socket.accept();
        Thread.startVirtualThread(() -> serve(connection));
      } catch (IOException e) {
        // The asker was gone before it was heard.
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setSoTimeout(CLIENT_MILLIS);
      var in = new DataInputStream(connection.getInputStream());
      var out = new DataOutputStream(connection.getOutputStream());
      while (true) {
        byte[] answer = answer(in.readNBytes(in.readUnsignedShort()), true);
        out.writeShort(answer.length);
        out.write(answer);
        out.flush();
      }
    } catch (IOException e) {
      // The asker is done.
    }
  }

  private byte[] answer(byte[] bytes, boolean tcp) throws IOException {
    Message question = new Message(bytes);
    if (question.getHeader().getFlag(org.xbill.DNS.Flags.QR)) {
      throw new IOException("an answer is not a question");
    }
    var known = answers.answer(question);
    if (known.isPresent()) {
      return known.get().toWire(tcp ? Message.MAXLENGTH : DnsAnswers.payload(question));
    }
    for (var upstream : server.upstream()) {
      try {
        return tcp ? askByTcp(upstream, bytes) : askByUdp(upstream, bytes);
      } catch (IOException e) {
        // The next one may know.
      }
    }
    int code = server.upstream().isEmpty() ? Rcode.REFUSED : Rcode.SERVFAIL;
    return DnsAnswers.refusal(question, code).toWire();
  }

  /** Asks with a number and port of its own, so that nobody outside can guess an answer in. */
  private static byte[] askByUdp(IpAddress upstream, byte[] question) throws IOException {
    try (var socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(Addresses.toJava(upstream), PORT));
      socket.setSoTimeout(UPSTREAM_MILLIS);
      byte[] asked = question.clone();
      int number = ThreadLocalRandom.current().nextInt(1 << 16);
      asked[0] = (byte) (number >> 8);
      asked[1] = (byte) number;
      socket.send(new DatagramPacket(asked, asked.length));
      var packet = new DatagramPacket(new byte[LARGEST_UDP_BYTES], LARGEST_UDP_BYTES);
      do {
        socket.receive(packet);
      } while (packet.getLength() < 2
          || packet.getData()[0] != asked[0]
          || packet.getData()[1] != asked[1]);
      byte[] answer = Arrays.copyOf(packet.getData(), packet.getLength());
      answer[0] = question[0];
      answer[1] = question[1];
      return answer;
    }
  }

  private static byte[] askByTcp(IpAddress upstream, byte[] question) throws IOException {
    try (var socket = new Socket()) {
      socket.setSoTimeout(UPSTREAM_MILLIS);
      socket.connect(new InetSocketAddress(Addresses.toJava(upstream), PORT), UPSTREAM_MILLIS);
      var out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(question.length);
      out.write(question);
      out.flush();
      var in = new DataInputStream(socket.getInputStream());
      return in.readNBytes(in.readUnsignedShort());
    }
  }
}
