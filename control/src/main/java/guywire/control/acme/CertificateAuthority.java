package guywire.control.acme;

import java.security.KeyPair;
import java.util.List;

/** Signs certificates for who shows that names are his. */
@FunctionalInterface
public interface CertificateAuthority {

  /**
   * Has one made; that ends within some minutes, however the authority answers.
   *
   * @param account by which the authority knows who asks
   * @param names what it is for
   * @param board where the authority looks
   * @return the certificate, those that vouch for it and its private key, in PEM; nothing of it has
   *     been looked at
   */
  byte[] order(KeyPair account, List<String> names, ChallengeBoard board) throws OrderFailed;
}
