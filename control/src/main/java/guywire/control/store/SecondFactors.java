package guywire.control.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The second factors of users: one-time codes of a device of theirs, and some written codes for
 * when that is lost.
 *
 * @param session the transaction they are seen and changed in
 */
public record SecondFactors(Session session) {

  /** As many written codes are given out. */
  public static final int RECOVERY_CODES = 10;

  /** Four groups of four letters of 32: 80 random bits, so that a digest without salt is enough. */
  private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz023456789";

  private static final int GROUPS = 4;
  private static final int GROUP = 4;
  private static final SecureRandom RANDOM = new SecureRandom();

  private record Kept(CodeSecret secret, boolean confirmed, long lastStep) {}

  private Optional<Kept> of(User user) {
    return session
        .first(
            SecondFactors::kept,
            "SELECT secret, confirmed, last_step FROM second_factors WHERE owner = ?",
            user.id())
        .flatMap(kept -> kept);
  }

  private static Optional<Kept> kept(Session.Row row) throws SQLException {
    boolean confirmed = row.number("confirmed") != 0;
    long last = row.number("last_step");
    return CodeSecret.tryParse(row.text("secret")).map(secret -> new Kept(secret, confirmed, last));
  }

  /** Whether a user signs in with a code, too. */
  public boolean has(User user) {
    return session
        .first(
            row -> row.text("owner"),
            "SELECT owner FROM second_factors WHERE owner = ? AND confirmed = 1",
            user.id())
        .isPresent();
  }

  /**
   * Keeps a secret that counts once its owner has shown a code of it; false if one counts already.
   */
  public boolean begin(User user, CodeSecret secret) {
    if (has(user)) {
      return false;
    }
    remove(user);
    session.update(
        "INSERT INTO second_factors (owner, secret, confirmed, last_step) VALUES (?, ?, 0, 0)",
        user.id(),
        secret.reveal());
    return true;
  }

  /** Lets a secret count whose owner shows a code of it; false if this is none. */
  public boolean confirm(User user, String code, Instant now) {
    return of(user).filter(kept -> !kept.confirmed()).isPresent() && isOfDevice(user, code, now);
  }

  /** Accepts a code, of the device or written, of a user who has a second factor: each once. */
  public boolean accept(User user, String code, Instant now) {
    return has(user) && (isOfDevice(user, code, now) || isWritten(user, code));
  }

  private boolean isOfDevice(User user, String code, Instant now) {
    var kept = of(user);
    var step = kept.map(each -> each.secret().stepOf(digits(code), now, each.lastStep()));
    if (step.isEmpty() || step.get().isEmpty()) {
      return false;
    }
    long last = step.get().getAsLong();
    return session.update(
            "UPDATE second_factors SET confirmed = 1, last_step = ? WHERE owner = ? AND last_step < ?",
            last,
            user.id(),
            last)
        == 1;
  }

  private boolean isWritten(User user, String code) {
    return session.update(
            "DELETE FROM recovery_codes WHERE owner = ? AND digest = ?", user.id(), digest(code))
        == 1;
  }

  /** Makes written codes in place of those that there were; told once. */
  public List<String> newRecoveryCodes(User user) {
    session.update("DELETE FROM recovery_codes WHERE owner = ?", user.id());
    var codes = new ArrayList<String>();
    for (int i = 0; i < RECOVERY_CODES; i++) {
      String code = written();
      session.update(
          "INSERT INTO recovery_codes (owner, digest) VALUES (?, ?)", user.id(), digest(code));
      codes.add(code);
    }
    return List.copyOf(codes);
  }

  /** How many written codes are left. */
  public long recoveryCodesLeft(User user) {
    return session
        .first(
            row -> row.number("n"),
            "SELECT count(*) AS n FROM recovery_codes WHERE owner = ?",
            user.id())
        .orElse(0L);
  }

  /** Asks a user for his password alone from now on. */
  public void remove(User user) {
    session.update("DELETE FROM recovery_codes WHERE owner = ?", user.id());
    session.update("DELETE FROM second_factors WHERE owner = ?", user.id());
  }

  private static String written() {
    var text = new StringBuilder();
    for (int i = 0; i < GROUPS * GROUP; i++) {
      if (i > 0 && i % GROUP == 0) {
        text.append('-');
      }
      text.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
    }
    return text.toString();
  }

  /** People write a space between the digits, as their programs show it. */
  private static String digits(String code) {
    return code.replace(" ", "");
  }

  private static String digest(String code) {
    String plain = code.toLowerCase(Locale.ROOT).replaceAll("[ -]", "");
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(plain.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
