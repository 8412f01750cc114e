package guywire.lab;

import guywire.address.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Questions for addresses and their answers (RFC 1035, RFC 3596). */
final class DnsMessage {

  /** The type of a question for IPv4 addresses. */
  static final int A = Type.A;

  /** The type of a question for IPv6 addresses. */
  static final int AAAA = Type.AAAA;

  static final int NO_ERROR = Rcode.NOERROR;
  static final int NO_SUCH_NAME = Rcode.NXDOMAIN;

  private static final int TTL_SECONDS = 5;

  private DnsMessage() {}

  /**
   * A question.
   *
   * @param id the number that the answer carries too
   * @param name the name in lower case, without a trailing dot
   * @param type what is asked for
   */
  record Question(int id, String name, int type) {}

  /**
   * An answer.
   *
   * @param id the number of the question
   * @param code 0, or why there is no answer
   * @param addresses the addresses in it
   */
  record Response(int id, int code, List<IpAddress> addresses) {}

  /**
   * The message that asks.
   *
   * @throws IllegalArgumentException if that is no name
   */
  static byte[] question(int id, String name, int type) {
    var message = Message.newQuery(Record.newRecord(absolute(name), type, DClass.IN));
    message.getHeader().setID(id);
    return message.toWire();
  }

  private static Name absolute(String name) {
    try {
      return Name.fromString(name, Name.root);
    } catch (TextParseException e) {
      throw new IllegalArgumentException("not a name: " + name, e);
    }
  }

  /** The question in a message; empty if it is none. */
  static Optional<Question> readQuestion(byte[] bytes) {
    return read(bytes)
        .filter(message -> !message.getHeader().getFlag(Flags.QR))
        .filter(message -> message.getSection(Section.QUESTION).size() == 1)
        .map(message -> {
          var asked = message.getSection(Section.QUESTION).getFirst();
          String name = asked.getName().toString(true).toLowerCase(Locale.ROOT);
          return new Question(message.getHeader().getID(), name, asked.getType());
        });
  }

  /** The answer to a question. */
  static byte[] answer(Question question, int code, List<IpAddress> addresses) {
    var name = absolute(question.name());
    var message = new Message(question.id());
    for (int flag : new int[] {Flags.QR, Flags.AA, Flags.RD, Flags.RA}) {
      message.getHeader().setFlag(flag);
    }
    message.getHeader().setRcode(code);
    message.addRecord(Record.newRecord(name, question.type(), DClass.IN), Section.QUESTION);
    for (IpAddress address : addresses) {
      InetAddress inet = SocketAddresses.of(address);
      message.addRecord(
          address.isIpv4()
              ? new ARecord(name, DClass.IN, TTL_SECONDS, inet)
              : new AAAARecord(name, DClass.IN, TTL_SECONDS, inet),
          Section.ANSWER);
    }
    return message.toWire();
  }

  /** The answer in a message; empty if it is none. */
  static Optional<Response> readAnswer(byte[] bytes) {
    return read(bytes)
        .filter(message -> message.getHeader().getFlag(Flags.QR))
        .map(message -> {
          var addresses = new ArrayList<IpAddress>();
          for (Record found : message.getSection(Section.ANSWER)) {
            switch (found) {
              case ARecord ipv4 -> addresses.add(SocketAddresses.of(ipv4.getAddress()));
              case AAAARecord ipv6 -> addresses.add(SocketAddresses.of(ipv6.getAddress()));
              default -> {}
            }
          }
          return new Response(message.getHeader().getID(), message.getRcode(), addresses);
        });
  }

  private static Optional<Message> read(byte[] bytes) {
    try {
      return Optional.of(new Message(bytes));
    } catch (IOException | RuntimeException e) {
      // What is no message at all is reported by whatever exception its first wrong byte leads to.
      return Optional.empty();
    }
  }
}
