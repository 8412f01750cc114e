package guywire.network.json;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What stands round the content of a document: what it is, its version, its head, and the digest.
 *
 * @param <H> the head
 * @param head whose the content is
 * @param content the content as a tree
 */
record Envelope<H>(H head, Object content) {

  /** The only version there is so far. */
  static final long VERSION = 2;

  private static final String MARK = "guywire";
  private static final String VERSION_NAME = "version";
  private static final String DIGEST = "digest";

  /** Writes a document whose content is the member of its kind's name, the last one. */
  static <H> String write(String kind, H head, Class<H> type, Object content) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put(MARK, kind);
    document.put(VERSION_NAME, VERSION);
    if (RecordCodec.of(type).tree(head) instanceof Map<?, ?> members) {
      members.forEach((name, member) -> document.put((String) name, member));
    }
    document.put(DIGEST, digest(content));
    document.put(kind, content);
    return JsonText.write(document);
  }

  /**
   * Reads a document.
   *
   * @throws UnreadableDocument if it is something else, of another version, or its digest is not
   *     that of its content
   */
  static <H> Envelope<H> read(String kind, String text, Class<H> type) {
    if (!(JsonText.read(text) instanceof Map<?, ?> document) || !kind.equals(document.get(MARK))) {
      throw UnreadableDocument.of("document.other", kind);
    }
    Object version = document.get(VERSION_NAME);
    if (!Long.valueOf(VERSION).equals(version)) {
      throw UnreadableDocument.of(
          "document.version", version == null ? "-" : version.toString(), String.valueOf(VERSION));
    }
    Map<String, Object> members = new LinkedHashMap<>();
    document.forEach((name, member) -> members.put((String) name, member));
    members.remove(MARK);
    members.remove(VERSION_NAME);
    Object digest = members.remove(DIGEST);
    Object content = members.remove(kind);
    if (content == null) {
      throw UnreadableDocument.of("document.missing-field", kind);
    }
    if (!digest(content).equals(digest)) {
      throw UnreadableDocument.of("document.digest");
    }
    return new Envelope<>(RecordCodec.of(type).value(members), content);
  }

  /** SHA-256 of the content in its one form, in hexadecimal. */
  static String digest(Object content) {
    byte[] form = JsonText.write(content).getBytes(StandardCharsets.UTF_8);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(form));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
