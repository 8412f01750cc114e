package guywire.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The text that the bytes of a file are. */
final class FileText {

  /** One in so many bytes may be a control character that no text has. */
  private static final int MOST_CONTROLS = 50;

  private FileText() {}

  /**
   * The text, as UTF-8 if it is, else as UTF-16 where its mark says so, else byte by byte. Empty if
   * the bytes are no text. Zero bytes at the end, as a lost write leaves them, are not part of it.
   */
  static Optional<String> of(byte[] bytes) {
    if (begins(bytes, 0xfe, 0xff) || begins(bytes, 0xff, 0xfe)) {
      return Optional.of(new String(bytes, StandardCharsets.UTF_16));
    }
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    if (!isText(bytes, end)) {
      return Optional.empty();
    }
    if (isAscii(bytes, end)) {
      return Optional.of(new String(bytes, 0, end, StandardCharsets.ISO_8859_1));
    }
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder();
      return Optional.of(decoder.decode(ByteBuffer.wrap(bytes, 0, end)).toString());
    } catch (CharacterCodingException e) {
      return Optional.of(new String(bytes, 0, end, StandardCharsets.ISO_8859_1));
    }
  }

  private static boolean begins(byte[] bytes, int first, int second) {
    return bytes.length > 1 && (bytes[0] & 0xff) == first && (bytes[1] & 0xff) == second;
  }

  private static boolean isAscii(byte[] bytes, int end) {
    int or = 0;
    for (int i = 0; i < end; i++) {
      or |= bytes[i];
    }
    return or >= 0;
  }

  private static boolean isText(byte[] bytes, int end) {
    int controls = 0;
    for (int i = 0; i < end; i++) {
      byte b = bytes[i];
      if (b == 0) {
        return false;
      }
      // ESC stands in what a terminal recorded.
      controls += b > 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != 0x1b ? 1 : 0;
    }
    return controls <= end / MOST_CONTROLS;
  }
}
