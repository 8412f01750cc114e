package guywire.network.json;

import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Which node it is, whatever it is called: 128 random bits, made once and kept when it is renamed.
 *
 * @param text 32 hexadecimal digits in lower case
 */
public record NodeId(String text) implements Comparable<NodeId> {

  private static final int BYTES = 16;

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public NodeId {
    if (!isIdentity(text)) {
      throw new IllegalArgumentException("not an identity of a node");
    }
  }

  /** The identity with this text, or empty if it is none. */
  public static Optional<NodeId> tryParse(String text) {
    return isIdentity(text) ? Optional.of(new NodeId(text)) : Optional.empty();
  }

  /** Whether a text is 128 bits in lower case. */
  static boolean isIdentity(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return text.length() == 2 * BYTES;
  }

  /** A new one. */
  public static NodeId random(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new NodeId(HexFormat.of().formatHex(bytes));
  }

  /** Written out, as a record's own goes through method handles that each process makes anew. */
  @Override
  public boolean equals(Object other) {
    return this == other || other instanceof NodeId id && text.equals(id.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public int compareTo(NodeId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
