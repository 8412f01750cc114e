package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Transport;
import guywire.network.json.NodeId;
import guywire.network.managed.HostDescription;
import guywire.network.managed.Report;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus reads. */
@Timeout(60)
class MetricsTest {

  /** A sample: name, labels, number. */
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-z_]+)(\\{[a-z]+=\"(?:[^\"\\\\\n"
              + "]|\\\\[\\\\\"n])*\"(?:,[a-z]+=\"(?:[^\"\\\\\n"
              + "]|\\\\[\\\\\"n])*\")*})? (-?[0-9]+(?:\\.[0-9]+)?(?:E-?[0-9]+)?)");

  private static final Pattern NAME = Pattern.compile("\\b(?:guywire|process)_[a-z_]+\\b");

  @TempDir Path directory;
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /**
   * Reads what Prometheus would, as strictly: each family whole, described before, no sample twice.
   */
  private static Map<String, Double> read(String text) {
    var samples = new LinkedHashMap<String, Double>();
    var closed = new HashSet<String>();
    String family = "";
    for (var line : text.split("\n")) {
      if (line.startsWith("# HELP ")) {
        closed.add(family);
        family = line.split(" ")[2];
        assertThat(closed).doesNotContain(family);
      } else if (line.startsWith("# TYPE ")) {
        assertThat(line).matches("# TYPE " + family + " (counter|gauge)");
        assertThat(line.endsWith("counter")).isEqualTo(family.endsWith("_total"));
      } else {
        var sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        assertThat(sample.group(1)).isEqualTo(family);
        String series = line.substring(0, line.lastIndexOf(' '));
        assertThat(samples.put(series, Double.parseDouble(sample.group(3)))).as(line).isNull();
      }
    }
    assertThat(text).endsWith("\n");
    return samples;
  }

  private Map<String, Double> scrape() {
    var said = server.get("/metrics", server.token(Scope.READ, Optional.empty()));
    assertThat(said.status()).as(said.text()).isEqualTo(200);
    return read(said.text());
  }

  @Test
  void they_need_a_token_that_reads_the_whole_server() {
    var network = server.network(RunningServer.HOMES);
    assertThat(server.get("/metrics", "").status()).isEqualTo(401);
    assertThat(server.get("/metrics", server.token(Scope.READ, Optional.of(network))).status())
        .isEqualTo(403);
    assertThat(server.get("/metrics", server.token(Scope.OWN, Optional.empty())).status())
        .isEqualTo(403);
    assertThat(scrape()).isNotEmpty();
  }

  @Test
  void they_count_nodes_and_requests() {
    var before = scrape();
    var network = server.network(RunningServer.HOMES);
    server.database.write(session -> {
      var networks = new Networks(session);
      var phone = networks.node(network.id(), new Name("iphone")).orElseThrow();
      networks.setLeave(network.id(), phone.id(), true, Optional.empty());
      return true;
    });
    server.get("/api/v1/networks/nothing", server.token(Scope.READ, Optional.empty()));
    var now = scrape();
    assertThat(before).doesNotContainKey("guywire_network_version{network=\"two-homes\"}");
    assertThat(now)
        .containsEntry("guywire_network_version{network=\"two-homes\"}", 1.0)
        .containsEntry("guywire_nodes{network=\"two-homes\",state=\"paused\"}", 1.0)
        .containsEntry("guywire_nodes{network=\"two-homes\",state=\"waiting\"}", 4.0)
        .containsEntry("guywire_hosts_waiting{network=\"two-homes\"}", 0.0)
        .containsEntry("guywire_requests_total{status=\"404\"}", 1.0);
    assertThat(now.get("guywire_requests_total{status=\"200\"}")).isEqualTo(1.0);
  }

  @Test
  void what_a_managed_node_tells_is_there_with_its_tunnels_and_ways() throws IOException {
    var network = server.network(RunningServer.HOMES);
    var reported = tell(network);
    String node = "network=\"two-homes\",node=\"ecs\"";
    var now = scrape();
    assertThat(now)
        .containsEntry("guywire_node_up{" + node + "}", 1.0)
        .containsEntry("guywire_node_revision{" + node + "}", 3.0)
        .containsEntry("guywire_node_rejected{" + node + "}", 0.0)
        .containsEntry(
            "guywire_peer_received_bytes_total{" + node + ",interface=\"wg0\",peer=\"macbook\"}",
            1000.0)
        .containsEntry(
            "guywire_peer_sent_bytes_total{" + node + ",interface=\"wg0\",peer=\"macbook\"}", 250.0)
        .containsEntry(
            "guywire_way_up{" + node + ",interface=\"wg1\",to=\"router-a\",via=\"router-b\"}", 1.0)
        .containsEntry(
            "guywire_way_round_trip_seconds{"
                + node
                + ",interface=\"wg1\",to=\"router-a\",via=\"router-b\"}",
            0.0125)
        .containsEntry("guywire_forwards{" + node + "}", 2.0)
        .containsEntry("guywire_forward_connections{" + node + "}", 3.0)
        .containsKey("guywire_node_last_seen_timestamp_seconds{" + node + "}")
        .containsKey(
            "guywire_peer_latest_handshake_timestamp_seconds{"
                + node
                + ",interface=\"wg0\",peer=\"macbook\"}");
    var live =
        server.get(
            "/api/v1/networks/two-homes/nodes", server.token(Scope.READ, Optional.of(network)));
    assertThat(live.text())
        .contains(
            "{\"asker\":\"10.0.0.9\",\"address\":\"10.0.0.1\",\"transport\":\"tcp\",\"port\":2222")
        .contains("\"until\":\"" + reported.plusSeconds(60) + "\",\"connections\":2");
    // The names are what boards and alerts are built on: the documents name these and no others.
    var told = now.keySet().stream().map(each -> each.replaceAll("\\{.*", ""));
    var names = told.collect(Collectors.toCollection(TreeSet::new));
    assertThat(named(Path.of("../docs/serve.md"))).isEqualTo(names);
    assertThat(named(Path.of("../docs/serve.zh-CN.md"))).isEqualTo(names);
    assertThat(names)
        .containsAll(named(Path.of("../docs/grafana.json")))
        .containsAll(named(Path.of("../docs/alerts.yaml")));
  }

  /** The hub, as if it had joined and told of a tunnel and a way. */
  private Instant tell(StoredNetwork network) {
    var now = Instant.now();
    var phone = PrivateKey.generate(new Random(7)).publicKey();
    server.database.write(session -> {
      var networks = new Networks(session);
      var hub = networks.node(network.id(), new Name("ecs")).orElseThrow();
      var laptop = networks.node(network.id(), new Name("macbook")).orElseThrow();
      networks.setKey(network.id(), laptop.id(), phone, Instant.EPOCH);
      var host =
          new StoredHost(
              new NodeId("5".repeat(32)),
              network.id(),
              Optional.of(hub.id()),
              StoredHost.State.WAITING,
              new Name("ecs"),
              Optional.empty(),
              PrivateKey.generate(new Random(8)).publicKey(),
              "",
              new HostDescription("ecs", "6.1", List.of(), List.of()),
              "192.0.2.1",
              now);
      var report =
          new Report(
              1,
              "test",
              Optional.of(new Report.Applied(3, "0".repeat(64))),
              Optional.empty(),
              List.of(
                  new Report.PeerReport(
                      new InterfaceName("wg0"),
                      phone,
                      OptionalLong.of(5),
                      Optional.empty(),
                      1000,
                      250)),
              List.of(
                  new Report.WayReport(
                      new Name("router-a"),
                      new InterfaceName("wg1"),
                      List.of(new Name("router-b")),
                      true,
                      OptionalLong.of(12_500),
                      Optional.empty())),
              OptionalLong.empty(),
              List.of(),
              List.of(),
              List.of(forward(2222, 2), forward(2223, 1)));
      var hosts = new Hosts(session);
      hosts.add(host);
      hosts.approve(host.id(), hub.id());
      hosts.tell(host.id(), report, now);
      server.joining.orders().live().take(host, hub.id(), report, now);
      return true;
    });
    return now;
  }

  private static Report.ForwardReport forward(int port, long connections) {
    return new Report.ForwardReport(
        IpAddress.parse("10.0.0.9"),
        IpAddress.parse("10.0.0.1"),
        Transport.TCP,
        port,
        IpAddress.parse("192.168.1.5"),
        22,
        60,
        connections,
        7,
        4096);
  }

  private static Set<String> named(Path document) throws IOException {
    return NAME.matcher(Files.readString(document))
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void it_says_that_it_lives_and_that_it_is_ready() {
    assertThat(server.get("/api/v1/health/live", "").text()).isEqualTo("{\"status\":\"live\"}");
    assertThat(server.get("/api/v1/health", "").text()).isEqualTo("{\"status\":\"ready\"}");
    server.database.close();
    assertThat(server.get("/api/v1/health/live", "").status()).isEqualTo(200);
  }

  @Test
  void a_label_can_hold_anything_and_numbers_are_exact() {
    var out = new Exposition();
    out.gauge("a_b", "What it is.", 0.5, "name", "a\"b\\c\nd");
    out.counter("c_total", "What it is.", 9_007_199_254_740_991.0);
    assertThat(out.text())
        .isEqualTo(
            "# HELP a_b What it is.\n# TYPE a_b gauge\na_b{name=\"a\\\"b\\\\c\\nd\"} 0.5\n"
                + "# HELP c_total What it is.\n# TYPE c_total counter\nc_total 9007199254740991\n");
    assertThat(read(out.text())).hasSize(2);
  }
}
