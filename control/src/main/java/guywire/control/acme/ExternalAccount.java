package guywire.control.acme;

import javax.crypto.SecretKey;

/**
 * By what an authority knows a customer who has an account with it already (RFC 8555, section
 * 7.3.4). It does not show the key.
 *
 * @param keyId what the authority calls the key
 * @param key for HMAC, of 256 bits or more
 */
public record ExternalAccount(String keyId, SecretKey key) {

  @Override
  public String toString() {
    return "account " + keyId;
  }
}
