package guywire.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.agreement.X25519Agreement;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.bouncycastle.crypto.engines.ChaCha7539Engine;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;

/**
 * The oracle: one end of one WireGuard handshake, written down from section 5.4 of the whitepaper
 * line by line on Bouncy Castle, with none of the code it judges.
 */
final class SlowWireGuard {

  final byte[] staticPrivate;
  byte[] staticPublic;
  private final byte[] theirStatic;
  private final byte[] psk;
  private final byte[] ephemeralPrivate;

  private byte[] c = new byte[0];
  private byte[] h = new byte[0];
  private byte[] key = new byte[32];
  private byte[] theirEphemeral = new byte[0];
  private final byte[] myIndex;
  private byte[] theirIndex = new byte[4];
  private byte[] sendKey = new byte[32];
  private byte[] receiveKey = new byte[32];

  /** Points of low order that stand in for this end's own public keys; empty for none. */
  private byte[] ephemeralPoint = new byte[0];

  private byte[] staticPoint = new byte[0];

  SlowWireGuard(
      byte[] staticPrivate,
      byte[] theirStatic,
      byte[] psk,
      byte[] ephemeralPrivate,
      byte[] myIndex) {
    this.staticPrivate = staticPrivate;
    this.staticPublic = publicOf(staticPrivate);
    this.theirStatic = theirStatic;
    this.psk = psk;
    this.ephemeralPrivate = ephemeralPrivate;
    this.myIndex = myIndex;
  }

  /**
   * Uses a point of low order in place of its ephemeral key: whoever does not refuse it computes
   * zeros, which this end then does too.
   */
  SlowWireGuard withEphemeral(byte[] point) {
    ephemeralPoint = point;
    return this;
  }

  /** Uses a point of low order in place of its static key. */
  SlowWireGuard withStatic(byte[] point) {
    staticPoint = point;
    staticPublic = point;
    return this;
  }

  private byte[] ownEphemeral() {
    return ephemeralPoint.length > 0 ? ephemeralPoint : publicOf(ephemeralPrivate);
  }

  private byte[] dhOfEphemeral(byte[] publicKey) {
    return ephemeralPoint.length > 0 ? new byte[32] : dh(ephemeralPrivate, publicKey);
  }

  private byte[] dhOfStatic(byte[] publicKey) {
    return staticPoint.length > 0 ? new byte[32] : dh(staticPrivate, publicKey);
  }

  byte[] initiation(byte[] timestamp) {
    begin(theirStatic);
    byte[] e = ownEphemeral();
    ephemeral(e);
    mixKey(dhOfEphemeral(theirStatic));
    byte[] sealedStatic = seal(staticPublic);
    mixKey(dhOfStatic(theirStatic));
    byte[] sealedTime = seal(timestamp);
    byte[] message = concat(new byte[] {1, 0, 0, 0}, myIndex, e, sealedStatic, sealedTime);
    return concat(message, mac1(theirStatic, message), new byte[16]);
  }

  /** Reads an initiation to this end; returns its timestamp. */
  byte[] readInitiation(byte[] m) throws InvalidCipherTextException {
    begin(staticPublic);
    theirIndex = Arrays.copyOfRange(m, 4, 8);
    theirEphemeral = Arrays.copyOfRange(m, 8, 40);
    ephemeral(theirEphemeral);
    mixKey(dh(staticPrivate, theirEphemeral));
    byte[] sender = open(Arrays.copyOfRange(m, 40, 88));
    if (!Arrays.equals(sender, theirStatic)) {
      throw new AssertionError("another sender");
    }
    mixKey(dh(staticPrivate, theirStatic));
    byte[] timestamp = open(Arrays.copyOfRange(m, 88, 116));
    checkMac1(m);
    return timestamp;
  }

  byte[] response() {
    byte[] e = ownEphemeral();
    ephemeral(e);
    mixKey(dhOfEphemeral(theirEphemeral));
    mixKey(dhOfEphemeral(theirStatic));
    mixPsk();
    byte[] empty = seal(new byte[0]);
    byte[] message = concat(new byte[] {2, 0, 0, 0}, myIndex, theirIndex, e, empty);
    receiveKey = kdf(c, new byte[0], 1);
    sendKey = kdf(c, new byte[0], 2);
    return concat(message, mac1(theirStatic, message), new byte[16]);
  }

  void readResponse(byte[] m) throws InvalidCipherTextException {
    theirIndex = Arrays.copyOfRange(m, 4, 8);
    if (!Arrays.equals(Arrays.copyOfRange(m, 8, 12), myIndex)) {
      throw new AssertionError("another receiver");
    }
    theirEphemeral = Arrays.copyOfRange(m, 12, 44);
    ephemeral(theirEphemeral);
    mixKey(dh(ephemeralPrivate, theirEphemeral));
    mixKey(dh(staticPrivate, theirEphemeral));
    mixPsk();
    open(Arrays.copyOfRange(m, 44, 60));
    checkMac1(m);
    sendKey = kdf(c, new byte[0], 1);
    receiveKey = kdf(c, new byte[0], 2);
  }

  byte[] data(long counter, byte[] plaintext) {
    return concat(
        new byte[] {4, 0, 0, 0},
        theirIndex,
        le64(counter),
        aead(sendKey, counter, new byte[0], plaintext));
  }

  byte[] readData(byte[] m) throws InvalidCipherTextException {
    if (m[0] != 4 || !Arrays.equals(Arrays.copyOfRange(m, 4, 8), myIndex)) {
      throw new AssertionError("no data message to this end");
    }
    long counter = 0;
    for (int i = 7; i >= 0; i--) {
      counter = counter << 8 | (m[8 + i] & 0xff);
    }
    return unaead(receiveKey, counter, new byte[0], Arrays.copyOfRange(m, 16, m.length));
  }

  static byte[] mac1(byte[] receiverStatic, byte[] message) {
    byte[] label = "mac1----".getBytes(US_ASCII);
    return keyedHash(hash(label, receiverStatic), message);
  }

  /** Adds the second MAC to a handshake message that has none yet. */
  static byte[] withMac2(byte[] m, byte[] cookie) {
    byte[] covered = Arrays.copyOf(m, m.length - 16);
    return concat(covered, keyedHash(cookie, covered));
  }

  /** The cookie message of the owner of a static key in answer to a handshake message. */
  static byte[] cookieMessage(byte[] ownStatic, byte[] refused, byte[] nonce, byte[] cookie) {
    try {
      byte[] sealed = extended(true, cookieKey(ownStatic), nonce, mac1In(refused), cookie);
      return concat(new byte[] {3, 0, 0, 0}, Arrays.copyOfRange(refused, 4, 8), nonce, sealed);
    } catch (InvalidCipherTextException e) {
      throw new AssertionError(e);
    }
  }

  /** Reads a cookie message from the owner of a static key; returns the cookie. */
  static byte[] readCookie(byte[] theirStatic, byte[] refused, byte[] m)
      throws InvalidCipherTextException {
    if (!Arrays.equals(Arrays.copyOf(m, 4), new byte[] {3, 0, 0, 0})
        || !Arrays.equals(Arrays.copyOfRange(m, 4, 8), Arrays.copyOfRange(refused, 4, 8))) {
      throw new AssertionError("no cookie for this message");
    }
    byte[] nonce = Arrays.copyOfRange(m, 8, 32);
    byte[] sealed = Arrays.copyOfRange(m, 32, m.length);
    return extended(false, cookieKey(theirStatic), nonce, mac1In(refused), sealed);
  }

  private static byte[] mac1In(byte[] m) {
    return Arrays.copyOfRange(m, m.length - 32, m.length - 16);
  }

  private static byte[] cookieKey(byte[] responderStatic) {
    return hash("cookie--".getBytes(US_ASCII), responderStatic);
  }

  /** XChaCha20-Poly1305: a key from HChaCha20 and what is left of the nonce. */
  private static byte[] extended(
      boolean encrypt, byte[] key, byte[] nonce, byte[] associated, byte[] input)
      throws InvalidCipherTextException {
    byte[] rest = concat(new byte[4], Arrays.copyOfRange(nonce, 16, 24));
    return run(encrypt, hChaCha20(key, Arrays.copyOf(nonce, 16)), rest, associated, input);
  }

  /** ChaCha20's block without the last addition, which is taken back here. */
  private static byte[] hChaCha20(byte[] key, byte[] input) {
    var engine = new ChaCha7539Engine();
    engine.init(
        true, new ParametersWithIV(new KeyParameter(key), Arrays.copyOfRange(input, 4, 16)));
    engine.seekTo(64 * Integer.toUnsignedLong(int32(input, 0)));
    var block = new byte[64];
    engine.processBytes(new byte[64], 0, 64, block, 0);
    byte[] added = concat("expand 32-byte k".getBytes(US_ASCII), key, input);
    var subkey = new byte[32];
    for (int i = 0; i < 8; i++) {
      int word = 4 * (i < 4 ? i : i + 8);
      int value = int32(block, word) - int32(added, word);
      for (int j = 0; j < 4; j++) {
        subkey[4 * i + j] = (byte) (value >>> (8 * j));
      }
    }
    return subkey;
  }

  private static int int32(byte[] bytes, int at) {
    int value = 0;
    for (int i = 3; i >= 0; i--) {
      value = value << 8 | (bytes[at + i] & 0xff);
    }
    return value;
  }

  static byte[] keyedHash(byte[] key, byte[] message) {
    var digest = new Blake2sDigest(key, 16, null, null);
    digest.update(message, 0, message.length);
    var mac = new byte[16];
    digest.doFinal(mac, 0);
    return mac;
  }

  static byte[] publicOf(byte[] privateKey) {
    return new X25519PrivateKeyParameters(privateKey, 0).generatePublicKey().getEncoded();
  }

  static byte[] concat(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private void checkMac1(byte[] m) {
    byte[] covered = Arrays.copyOf(m, m.length - 32);
    byte[] carried = Arrays.copyOfRange(m, m.length - 32, m.length - 16);
    if (!Arrays.equals(mac1(staticPublic, covered), carried)) {
      throw new AssertionError("wrong mac1");
    }
  }

  private void begin(byte[] responderStatic) {
    c = hash("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s".getBytes(US_ASCII));
    h = hash(c, "WireGuard v1 zx2c4 Jason@zx2c4.com".getBytes(US_ASCII));
    h = hash(h, responderStatic);
  }

  private void ephemeral(byte[] e) {
    c = kdf(c, e, 1);
    h = hash(h, e);
  }

  private void mixKey(byte[] secret) {
    key = kdf(c, secret, 2);
    c = kdf(c, secret, 1);
  }

  private void mixPsk() {
    byte[] tau = kdf(c, psk, 2);
    key = kdf(c, psk, 3);
    c = kdf(c, psk, 1);
    h = hash(h, tau);
  }

  private byte[] seal(byte[] plaintext) {
    byte[] sealed = aead(key, 0, h, plaintext);
    h = hash(h, sealed);
    return sealed;
  }

  private byte[] open(byte[] sealed) throws InvalidCipherTextException {
    byte[] plaintext = unaead(key, 0, h, sealed);
    h = hash(h, sealed);
    return plaintext;
  }

  private static byte[] hash(byte[]... parts) {
    var digest = new Blake2sDigest(256);
    byte[] all = concat(parts);
    digest.update(all, 0, all.length);
    var result = new byte[32];
    digest.doFinal(result, 0);
    return result;
  }

  private static byte[] hmac(byte[] key, byte[] input) {
    var mac = new HMac(new Blake2sDigest(256));
    mac.init(new KeyParameter(key));
    mac.update(input, 0, input.length);
    var result = new byte[32];
    mac.doFinal(result, 0);
    return result;
  }

  private static byte[] kdf(byte[] key, byte[] input, int which) {
    byte[] secret = hmac(key, input);
    byte[] output = new byte[0];
    for (int i = 1; i <= which; i++) {
      output = hmac(secret, concat(output, new byte[] {(byte) i}));
    }
    return output;
  }

  private static byte[] dh(byte[] privateKey, byte[] publicKey) {
    var agreement = new X25519Agreement();
    agreement.init(new X25519PrivateKeyParameters(privateKey, 0));
    var secret = new byte[32];
    agreement.calculateAgreement(new X25519PublicKeyParameters(publicKey, 0), secret, 0);
    return secret;
  }

  private static byte[] le64(long value) {
    var bytes = new byte[8];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) (value >>> (8 * i));
    }
    return bytes;
  }

  private static byte[] nonce(long counter) {
    return concat(new byte[4], le64(counter));
  }

  private static byte[] aead(byte[] key, long counter, byte[] associated, byte[] plaintext) {
    try {
      return run(true, key, nonce(counter), associated, plaintext);
    } catch (InvalidCipherTextException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] unaead(byte[] key, long counter, byte[] associated, byte[] sealed)
      throws InvalidCipherTextException {
    return run(false, key, nonce(counter), associated, sealed);
  }

  private static byte[] run(
      boolean encrypt, byte[] key, byte[] nonce, byte[] associated, byte[] input)
      throws InvalidCipherTextException {
    var cipher = new ChaCha20Poly1305();
    cipher.init(encrypt, new AEADParameters(new KeyParameter(key), 128, nonce, associated));
    var output = new byte[cipher.getOutputSize(input.length)];
    int written = cipher.processBytes(input, 0, input.length, output, 0);
    cipher.doFinal(output, written);
    return output;
  }
}
