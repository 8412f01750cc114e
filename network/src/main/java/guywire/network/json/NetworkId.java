package guywire.network.json;

import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Which network it is, whatever it is called: 128 random bits, made once and kept when it is
 * renamed.
 *
 * @param text 32 hexadecimal digits in lower case
 */
public record NetworkId(String text) implements Comparable<NetworkId> {

  private static final int BYTES = 16;

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public NetworkId {
    if (!NodeId.isIdentity(text)) {
      throw new IllegalArgumentException("not an identity of a network");
    }
  }

  /** The identity with this text, or empty if it is none. */
  public static Optional<NetworkId> tryParse(String text) {
    return NodeId.isIdentity(text) ? Optional.of(new NetworkId(text)) : Optional.empty();
  }

  /** A new one. */
  public static NetworkId random(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new NetworkId(HexFormat.of().formatHex(bytes));
  }

  @Override
  public int compareTo(NetworkId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
