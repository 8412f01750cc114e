package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code guywire import}, as its user meets it. */
@Timeout(60)
class ImportCommandTest {

  private static final String SERVER_KEY = "aCPlg3f6rGxTNXqbMLSXUcBPVTYdlVIgMpj3gmCWmEw=";
  private static final String PHONE_KEY = "QJPTTzVhJfNdhfDDJtGnVj7AfyM1SbPOG/Yfv+d8b3o=";

  @TempDir Path directory;
  private Path club;
  private Path out;
  private String printed = "";
  private String complained = "";

  private static String publicKey(String key) {
    return guywire.protocol.PrivateKey.parse(key).orElseThrow().publicKey().toString();
  }

  @BeforeEach
  void write() throws IOException {
    club = Files.createDirectory(directory.resolve("club"));
    out = directory.resolve("home.yaml");
    Files.writeString(
        club.resolve("server.conf"),
        """
        [Interface]
        Address = 10.8.0.1/24
        ListenPort = 51820
        PrivateKey = %s
        [Peer]
        PublicKey = %s
        AllowedIPs = 10.8.0.2/32
        """
            .formatted(SERVER_KEY, publicKey(PHONE_KEY)));
    Files.writeString(
        club.resolve("phone.conf"),
        """
        [Interface]
        Address = 10.8.0.2/32
        PrivateKey = %s
        [Peer]
        PublicKey = %s
        AllowedIPs = 10.8.0.0/24
        Endpoint = 198.51.100.1:51820
        PersistentKeepalive = 25
        """
            .formatted(PHONE_KEY, publicKey(SERVER_KEY)));
  }

  private int guywire(Object... words) {
    var bytes = new ByteArrayOutputStream();
    var errors = new ByteArrayOutputStream();
    var texts = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      texts[i] = words[i].toString();
    }
    int code =
        Main.run(
            Screen.plain(
                new PrintStream(bytes, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                Locale.ENGLISH),
            texts);
    printed = bytes.toString(StandardCharsets.UTF_8);
    complained = errors.toString(StandardCharsets.UTF_8);
    return code;
  }

  @Test
  void the_definition_goes_to_standard_output_and_the_report_beside_it() {
    assertThat(guywire("import", club)).isEqualTo(ExitCode.HOLDS);
    assertThat(printed).startsWith("# ").contains("network: club", "public: 198.51.100.1");
    assertThat(complained).contains("Who reaches whom stays the same.");
  }

  @Test
  void no_private_key_is_printed_or_written() throws IOException {
    guywire("import", club);
    String all = printed + complained;
    guywire("import", club, "--json");
    all += printed + complained;
    guywire("import", club, "-o", out);
    all += printed + complained + Files.readString(out);
    assertThat(all).doesNotContain(SERVER_KEY).doesNotContain(PHONE_KEY);
  }

  @Test
  void what_it_writes_can_be_checked_and_is_not_overwritten() throws IOException {
    assertThat(guywire("import", club, "-o", out)).isEqualTo(ExitCode.HOLDS);
    String written = Files.readString(out);
    assertThat(written).contains("network: home", "public-key: " + publicKey(PHONE_KEY));
    assertThat(guywire("check", out)).isEqualTo(ExitCode.HOLDS);
    Files.writeString(out, "mine");
    assertThat(guywire("import", club, "-o", out)).isEqualTo(ExitCode.UNREADABLE);
    assertThat(complained.lines()).hasSize(1);
    assertThat(out).hasContent("mine");
    assertThat(guywire("import", club, "-o", out, "--force")).isEqualTo(ExitCode.HOLDS);
    assertThat(out).hasContent(written);
    try (var left = Files.list(directory)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("club", "home.yaml", "home.keys");
    }
  }

  @Test
  void the_keys_of_the_files_are_kept_and_only_their_owner_reads_them() throws IOException {
    assertThat(guywire("import", club, "-o", out)).isEqualTo(ExitCode.HOLDS);
    assertThat(printed).contains("2 private and 0 pre-shared keys are kept in " + directory);
    Path kept = directory.resolve("home.keys/phone.key");
    assertThat(kept).hasContent(PHONE_KEY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(out)).doesNotContain("on-device");
    assertThat(guywire("render", out, "--out", directory.resolve("again")))
        .isEqualTo(ExitCode.HOLDS);
    assertThat(directory.resolve("again/phone/etc/wireguard/wg0.conf"))
        .content()
        .contains(PHONE_KEY, "Endpoint = 198.51.100.1:51820");
  }

  @Test
  void what_was_imported_differs_from_its_files_in_no_key() {
    guywire("import", club, "-o", out);
    guywire("diff", club, out);
    assertThat(printed).contains("phone").doesNotContainIgnoringCase("key");
    guywire("import", club, "-o", out, "--no-keys", "--force");
    guywire("diff", club, out);
    assertThat(printed).contains("phone").doesNotContainIgnoringCase("key");
  }

  @Test
  void a_key_that_is_neither_here_nor_on_the_device_stops_render_before_it_writes()
      throws IOException {
    guywire("import", club);
    Files.writeString(out, printed);
    assertThat(complained).contains("2 private keys stay in the files").contains("-o FILE");
    Path rendered = directory.resolve("rendered");
    assertThat(guywire("render", out, "--out", rendered)).isEqualTo(ExitCode.UNREADABLE);
    assertThat(complained.lines()).hasSize(1);
    assertThat(complained).contains("home.keys/", ".key", "private-key: on-device");
    assertThat(rendered).doesNotExist();
  }

  @Test
  void a_key_that_stays_on_its_device_is_left_there_by_the_steps_of_the_readme()
      throws IOException {
    assertThat(guywire("import", club, "-o", out, "--no-keys")).isEqualTo(ExitCode.HOLDS);
    assertThat(Files.readString(out)).contains("private-key: on-device");
    assertThat(directory.resolve("home.keys")).doesNotExist();
    Path rendered = directory.resolve("rendered");
    assertThat(guywire("render", out, "--out", rendered)).isEqualTo(ExitCode.HOLDS);
    assertThat(rendered.resolve("server/README.md"))
        .content()
        .contains("awk", "/etc/wireguard/wg0.conf.before")
        .doesNotContain("install -D");
  }

  @Test
  void another_key_in_the_way_is_not_replaced() throws IOException {
    guywire("import", club, "-o", out);
    Files.delete(out);
    Files.writeString(directory.resolve("home.keys/phone.key"), SERVER_KEY);
    assertThat(guywire("import", club, "-o", out)).isEqualTo(ExitCode.UNREADABLE);
    assertThat(complained).contains("another key").doesNotContain(SERVER_KEY);
    assertThat(out).doesNotExist();
  }

  @Test
  void two_networks_at_once_are_told_apart() throws IOException {
    for (var file : new String[] {"server", "phone"}) {
      String other =
          Files.readString(club.resolve(file + ".conf"))
              .replace(SERVER_KEY, "4GgaQCy68nzNsUE5aJ9fuLzHhB65tAlwbmA72MWnOm8=")
              .replace(
                  publicKey(SERVER_KEY), publicKey("4GgaQCy68nzNsUE5aJ9fuLzHhB65tAlwbmA72MWnOm8="))
              .replace(PHONE_KEY, "UMcLPZfAXqg9h2xC0Kj7AdOXl6xOWU+v0HIJZ04e2Eo=")
              .replace(
                  publicKey(PHONE_KEY), publicKey("UMcLPZfAXqg9h2xC0Kj7AdOXl6xOWU+v0HIJZ04e2Eo="));
      Files.writeString(club.resolve("work-" + file + ".conf"), other);
    }
    assertThat(guywire("import", club)).isEqualTo(ExitCode.UNREADABLE);
    assertThat(complained.lines()).hasSize(1);
    assertThat(complained).contains("2 networks", "work-phone, work-server", "--node");
    assertThat(guywire("import", club, "--node", "work-phone")).isEqualTo(ExitCode.HOLDS);
    assertThat(printed).contains("work-server").doesNotContain("\n  phone:");
    assertThat(guywire("import", club, "--node", "nobody")).isEqualTo(ExitCode.UNREADABLE);
  }

  @Test
  void what_is_no_configuration_gets_one_clear_line() throws IOException {
    Path picture = directory.resolve("picture.png");
    Files.write(picture, new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, (byte) 0xff});
    Path nothing = Files.writeString(directory.resolve("nothing.conf"), "");
    Path large = directory.resolve("large.conf");
    try (var file =
        java.nio.channels.FileChannel.open(
            large,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      file.write(java.nio.ByteBuffer.wrap(new byte[] {'#'}), 65L << 20);
    }
    Path none = Files.createDirectory(directory.resolve("none"));
    for (var bad : new Path[] {picture, nothing, large, none, directory.resolve("missing.conf")}) {
      assertThat(guywire("import", bad)).as(bad.toString()).isEqualTo(ExitCode.UNREADABLE);
      assertThat(complained.lines()).as(complained).hasSize(1);
      assertThat(printed).isEmpty();
    }
  }

  @Test
  void programs_get_json() {
    assertThat(guywire("import", club, "--json")).isEqualTo(ExitCode.HOLDS);
    assertThat(printed)
        .startsWith("{")
        .contains("\"definition\"", "\"findings\"", "\"changes\"", "\"lost\"", "\"holds\" : true");
  }

  @Test
  void comments_and_report_speak_chinese() {
    guywire("--lang", "zh-CN", "import", club);
    assertThat(printed).contains("由 guywire import");
    assertThat(complained).contains("谁能到达谁保持不变");
  }
}
