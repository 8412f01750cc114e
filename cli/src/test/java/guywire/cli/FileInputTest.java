package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were given: each that was given is read, or said not to be. */
class FileInputTest {

  @TempDir Path directory;

  private void write(String name, byte[] bytes) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** Two nodes that know each other. */
  private void pair(String first, String second, String comment, Charset charset)
      throws IOException {
    var a = PrivateKey.generate(new Random(1));
    var b = PrivateKey.generate(new Random(2));
    write(first, conf(a, 1, b, "ListenPort = 51820", comment).getBytes(charset));
    write(
        second,
        conf(b, 2, a, "", comment)
            .concat("Endpoint = 203.0.113.1:51820\nPersistentKeepalive = 25\n")
            .getBytes(charset));
  }

  private static String conf(
      PrivateKey own, int number, PrivateKey peer, String port, String note) {
    return """
    # %s
    [Interface]
    PrivateKey = %s
    Address = 10.8.0.%d/24
    %s
    [Peer]
    PublicKey = %s
    AllowedIPs = 10.8.0.%d/32
    """
        .formatted(note, own.base64(), number, port, peer.publicKey(), 3 - number);
  }

  @Test
  void hosts_have_names_in_any_script() throws IOException {
    pair("上海.conf", "北京.conf", "总部", StandardCharsets.UTF_8);
    var said = check("上海.conf", "北京.conf");
    assertThat(said.text()).contains("上海", "北京").doesNotContain("F67");
    assertThat(said.code()).isZero();
  }

  @Test
  void the_facts_may_lie_among_the_files() throws IOException {
    pair("confs/a.conf", "confs/b.conf", "-", StandardCharsets.UTF_8);
    write("confs/facts.yaml", "hosts: {b: {roaming: true}}\n".getBytes(StandardCharsets.UTF_8));
    String confs = directory.resolve("confs").toString();
    var said = Said.by("check", confs, "--facts", confs + "/facts.yaml");
    assertThat(said.text()).doesNotContain("A03");
    assertThat(said.code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ISO-8859-1", "GB18030", "UTF-8"})
  void a_comment_in_another_encoding_makes_no_file_vanish(String charset) throws IOException {
    pair("confs/a.conf", "confs/b.conf", "Büro 上海", Charset.forName(charset));
    var said = check("confs");
    assertThat(said.text()).containsPattern("(?m)^ +a +b +internet");
    assertThat(said.code()).isZero();
  }

  @Test
  void zero_bytes_at_the_end_are_not_part_of_a_file() throws IOException {
    pair("a.conf", "b.conf", "x", StandardCharsets.UTF_8);
    byte[] text = Files.readAllBytes(directory.resolve("a.conf"));
    write("a.conf", java.util.Arrays.copyOf(text, text.length + 100));
    assertThat(check("a.conf", "b.conf").code()).isZero();
  }

  @Test
  void directories_named_one_by_one_are_hosts() throws IOException {
    pair("tik-a/wg0.conf", "tik-b/wg0.conf", "x", StandardCharsets.UTF_8);
    assertThat(check("tik-a", "tik-b").text()).contains("tik-a", "tik-b");
  }

  @Test
  void a_file_that_was_not_read_is_said_and_counted() throws IOException {
    pair("confs/a.conf", "confs/b.conf", "x", StandardCharsets.UTF_8);
    write("confs/modem.cfg", "some = settings\n".getBytes(StandardCharsets.UTF_8));
    write("confs/blob", new byte[] {1, 2, 0, 3});
    var said = check("confs");
    assertThat(said.text())
        .contains("modem.cfg was not read", "blob was not read", "Files not read: 2");
    assertThat(said.code()).isEqualTo(ExitCode.BROKEN);
  }

  @Test
  void what_is_plainly_no_configuration_is_said_in_one_line() throws IOException {
    pair("confs/a.conf", "confs/b.conf", "x", StandardCharsets.UTF_8);
    write("confs/README.md", "hello\n".getBytes(StandardCharsets.UTF_8));
    write("confs/map.png", new byte[] {(byte) 0x89, 'P', 0, 0});
    write("confs/.git/index", new byte[] {0, 0});
    var said = check("confs");
    assertThat(said.text()).contains("were not read: 3").contains("notes 2").contains("map.png");
    assertThat(said.code()).isZero();
  }

  @Test
  void a_text_beside_them_that_speaks_of_a_tunnel_is_not_passed_over() throws IOException {
    pair("confs/a.conf", "confs/b.conf", "x", StandardCharsets.UTF_8);
    write("confs/notes.txt", "our wireguard is 10.8.0.0/24\n".getBytes(StandardCharsets.UTF_8));
    assertThat(check("confs").code()).isEqualTo(ExitCode.BROKEN);
  }

  @Test
  void a_file_given_twice_counts_once_and_is_said_once() throws IOException {
    pair("confs/a.conf", "confs/b.conf", "x", StandardCharsets.UTF_8);
    var said = check("confs/a.conf", "confs/b.conf", "confs/./a.conf");
    assertThat(said.text()).containsOnlyOnce("given twice").doesNotContain("F03", "F68");
    assertThat(said.code()).isZero();
  }

  private Said check(String... names) {
    var words = new java.util.ArrayList<String>();
    words.add("check");
    for (var name : names) {
      words.add(directory.resolve(name).toString());
    }
    return Said.by(words.toArray(String[]::new));
  }
}
