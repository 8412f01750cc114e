package guywire.control.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.store.AcmeEntries;
import guywire.control.store.Database;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What servers on one database have in common of a certificate by ACME. */
class KeptCertificateTest {

  private static final byte[] PEM =
      "a key, and its certificate".getBytes(StandardCharsets.US_ASCII);
  private static final String DIRECTORY = "https://ca.example/directory";

  @TempDir Path directory;
  private Database database;

  @BeforeEach
  void open() throws IOException {
    database = Database.inDirectory(directory.resolve("database"));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static SecretKey key(int each) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) each);
    return new SecretKeySpec(bytes, "HmacSHA256");
  }

  private KeptCertificate server(String name, int key) throws IOException {
    Path data = directory.resolve(name);
    OwnedDirectory.make(data, Audience.OWNER).close();
    return KeptCertificate.shared(data, database, key(key));
  }

  private Optional<String> entry(String name) {
    return database.read(session -> new AcmeEntries(session).content(name));
  }

  @Test
  void what_one_got_all_have_and_no_database_can_show_it() throws Exception {
    var one = server("one", 1);
    var other = server("other", 1);
    one.keep(DIRECTORY, PEM);
    assertThat(other.madeBy()).isEmpty();
    other.bring();
    assertThat(other.madeBy()).contains(DIRECTORY);
    assertThat(Files.readAllBytes(other.file()))
        .isEqualTo(Files.readAllBytes(one.file()))
        .asString(StandardCharsets.US_ASCII)
        .contains("a key, and its certificate");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other.file())))
        .isEqualTo("rw-------");
    String kept = entry("certificate").orElseThrow();
    assertThat(new String(Base64.getDecoder().decode(kept), StandardCharsets.ISO_8859_1))
        .doesNotContain("a key")
        .doesNotContain("ca.example");

    one.keep(DIRECTORY, "the next".getBytes(StandardCharsets.US_ASCII));
    other.bring();
    assertThat(Files.readString(other.file())).contains("the next");
  }

  @Test
  void an_account_is_made_once_for_all() throws Exception {
    var made = server("one", 1).account();
    assertThat(server("other", 1).account().getPublic()).isEqualTo(made.getPublic());
    assertThat(server("other", 1).account().getPrivate()).isEqualTo(made.getPrivate());
    String secret = Base64.getEncoder().encodeToString(made.getPrivate().getEncoded());
    byte[] kept = Base64.getDecoder().decode(entry("account").orElseThrow());
    assertThat(new String(kept, StandardCharsets.ISO_8859_1))
        .doesNotContain("PRIVATE")
        .doesNotContain(secret.substring(60, 80));
  }

  @Test
  void who_has_another_certificate_of_its_own_gets_nothing_of_it() throws Exception {
    var one = server("one", 1);
    one.keep(DIRECTORY, PEM);
    var made = one.account();
    var stranger = server("stranger", 2);
    stranger.bring();
    assertThat(Files.exists(stranger.file())).isFalse();
    assertThat(stranger.account().getPublic()).isNotEqualTo(made.getPublic());
  }

  @Test
  void one_that_all_can_read_no_more_is_shared_anew_by_whoever_has_it() throws Exception {
    var one = server("one", 1);
    one.keep(DIRECTORY, PEM);
    var renamed = server("one", 2);
    var other = server("other", 2);
    other.bring();
    assertThat(other.madeBy()).isEmpty();
    renamed.bring();
    other.bring();
    assertThat(other.madeBy()).contains(DIRECTORY);
  }

  @Test
  void what_is_sealed_for_one_place_is_nothing_in_another() {
    var seal = SealedText.with(key(1));
    String sealed = seal.seal("account", PEM);
    assertThat(seal.open("account", sealed)).contains(PEM);
    assertThat(seal.open("certificate", sealed)).isEmpty();
    assertThat(seal.open("account", sealed.substring(4))).isEmpty();
    assertThat(seal.open("account", "!")).isEmpty();
    assertThat(seal.open("account", "")).isEmpty();
    assertThat(seal.seal("account", PEM)).isNotEqualTo(sealed);
    assertThat(seal.toString()).isEqualTo("a key");
  }

  @Test
  void whichever_server_an_authority_reaches_answers_until_the_name_is_proven() throws Exception {
    var one = server("one", 1);
    var other = server("other", 1);
    byte[] digest = new byte[32];
    assertThat(other.answer("guywire.example")).isEmpty();
    one.offer("guywire.example", digest);
    assertThat(one.answer("guywire.example")).contains(digest);
    assertThat(other.answer("guywire.example")).contains(digest);
    assertThat(other.answer("other.example")).isEmpty();
    byte[] later = new byte[32];
    later[0] = 1;
    other.offer("guywire.example", later);
    one.withdraw("guywire.example", digest);
    assertThat(one.answer("guywire.example")).as("another asks by now").contains(later);
    other.withdraw("guywire.example", later);
    assertThat(one.answer("guywire.example")).isEmpty();
  }

  @Test
  void while_the_database_is_away_nothing_is_answered_and_what_is_here_stays() throws Exception {
    var one = server("one", 1);
    one.keep(DIRECTORY, PEM);
    database.close();
    Files.move(directory.resolve("database"), directory.resolve("gone"));
    assertThat(one.answer("guywire.example")).isEmpty();
    assertThat(one.madeBy()).contains(DIRECTORY);
  }

  @Test
  void an_account_that_can_t_be_read_is_not_replaced_and_not_quoted() throws Exception {
    Path data = directory.resolve("alone");
    OwnedDirectory.make(data, Audience.OWNER).close();
    var alone = KeptCertificate.in(data);
    var made = alone.account();
    assertThat(alone.account().getPublic()).isEqualTo(made.getPublic());
    Path file = data.resolve("acme-account.pem");
    String text = Files.readString(file);
    Files.writeString(file, text.substring(0, text.length() / 3));
    assertThatThrownBy(alone::account)
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining(text.substring(40, 60));
  }
}
