package guywire.protocol;

import guywire.address.IpAddress;
import java.util.Arrays;

/**
 * The guard before the handshake's expensive part (whitepaper section 5.3): checks the MACs of a
 * message and, under load, asks its sender to prove by a cookie that it gets what is sent to its
 * address. Under the device's lock.
 */
final class CookieChecker {

  static final int NONCE = 8;
  static final int SEALED_COOKIE = 32;

  private final NoiseTools tools;
  private final Macs macs;
  private final RateLimiter limiter = new RateLimiter();

  /** What is behind the key of first MACs; never changed, only exchanged. */
  private volatile int[] mac1Key = {};

  private final byte[] cookieKey = new byte[32];
  private final byte[] secret = new byte[32];
  private boolean secretMade;
  private long secretBirth;
  private boolean loaded;
  private long lastLoad;

  // Scratch.
  private final byte[] mac = new byte[Macs.LENGTH];
  private final byte[] cookie = new byte[Macs.LENGTH];
  private final byte[] address = new byte[18];

  /** Random bytes for nonces, fetched for many cookies at once: each is used for one. */
  private final byte[] nonces = new byte[64 * AssociatedAead.EXTENDED_NONCE_LENGTH];

  private int noncesUsed = nonces.length;

  CookieChecker(NoiseTools tools, Macs macs) {
    this.tools = tools;
    this.macs = macs;
  }

  /** Follows a change of our public key. */
  void setPublicKey(byte[] publicKey) {
    var key = new byte[32];
    macs.mac1Key(publicKey, key);
    mac1Key = Blake2s.keyed(Macs.LENGTH, key);
    macs.cookieKey(publicKey, cookieKey);
  }

  /** Whether the first MAC is right: the sender knows our public key. */
  boolean hasMac1(byte[] message, int length) {
    return hasMac1(macs, mac, message, length);
  }

  /** The same with somebody else's scratch: from any thread, without the lock. */
  boolean hasMac1(Macs macs, byte[] mac, byte[] message, int length) {
    int[] key = mac1Key;
    if (key.length == 0) {
      return false;
    }
    macs.mac1(key, message, length, mac, 0);
    return Bytes.same(mac, 0, message, Macs.offset(length), Macs.LENGTH);
  }

  /** Whether so many messages wait, or waited within the last second, that cookies are demanded. */
  boolean isLoaded(int backlog, long now) {
    if (backlog >= Limits.MAX_QUEUED_HANDSHAKES / 8) {
      loaded = true;
      lastLoad = now;
    } else if (loaded && now - lastLoad >= Limits.UNDER_LOAD_NANOS) {
      loaded = false;
    }
    return loaded;
  }

  /** Whether the second MAC proves that the sender received our cookie at this address. */
  boolean hasMac2(byte[] message, int length, Endpoint from, long now) {
    int at = Macs.offset(length) + Macs.LENGTH;
    if ((Bytes.int64(message, at) | Bytes.int64(message, at + Long.BYTES)) == 0) {
      // None, as in nearly all of a flood.
      return false;
    }
    makeCookie(from, now);
    macs.mac2(cookie, message, length, mac, 0);
    return Bytes.same(mac, 0, message, Macs.offset(length) + Macs.LENGTH, Macs.LENGTH);
  }

  /** Whether this source has not sent too many proved messages. */
  boolean admits(Endpoint from, long now) {
    return limiter.admit(from.address(), now);
  }

  /** The cookie message that answers a handshake message without a valid second MAC. */
  byte[] cookieFor(byte[] message, int length, Endpoint from, long now) {
    makeCookie(from, now);
    byte[] nonce = newNonce();
    int at = Macs.offset(length);
    byte[] refused = Arrays.copyOfRange(message, at, at + Macs.LENGTH);
    byte[] sealed = tools.aead.sealExtended(cookieKey, nonce, refused, cookie);
    var reply = new byte[Message.COOKIE_LENGTH];
    Bytes.int32(reply, 0, Message.COOKIE);
    System.arraycopy(message, Handshake.SENDER, reply, Message.DATA_RECEIVER_OFFSET, 4);
    System.arraycopy(nonce, 0, reply, NONCE, nonce.length);
    System.arraycopy(sealed, 0, reply, SEALED_COOKIE, sealed.length);
    return reply;
  }

  private byte[] newNonce() {
    if (noncesUsed == nonces.length) {
      tools.random.nextBytes(nonces);
      noncesUsed = 0;
    }
    int from = noncesUsed;
    noncesUsed += AssociatedAead.EXTENDED_NONCE_LENGTH;
    return Arrays.copyOfRange(nonces, from, noncesUsed);
  }

  /** The cookie of an address and port: a MAC under a secret that changes every two minutes. */
  private void makeCookie(Endpoint from, long now) {
    if (!secretMade || now - secretBirth >= Limits.COOKIE_SECRET_NANOS) {
      tools.random.nextBytes(secret);
      secretMade = true;
      secretBirth = now;
    }
    IpAddress ip = from.address();
    int length = ip.isIpv4() ? 4 : 16;
    for (int i = 0; i < length; i++) {
      int shift = 8 * (length - 1 - i);
      address[i] = (byte) (shift >= 64 ? ip.high() >>> (shift - 64) : ip.low() >>> shift);
    }
    address[length] = (byte) (from.port() >>> 8);
    address[length + 1] = (byte) from.port();
    tools
        .hash
        .begin(Macs.LENGTH, secret, 0, secret.length)
        .update(address, 0, length + 2)
        .finish(cookie, 0);
  }
}
