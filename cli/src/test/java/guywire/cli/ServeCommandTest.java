package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A server and the commands that ask it, each a process of its own, as users start them. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class ServeCommandTest {

  @TempDir Path directory;
  private Process server;
  private String link;

  private ProcessBuilder builder(String... words) {
    return GuywireProcess.builder(GuywireProcess.command(words), directory.resolve("config"));
  }

  private Said run(String... words) throws Exception {
    return fed("", words);
  }

  private Said fed(String input, String... words) throws Exception {
    return GuywireProcess.run(builder(words), input);
  }

  @BeforeEach
  void serve() throws IOException {
    server =
        builder("serve", "--data", directory.resolve("data").toString(), "--listen", "127.0.0.1:0")
            .start();
    var said =
        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
    String line = said.readLine();
    while (line != null && !line.contains("guywire login")) {
      line = said.readLine();
    }
    assertThat(line).isNotNull();
    link = line.replaceAll(".*'(.*)'.*", "$1");
  }

  @AfterEach
  void end() throws InterruptedException {
    server.destroy();
    assertThat(server.waitFor(20, TimeUnit.SECONDS)).as("it ends when it is told to").isTrue();
  }

  @Test
  void a_network_is_kept_at_a_server_from_the_command_line() throws Exception {
    assertThat(run("audit")).extracting(Said::code).isEqualTo(2);
    var login = fed(link + "\n", "login", "-", "--name", "anna");
    assertThat(login.code()).as(login.text()).isZero();
    assertThat(login.text()).contains("anna is logged in at https://127.0.0.1:");
    Path kept = directory.resolve("config/guywire/servers");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
        .isEqualTo("rw-------");
    assertThat(fed(link + "\n", "login", "-").code()).as("the link was good once").isEqualTo(2);

    Path file = directory.resolve("homes.yaml");
    String homes = Files.readString(Path.of("../examples/two-homes.yaml"));
    Files.writeString(file, homes);
    var made = run("apply", file.toString(), "--comment", "first");
    assertThat(made.code()).as(made.text()).isZero();
    assertThat(run("apply", file.toString()).text()).contains("two-homes is as it was: version 1");

    // A change that cuts somebody off, and keeps no promise that would say so.
    String loose = homes.substring(0, homes.indexOf("expect:"));
    Files.writeString(file, loose);
    assertThat(run("apply", file.toString()).code()).isZero();
    Files.writeString(file, loose.replaceAll("(?m)^  iphone:.*\n", ""));
    var planned = run("apply", file.toString(), "--plan");
    assertThat(planned.code()).as(planned.text()).isEqualTo(1);
    assertThat(planned.text()).contains("iphone").contains("this would be refused");
    var refused = run("apply", file.toString());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.text()).contains("nothing was changed").contains("--cut");
    assertThat(run("apply", file.toString(), "--cut", "iphone", "--json").code()).isZero();

    assertThat(run("history", "two-homes").text().lines().toList())
        .hasSize(3)
        .anyMatch(line -> line.contains("first"))
        .allMatch(line -> line.contains("everywhere"));
    assertThat(run("history", "two-homes", "--version-number", "1").text().strip())
        .isEqualTo(homes.strip());
    var restored = run("restore", "two-homes", "1");
    assertThat(restored.code()).as(restored.text()).isZero();

    var token = run("tokens", "--make", "ci", "--scope", "read", "--network", "two-homes");
    assertThat(token.code()).as(token.text()).isZero();
    assertThat(token.text()).contains("~");
    assertThat(run("tokens").text()).contains("ci").doesNotContain("gwt_");
    var hook = run("webhooks", "--add", "https://example.net/hooks?key=abc");
    assertThat(hook.code()).as(hook.text()).isZero();
    assertThat(hook.text()).containsPattern("gws_[A-Za-z0-9_-]+");
    assertThat(fed("https://example.org/x\n", "webhooks", "--add", "-").code()).isZero();
    var hooks = run("webhooks");
    assertThat(hooks.text())
        .contains("https://example.net", "https://example.org")
        .doesNotContain("key=abc", "gws_");
    String id = hooks.text().strip().split("\\s+", 2)[0];
    assertThat(run("webhooks", "--test", id).code()).isZero();
    assertThat(run("webhooks", "--remove", id).code()).isZero();
    assertThat(run("webhooks", "--remove", id).code()).as("gone").isEqualTo(2);
    assertThat(run("webhooks").text().lines()).hasSize(1);
    assertThat(run("audit").text()).contains("version-1-restored").contains("token-made");
    assertThat(run("--lang", "zh-CN", "history", "nothing").text()).contains("没有这个名字的对象");
  }

  @Test
  void an_identity_provider_is_named_in_a_file_of_the_owner_alone() throws Exception {
    Path file = directory.resolve("oidc.settings");
    String[] words = {
      "serve",
      "--data",
      directory.resolve("other").toString(),
      "--listen",
      "127.0.0.1:0",
      "--oidc",
      file.toString()
    };
    assertThat(run(words)).extracting(Said::code).as("it is not there").isEqualTo(2);
    Files.writeString(
        file, "issuer: https://id.example.net\nclient-secret: hidden-one\nnonsense\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    var open = run(words);
    assertThat(open.code()).as(open.text()).isNotZero();
    assertThat(open.text()).contains("chmod").doesNotContain("hidden-one");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    var wrong = run(words);
    assertThat(wrong.code()).as(wrong.text()).isNotZero();
    assertThat(wrong.text()).contains("line 3").doesNotContain("hidden-one");
  }

  @Test
  void a_devices_private_key_is_made_here_and_stays_here() throws Exception {
    fed(link + "\n", "login", "-");
    Path file = directory.resolve("homes.yaml");
    Files.writeString(file, Files.readString(Path.of("../examples/two-homes.yaml")));
    assertThat(run("apply", file.toString()).code()).isZero();
    assertThat(run("device", "add", "tablet", "--kind", "android").code())
        .as("a key that is shown nowhere would be lost")
        .isEqualTo(2);

    Path out = directory.resolve("out");
    var added = run("device", "add", "tablet", "--kind", "android", "--out", out.toString());
    assertThat(added.code()).as(added.text()).isZero();
    Path conf = out.resolve("tablet/wg0.conf");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(conf)))
        .isEqualTo("rw-------");
    String text = Files.readString(conf);
    assertThat(text).contains("PrivateKey = ").contains("Endpoint = 203.0.113.1:24356");
    String key = text.replaceAll("(?s).*PrivateKey = (\\S+).*", "$1");
    try (var files = Files.walk(directory.resolve("data"))) {
      for (var kept : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(kept, StandardCharsets.ISO_8859_1)).doesNotContain(key);
      }
    }
    var showing = run("device", "reissue", "tablet", "--qr");
    assertThat(showing.text()).contains("\u2588").doesNotContain("PrivateKey");
    assertThat(run("device", "pause", "tablet").code()).isZero();
    assertThat(run("devices").text()).contains("tablet").contains("paused");
    assertThat(run("device", "resume", "tablet").code()).isZero();
    assertThat(run("device", "delete", "tablet").code()).isZero();

    var linked = run("device", "add", "guest", "--kind", "ios", "--days", "1", "--link");
    assertThat(linked.code()).as(linked.text()).isZero();
    String once = linked.text().lines().filter(line -> line.startsWith("https")).findFirst().get();
    var taken = fed(once, "device", "take", "-", "--out", out.toString());
    assertThat(taken.code()).as(taken.text()).isZero();
    assertThat(out.resolve("guest/wg0.conf")).exists();
    assertThat(fed(once, "device", "take", "-", "--qr").code()).as("once").isEqualTo(2);
  }

  @Test
  void a_server_with_another_certificate_gets_nothing() throws Exception {
    int tilde = link.indexOf('~');
    String other = link.substring(0, tilde + 1) + "0".repeat(64);
    var said = fed(other + "\n", "login", "-");
    assertThat(said.code()).isEqualTo(77);
    assertThat(said.text()).contains("another server answers").doesNotContain("gwt_");
    // The link was not used.
    assertThat(fed(link + "\n", "login", "-").code()).isZero();
  }
}
