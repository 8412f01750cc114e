package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code guywire check} over files, and {@code explain} of a code, as their user meets them. */
class CheckCommandTest {

  @TempDir Path directory;
  private String printed = "";

  /** A hub and three laptops that it does not know. */
  @BeforeEach
  void write() throws IOException {
    var hub = PrivateKey.generate(new Random(1));
    write(
        "hub.conf",
        """
        [Interface]
        PrivateKey = %s
        Address = 10.0.0.1/24
        ListenPort = 51820
        PostUp = iptables -I FORWARD -i wg0 -j ACCEPT; iptables -I FORWARD -o wg0 -j ACCEPT
        PostDown = iptables -D FORWARD -i wg0 -j ACCEPT; iptables -D FORWARD -o wg0 -j ACCEPT
        """
            .formatted(hub.base64()));
    for (int i = 2; i < 5; i++) {
      write(
          "laptop" + i + ".conf",
          """
          [Interface]
          PrivateKey = %s
          Address = 10.0.0.%d/24
          SaveConfig = true
          [Peer]
          PublicKey = %s
          AllowedIPs = 10.0.0.1/32
          Endpoint = 203.0.113.1:51820
          """
              .formatted(PrivateKey.generate(new Random(i)).base64(), i, hub.publicKey()));
    }
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private int guywire(String... words) {
    var said = Said.by(words);
    printed = said.text();
    return said.code();
  }

  private int check(String... more) {
    var words = new ArrayList<>(List.of("check", directory.toString()));
    words.addAll(List.of(more));
    return guywire(words.toArray(String[]::new));
  }

  @Test
  void the_same_fault_at_many_nodes_is_told_once_with_the_places_of_the_others() {
    assertThat(check()).isEqualTo(ExitCode.BROKEN);
    assertThat(printed).containsOnlyOnce("F63 warning").contains("also at  laptop3", "--all");
    assertThat(printed.split("F71 error", -1)).as("each says another peer").hasSize(4);
    check("--all");
    assertThat(printed.split("F63 warning", -1)).hasSize(4);
  }

  @Test
  void what_each_single_failure_costs_is_told_to_programs_too() throws IOException {
    Path definition = directory.resolve("network.yaml");
    Files.writeString(
        definition,
        """
        network: two
        overlay: 10.77.0.0/24
        nodes:
          hub: {hub: true, public: 192.0.2.1}
          a: {roaming: true}
          b: {roaming: true}
        expect:
          - a reaches b
        """);
    assertThat(guywire("check", definition.toString(), "--json")).isZero();
    assertThat(printed).doesNotContain("outages");
    assertThat(guywire("check", definition.toString(), "--single-failures", "--json")).isZero();
    assertThat(printed.replaceAll("\\s+", ""))
        .contains(
            "\"outages\":[{\"failure\":\"hub\"",
            "\"from\":\"a\",\"to\":\"b\"",
            "\"breaks\":[\"areachesb\"]");
  }

  @Test
  void a_copy_named_after_its_host_is_taken_for_its_wg0() {
    check();
    assertThat(printed).as("the hooks are about the tunnel").doesNotContain("F48");
  }

  @Test
  void a_readable_key_is_found_by_the_mode_of_its_file() throws IOException {
    check();
    assertThat(printed).doesNotContain("F08");
    Files.setPosixFilePermissions(
        directory.resolve("hub.conf"), PosixFilePermissions.fromString("rw-r--r--"));
    check();
    assertThat(printed).contains("F08 error  hub").contains("hub.conf:2").contains("chmod 600");
  }

  @Test
  void a_guide_counts_only_where_it_is_named() throws IOException {
    write("howto.md", "```\nmodprobe wireguard-debug\n```\n");
    check();
    assertThat(printed).doesNotContain("F68").contains("were not read: 1").contains("howto.md");
    check(directory.resolve("howto.md").toString());
    assertThat(printed).contains("F68 error").contains("howto.md:2").doesNotContain("  howto  ");
  }

  @Test
  void a_code_can_be_looked_up() {
    assertThat(guywire("explain", "f12")).isEqualTo(ExitCode.HOLDS);
    assertThat(printed).startsWith("F12 error").contains("noticed", "cause", "mend");
    assertThat(guywire("explain", "F12", "--json")).isEqualTo(ExitCode.HOLDS);
    assertThat(printed).contains("\"code\"", "\"mend\"");
    assertThat(guywire("explain", "F99")).isEqualTo(ExitCode.UNREADABLE);
    assertThat(printed.strip().lines()).hasSize(1);
    assertThat(guywire("explain", directory.toString())).isEqualTo(ExitCode.UNREADABLE);
    assertThat(printed).contains("explain F12");
  }
}
