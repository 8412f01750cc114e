package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Tells handshake messages of strangers, who don't know the device's public key, from others: by
 * their first MAC, without the device's lock. Confined to one thread; follows changes of the key.
 */
public final class FirstMac {

  private final CookieChecker guard;
  private final Macs macs = new Macs();
  private final byte[] mac = new byte[Macs.LENGTH];
  private final byte[] message = new byte[Message.INITIATION_LENGTH];

  FirstMac(CookieChecker guard) {
    this.guard = guard;
  }

  /**
   * Whether the first MAC is right. {@link Device#receive} looks again, because the key may change
   * meanwhile.
   *
   * @param length of the message, an initiation or a response
   */
  public boolean isRight(MemorySegment datagram, long offset, int length) {
    MemorySegment.copy(datagram, ValueLayout.JAVA_BYTE, offset, message, 0, length);
    return guard.hasMac1(macs, mac, message, length);
  }
}
