package guywire.recognise;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Attachment;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.NetworkDiff;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A network that is planned, written as files, imported and planned again is the same network: who
 * reaches whom, the peers and what each of them gets. What is not the same is listed here.
 */
class RoundTripTest {

  private static Network planned(String yaml, long seed) {
    var reading = Definition.parse("before.yaml", yaml);
    assertThat(reading.findings()).as(yaml).isEmpty();
    var planned = Planner.plan(reading.definition().orElseThrow(), KeyStore.ofSeed(seed));
    return planned.network().orElseThrow(() -> new AssertionError(yaml + planned.findings()));
  }

  private static Network example(String name) {
    var reading = Definition.read(Path.of("../examples", name + ".yaml"));
    return Planner.plan(reading.definition().orElseThrow(), KeyStore.ofSeed(1))
        .network()
        .orElseThrow();
  }

  /** What changes at whom, rules and name servers left out: those are compared by what they do. */
  private static Set<String> changes(NetworkDiff diff) {
    var changes = new TreeSet<String>();
    diff.changes()
        .forEach((node, list) ->
            list.stream()
                .filter(change ->
                    !List.of("diff.firewall", "diff.nat", "diff.forwarding", "diff.name-server")
                        .contains(change.text().key()))
                .forEach(change -> changes.add(node + ": " + change.text())));
    return changes;
  }

  private static NetworkDiff check(Network before, GivenFiles given, String described) {
    var recognition = given.recognise();
    String yaml = GivenFiles.yaml(recognition);
    var diff =
        recognition
            .diff()
            .orElseThrow(() -> new AssertionError(described + recognition.findings() + yaml));
    var after = GivenFiles.planned(yaml);
    var lans = Reach.routedLans(before);
    assertThat(new Reach(after).withLans(lans).table())
        .as("%s%n%s", described, yaml)
        .isEqualTo(new Reach(before).withLans(lans).table());
    assertThat(diff.gained()).as(yaml).isEmpty();
    assertThat(diff.lost()).as(yaml).isEmpty();
    return diff;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "two-homes | ''",
        "three-servers-direct | ''",
        "three-servers-relayed | ''",
        "three-servers-full-tunnel | ''",
        "relay-mesh | ''",
        "star-with-gateways | ''",
        "point-to-point | ''",
        "point-to-point-ipv6 | ''",
        "hub-and-spoke | ''",
        "site-to-site | ''",
        "full-tunnel | ''",
      })
  void an_example_comes_back_from_its_own_files(String name, String different) {
    var before = example(name);
    var diff = check(before, GivenFiles.rendered(before, NodeConfig::platform), name);
    assertThat(String.join("; ", changes(diff))).isEqualTo(different);
  }

  @ParameterizedTest
  @CsvSource({
    "two-homes", "three-servers-direct", "three-servers-relayed", "relay-mesh",
    "star-with-gateways", "point-to-point", "point-to-point-ipv6", "hub-and-spoke",
    "site-to-site", "full-tunnel", "three-servers-full-tunnel"
  })
  void an_example_comes_back_from_files_of_many_formats(String name) {
    var before = example(name);
    var platforms =
        List.of(
            Platform.NETWORKD,
            Platform.LINUX,
            Platform.OPENWRT,
            Platform.ROUTEROS,
            Platform.NETWORKMANAGER);
    var order = before.nodes();
    check(
        before,
        GivenFiles.rendered(before, node -> platforms.get(order.indexOf(node) % platforms.size())),
        name);
  }

  /** The public servers are one cluster with one fabric; the others are what they are. */
  @ParameterizedTest
  @CsvSource({
    "two-homes",
    "three-servers-direct",
    "three-servers-relayed",
    "relay-mesh",
    "hub-and-spoke",
    "star-with-gateways"
  })
  void an_example_comes_back_from_a_proxmox_cluster(String name) {
    var before = example(name);
    var given =
        GivenFiles.renderedTogether(
            before,
            node ->
                isPublic(before, node) && node.platform() == Platform.LINUX
                    ? Platform.PROXMOX
                    : node.platform());
    check(before, given, name);
    assertThat(GivenFiles.yaml(given.recognise())).contains("platform: proxmox");
  }

  private static boolean isPublic(Network network, NodeConfig node) {
    return network.underlay().attachment(node.name()).orElse(null) instanceof Attachment.Direct;
  }

  /** Each gateway says itself what its LAN is known as, in the language of its platform. */
  @ParameterizedTest
  @EnumSource(names = {"LINUX", "OPENWRT", "ROUTEROS", "NETWORKD", "NETWORKMANAGER"})
  void lans_with_the_same_addresses_come_back_with_their_aliases(Platform platform) {
    var before =
        planned(
            """
            network: homes
            overlay: 10.9.0.0/24
            sites:
              home-a: {lan: 192.168.1.0/24, alias: 10.201.1.0/24}
              home-b: {lan: 192.168.1.0/24, alias: 10.201.2.0/24}
              office: {lan: [192.168.0.0/16, 172.20.1.0/24], alias: [10.202.0.0/16, 172.20.1.0/24]}
            nodes:
              hub: {hub: true, public: 203.0.113.1}
              gw-a: {router: home-a}
              gw-b: {gateway: home-b, source-nat: true}
              gw-office: {router: office}
              phone: {roaming: true}
            policy:
              - phone may reach all
              - home-a, home-b may reach each other
            """,
            7);
    var given =
        GivenFiles.rendered(
            before, node -> node.name().text().startsWith("gw") ? platform : node.platform());
    check(before, given, platform.word());
    assertThat(GivenFiles.yaml(given.recognise()))
        .contains("alias: 10.201.1.0/24", "alias: 10.201.2.0/24", "10.202.0.0/16, 172.20.1.0/24");
    assertThat(given.recognise().findings()).noneMatch(f -> f.what().key().equals("prefix-map"));
  }

  @Test
  void keys_ports_and_preshared_keys_are_those_of_the_files() {
    var before = example("point-to-point");
    var recognition = GivenFiles.rendered(before, NodeConfig::platform).recognise();
    for (var node : before.nodes()) {
      var key = node.interfaces().getFirst().privateKey().orElseThrow();
      assertThat(recognition.privateKeys()).containsEntry(node.name(), key);
      assertThat(GivenFiles.yaml(recognition)).doesNotContain(key.base64());
    }
    assertThat(GivenFiles.yaml(recognition))
        .contains("public-key: ", "preshared-keys: true")
        .doesNotContain("on-device");
    assertThat(recognition.presharedKeys().values())
        .containsExactly(
            before
                .nodes()
                .getFirst()
                .interfaces()
                .getFirst()
                .peers()
                .getFirst()
                .presharedKey()
                .orElseThrow());
  }

  @Test
  void keys_that_are_to_stay_on_their_devices_are_said_to_be_there() {
    var before = example("point-to-point");
    var recognition = GivenFiles.rendered(before, NodeConfig::platform).leavingKeys().recognise();
    assertThat(GivenFiles.yaml(recognition).lines().filter(line -> line.contains("private-key:")))
        .hasSize(before.nodes().size())
        .allMatch("    private-key: on-device"::equals);
  }

  @Test
  @Timeout(120)
  void random_networks_come_back() {
    long first = Long.getLong("guywire.seed", 1);
    int compared = 0;
    for (long seed = first; seed < first + 120; seed++) {
      String yaml = random(seed);
      var before = planned(yaml, seed);
      check(
          before,
          GivenFiles.rendered(before, node -> Platform.LINUX),
          "seed " + seed + "\n" + yaml);
      compared++;
    }
    assertThat(compared).isEqualTo(120);
  }

  /** A definition that follows from a seed: hub or mesh, sites with gateways, phones, a policy. */
  private static String random(long seed) {
    var random = new SplittableRandom(seed);
    boolean hub = random.nextInt(3) > 0;
    var sites = new StringBuilder();
    var nodes = new StringBuilder();
    var names = new ArrayList<String>();
    int servers = 1 + random.nextInt(3);
    for (int i = 0; i < servers; i++) {
      String role = i == 0 ? (hub ? ", hub: true" : ", relay: true") : "";
      nodes.append("  server%d: {public: 203.0.113.%d%s}\n".formatted(i, i + 1, role));
      names.add("server" + i);
    }
    int homes = random.nextInt(4);
    for (int i = 0; i < homes; i++) {
      boolean open = random.nextInt(3) == 0;
      sites.append("  home%d: {lan: 192.168.%d.0/24".formatted(i, 20 + i));
      sites.append(open ? ", public: 198.51.100.%d}\n".formatted(i + 1) : "}\n");
      String duty =
          switch (random.nextInt(4)) {
            case 0 -> "gateway: home" + i + ", source-nat: true";
            case 1 -> "site: home" + i;
            default -> "router: home" + i;
          };
      nodes.append("  gate%d: {%s}\n".formatted(i, duty));
      names.add("gate" + i);
      if (!duty.startsWith("site")) {
        names.add("home" + i);
      }
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      nodes.append("  phone%d: {roaming: true}\n".formatted(i));
      names.add("phone" + i);
    }
    var yaml = new StringBuilder("network: random\n");
    yaml.append(
        random.nextInt(4) == 0
            ? "overlay: [10.9.0.0/24, \"fd00:9::/64\"]\n"
            : "overlay: 10.9.0.0/24\n");
    if (random.nextInt(4) == 0) {
      yaml.append("preshared-keys: true\n");
    }
    if (!sites.isEmpty()) {
      yaml.append("sites:\n").append(sites);
    }
    yaml.append("nodes:\n").append(nodes);
    if (random.nextInt(3) == 0) {
      yaml.append("policy:\n");
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        String verb = random.nextInt(5) == 0 ? " may not reach " : " may reach ";
        String services = random.nextInt(3) == 0 ? " on tcp/22, icmp" : "";
        yaml.append("  - ").append(pick(random, names)).append(verb);
        yaml.append(pick(random, names)).append(services).append('\n');
      }
    }
    return yaml.toString();
  }

  private static String pick(SplittableRandom random, List<String> names) {
    return random.nextInt(4) == 0 ? "all" : names.get(random.nextInt(names.size()));
  }
}
