package guywire.agent;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What agents say to each other, inside the tunnels: a probe of a way, or the answer to one.
 *
 * <p>16 bytes, network order: two of {@code 0x67 0x77}, the version, the kind (1 a probe, 2 an
 * answer), four of zero, and eight of the nonce, which an answer repeats. Anything else is no
 * message. An answer is as long as its probe, so nobody is made louder by it.
 *
 * @param kind what it is
 * @param nonce what ties an answer to its probe
 */
record ProbeMessage(Kind kind, long nonce) {

  static final int BYTES = 16;

  private static final short MAGIC = 0x6777;
  private static final byte VERSION = 1;

  /** Kinds of messages. */
  enum Kind {
    PROBE(1),
    ANSWER(2);

    private final byte number;

    Kind(int number) {
      this.number = (byte) number;
    }
  }

  /** The message that these bytes are; empty if they are none. */
  static Optional<ProbeMessage> read(byte[] bytes) {
    if (bytes.length != BYTES) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(bytes);
    if (in.getShort() != MAGIC || in.get() != VERSION) {
      return Optional.empty();
    }
    byte number = in.get();
    if (in.getInt() != 0) {
      return Optional.empty();
    }
    long nonce = in.getLong();
    for (var kind : Kind.values()) {
      if (kind.number == number) {
        return Optional.of(new ProbeMessage(kind, nonce));
      }
    }
    return Optional.empty();
  }

  byte[] bytes() {
    return ByteBuffer.allocate(BYTES)
        .putShort(MAGIC)
        .put(VERSION)
        .put(kind.number)
        .putInt(0)
        .putLong(nonce)
        .array();
  }

  /** The answer to this probe. */
  ProbeMessage answer() {
    return new ProbeMessage(Kind.ANSWER, nonce);
  }
}
