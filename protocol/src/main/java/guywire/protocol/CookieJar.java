package guywire.protocol;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The cookie that a peer under load gave us, and the MAC by which it recognises our message. Under
 * the device's lock.
 */
final class CookieJar {

  private byte @Nullable [] lastMac1;
  private boolean mac1Open;
  private byte @Nullable [] cookie;
  private long received;

  /** Writes both MACs of a message to the peer; the second only if a young cookie is at hand. */
  void seal(Macs macs, byte[] peerPublicKey, byte[] message, int messageLength, long now) {
    macs.addMac1(peerPublicKey, message, messageLength);
    int at = Macs.offset(messageLength);
    lastMac1 = Arrays.copyOfRange(message, at, at + Macs.LENGTH);
    mac1Open = true;
    byte[] held = cookie;
    if (held != null && now - received < Limits.COOKIE_USED_NANOS) {
      macs.mac2(held, message, messageLength, message, at + Macs.LENGTH);
    } else {
      Arrays.fill(message, at + Macs.LENGTH, messageLength, (byte) 0);
    }
  }

  /** Takes a cookie message; false if we asked for none or it is not the peer's. */
  boolean take(Macs macs, AssociatedAead aead, byte[] peerPublicKey, byte[] message, long now) {
    byte[] mac1 = lastMac1;
    if (mac1 == null || !mac1Open) {
      return false;
    }
    var key = new byte[32];
    macs.cookieKey(peerPublicKey, key);
    byte[] nonce =
        Arrays.copyOfRange(
            message,
            CookieChecker.NONCE,
            CookieChecker.NONCE + AssociatedAead.EXTENDED_NONCE_LENGTH);
    var opened = new byte[Macs.LENGTH];
    if (!aead.openExtended(key, nonce, mac1, message, CookieChecker.SEALED_COOKIE, 32, opened)) {
      return false;
    }
    cookie = opened;
    received = now;
    // One cookie for one message: a copy of it, replayed later, is not taken again.
    mac1Open = false;
    return true;
  }
}
