package guywire.protocol;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One peer's handshake (Noise IKpsk2, whitepaper section 5.4), in either role. A new initiation of
 * ours replaces the one before. Under the device's lock.
 */
final class Handshake {

  static final int SENDER = 4;
  static final int INITIATION_EPHEMERAL = 8;
  static final int INITIATION_STATIC = 40;
  static final int INITIATION_TIMESTAMP = 88;
  static final int RESPONSE_RECEIVER = 8;
  static final int RESPONSE_EPHEMERAL = 12;
  static final int RESPONSE_EMPTY = 44;

  private static final byte[] NOTHING = new byte[0];
  private static final long NEVER = Long.MIN_VALUE / 2;

  /*
   * Answering an initiation leaves our own one alone. Two peers that begin at the same moment would
   * otherwise each forget what the other is about to answer, and both wait for five seconds, again
   * and again while they keep in step. This way each gets an answer, and the session rules (previous,
   * current, next) are made for two sessions at once. Nothing changes on the wire.
   */

  /** An initiation whose sender is known by its key but has not proved to hold it yet. */
  static final class Received {
    private final SymmetricState symmetric;
    private final PublicKey sender;
    private final byte[] ephemeral;
    private final int senderIndex;

    private Received(
        SymmetricState symmetric, PublicKey sender, byte[] ephemeral, int senderIndex) {
      this.symmetric = symmetric;
      this.sender = sender;
      this.ephemeral = ephemeral;
      this.senderIndex = senderIndex;
    }

    PublicKey sender() {
      return sender;
    }

    void destroy() {
      symmetric.destroy();
    }
  }

  private final byte[] remoteStatic;
  // The secret of the two static keys, computed when it is first needed: a device may have very
  // many peers and speak with few of them.
  private byte[] staticStatic = NOTHING;
  private byte[] presharedKey = NOTHING;

  // Our initiation that awaits its response.
  private @Nullable SymmetricState symmetric;
  private byte[] ephemeralPrivate = NOTHING;
  private IndexTable.@Nullable Entry entry;
  private long begun;

  private byte[] latestTimestamp = NOTHING;
  private long lastInitiationReceived = NEVER;

  Handshake(byte[] remoteStatic) {
    this.remoteStatic = remoteStatic;
  }

  /** Whether an initiation of ours awaits its response. */
  boolean awaitsResponse() {
    return symmetric != null;
  }

  /** When our last initiation was sent. */
  long begun() {
    return begun;
  }

  /** The pre-shared key as the handshake mixes it in: 32 zeros if there is none. */
  byte[] presharedKey() {
    return presharedKey.length == 0 ? new byte[32] : presharedKey;
  }

  /** Takes a copy; 32 zeros mean none. */
  void setPresharedKey(byte[] key) {
    Arrays.fill(presharedKey, (byte) 0);
    presharedKey = KeyText.isZero(key) ? NOTHING : key.clone();
  }

  /** Our own key pair is another one now. */
  void forgetStaticSecret() {
    Arrays.fill(staticStatic, (byte) 0);
    staticStatic = NOTHING;
  }

  private byte[] staticSecret(NoiseTools tools, OwnKeyPair identity) {
    if (staticStatic.length == 0) {
      staticStatic = tools.diffieHellman.agree(identity.privateBytes(), remoteStatic);
    }
    return staticStatic;
  }

  /**
   * Writes an initiation, all but its MACs.
   *
   * @return false if a secret is zero: the peer's public key is no good
   */
  boolean writeInitiation(
      NoiseTools tools,
      OwnKeyPair identity,
      Peer peer,
      IndexTable table,
      byte[] timestamp,
      byte[] message,
      long now) {
    byte[] ephemeral = tools.newPrivateKey();
    byte[] ephemeralPublic = tools.diffieHellman.publicKey(ephemeral);
    var fresh = new SymmetricState(tools, remoteStatic);
    fresh.mixEphemeral(tools, ephemeralPublic);
    if (!agree(tools, fresh, ephemeral, remoteStatic)) {
      return false;
    }
    fresh.seal(tools, identity.publicBytes(), message, INITIATION_STATIC);
    if (!fresh.mixSecret(tools, staticSecret(tools, identity))) {
      return false;
    }
    fresh.seal(tools, timestamp, message, INITIATION_TIMESTAMP);
    clear(table);
    symmetric = fresh;
    ephemeralPrivate = ephemeral;
    begun = now;
    IndexTable.Entry own = table.add(peer, tools.random);
    entry = own;
    Bytes.int32(message, 0, Message.INITIATION);
    Bytes.int32(message, SENDER, own.index);
    System.arraycopy(ephemeralPublic, 0, message, INITIATION_EPHEMERAL, 32);
    return true;
  }

  /** The first half of reading an initiation: whose is it? Null if it does not decrypt. */
  static @Nullable Received readInitiation(NoiseTools tools, OwnKeyPair identity, byte[] message) {
    byte[] ephemeral = Arrays.copyOfRange(message, INITIATION_EPHEMERAL, INITIATION_EPHEMERAL + 32);
    var symmetric = new SymmetricState(tools, identity.publicBytes());
    symmetric.mixEphemeral(tools, ephemeral);
    var sender = new byte[32];
    if (!agree(tools, symmetric, identity.privateBytes(), ephemeral)
        || !symmetric.open(tools, message, INITIATION_STATIC, 48, sender)) {
      symmetric.destroy();
      return null;
    }
    return new Received(symmetric, PublicKey.of(sender), ephemeral, Bytes.int32(message, SENDER));
  }

  /**
   * The second half: the sender proves its key, and the message proves to be new.
   *
   * @return why it is refused, or null if it is accepted and to be answered
   */
  @Nullable DropReason accept(
      NoiseTools tools, OwnKeyPair identity, Received received, byte[] message, long now) {
    var timestamp = new byte[Tai64n.LENGTH];
    if (!received.symmetric.mixSecret(tools, staticSecret(tools, identity))
        || !received.symmetric.open(tools, message, INITIATION_TIMESTAMP, 28, timestamp)) {
      received.symmetric.destroy();
      return DropReason.INVALID_HANDSHAKE;
    }
    DropReason refusal = null;
    if (!Tai64n.isAfter(timestamp, latestTimestamp)) {
      refusal = DropReason.REPLAYED_INITIATION;
    } else if (now - lastInitiationReceived < Limits.INITIATION_INTERVAL_NANOS) {
      refusal = DropReason.INITIATION_FLOOD;
    }
    if (refusal != null) {
      received.symmetric.destroy();
      return refusal;
    }
    latestTimestamp = timestamp;
    lastInitiationReceived = now;
    return null;
  }

  /**
   * Answers an accepted initiation: writes a response, all but its MACs, and makes the session.
   *
   * @return the session, or null if a secret is zero
   */
  @Nullable Keypair respond(
      NoiseTools tools, Received received, Peer peer, IndexTable table, byte[] message, long now) {
    SymmetricState answer = received.symmetric;
    byte[] ephemeral = tools.newPrivateKey();
    byte[] ephemeralPublic = tools.diffieHellman.publicKey(ephemeral);
    answer.mixEphemeral(tools, ephemeralPublic);
    boolean agreed =
        agree(tools, answer, ephemeral, received.ephemeral)
            && agree(tools, answer, ephemeral, remoteStatic);
    Arrays.fill(ephemeral, (byte) 0);
    if (!agreed) {
      received.destroy();
      return null;
    }
    answer.mixPresharedKey(tools, presharedKey());
    answer.seal(tools, NOTHING, message, RESPONSE_EMPTY);
    IndexTable.Entry own = table.add(peer, tools.random);
    Bytes.int32(message, 0, Message.RESPONSE);
    Bytes.int32(message, SENDER, own.index);
    Bytes.int32(message, RESPONSE_RECEIVER, received.senderIndex);
    System.arraycopy(ephemeralPublic, 0, message, RESPONSE_EPHEMERAL, 32);
    return session(tools, answer, peer, own, received.senderIndex, false, now);
  }

  /**
   * Reads the response to our initiation and makes the session. A forged one changes nothing: the
   * true one may still come.
   *
   * @return the session, or null if the response is no good
   */
  @Nullable Keypair readResponse(
      NoiseTools tools, OwnKeyPair identity, Peer peer, byte[] message, long now) {
    SymmetricState open = symmetric;
    IndexTable.Entry own = entry;
    if (open == null || own == null) {
      return null;
    }
    byte[] ephemeral = Arrays.copyOfRange(message, RESPONSE_EPHEMERAL, RESPONSE_EPHEMERAL + 32);
    SymmetricState trial = open.copy();
    trial.mixEphemeral(tools, ephemeral);
    boolean valid =
        agree(tools, trial, ephemeralPrivate, ephemeral)
            && agree(tools, trial, identity.privateBytes(), ephemeral);
    if (valid) {
      trial.mixPresharedKey(tools, presharedKey());
      valid = trial.open(tools, message, RESPONSE_EMPTY, 16, NOTHING);
    }
    if (!valid) {
      trial.destroy();
      return null;
    }
    int remoteIndex = Bytes.int32(message, SENDER);
    entry = null;
    wipe();
    return session(tools, trial, peer, own, remoteIndex, true, now);
  }

  private static Keypair session(
      NoiseTools tools,
      SymmetricState done,
      Peer peer,
      IndexTable.Entry own,
      int remoteIndex,
      boolean initiator,
      long now) {
    var first = new byte[32];
    var second = new byte[32];
    done.split(tools, first, second);
    done.destroy();
    var keypair =
        new Keypair(
            peer,
            own,
            remoteIndex,
            initiator,
            new AeadKey(initiator ? first : second),
            new AeadKey(initiator ? second : first),
            now);
    Arrays.fill(first, (byte) 0);
    Arrays.fill(second, (byte) 0);
    own.becomes(keypair);
    return keypair;
  }

  /** Forgets the handshake under way, but not which initiations were seen. */
  void clear(IndexTable table) {
    if (entry != null) {
      table.remove(entry);
      entry = null;
    }
    wipe();
  }

  /** Forgets all secrets of a peer that is no more. */
  void destroy() {
    wipe();
    Arrays.fill(presharedKey, (byte) 0);
    presharedKey = NOTHING;
    forgetStaticSecret();
  }

  private void wipe() {
    if (symmetric != null) {
      symmetric.destroy();
      symmetric = null;
    }
    Arrays.fill(ephemeralPrivate, (byte) 0);
    ephemeralPrivate = NOTHING;
  }

  private static boolean agree(
      NoiseTools tools, SymmetricState symmetric, byte[] privateKey, byte[] publicKey) {
    byte[] secret = tools.diffieHellman.agree(privateKey, publicKey);
    boolean useful = symmetric.mixSecret(tools, secret);
    Arrays.fill(secret, (byte) 0);
    return useful;
  }
}
