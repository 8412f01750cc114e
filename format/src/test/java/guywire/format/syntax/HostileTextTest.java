package guywire.format.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.address.IpAddress;
import guywire.format.Formats;
import guywire.format.Program;
import guywire.format.SampleNodes;
import guywire.format.input.Format;
import guywire.format.input.SourceFile;
import guywire.format.output.RenderedFile;
import guywire.network.DnsClient;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Hook;
import guywire.network.NameServer;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.Platform;
import guywire.network.TunnelInterface;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing that a value holds can break out of where it is written. */
class HostileTextTest {

  private static final String NASTY = "a';reboot; $(id) `id` ${x} [find] ? # ; 网络 %n {0} * |";

  private static final String EVIL = "x\nPostUp = reboot\n[Peer]";

  @ParameterizedTest
  @EnumSource(Platform.class)
  void texts_without_a_type_never_make_a_line_of_their_own(Platform platform) {
    var rendering = Formats.renderer(platform).render(hostile(platform), Locale.ENGLISH);
    for (var file : rendering.files()) {
      assertThat(file.text().lines().map(String::strip))
          .as(platform + " " + file.path())
          .noneMatch(line -> line.startsWith("PostUp = reboot") || line.equals("reboot"));
      assertThat(file.path()).doesNotContain("..").doesNotStartWith("/");
    }
    assertThat(rendering.hasErrors()).isTrue();
  }

  @Test
  void a_shell_reads_a_uci_value_as_it_was() throws Exception {
    var echoed = Program.run("sh", "-c", "printf %s " + UciScript.quoted(NASTY));
    assertThat(echoed.output()).isEqualTo(NASTY);
    assertThat(UciWords.of("set a.b.c=" + UciScript.quoted(NASTY)).orElseThrow())
        .containsExactly("set", "a.b.c=" + NASTY);
  }

  @Test
  void routeros_reads_a_word_as_it_was() {
    var file =
        new SourceFile(
            "x.rsc",
            "/ip/route/add comment=" + RouterOsScript.word(NASTY + "\"\\") + " gateway=wg0");
    var items = RouterOsFile.read(file, new Notes("x")).items();
    assertThat(items.getFirst().get("comment", "")).isEqualTo(NASTY + "\"\\");
    assertThat(items.getFirst().get("gateway", "")).isEqualTo("wg0");
    assertThat(RouterOsScript.word(NASTY)).matches("[\\x20-\\x7e]*");
  }

  @Test
  void a_line_break_in_a_line_is_a_programming_error() {
    assertThatThrownBy(() -> new Lines().add("a\nb")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RenderedFile.open("../x", ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RenderedFile.open("/etc/x", ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_message_repeats_no_key() {
    String key =
        SampleNodes.phone(Platform.IOS).interfaces().getFirst().privateKey().orElseThrow().base64();
    for (var format : Format.values()) {
      var wrong =
          List.of(
              new SourceFile(
                  "wg0.netdev",
                  "[NetDev]\nName=wg0\nKind=wireguard\n[WireGuard]\n"
                      + key
                      + "\nFirewallMark="
                      + key
                      + "\n[WireGuardPeer]\nAllowedIPs="
                      + key
                      + "\nEndpoint="
                      + key),
              new SourceFile(
                  "x.uci",
                  "set network.wg0=interface\n"
                      + "set network.wg0.proto='wireguard'\n"
                      + "set network.wg0.mtu='"
                      + key
                      + "'\n"
                      + key),
              new SourceFile("x.rsc", "/interface/wireguard/add name=" + key + "\n/" + key),
              new SourceFile("x.dump", key + "\t" + key + "\t" + key + "\t" + key));
      var read =
          Formats.importer(format).stream()
              .flatMap(it -> it.read(new guywire.network.Name("x"), wrong).stream())
              .toList();
      for (var imported : read) {
        for (var finding : imported.findings()) {
          assertThat(finding.what().toString() + finding.mend())
              .doesNotContain(key.substring(2, 40));
        }
      }
    }
  }

  private static NodeConfig hostile(Platform platform) {
    var node = SampleNodes.gateway(platform);
    var tunnel = node.interfaces().getFirst();
    var nasty =
        new TunnelInterface(
            tunnel.name(),
            tunnel.privateKey(),
            Optional.empty(),
            tunnel.addresses(),
            tunnel.listenPort(),
            0,
            tunnel.mtu(),
            tunnel.table(),
            new DnsClient(List.of(IpAddress.parse("10.9.0.1")), List.of(EVIL, "a b", "$(id)")),
            tunnel.peers());
    var rule = new FilterRule(PacketMatch.ANY, Verdict.DROP, NASTY);
    return new NodeConfig(
        node.name(),
        platform,
        List.of(nasty),
        node.routes(),
        node.forwardIpv4(),
        node.forwardIpv6(),
        new Firewall(List.of(rule), Verdict.ACCEPT, List.of(rule), Verdict.ACCEPT, true),
        node.nat(),
        Optional.of(
            new NameServer(List.of(IpAddress.parse("10.9.0.2")), EVIL, Map.of(), List.of())),
        platform == Platform.LINUX || platform == Platform.DOCKER
            ? List.of()
            : List.of(new Hook(Hook.When.POST_UP, "echo; reboot")));
  }
}
