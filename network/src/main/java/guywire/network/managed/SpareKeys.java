package guywire.network.managed;

import guywire.network.json.NodeId;
import guywire.network.json.RecordCodec;
import guywire.protocol.PublicKey;
import java.util.List;

/**
 * The public halves of the keys that a host made for the tunnels that it has beside its usual one,
 * told and proven by it.
 *
 * @param version the version of this document, 1
 * @param host which host it is
 * @param keys the keys
 * @param challenge what the server gave it to sign
 * @param signature of {@link Statement#spare}, in base64
 */
public record SpareKeys(
    int version, NodeId host, List<SpareKey> keys, String challenge, String signature) {

  /** As it is written down. */
  public static final RecordCodec<SpareKeys> CODEC = RecordCodec.of(SpareKeys.class);

  /** No more are told at once. */
  public static final int MOST = 64;

  /**
   * The key of one tunnel.
   *
   * @param planned the public key by which the host's document names the tunnel's own end: one that
   *     nobody has the private half of, or a former one
   * @param publicKey the one that the host has instead
   */
  public record SpareKey(PublicKey planned, PublicKey publicKey) {
    /**
     * Checks the key.
     *
     * @throws IllegalArgumentException if it is none
     */
    public SpareKey {
      if (publicKey.isZero()) {
        throw new IllegalArgumentException("no public key");
      }
    }
  }

  /**
   * Checks the version and the lengths.
   *
   * @throws IllegalArgumentException if something is out of range
   */
  public SpareKeys {
    Bounds.version(version);
    keys = Bounds.list(keys, MOST);
    Bounds.text(challenge, Arrival.LONGEST_PROOF);
    Bounds.text(signature, Arrival.LONGEST_PROOF);
  }
}
