package guywire.control.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.TestClock;
import guywire.control.tls.TestAuthority.Issued;
import guywire.guard.UnsafeFileException;
import guywire.network.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that another program renews, however it does that. */
class CertificateFilesTest {

  private static final TestAuthority AUTHORITY = new TestAuthority();
  private static final String NAME = "guywire.example";
  private static final Logger LOG = Logger.getLogger(CertificateFiles.class.getName());

  @TempDir Path directory;
  private final TestClock clock = new TestClock();
  private final List<String> said = new ArrayList<>();
  private Path certificate;
  private Path key;

  private final Handler listener =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          said.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    clock.pass(Duration.between(clock.instant(), Instant.now()));
    certificate = directory.resolve("fullchain.pem");
    key = directory.resolve("privkey.pem");
    LOG.addHandler(listener);
    LOG.setUseParentHandlers(false);
  }

  @AfterEach
  void silence() {
    LOG.removeHandler(listener);
    LOG.setUseParentHandlers(true);
  }

  private CertificateFiles open() throws IOException, UnusableCertificate {
    return CertificateFiles.open(certificate, key, clock);
  }

  private static void shows(CertificateFiles files, Issued issued) {
    assertThat(files.newest().orElseThrow().pair().chain()).isEqualTo(issued.chain());
    assertThat(files.newest().orElseThrow().pair().key()).isEqualTo(issued.key().getPrivate());
  }

  private List<String> heard() {
    var all = List.copyOf(said);
    said.clear();
    return all;
  }

  @Test
  void a_renewed_pair_is_taken_when_it_is_whole() throws Exception {
    var first = AUTHORITY.issue(NAME);
    first.write(certificate, key);
    var files = open();
    shows(files, first);
    assertThat(heard()).singleElement().asString().contains("browsers are answered");

    var second = AUTHORITY.issue(NAME);
    TestAuthority.write(certificate, second.chainPem(), "rw-r--r--");
    files.look();
    shows(files, first);
    assertThat(heard()).as("its key may be written just now").isEmpty();
    assertThat(files.refused()).isEmpty();
    TestAuthority.write(key, second.keyPem(), "rw-------");
    files.look();
    shows(files, second);
    assertThat(heard()).singleElement().asString().contains("browsers are answered");
    files.look();
    assertThat(heard()).isEmpty();
    var old = files.newest().orElseThrow().number() - 1;
    assertThat(files.numbered(old).orElseThrow().chain())
        .as("for handshakes that began with it")
        .isEqualTo(first.chain());
  }

  @Test
  void what_stays_of_no_use_is_said_once_and_the_old_one_goes_on() throws Exception {
    var first = AUTHORITY.issue(NAME);
    first.write(certificate, key);
    var files = open();
    heard();
    var second = AUTHORITY.issue(NAME);
    byte[] half = Arrays.copyOf(second.chainPem(), second.chainPem().length / 3);
    TestAuthority.write(certificate, half, "rw-r--r--");
    for (int i = 0; i < 4; i++) {
      files.look();
    }
    assertThat(heard()).singleElement().asString().contains("what there was goes on");
    assertThat(files.refused()).isPresent();
    shows(files, first);

    TestAuthority.write(certificate, second.chainPem(), "rw-r--r--");
    files.look();
    files.look();
    files.look();
    assertThat(heard()).singleElement().asString().contains("not that of the certificate");
    assertThat(files.refused().map(Text::key)).contains("unusable.other-key");

    Files.delete(key);
    files.look();
    files.look();
    files.look();
    assertThat(heard()).singleElement().asString().contains("privkey.pem is not there");
    shows(files, first);

    TestAuthority.write(key, second.keyPem(), "rw-------");
    files.look();
    shows(files, second);
    assertThat(files.refused()).isEmpty();
  }

  @Test
  void the_links_of_certbot_are_followed() throws Exception {
    Path archive = Files.createDirectories(directory.resolve("archive/home"));
    Path live = Files.createDirectories(directory.resolve("live/home"));
    certificate = live.resolve("fullchain.pem");
    key = live.resolve("privkey.pem");
    var all = new ArrayList<Issued>();
    Optional<CertificateFiles> files = Optional.empty();
    for (int i = 1; i <= 3; i++) {
      var issued = AUTHORITY.issue(NAME);
      all.add(issued);
      issued.write(
          archive.resolve("fullchain" + i + ".pem"), archive.resolve("privkey" + i + ".pem"));
      for (var link : List.of(key, certificate)) {
        Files.deleteIfExists(link);
        String file = link.getFileName().toString().replace(".pem", i + ".pem");
        Files.createSymbolicLink(link, Path.of("../../archive/home", file));
        files.ifPresent(CertificateFiles::look);
      }
      files = Optional.of(files.isPresent() ? files.get() : open());
      shows(files.get(), issued);
    }
    assertThat(heard()).hasSize(3).allMatch(line -> line.contains("browsers are answered"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw-r--r--", "rw--w----"})
  void a_key_that_is_open_to_others_is_refused_at_the_start_and_later(String mode)
      throws Exception {
    var first = AUTHORITY.issue(NAME);
    first.write(certificate, key);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(mode));
    assertThatThrownBy(this::open)
        .isInstanceOf(UnsafeFileException.class)
        .hasMessageContaining("privkey.pem");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    var files = open();
    heard();
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(mode));
    files.look();
    files.look();
    assertThat(heard()).singleElement().asString().contains("privkey.pem");
    shows(files, first);
  }

  @Test
  void a_directory_in_which_others_may_exchange_the_key_is_refused() throws Exception {
    AUTHORITY.issue(NAME).write(certificate, key);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(this::open).isInstanceOf(UnsafeFileException.class);
  }

  @Test
  void what_is_not_there_or_does_not_fit_is_refused_at_the_start() throws Exception {
    assertThatThrownBy(this::open).isInstanceOf(NoSuchFileException.class);
    AUTHORITY.issue(NAME).write(certificate, key);
    TestAuthority.write(key, AUTHORITY.issue(NAME).keyPem(), "rw-------");
    assertThatThrownBy(this::open).isInstanceOf(UnusableCertificate.class);
  }

  @Test
  void one_whose_time_is_over_or_to_come_is_not_taken_and_said_once() throws Exception {
    var over = AUTHORITY.issue(NAME, Duration.ofDays(-90), Duration.ofDays(-1));
    over.write(certificate, key);
    var files = open();
    assertThat(files.newest()).isEmpty();
    assertThat(files.refused().map(Text::key)).contains("files.ended");
    files.look();
    files.look();
    assertThat(heard()).singleElement().asString().contains("was good until");

    var coming = AUTHORITY.issue(NAME, Duration.ofDays(1), Duration.ofDays(90));
    coming.write(certificate, key);
    files.look();
    files.look();
    files.look();
    assertThat(files.newest()).isEmpty();
    assertThat(heard()).singleElement().asString().contains("is not used before");
    clock.pass(Duration.ofDays(2));
    files.look();
    shows(files, coming);
    assertThat(files.refused()).isEmpty();
  }

  @Test
  void that_it_ends_soon_and_that_it_has_ended_is_said_once_each() throws Exception {
    var issued = AUTHORITY.issue(NAME, Duration.ofDays(-1), Duration.ofDays(89));
    issued.write(certificate, key);
    var files = open();
    heard();
    assertThat(files.isDue()).isFalse();
    clock.pass(Duration.ofDays(70));
    files.look();
    assertThat(files.isDue()).isFalse();
    clock.pass(Duration.ofDays(6));
    files.look();
    files.look();
    assertThat(files.isDue()).isTrue();
    assertThat(heard()).singleElement().asString().contains("has not been renewed yet");
    clock.pass(Duration.ofDays(20));
    files.look();
    files.look();
    assertThat(heard()).singleElement().asString().contains("was good until");
    shows(files, issued);
  }
}
