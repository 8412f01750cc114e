package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server with a name of two addresses, of which one is dead, and with a certificate for browsers:
 * hosts and commands go by the name and know it by its own.
 */
@Timeout(300)
class ServedByNameTest extends ManagedHosts {

  private static final String NAME = "servers.example";

  private static final String NETWORK =
      """
      network: lab
      overlay: 10.77.0.0/24
      nodes:
        hub: {hub: true, public: 203.0.113.1, listen: 51820}
        leaf: {roaming: true}
      """;

  private void write(Path file, String label, byte[] bytes) throws Exception {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    Files.writeString(
        file, "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void hosts_and_commands_go_by_its_name_and_do_not_see_the_certificate_of_browsers()
      throws Exception {
    KeyStore forBrowsers = TlsServer.certificate(directory.resolve("p12"), "dns:" + NAME);
    String alias = forBrowsers.aliases().nextElement();
    Path certificate = directory.resolve("fullchain.pem");
    Path key = directory.resolve("privkey.pem");
    write(certificate, "CERTIFICATE", forBrowsers.getCertificate(alias).getEncoded());
    write(
        key,
        "PRIVATE KEY",
        forBrowsers.getKey(alias, TlsServer.PASSWORD.toCharArray()).getEncoded());

    var at = box("leaf");
    Path hosts =
        Files.writeString(
            directory.resolve("hosts"), "127.0.0.11 " + NAME + "\n127.0.0.12 " + NAME + "\n");
    assertThat(run(at, "", "mount", "--bind", hosts.toString(), "/etc/hosts").code()).isZero();
    processes.add(
        builder(
                at,
                GuywireProcess.command(
                    "serve",
                    "--data",
                    directory.resolve("data").toString(),
                    "--listen",
                    "127.0.0.12:8443",
                    "--link",
                    directory.resolve("link").toString(),
                    "--certificate",
                    certificate.toString(),
                    "--certificate-key",
                    key.toString()))
            .redirectOutput(directory.resolve("server.log").toFile())
            .start());
    await(() -> text("link").contains("~"), "the link");
    await(() -> text("server.log").contains("for browsers"), "the name");
    assertThat(text("link")).startsWith("https://" + NAME + ":8443/#");
    assertThat(text("link").strip()).doesNotEndWith(TlsServer.fingerprint(forBrowsers));

    var login = guywire(at, text("link"), "login", "-");
    assertThat(login.code()).as(login.text()).isZero();
    assertThat(content(directory.resolve("config/guywire/servers")))
        .contains(" https://127.0.0.12:8443", " https://127.0.0.11:8443");
    Path file = Files.writeString(directory.resolve("lab.yaml"), NETWORK);
    var made = guywire(at, "", "apply", file.toString());
    assertThat(made.code()).as(made.text()).isZero();
    // Which address comes first is by chance.
    for (int i = 0; i < 4; i++) {
      assertThat(guywire(at, "", "history", "lab").code()).isZero();
    }
    // Without the name, the addresses of the log-in are left.
    assertThat(run(at, "", "umount", "/etc/hosts").code()).isZero();
    assertThat(guywire(at, "", "history", "lab").code()).isZero();
    assertThat(run(at, "", "mount", "--bind", hosts.toString(), "/etc/hosts").code()).isZero();

    String invitation = guywire(at, "", "nodes", "invite", "leaf", "--approved").text();
    assertThat(invitation).contains("https://" + NAME + ":8443/#");
    var joined = guywire(at, invitation, "join", "-");
    assertThat(joined.code()).as(joined.text()).isZero();
    await(
        () -> {
          try {
            return List.of(guywire(at, "", "nodes").text().split("\n")).stream()
                .anyMatch(line -> line.startsWith("leaf") && line.contains("online"));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        "the agent follows by the name");
  }

  @Test
  void a_certificate_without_its_key_is_refused() throws Exception {
    var at = box("server");
    var said =
        guywire(
            at,
            "",
            "serve",
            "--data",
            directory.resolve("data").toString(),
            "--certificate",
            "fullchain.pem");
    assertThat(said.code()).isEqualTo(2);
    assertThat(said.text()).contains("--certificate-key");
  }

  @ParameterizedTest
  @CsvSource({
    "--acme vpn.example.net --certificate a.pem --certificate-key a.key, give one of them",
    "--acme-contact anna@example.net, --acme NAME",
    "--acme 192.0.2.1, vpn.example.net",
    "--acme vpn.example.net --acme-directory http://ca.example, https://HOST",
  })
  void what_can_not_be_had_of_an_authority_is_refused(String words, String why) throws Exception {
    var at = box("server");
    var command = new ArrayList<>(List.of("serve", "--data", directory + "/data"));
    command.addAll(List.of(words.split(" ")));
    var said = guywire(at, "", command.toArray(String[]::new));
    assertThat(said.text()).contains(why);
    assertThat(said.code()).isEqualTo(2);
    assertThat(directory.resolve("data")).as("nothing was made").doesNotExist();
  }
}
