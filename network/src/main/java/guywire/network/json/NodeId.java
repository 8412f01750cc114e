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
    if (!text.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("not an identity of a node");
    }
  }

  /** The identity with this text, or empty if it is none. */
  public static Optional<NodeId> tryParse(String text) {
    return text.matches("[0-9a-f]{32}") ? Optional.of(new NodeId(text)) : Optional.empty();
  }

  /** A new one. */
  public static NodeId random(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new NodeId(HexFormat.of().formatHex(bytes));
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
