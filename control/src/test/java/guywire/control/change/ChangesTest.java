package guywire.control.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.Administrators;
import guywire.control.store.Audit;
import guywire.control.store.AuditEntry;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Version;
import guywire.control.store.WholeLog;
import guywire.network.Name;
import guywire.network.PeerConfig;
import guywire.network.json.NetworkId;
import guywire.plan.KeyStore;
import guywire.protocol.PrivateKey;
import guywire.prove.NodeChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A change lands if it works, keeps what was promised and cuts off nobody unasked. */
@Timeout(120)
class ChangesTest {

  private static final String HOMES = example("two-homes.yaml");

  @TempDir Path directory;
  private Database database;
  private Changes changes;
  private Token anna;

  private static String example(String file) {
    try {
      return Files.readString(Path.of("../examples", file));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void open() throws IOException {
    database = Database.inDirectory(directory.resolve("data"));
    changes = new Changes(database, Clock.systemUTC());
    anna = Administrators.add(database, TokenSecret.random());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private StoredNetwork made(String text) {
    return ((ChangeOutcome.Landed) changes.create(anna, new Proposal(text, 0, "", List.of())))
        .network();
  }

  private ChangeOutcome changed(StoredNetwork network, String text, String... cuts) {
    var allowed = new ArrayList<Cut>();
    for (var cut : cuts) {
      allowed.add(Cut.tryParse(cut).orElseThrow());
    }
    return changes.apply(anna, network, new Proposal(text, network.version(), "", allowed));
  }

  private Version version(StoredNetwork network, long number) {
    return database
        .read(session -> new Networks(session).version(network.id(), number))
        .orElseThrow();
  }

  private List<StoredNode> nodes(StoredNetwork network) {
    return database.read(session -> new Networks(session).nodes(network.id()));
  }

  static List<String> examples() throws IOException {
    try (var files = Files.list(Path.of("../examples"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Also those with a second way, whose tunnels have keys of their own. */
  @ParameterizedTest
  @MethodSource("examples")
  void every_example_is_made_without_a_private_key(String file) {
    var network = made(example(file));
    for (var node : nodes(network)) {
      var config = changes.desired().config(network, node.name()).orElseThrow();
      assertThat(config.interfaces()).isNotEmpty();
      assertThat(config.interfaces()).allMatch(tunnel -> tunnel.privateKey().isEmpty());
      assertThat(config.interfaces()).allMatch(tunnel -> tunnel.publicKey().isPresent());
    }
  }

  @Test
  void a_good_change_lands_with_comments_and_order_as_they_were_written() {
    var network = made("# mine\n" + HOMES);
    String text = "# mine, still\n" + HOMES + "# the end: \ttabs and  spaces stay\n";
    var outcome = changed(network, text);
    assertThat(outcome).isInstanceOf(ChangeOutcome.Landed.class);
    assertThat(((ChangeOutcome.Landed) outcome).network().version()).isEqualTo(2);
    assertThat(version(network, 1).definition()).isEqualTo("# mine\n" + HOMES);
    assertThat(version(network, 2).definition()).isEqualTo(text);
    assertThat(nodes(network))
        .extracting(node -> node.name().text())
        .containsExactlyInAnyOrder("ecs", "router-a", "router-b", "macbook", "iphone");
  }

  @Test
  void one_that_breaks_an_expect_line_is_refused_with_the_packet_that_shows_it() {
    var network = made(HOMES);
    var outcome = changed(network, HOMES + "  - macbook reaches nas-a via ecs, router-b\n");
    var preview = ((ChangeOutcome.Refused) outcome).preview();
    assertThat(preview.holds()).isFalse();
    assertThat(preview.broken())
        .anySatisfy(judgement -> {
          assertThat(judgement.promise().text()).contains("via ecs, router-b");
          assertThat(judgement.answer().there().passed()).contains("router-a");
        });
    assertThat(version(network, 1).definition()).isEqualTo(HOMES);
    assertThat(database.read(s -> new Networks(s).version(network.id(), 2)).isPresent()).isFalse();
  }

  @Test
  void one_that_cannot_be_read_is_refused_with_line_and_mend() {
    var network = made(HOMES);
    var outcome = changed(network, HOMES + "nonsense: 1\n");
    var preview = ((ChangeOutcome.Refused) outcome).preview();
    assertThat(preview.difference()).isEmpty();
    assertThat(preview.findings())
        .anyMatch(f -> f.place().line() > 0 && f.what().toString().contains("nonsense"));
  }

  /** Without expect lines nothing but the comparison of both networks protects anybody. */
  private static final String LOOSE = HOMES.substring(0, HOMES.indexOf("expect:"));

  @Test
  void one_that_cuts_somebody_off_needs_a_word_that_names_him() {
    var network = made(LOOSE);
    String without = LOOSE.replaceAll("(?m)^  iphone:.*\n", "");
    assertThat(without).isNotEqualTo(LOOSE);

    var refused = (ChangeOutcome.Refused) changed(network, without);
    assertThat(refused.preview().holds()).isTrue();
    assertThat(refused.preview().refused()).isNotEmpty();
    assertThat(refused.preview().refused())
        .allMatch(lost -> (lost.from() + " " + lost.to()).contains("iphone"));

    assertThat(changed(network, without, "macbook")).isInstanceOf(ChangeOutcome.Refused.class);
    assertThat(changed(network, without, "iphone -> ecs"))
        .isInstanceOf(ChangeOutcome.Refused.class);
    var landed = (ChangeOutcome.Landed) changed(network, without, "iphone");
    assertThat(landed.network().version()).isEqualTo(2);
    assertThat(landed.preview().difference().orElseThrow().changes().get(new Name("iphone")))
        .extracting(NodeChange::kind)
        .containsExactly(NodeChange.Kind.NODE_GONE);
    assertThat(nodes(network)).noneMatch(node -> node.name().text().equals("iphone"));
  }

  @Test
  void one_direction_between_two_can_be_cut_by_itself() {
    String all = "router-a, router-b, macbook, iphone, home-a, home-b";
    String policy = LOOSE + "policy:\n  - ecs may reach iphone\n  - " + all + " may reach ecs\n";
    var network = made(policy + "  - macbook may reach nas-a\n");
    assertThat(changed(network, policy)).isInstanceOf(ChangeOutcome.Refused.class);
    assertThat(changed(network, policy, "nas-a -> macbook"))
        .isInstanceOf(ChangeOutcome.Refused.class);
    assertThat(changed(network, policy, "macbook -> nas-a"))
        .isInstanceOf(ChangeOutcome.Landed.class);
  }

  @Test
  void who_changed_an_older_version_has_to_look_at_the_newer_first() {
    var network = made(HOMES);
    changed(network, HOMES + "# one\n");
    assertThat(changed(network, HOMES + "# other\n")).isEqualTo(new ChangeOutcome.Outdated(2));
    assertThat(changes.preview(network, new Proposal(HOMES, 1, "", List.of())))
        .isEqualTo(new ChangeOutcome.Outdated(2));
  }

  @Test
  void of_two_at_once_one_lands() throws Exception {
    var network = made(HOMES);
    try (var threads = Executors.newFixedThreadPool(4)) {
      var tries = new ArrayList<Future<ChangeOutcome>>();
      for (int i = 0; i < 4; i++) {
        String text = HOMES + "# " + i + "\n";
        tries.add(threads.submit(() -> changed(network, text)));
      }
      int landed = 0;
      for (var each : tries) {
        var outcome = each.get();
        if (outcome instanceof ChangeOutcome.Landed) {
          landed++;
        } else {
          assertThat(outcome).isEqualTo(new ChangeOutcome.Outdated(2));
        }
      }
      assertThat(landed).isEqualTo(1);
    }
  }

  @Test
  void a_former_version_can_be_had_back_and_compared() {
    var network = made(HOMES);
    changed(network, HOMES.replace("listen: 24356", "listen: 24357"));
    var difference =
        changes.compare(network, version(network, 1), version(network, 2)).orElseThrow();
    assertThat(difference.changes().get(new Name("ecs")))
        .extracting(NodeChange::kind)
        .contains(NodeChange.Kind.PORT);
    var outcome =
        changes.restore(
            anna, network, version(network, 1), new Proposal("", 2, "as it was", List.of()));
    assertThat(outcome).isInstanceOf(ChangeOutcome.Landed.class);
    assertThat(version(network, 3).definition()).isEqualTo(HOMES);
    assertThat(
            database
                .read(s -> new Audit(s).page(Optional.empty(), WholeLog.ALL, WholeLog.FIRST))
                .items())
        .extracting(AuditEntry::action)
        .containsExactly("version-1-restored", "definition-changed", "network-made");
  }

  @Test
  void nodes_keep_their_addresses_when_others_come_before_them() {
    var network = made(HOMES);
    var before = addresses(network);
    changed(network, HOMES.replace("nodes:\n", "nodes:\n  aaa: {roaming: true}\n"));
    var after = addresses(network);
    before.forEach((node, given) -> assertThat(after.get(node)).isEqualTo(given));
    assertThat(after).containsKey(new Name("aaa"));
  }

  private Map<Name, List<guywire.address.IpAddress>> addresses(StoredNetwork network) {
    return database.read(session -> new Networks(session).addresses(network.id()));
  }

  @Test
  void a_definition_of_another_network_does_not_land_here() {
    var network = made(HOMES);
    assertThat(changed(network, HOMES.replace("network: two-homes", "network: other")))
        .isEqualTo(new ChangeOutcome.OtherName("other"));
    assertThat(changes.create(anna, new Proposal(HOMES, 0, "", List.of())))
        .isEqualTo(new ChangeOutcome.OtherName("two-homes"));
  }

  @Test
  void a_nodes_new_key_goes_to_its_peers_and_no_private_key_is_anywhere() {
    var network = made(HOMES);
    var key = PrivateKey.generate(new Random(1)).publicKey();
    var node = nodes(network).stream().filter(n -> n.name().text().equals("ecs")).findFirst();
    assertThat(changes.setKey(anna, network, node.orElseThrow(), key))
        .isEqualTo(Changes.KeyOutcome.KEPT);
    var macbook = changes.desired().config(network, new Name("macbook")).orElseThrow();
    assertThat(macbook.interfaces().getFirst().peers())
        .extracting(PeerConfig::publicKey)
        .contains(key);
    assertThat(macbook.interfaces().getFirst().privateKey()).isEmpty();
    var other = nodes(network).stream().filter(n -> n.name().text().equals("iphone")).findFirst();
    assertThat(changes.setKey(anna, network, other.orElseThrow(), key))
        .isEqualTo(Changes.KeyOutcome.TAKEN);
  }

  @Test
  void the_servers_store_of_keys_can_make_no_private_key() {
    KeyStore keys = new PublicKeys(NetworkId.random(new Random(1)), Map.of(), Map.of(), Map.of());
    var key = PrivateKey.generate(new Random(1)).publicKey();
    assertThat(keys.privateKey(new Name("a"), key)).isEmpty();
    assertThatThrownBy(() -> keys.privateKey(new Name("a")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void who_listens_hears_of_each_change_that_landed_and_of_no_other() {
    var heard = new ArrayList<Long>();
    var network = made(HOMES);
    try (var listening = changes.feed().subscribe(now -> heard.add(now.version()))) {
      changed(network, HOMES + "# a\n");
      changed(network, HOMES + "# refused: outdated\n");
      assertThat(listening).isNotNull();
    }
    assertThat(heard).containsExactly(2L);
  }
}
