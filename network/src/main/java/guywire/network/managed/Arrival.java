package guywire.network.managed;

import guywire.network.json.NodeId;
import guywire.network.json.RecordCodec;

/**
 * A host that joined is there, and proves it.
 *
 * @param version the version of this document, 1
 * @param host which it is
 * @param challenge what the server gave it to sign
 * @param signature of {@link Statement#here}, in base64
 */
public record Arrival(int version, NodeId host, String challenge, String signature) {

  /** As it is written down. */
  public static final RecordCodec<Arrival> CODEC = RecordCodec.of(Arrival.class);

  static final int LONGEST_PROOF = 100;

  /**
   * Checks the version and the lengths.
   *
   * @throws IllegalArgumentException if something is out of range
   */
  public Arrival {
    Bounds.version(version);
    Bounds.text(challenge, LONGEST_PROOF);
    Bounds.text(signature, LONGEST_PROOF);
  }
}
