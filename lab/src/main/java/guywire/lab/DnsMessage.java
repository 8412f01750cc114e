package guywire.lab;

import guywire.address.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** As much of DNS (RFC 1035, RFC 3596) as asking for addresses and answering takes. */
final class DnsMessage {

  /** The type of a question for IPv4 addresses. */
  static final int A = 1;

  /** The type of a question for IPv6 addresses. */
  static final int AAAA = 28;

  static final int NO_ERROR = 0;
  static final int NO_SUCH_NAME = 3;

  private static final int CLASS_INTERNET = 1;
  private static final int HEADER_BYTES = 12;
  private static final int TTL_SECONDS = 5;
  private static final int POINTER = 0xc0;

  private DnsMessage() {}

  /**
   * A question.
   *
   * @param id the number that the answer carries too
   * @param name the name in lower case, without a trailing dot
   * @param type what is asked for
   * @param end where it ends in the message
   */
  record Question(int id, String name, int type, int end) {}

  /**
   * An answer.
   *
   * @param id the number of the question
   * @param code 0, or why there is no answer
   * @param addresses the addresses in it
   */
  record Answer(int id, int code, List<IpAddress> addresses) {}

  static byte[] question(int id, String name, int type) {
    var out = new ByteArrayOutputStream();
    // Recursion desired; one question.
    out.writeBytes(new byte[] {(byte) (id >> 8), (byte) id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    for (String label : name.split("\\.")) {
      byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
      out.write(bytes.length);
      out.writeBytes(bytes);
    }
    out.writeBytes(new byte[] {0, (byte) (type >> 8), (byte) type, 0, CLASS_INTERNET});
    return out.toByteArray();
  }

  /** The question in a message; empty if it is none. */
  static Optional<Question> readQuestion(byte[] message) {
    try {
      var in = ByteBuffer.wrap(message);
      if (message.length < HEADER_BYTES || (in.get(2) & 0x80) != 0 || in.getShort(4) != 1) {
        return Optional.empty();
      }
      in.position(HEADER_BYTES);
      var name = new StringBuilder();
      for (int length = in.get() & 0xff; length != 0; length = in.get() & 0xff) {
        if (length >= POINTER) {
          return Optional.empty();
        }
        var label = new byte[length];
        in.get(label);
        name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
      }
      int type = in.getShort() & 0xffff;
      in.getShort();
      return Optional.of(
          new Question(
              in.getShort(0) & 0xffff,
              name.toString().toLowerCase(Locale.ROOT),
              type,
              in.position()));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The answer to a question read from {@code message}. */
  static byte[] answer(byte[] message, Question question, int code, List<IpAddress> addresses) {
    var out = new ByteArrayOutputStream();
    var head = ByteBuffer.allocate(HEADER_BYTES);
    // An authoritative answer; recursion is available.
    head.putShort((short) question.id).put((byte) 0x85).put((byte) (0x80 | code));
    head.putShort((short) 1).putShort((short) addresses.size()).putInt(0);
    out.writeBytes(head.array());
    out.write(message, HEADER_BYTES, question.end - HEADER_BYTES);
    for (IpAddress address : addresses) {
      byte[] bytes = address.bytes();
      var record = ByteBuffer.allocate(12 + bytes.length);
      record.putShort((short) (POINTER << 8 | HEADER_BYTES));
      record.putShort((short) (address.isIpv4() ? A : AAAA)).putShort((short) CLASS_INTERNET);
      record.putInt(TTL_SECONDS).putShort((short) bytes.length).put(bytes);
      out.writeBytes(record.array());
    }
    return out.toByteArray();
  }

  /** The answer in a message; empty if it is none. */
  static Optional<Answer> readAnswer(byte[] message) {
    try {
      var in = ByteBuffer.wrap(message);
      if (message.length < HEADER_BYTES || (in.get(2) & 0x80) == 0) {
        return Optional.empty();
      }
      int questions = in.getShort(4);
      int records = in.getShort(6);
      in.position(HEADER_BYTES);
      for (int i = 0; i < questions; i++) {
        skipName(in);
        in.getInt();
      }
      var addresses = new ArrayList<IpAddress>();
      for (int i = 0; i < records; i++) {
        skipName(in);
        int type = in.getShort();
        in.getShort();
        in.getInt();
        var data = new byte[in.getShort() & 0xffff];
        in.get(data);
        if (type == A && data.length == 4 || type == AAAA && data.length == 16) {
          addresses.add(IpAddress.of(data));
        }
      }
      return Optional.of(new Answer(in.getShort(0) & 0xffff, in.get(3) & 15, addresses));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void skipName(ByteBuffer in) {
    while (true) {
      int length = in.get() & 0xff;
      if (length == 0) {
        return;
      }
      if (length >= POINTER) {
        in.get();
        return;
      }
      in.position(in.position() + length);
    }
  }
}
