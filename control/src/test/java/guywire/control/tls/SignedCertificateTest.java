package guywire.control.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read as a certificate with its key, and what is not. */
class SignedCertificateTest {

  private static final TestAuthority AUTHORITY = new TestAuthority();
  private static final String NAME = "guywire.example";

  @ParameterizedTest
  @CsvSource({"EC, 256", "EC, 384", "EC, 521", "RSA, 2048", "Ed25519, 0"})
  void keys_of_every_usual_kind_are_read_in_both_forms(String kind, int bits) throws Exception {
    var issued = AUTHORITY.issue(NAME, kind, bits);
    var read = SignedCertificate.read(issued.chainPem(), issued.keyPem());
    assertThat(read.chain()).isEqualTo(issued.chain());
    assertThat(read.key().getEncoded()).isEqualTo(issued.key().getPrivate().getEncoded());
    assertThat(read.toString()).isEqualTo("certificate for " + NAME);
    if (!kind.equals("Ed25519")) {
      assertThat(new String(issued.oldKeyPem(), StandardCharsets.US_ASCII))
          .startsWith("-----BEGIN " + kind + " PRIVATE KEY");
      assertThat(SignedCertificate.read(issued.chainPem(), issued.oldKeyPem()).chain())
          .isEqualTo(issued.chain());
    }
    if (kind.equals("EC")) {
      assertThat(SignedCertificate.read(issued.chainPem(), issued.sec1Pem()).chain())
          .isEqualTo(issued.chain());
    }
  }

  @Test
  void both_may_stand_in_one_file() throws Exception {
    var issued = AUTHORITY.issue(NAME);
    byte[] both = TestAuthority.together(issued.keyPem(), issued.chainPem());
    assertThat(SignedCertificate.read(both, both).chain()).isEqualTo(issued.chain());
  }

  private static void refused(String key, byte[] chain, byte[] secret) {
    assertThatThrownBy(() -> SignedCertificate.read(chain, secret))
        .isInstanceOfSatisfying(
            UnusableCertificate.class,
            refused -> assertThat(refused.text().key()).isEqualTo("unusable." + key));
  }

  @Test
  void what_does_not_fit_together_is_refused() throws Exception {
    var one = AUTHORITY.issue(NAME);
    var other = AUTHORITY.issue(NAME);
    var rsa = AUTHORITY.issue(NAME, "RSA", 2048);
    refused("other-key", one.chainPem(), other.keyPem());
    refused("other-key", one.chainPem(), rsa.keyPem());
    refused("no-key", one.chainPem(), one.chainPem());
    refused("no-certificate", one.keyPem(), one.keyPem());
    var reversed = new TestAuthority.Issued(one.key(), one.chain().reversed());
    refused("chain", reversed.chainPem(), one.keyPem());
    var mixed =
        new TestAuthority.Issued(
            one.key(), List.of(one.chain().getFirst(), other.chain().getFirst()));
    refused("chain", mixed.chainPem(), one.keyPem());
    var nameless = AUTHORITY.issueNameless();
    refused("nameless", nameless.chainPem(), nameless.keyPem());
    var weak = AUTHORITY.issue(NAME, "RSA", 1024);
    refused("kind", weak.chainPem(), weak.keyPem());
    byte[] locked =
        TestAuthority.pem(
            new JcaPKCS8Generator(
                one.key().getPrivate(),
                new JceOpenSSLPKCS8EncryptorBuilder(JcaPKCS8Generator.AES_256_CBC)
                    .setProvider(new BouncyCastleProvider())
                    .setPassword("secret".toCharArray())
                    .build()));
    refused("locked", one.chainPem(), locked);
  }

  /** A text that is cut off or altered anywhere is refused in words that quote nothing of it. */
  @Test
  void a_text_that_is_damaged_is_refused_and_not_quoted() throws Exception {
    var issued = AUTHORITY.issue(NAME);
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      byte[] key = issued.keyPem();
      if (random.nextBoolean()) {
        key = java.util.Arrays.copyOf(key, random.nextInt(key.length - 2));
      } else {
        key[40 + random.nextInt(60)] ^= (byte) (1 << random.nextInt(7));
      }
      damaged(issued.chainPem(), key, issued);
    }
  }

  private static void damaged(byte[] chain, byte[] key, TestAuthority.Issued issued)
      throws IOException {
    try {
      var read = SignedCertificate.read(chain, key);
      // Some bits are of no meaning.
      assertThat(read.key().getAlgorithm()).isEqualTo("EC");
    } catch (UnusableCertificate e) {
      String secret = new String(issued.keyPem(), StandardCharsets.US_ASCII).split("\n")[1];
      assertThat(e.getMessage()).doesNotContain(secret.substring(0, 12));
      assertThat(e.getCause()).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "guywire.example,   guywire.example,       true",
    "guywire.example,   GuyWire.Example,       true",
    "guywire.example,   other.example,         false",
    "guywire.example,   a.guywire.example,     false",
    "*.example,         guywire.example,       true",
    "*.example,         a.guywire.example,     false",
    "*.example,         example,               false",
    "*.example,         .example,              false",
  })
  void it_is_for_the_names_that_it_says(String named, String called, boolean is) throws Exception {
    var issued = AUTHORITY.issue(named);
    var read = SignedCertificate.read(issued.chainPem(), issued.keyPem());
    assertThat(read.isFor(called)).isEqualTo(is);
    assertThat(read.isForAddresses()).isFalse();
    assertThat(read.name().isPresent()).isEqualTo(!named.startsWith("*"));
  }

  @Test
  void it_is_due_with_less_than_a_sixth_of_its_life_left_or_two_weeks() throws Exception {
    var six = AUTHORITY.issue(NAME, Duration.ofDays(-3), Duration.ofDays(3));
    var brief = SignedCertificate.read(six.chainPem(), six.keyPem());
    assertThat(Duration.between(brief.soon(), brief.expires())).isEqualTo(Duration.ofDays(1));
    var issued = AUTHORITY.issue(NAME);
    var usual = SignedCertificate.read(issued.chainPem(), issued.keyPem());
    assertThat(Duration.between(usual.soon(), usual.expires())).isEqualTo(Duration.ofDays(14));
  }
}
