package guywire.control.store;

import java.time.Instant;

/** A device that makes one-time codes, as a test has it. */
public final class Codes {

  private Codes() {}

  /** The code of a secret in base32, so many steps after a time. */
  public static String code(String secret, Instant now, int after) {
    return CodeSecret.tryParse(secret).orElseThrow().code(CodeSecret.stepAt(now) + after);
  }
}
