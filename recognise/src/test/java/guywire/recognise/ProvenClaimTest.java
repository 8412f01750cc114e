package guywire.recognise;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.Formats;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import guywire.prove.FactsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * That who reaches whom stays the same is said only where it was proven, or with its conditions.
 */
class ProvenClaimTest {

  private static final String HUB =
      """
      [Interface]
      PrivateKey = %s
      Address = 10.0.0.1/24
      ListenPort = 51820
      PostUp = sysctl -w net.ipv4.ip_forward=1
      [Peer]
      PublicKey = %s
      AllowedIPs = 10.0.0.2/32
      [Peer]
      PublicKey = %s
      AllowedIPs = 10.0.0.3/32, 192.168.7.0/24
      """
          .formatted(secret("hub"), shown("laptop"), shown("gw"));

  private static final String SPOKE =
      """
      [Interface]
      PrivateKey = %s
      Address = 10.0.0.%d/24
      PostUp = sysctl -w net.ipv4.ip_forward=%d
      [Peer]
      PublicKey = %s
      AllowedIPs = 10.0.0.0/24%s
      Endpoint = 198.51.100.77:51820
      PersistentKeepalive = 25
      """;

  private static final String FACTS =
      """
      sites:
        home: {lan: 192.168.7.0/24, hosts: {camera: 192.168.7.20}%s}
      hosts:
        hub: {public: 198.51.100.77}
        laptop: {roaming: true}
        gw: {site: home, address: 192.168.7.2}
      """;

  private static PrivateKey key(String name) {
    return PrivateKey.generate(new Random(name.hashCode()));
  }

  private static String secret(String name) {
    return java.util.Base64.getEncoder().encodeToString(key(name).bytes());
  }

  private static String shown(String name) {
    return key(name).publicKey().toString();
  }

  private static Recognition recognised(String facts) {
    return recognised(facts, HUB);
  }

  private static Recognition recognised(String facts, String hub) {
    var files =
        new TreeMap<>(
            Map.of(
                "hub", hub,
                "laptop", SPOKE.formatted(secret("laptop"), 2, 0, shown("hub"), ", 192.168.7.0/24"),
                "gw", SPOKE.formatted(secret("gw"), 3, 1, shown("hub"), "")));
    var imported = new ArrayList<Imported>();
    var sources = new ArrayList<SourceFile>();
    files.forEach((host, text) -> {
      String path = host + "/wg0.conf";
      var source = new SourceFile(path, text, path, OptionalInt.of(0600));
      sources.add(source);
      imported.addAll(Formats.read(new Name(host), List.of(source)));
    });
    return Recogniser.recognise(
        new Name("test"),
        new HostFiles(imported, sources),
        Optional.empty(),
        FactsFile.parse("facts.yaml", facts),
        false);
  }

  @Test
  void a_route_that_the_router_does_not_have_is_reach_that_is_gained() {
    var recognition = recognised(FACTS.formatted(""));
    assertThat(recognition.diff().orElseThrow().gained()).isNotEmpty();
    assertThat(recognition.assumed()).isEmpty();
  }

  @Test
  void with_the_route_it_is_proven() {
    var recognition = recognised(FACTS.formatted(", routes: {10.0.0.0/24: 192.168.7.2}"));
    assertThat(recognition.diff().orElseThrow().lost()).isEmpty();
    assertThat(recognition.diff().orElseThrow().gained()).isEmpty();
    assertThat(recognition.assumed()).isEmpty();
  }

  @Test
  void a_command_that_nobody_understands_is_a_condition() {
    var recognition =
        recognised(
            FACTS.formatted(", routes: {10.0.0.0/24: 192.168.7.2}"),
            HUB.replace("PostUp =", "PostUp = /usr/local/bin/magic\nPostUp ="));
    assertThat(recognition.diff().orElseThrow().gained()).isEmpty();
    assertThat(recognition.assumed())
        .singleElement()
        .satisfies(one -> assertThat(one.toString()).contains("/usr/local/bin/magic"));
  }
}
