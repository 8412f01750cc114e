package guywire.network.managed;

import guywire.network.json.NodeId;
import guywire.network.json.RecordCodec;
import guywire.protocol.PublicKey;

/**
 * The public half of the WireGuard key that a host will change to, announced and proven by it.
 *
 * @param version the version of this document, 1
 * @param host which host it is
 * @param publicKey the public key
 * @param challenge what the server gave it to sign
 * @param signature of {@link Statement#next}, in base64
 */
public record NextKey(
    int version, NodeId host, PublicKey publicKey, String challenge, String signature) {

  /** As it is written down. */
  public static final RecordCodec<NextKey> CODEC = RecordCodec.of(NextKey.class);

  /**
   * Checks the version and the lengths.
   *
   * @throws IllegalArgumentException if something is out of range
   */
  public NextKey {
    Bounds.version(version);
    if (publicKey.isZero()) {
      throw new IllegalArgumentException("no public key");
    }
    Bounds.text(challenge, Arrival.LONGEST_PROOF);
    Bounds.text(signature, Arrival.LONGEST_PROOF);
  }
}
