package guywire.protocol;

import java.util.SplittableRandom;

/**
 * Initiations that anybody can make who knows a public key: the first MAC is right, all else is by
 * chance, and no two are alike.
 */
public final class ForgedInitiation {

  private final byte[] to;
  private final SplittableRandom random;
  private final Macs macs = new Macs();

  /** For the owner of this key. */
  public ForgedInitiation(PublicKey to, long seed) {
    this.to = to.bytes();
    random = new SplittableRandom(seed);
  }

  /** Another one. */
  public byte[] next() {
    var message = new byte[Message.INITIATION_LENGTH];
    random.nextBytes(message);
    Bytes.int32(message, 0, Message.INITIATION);
    macs.addMac1(to, message, message.length);
    java.util.Arrays.fill(message, message.length - Macs.LENGTH, message.length, (byte) 0);
    return message;
  }
}
