package guywire.format;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.output.RenderedFile;
import guywire.format.tunnel.OpenWrtRenderer;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile text in every field, for targets whose program is not at hand: a reader stricter than
 * theirs, written here from their languages' rules, knows every character that is written and finds
 * the plain node's settings. dnsmasq is asked itself.
 */
class ScriptInjectionTest {

  private static final int SEEDS = 200;

  @TempDir Path directory;

  private static String file(NodeConfig node, String ending) {
    return Formats.renderer(node.platform()).render(node, Locale.ENGLISH).files().stream()
        .filter(file -> file.path().endsWith(ending))
        .map(RenderedFile::text)
        .findFirst()
        .orElse("");
  }

  /** Pieces in single quotes, and between them quotes that stand escaped. */
  private static final Pattern UCI_VALUE =
      Pattern.compile("'[^'\\p{Cntrl}]*'(\\\\''[^'\\p{Cntrl}]*')*");

  private static final Pattern UCI_LINE =
      Pattern.compile(
          "(?<what>set|add_list) (?<path>[a-z]+\\.[A-Za-z0-9_@\\[\\]-]+(\\.[a-z0-9_]+)?)=(?<value>.*)"
              + "|commit [a-z]+|add [a-z]+ [A-Za-z0-9_]+");

  /** What a batch sets, in order, without the values; the records of names are left out. */
  private static List<String> uci(NodeConfig node) {
    var found = new ArrayList<String>();
    for (var line : file(node, ".uci").lines().toList()) {
      var match = UCI_LINE.matcher(line);
      if (line.isEmpty()) {
        continue;
      }
      assertThat(match.matches()).as(line).isTrue();
      if (match.group("value") != null) {
        assertThat(
                match.group("value").matches("[a-z]+(_[A-Za-z0-9_]+)?")
                    || UCI_VALUE.matcher(match.group("value")).matches())
            .as(line)
            .isTrue();
      }
      String path = match.group("path") == null ? line : match.group("path");
      if (!path.startsWith("dhcp.") && !line.equals("commit dhcp")) {
        found.add(match.group("what") + " " + path);
      }
    }
    return found;
  }

  /** An interface's name that OpenWrt can't have is an error, and nothing is written for it. */
  @Test
  void a_batch_for_uci_sets_the_same_options_of_the_same_sections() {
    int written = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      var node = HostileNode.of(seed, Platform.OPENWRT);
      if (file(node, ".uci").isEmpty()) {
        assertThat(new OpenWrtRenderer().render(node, Locale.ENGLISH).hasErrors()).isTrue();
        continue;
      }
      written++;
      assertThat(uci(node))
          .as("seed %d", seed)
          .isNotEmpty()
          .containsExactlyElementsOf(
              uci(HostileNode.plain(node)).stream()
                  .map(path -> path.replace("wg0", node.interfaces().getFirst().name().text()))
                  .toList());
    }
    assertThat(written).isGreaterThan(SEEDS / 4);
  }

  /** Bare where all is harmless; in quotes with each mark that means something escaped. */
  private static final Pattern ROUTEROS_VALUE =
      Pattern.compile(
          "[A-Za-z0-9_.:,/!-]+|\"([ !#%-\\[\\]-~&&[^\"$?\\\\]]|\\\\[\"\\\\$?]|\\\\[0-9A-F]{2})*\"");

  /** The commands of a script without their values; the records of names are left out. */
  private static List<String> routerOs(NodeConfig node) {
    var found = new ArrayList<String>();
    for (var line : file(node, ".rsc").lines().toList()) {
      if (line.isEmpty() || line.startsWith("# ") || line.startsWith("/ip/dns")) {
        continue;
      }
      var value = Pattern.compile("=(" + ROUTEROS_VALUE + ")(?=$|[ \\])}])").matcher(line);
      String skeleton = value.replaceAll("=V");
      assertThat(skeleton)
          .as(line)
          .matches("[a-zA-Z0-9 /=:\\[\\](){}~!.\"^_;<>-]*")
          .doesNotContain("\\\\");
      found.add(skeleton);
    }
    return found;
  }

  @Test
  void a_script_for_routeros_has_the_same_commands_with_the_same_properties() {
    for (long seed = 0; seed < SEEDS; seed++) {
      var node = HostileNode.of(seed, Platform.ROUTEROS);
      assertThat(routerOs(node))
          .as("seed %d", seed)
          .isNotEmpty()
          .containsExactlyElementsOf(routerOs(HostileNode.plain(node)));
    }
  }

  @Test
  void dnsmasq_takes_its_file_which_has_the_lines_that_it_should_have() throws Exception {
    var command = new ArrayList<String>();
    for (int seed = 0; seed < SEEDS / 4; seed++) {
      var node = HostileNode.of(seed, Platform.LINUX);
      String text = file(node, "dnsmasq.d/guywire.conf");
      if (text.isEmpty()) {
        continue;
      }
      String domain = node.nameServer().orElseThrow().domain();
      assertThat(
              text.lines()
                  .map(line -> line.replaceFirst("=.*", ""))
                  .filter(l -> !l.equals("local")))
          .as("seed %d", seed)
          .containsExactly(
              "bind-dynamic", "no-resolv", "no-hosts", "listen-address", "host-record", "server");
      assertThat(text.contains("local=/" + domain.toLowerCase(Locale.ROOT) + "/\n"))
          .isEqualTo(!domain.isEmpty());
      Path written = Files.writeString(directory.resolve(seed + ".conf"), text);
      command.add("dnsmasq --test -C " + written + " 2>&1");
    }
    assertThat(command).hasSizeGreaterThan(10);
    assertThat(Program.run("sh", "-c", String.join("\n", command)).output().lines())
        .hasSameSizeAs(command)
        .allMatch("dnsmasq: syntax check OK."::equals);
    Path wrong = Files.writeString(directory.resolve("wrong.conf"), "bind-dynamic\nreboot\n");
    assertThat(Program.run("dnsmasq", "--test", "-C", wrong.toString()).status()).isNotZero();
  }
}
