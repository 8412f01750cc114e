package guywire.network.managed;

import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a host signs to prove who it is.
 *
 * @param text the text that is signed
 */
/*
 * Each says what it is for, so that no signature is good for anything else; the server's challenge, so that
 * none is good twice; and the fingerprint of the certificate that the host sees, so that whoever sits between
 * can't hand one on: the host signs for him, and not for the server.
 */
public record Statement(String text) {

  /** That a host wants to join, with this WireGuard key. */
  public static Statement join(String challenge, String fingerprint, PublicKey key) {
    return of("join", challenge, fingerprint, key.toString());
  }

  /** That a host which joined is here. */
  public static Statement here(String challenge, String fingerprint, NodeId host) {
    return of("here", challenge, fingerprint, host.text());
  }

  /** That a host which joined will change its WireGuard key to this one. */
  public static Statement next(String challenge, String fingerprint, NodeId host, PublicKey key) {
    return of("next", challenge, fingerprint, host.text() + " " + key);
  }

  /** That a host which joined has these keys for tunnels that it has beside its usual one. */
  public static Statement spare(
      String challenge, String fingerprint, NodeId host, List<SpareKeys.SpareKey> keys) {
    var who = new StringBuilder(host.text());
    keys.forEach(key -> who.append(' ').append(key.planned()).append(' ').append(key.publicKey()));
    return of("spare", challenge, fingerprint, who.toString());
  }

  private static Statement of(String what, String challenge, String fingerprint, String who) {
    return new Statement(
        "guywire host, version 1\n"
            + what
            + "\nchallenge "
            + challenge
            + "\nserver "
            + fingerprint
            + "\n"
            + who
            + "\n");
  }

  /** The bytes that are signed. */
  public byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
