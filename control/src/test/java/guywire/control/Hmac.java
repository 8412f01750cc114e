package guywire.control;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** A key for tests that need one and don't care which. */
public final class Hmac {

  /** A key. */
  public static final SecretKey KEY = new SecretKeySpec(new byte[32], "HmacSHA256");

  private Hmac() {}
}
