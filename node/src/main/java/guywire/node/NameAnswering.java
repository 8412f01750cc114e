package guywire.node;

import guywire.address.IpAddress;
import guywire.network.NameServer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** Turns the bytes of a question to those of an answer, asking upstream what is not known here. */
final class NameAnswering {

  private static final int UPSTREAM_MILLIS = 3000;

  private final SecureRandom random = new SecureRandom();
  private final NameServer server;
  private final DnsAnswers answers;

  NameAnswering(NameServer server) {
    this.server = server;
    this.answers = new DnsAnswers(server);
  }

  /**
   * A question.
   *
   * @param bytes as it came
   * @param message what it says
   * @param asker the address that it came from
   */
  @SuppressWarnings("ArrayRecordComponent") // a view of one message, compared by nobody
  record Question(byte[] bytes, Message message, IpAddress asker) {}

  /** Uses all that a question may need, so that it is loaded. */
  void preload() throws IOException {
    var name = Name.fromConstantString("preload." + server.domain() + ".");
    byte[] bytes = Message.newQuery(Record.newRecord(name, Type.A, DClass.IN)).toWire();
    var asker = IpAddress.Family.IPV4.any();
    for (var question : read(bytes, asker).stream().toList()) {
      known(question, false).ifPresent(answer -> read(answer, asker));
      isAnswer(failed(question), failed(question), question);
    }
    new DatagramSocket().close();
    new Socket().close();
    random.nextInt();
  }

  /** The question that bytes from outside are; empty if they are none. */
  Optional<Question> read(byte[] bytes, IpAddress asker) {
    try {
      var message = new Message(bytes);
      return message.getHeader().getFlag(Flags.QR)
          ? Optional.empty()
          : Optional.of(new Question(bytes, message, asker));
    } catch (IOException | RuntimeException e) {
      // The library throws whatever it likes at bytes that are no message.
      return Optional.empty();
    }
  }

  /** The answer, if no other name server need be asked. */
  Optional<byte[]> known(Question question, boolean tcp) {
    var message = question.message();
    var known = answers.answer(message, question.asker());
    if (known.isEmpty() && server.upstream().isEmpty()) {
      return Optional.of(DnsAnswers.refusal(message, Rcode.REFUSED).toWire());
    }
    return known.map(
        answer -> answer.toWire(tcp ? Message.MAXLENGTH : DnsAnswers.payload(message)));
  }

  /** What the first name server upstream that answers says. */
  byte[] asked(Question question, boolean tcp) {
    for (var upstream : server.upstream()) {
      try {
        return tcp ? askByTcp(upstream, question.bytes()) : askByUdp(upstream, question);
      } catch (IOException e) {
        // The next one may know.
      }
    }
    return failed(question);
  }

  /** That there is no answer now. */
  byte[] failed(Question question) {
    return DnsAnswers.refusal(question.message(), Rcode.SERVFAIL).toWire();
  }

  /** Asks with a number and port of its own, so that nobody outside can guess an answer in. */
  private byte[] askByUdp(IpAddress upstream, Question question) throws IOException {
    try (var socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(Addresses.toJava(upstream), NameSockets.PORT));
      long end = System.nanoTime() + UPSTREAM_MILLIS * 1_000_000L;
      byte[] asked = question.bytes().clone();
      int number = random.nextInt(1 << 16);
      asked[0] = (byte) (number >> 8);
      asked[1] = (byte) number;
      socket.send(new DatagramPacket(asked, asked.length));
      var packet =
          new DatagramPacket(
              new byte[NameSockets.LARGEST_UDP_BYTES], NameSockets.LARGEST_UDP_BYTES);
      while (true) {
        // Who sends wrong answers on and on does not keep us.
        socket.setSoTimeout((int) Math.max(1, (end - System.nanoTime()) / 1_000_000));
        packet.setLength(NameSockets.LARGEST_UDP_BYTES);
        socket.receive(packet);
        byte[] answer = Arrays.copyOf(packet.getData(), packet.getLength());
        if (isAnswer(answer, asked, question)) {
          answer[0] = question.bytes()[0];
          answer[1] = question.bytes()[1];
          return answer;
        }
        if (System.nanoTime() - end > 0) {
          throw new IOException("no answer in time");
        }
      }
    }
  }

  /** Whether it has the number that was asked with, and repeats what was asked. */
  private static boolean isAnswer(byte[] answer, byte[] asked, Question question) {
    if (answer.length < 2 || answer[0] != asked[0] || answer[1] != asked[1]) {
      return false;
    }
    try {
      var message = new Message(answer);
      return message.getHeader().getFlag(Flags.QR)
          && (message.getQuestion() == null
              || Objects.equals(message.getQuestion(), question.message().getQuestion()));
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static byte[] askByTcp(IpAddress upstream, byte[] question) throws IOException {
    try (var socket = new Socket()) {
      socket.setSoTimeout(UPSTREAM_MILLIS);
      socket.connect(
          new InetSocketAddress(Addresses.toJava(upstream), NameSockets.PORT), UPSTREAM_MILLIS);
      var out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(question.length);
      out.write(question);
      out.flush();
      var in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readUnsignedShort()];
      in.readFully(answer);
      return answer;
    }
  }
}
