package guywire.control.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * What is kept of a password: its Argon2id digest with the salt and costs that it was made with. It
 * tells whether a password is the one, and does not show itself.
 */
/*
 * RFC 9106; the costs are those that OWASP names for Argon2id: 19 MiB, two passes, one lane. They stand
 * in the text, so that later ones can be higher and the old digests still be read.
 */
public final class PasswordDigest {

  private static final int MEMORY_KIB = 19 << 10;
  private static final int PASSES = 2;
  private static final int SALT_BYTES = 16;
  private static final int BYTES = 32;
  private static final int MOST_MEMORY_KIB = 1 << 20;
  private static final int MOST_PASSES = 100;

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern FORM =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=1"
              + "\\$([A-Za-z0-9+/]{22})\\$([A-Za-z0-9+/]{43})");

  private final int memoryKib;
  private final int passes;
  private final byte[] salt;
  private final byte[] digest;

  private PasswordDigest(int memoryKib, int passes, byte[] salt, byte[] digest) {
    this.memoryKib = memoryKib;
    this.passes = passes;
    this.salt = salt;
    this.digest = digest;
  }

  /** Of a password, with a new salt. */
  public static PasswordDigest of(String password) {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    return new PasswordDigest(
        MEMORY_KIB, PASSES, salt, computed(password, MEMORY_KIB, PASSES, salt));
  }

  /** Reads the text; empty if it is none. */
  static Optional<PasswordDigest> tryParse(String text) {
    var found = FORM.matcher(text);
    if (!found.matches()) {
      return Optional.empty();
    }
    int memory = Integer.parseInt(found.group(1));
    int passes = Integer.parseInt(found.group(2));
    if (memory < 8 || memory > MOST_MEMORY_KIB || passes < 1 || passes > MOST_PASSES) {
      return Optional.empty();
    }
    return Optional.of(
        new PasswordDigest(
            memory,
            passes,
            Base64.getDecoder().decode(found.group(3)),
            Base64.getDecoder().decode(found.group(4))));
  }

  /** The text that is kept. */
  String text() {
    var base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s"
        .formatted(memoryKib, passes, base64.encodeToString(salt), base64.encodeToString(digest));
  }

  /** Whether a password is the one; it takes as long either way. */
  public boolean matches(String password) {
    return MessageDigest.isEqual(digest, computed(password, memoryKib, passes, salt));
  }

  /** Whether this is the digest that another is, salt and all. */
  public boolean isSameAs(PasswordDigest other) {
    return text().equals(other.text());
  }

  private static byte[] computed(String password, int memoryKib, int passes, byte[] salt) {
    var argon2 = new Argon2BytesGenerator();
    argon2.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memoryKib)
            .withIterations(passes)
            .withParallelism(1)
            .withSalt(salt)
            .build());
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    byte[] digest = new byte[BYTES];
    argon2.generateBytes(bytes, digest);
    Arrays.fill(bytes, (byte) 0);
    return digest;
  }

  @Override
  public String toString() {
    return "(hidden)";
  }
}
