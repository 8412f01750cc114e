package guywire.network.managed;

import guywire.network.Name;
import guywire.network.json.RecordCodec;
import guywire.protocol.PublicKey;

/**
 * A host's wish to be a node.
 *
 * @param version the version of this document, 1
 * @param name what it would like to be called
 * @param publicKey its WireGuard public key
 * @param identity its {@link Identity}
 * @param facts what it knows of itself
 * @param challenge what the server gave it to sign
 * @param signature of {@link Statement#join}, in base64
 */
public record JoinRequest(
    int version,
    Name name,
    PublicKey publicKey,
    String identity,
    HostDescription facts,
    String challenge,
    String signature) {

  /** As it is written down. */
  public static final RecordCodec<JoinRequest> CODEC = RecordCodec.of(JoinRequest.class);

  /**
   * Checks the version and the lengths.
   *
   * @throws IllegalArgumentException if something is out of range
   */
  public JoinRequest {
    Bounds.version(version);
    if (publicKey.isZero()) {
      throw new IllegalArgumentException("no public key");
    }
    Bounds.text(identity, Arrival.LONGEST_PROOF);
    Bounds.text(challenge, Arrival.LONGEST_PROOF);
    Bounds.text(signature, Arrival.LONGEST_PROOF);
  }
}
