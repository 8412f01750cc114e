package guywire.agent.managed;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.json.RecordCodec;

/**
 * Where this host joined. It holds no secret.
 *
 * @param url where the server is: {@code https://ADDRESS:PORT}
 * @param fingerprint SHA-256 of its certificate, in hexadecimal
 * @param host which host this is there
 * @param network which network it is for
 * @param networkName what that was called
 */
public record Membership(
    String url, String fingerprint, NodeId host, NetworkId network, Name networkName) {

  static final RecordCodec<Membership> CODEC = RecordCodec.of(Membership.class);

  /**
   * Checks the fingerprint.
   *
   * @throws IllegalArgumentException if it is none
   */
  public Membership {
    if (!fingerprint.matches("[0-9a-f]{64}") || !url.startsWith("https://")) {
      throw new IllegalArgumentException("no server");
    }
  }
}
