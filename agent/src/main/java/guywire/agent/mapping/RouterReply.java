package guywire.agent.mapping;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a router answers by HTTP. A redirect is an answer without use.
 *
 * @param status the status code
 * @param body the body
 */
@SuppressWarnings("ArrayRecordComponent") // a view of one answer, compared by nobody
record RouterReply(int status, byte[] body) {

  /** The most bytes that an answer may have, with its headers. */
  static final int MOST_BYTES = 128 << 10;

  private static final int MOST_HEADER_BYTES = 16 << 10;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: .*)?");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,7}");
  private static final Pattern CHUNK = Pattern.compile("([0-9a-fA-F]{1,6})(?:;.*)?");

  /** How far an answer has come. */
  sealed interface Reading {
    /** It is there. */
    record Whole(RouterReply reply) implements Reading {}

    /** More is to come. */
    record Partial() implements Reading {}

    /** It is none, whatever comes. */
    record Broken() implements Reading {}
  }

  /**
   * Reads what has come.
   *
   * @param ended whether no more will
   */
  static Reading read(byte[] bytes, boolean ended) {
    if (bytes.length > MOST_BYTES) {
      return new Reading.Broken();
    }
    int end = endOfHeaders(bytes);
    if (end < 0) {
      return ended || bytes.length > MOST_HEADER_BYTES
          ? new Reading.Broken()
          : new Reading.Partial();
    }
    var lines = new String(bytes, 0, end, StandardCharsets.ISO_8859_1).split("\r\n");
    var status = STATUS.matcher(lines[0]);
    if (end > MOST_HEADER_BYTES || !status.matches()) {
      return new Reading.Broken();
    }
    int code = Integer.parseInt(status.group(1));
    byte[] rest = Arrays.copyOfRange(bytes, end, bytes.length);
    if (value(lines, "transfer-encoding")
        .filter(coding -> !coding.equals("identity"))
        .isPresent()) {
      return value(lines, "transfer-encoding").equals(Optional.of("chunked"))
          ? chunked(code, rest, ended)
          : new Reading.Broken();
    }
    var length = value(lines, "content-length");
    if (length.isEmpty()) {
      return ended ? new Reading.Whole(new RouterReply(code, rest)) : new Reading.Partial();
    }
    if (!LENGTH.matcher(length.get()).matches()) {
      return new Reading.Broken();
    }
    int wanted = Integer.parseInt(length.get());
    if (wanted > MOST_BYTES) {
      return new Reading.Broken();
    }
    return rest.length >= wanted
        ? new Reading.Whole(new RouterReply(code, Arrays.copyOf(rest, wanted)))
        : unfinished(ended);
  }

  private static Reading unfinished(boolean ended) {
    return ended ? new Reading.Broken() : new Reading.Partial();
  }

  private static int endOfHeaders(byte[] bytes) {
    for (int i = 3; i < bytes.length; i++) {
      if (bytes[i] == '\n'
          && bytes[i - 1] == '\r'
          && bytes[i - 2] == '\n'
          && bytes[i - 3] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  private static Optional<String> value(String[] lines, String name) {
    return Arrays.stream(lines)
        .skip(1)
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip().toLowerCase(Locale.ROOT))
        .findFirst();
  }

  private static Reading chunked(int code, byte[] bytes, boolean ended) {
    byte[] body = new byte[bytes.length];
    int filled = 0;
    int at = 0;
    while (true) {
      int line = endOfLine(bytes, at);
      if (line < 0) {
        return unfinished(ended);
      }
      var size = CHUNK.matcher(new String(bytes, at, line - at, StandardCharsets.ISO_8859_1));
      if (!size.matches()) {
        return new Reading.Broken();
      }
      int length = Integer.parseInt(size.group(1), 16);
      at = line + 2;
      if (length == 0) {
        return new Reading.Whole(new RouterReply(code, Arrays.copyOf(body, filled)));
      }
      if (length > bytes.length - at - 2) {
        return unfinished(ended);
      }
      System.arraycopy(bytes, at, body, filled, length);
      filled += length;
      at += length;
      if (bytes[at] != '\r' || bytes[at + 1] != '\n') {
        return new Reading.Broken();
      }
      at += 2;
    }
  }

  private static int endOfLine(byte[] bytes, int from) {
    for (int i = from; i + 1 < bytes.length; i++) {
      if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
