package guywire.control.tls;

import java.util.Optional;

/** What an authority is answered that wants to see whose a name is (tls-alpn-01, RFC 8737). */
@FunctionalInterface
public interface ChallengeAnswers {

  /** The protocol of ALPN in which it asks. */
  String PROTOCOL = "acme-tls/1";

  /**
   * SHA-256 of the key authorization for a name, in lower case; empty if it is not being proven.
   * Anybody may ask, as often as he likes.
   */
  Optional<byte[]> answer(String name);
}
