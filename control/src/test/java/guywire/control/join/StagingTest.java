package guywire.control.join;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.Administrators;
import guywire.control.Hmac;
import guywire.control.TestClock;
import guywire.control.change.ChangeOutcome;
import guywire.control.change.Changes;
import guywire.control.change.Proposal;
import guywire.control.store.Database;
import guywire.control.store.HookSecret;
import guywire.control.store.Networks;
import guywire.control.store.Rollout.State;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Version;
import guywire.control.store.Webhooks;
import guywire.network.InterfaceName;
import guywire.network.json.NodeDocument;
import guywire.network.managed.Report;
import guywire.network.managed.Report.PeerReport;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A version comes to one node of each kind that it concerns, and then to all or to none. */
@Timeout(120)
class StagingTest {

  private static final List<String> LEAVES = List.of("leaf-0", "leaf-1", "leaf-2");

  @TempDir Path directory;
  private final Random random = new Random(5);
  private final TestClock time = new TestClock();
  private final Map<String, StoredHost> hosts = new HashMap<>();
  private Database database;
  private Changes changes;
  private Orders orders;
  private Token anna;
  private StoredNetwork network;

  @BeforeEach
  void open() throws Exception {
    database = Database.inDirectory(directory.resolve("data"));
    anna = Administrators.add(database, TokenSecret.random());
    serve();
    network =
        ((ChangeOutcome.Landed) changes.create(anna, new Proposal(text(1300), 0, "", List.of())))
            .network();
    joined("hub");
    LEAVES.forEach(this::joined);
    time.pass(Duration.ofMinutes(5));
  }

  /** A server begins, as after it was killed: all that it knew in memory is gone. */
  private void serve() {
    changes = new Changes(database, time);
    orders = new Joining(database, changes, time, "", Hmac.KEY, () -> true).orders();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static String text(int mtu) {
    var text = new StringBuilder("network: star\noverlay: 10.0.0.0/16\nmtu: " + mtu + "\nnodes:\n");
    text.append("  hub: {hub: true, public: 198.51.100.1}\n");
    LEAVES.forEach(leaf -> text.append("  " + leaf + ": {roaming: true}\n"));
    return text.toString();
  }

  private void change(int mtu) {
    var now = now();
    var outcome = changes.apply(anna, now, new Proposal(text(mtu), now.version(), "", List.of()));
    assertThat(outcome).isInstanceOf(ChangeOutcome.Landed.class);
  }

  private StoredNetwork now() {
    return database.read(session -> new Networks(session).of(network.id())).orElseThrow();
  }

  private void joined(String name) {
    hosts.put(name, JoinedHosts.add(database, network, name, random, time.instant()));
  }

  private StoredHost host(String name) {
    return Optional.ofNullable(hosts.get(name)).orElseThrow();
  }

  private void connect(String... names) {
    for (var name : names) {
      orders.connected(host(name), true);
    }
  }

  private NodeDocument order(String name) {
    return orders.of(host(name).id()).orElseThrow().document().orElseThrow();
  }

  private int mtu(String name) {
    return order(name).config().interfaces().getFirst().mtu().orElseThrow();
  }

  /** A host sets itself up as it is told, and the server hears so. */
  private void accept(String name, PeerReport... peers) {
    var order = order(name);
    var applied = new Report.Applied(order.revision(), order.digest());
    orders.report(
        host(name),
        new Report(1, "test", Optional.of(applied), Optional.empty(), List.of(peers), List.of()));
    orders.look();
  }

  private void goBack(String name) {
    var order = order(name);
    var rejected = Report.Rejected.of(order.revision(), order.digest(), "no way to the server");
    orders.report(
        host(name),
        new Report(1, "test", Optional.empty(), Optional.of(rejected), List.of(), List.of()));
    orders.look();
  }

  private Version version(long number) {
    return database
        .read(session -> new Networks(session).version(network.id(), number))
        .orElseThrow();
  }

  private List<String> audit() {
    return ServerSteps.of(database);
  }

  @Test
  void one_of_each_kind_has_it_first_and_all_once_these_were_reached() {
    connect("hub", "leaf-0", "leaf-1", "leaf-2");
    change(1290);
    assertThat(mtu("hub")).as("nobody was chosen yet").isEqualTo(1300);
    assertThat(version(2).state()).contains(State.LANDED);
    orders.look();
    assertThat(version(2).state()).contains(State.TRIED);
    assertThat(mtu("hub")).isEqualTo(1290);
    assertThat(mtu("leaf-0")).isEqualTo(1290);
    assertThat(mtu("leaf-1")).isEqualTo(1300);
    assertThat(mtu("leaf-2")).isEqualTo(1300);
    accept("hub");
    assertThat(mtu("leaf-1")).as("one of two was reached").isEqualTo(1300);
    accept("leaf-0");
    assertThat(mtu("leaf-1")).isEqualTo(1290);
    assertThat(mtu("leaf-2")).isEqualTo(1290);
    assertThat(version(2).state()).isEmpty();
    assertThat(audit()).containsExactly("change-everywhere", "change-tried");
  }

  @Test
  void where_one_goes_back_all_stay_with_the_former_version_and_it_is_said_why() {
    database.write(session ->
        new Webhooks(session)
            .add(
                URI.create("https://example.net/"),
                HookSecret.random(),
                Optional.empty(),
                time.instant()));
    connect("hub", "leaf-0", "leaf-1", "leaf-2");
    change(1290);
    orders.look();
    accept("hub");
    goBack("leaf-0");
    for (var name : hosts.keySet()) {
      assertThat(mtu(name)).as(name).isEqualTo(1300);
    }
    assertThat(version(2).state()).contains(State.STOPPED);
    assertThat(version(2).word()).isEqualTo("leaf-0 went back from it: no way to the server");
    assertThat(audit()).containsExactly("change-stopped", "change-tried");
    time.pass(Duration.ofHours(1));
    orders.look();
    assertThat(mtu("hub")).as("it does not go on by itself").isEqualTo(1300);

    // The next one is tried anew, from what all have.
    change(1280);
    orders.look();
    accept("hub");
    assertThat(mtu("leaf-1")).isEqualTo(1300);
    accept("leaf-0");
    assertThat(mtu("leaf-1")).isEqualTo(1280);
    assertThat(version(2).state()).as("that stays so").contains(State.STOPPED);
  }

  @Test
  void what_a_node_went_back_from_is_told_it_again_where_somebody_wants_that() {
    connect("hub", "leaf-0");
    change(1290);
    orders.look();
    accept("hub");
    goBack("leaf-0");
    change(1290);
    orders.look();
    assertThat(orders.of(host("leaf-0").id()).orElseThrow().rejected()).isEmpty();
    accept("hub");
    accept("leaf-0");
    assertThat(mtu("leaf-2")).isEqualTo(1290);
  }

  @Test
  void who_is_away_is_not_chosen_and_with_nobody_there_each_has_it_when_it_comes() {
    connect("leaf-2");
    change(1290);
    orders.look();
    assertThat(mtu("leaf-2")).isEqualTo(1290);
    assertThat(mtu("leaf-0")).isEqualTo(1300);
    accept("leaf-2");
    assertThat(mtu("hub")).isEqualTo(1290);

    orders.connected(host("leaf-2"), false);
    time.pass(Duration.ofMinutes(1));
    change(1280);
    orders.look();
    assertThat(mtu("hub")).isEqualTo(1280);
    assertThat(version(3).state()).isEmpty();
    assertThat(version(3).word()).contains("no node that it concerns was connected");
  }

  @Test
  void another_takes_the_place_of_one_that_left_and_who_is_there_but_silent_stops_it() {
    connect("hub", "leaf-0", "leaf-1");
    change(1290);
    orders.look();
    accept("hub");
    orders.connected(host("leaf-0"), false);
    time.pass(Staging.PATIENCE);
    orders.look();
    assertThat(mtu("leaf-0")).isEqualTo(1300);
    assertThat(mtu("leaf-1")).isEqualTo(1290);
    time.pass(Staging.PATIENCE);
    orders.look();
    assertThat(version(2).state()).contains(State.STOPPED);
    assertThat(version(2).word()).isEqualTo("leaf-1 was not heard of with it");
    assertThat(mtu("leaf-1")).isEqualTo(1300);
  }

  @Test
  void a_clock_that_is_set_by_a_day_ends_no_trial_and_makes_none_endless() {
    connect("hub", "leaf-0");
    for (var day : List.of(Duration.ofDays(1), Duration.ofDays(-1))) {
      change(day.isNegative() ? 1280 : 1290);
      orders.look();
      time.pass(Duration.ofSeconds(50));
      orders.look();
      time.pass(day);
      orders.look();
      accept("hub");
      accept("leaf-0");
      assertThat(mtu("leaf-1")).isEqualTo(day.isNegative() ? 1280 : 1290);
    }
    change(1270);
    orders.look();
    time.pass(Duration.ofDays(-1));
    orders.look();
    time.pass(Staging.PATIENCE);
    orders.look();
    assertThat(version(4).state()).contains(State.STOPPED);
  }

  @Test
  void a_version_that_comes_meanwhile_takes_the_place_and_all_wait_with_what_they_have() {
    connect("hub", "leaf-0");
    change(1290);
    orders.look();
    accept("hub");
    change(1280);
    assertThat(mtu("hub")).as("until it is chosen again").isEqualTo(1300);
    orders.look();
    assertThat(mtu("hub")).isEqualTo(1280);
    assertThat(mtu("leaf-1")).isEqualTo(1300);
    assertThat(version(2).state()).contains(State.STOPPED);
    assertThat(version(2).word()).contains("version 3 came");
    accept("hub");
    accept("leaf-0");
    assertThat(mtu("leaf-1")).isEqualTo(1280);
  }

  @Test
  void a_server_that_is_killed_between_any_two_steps_goes_on_where_it_was() {
    connect("hub", "leaf-0", "leaf-1");
    change(1290);
    serve();
    orders.look();
    assertThat(version(2).state()).as("its agents are about to come").contains(State.LANDED);
    connect("hub", "leaf-0", "leaf-1");
    orders.look();
    serve();
    assertThat(mtu("hub")).isEqualTo(1290);
    assertThat(mtu("leaf-1")).isEqualTo(1300);
    connect("hub", "leaf-0", "leaf-1");
    accept("hub");
    serve();
    connect("hub", "leaf-0", "leaf-1");
    orders.look();
    assertThat(mtu("leaf-1")).isEqualTo(1300);
    accept("leaf-0");
    assertThat(mtu("leaf-1")).isEqualTo(1290);
    serve();
    orders.look();
    assertThat(version(2).state()).isEmpty();
    assertThat(mtu("leaf-2")).isEqualTo(1290);
    assertThat(audit())
        .as("nothing is done twice")
        .containsExactly("change-everywhere", "change-tried");
  }

  @Test
  void two_servers_that_look_at_once_do_each_step_once() {
    var others =
        new Joining(database, new Changes(database, time), time, "", Hmac.KEY, () -> true).orders();
    time.pass(Duration.ofMinutes(5));
    connect("hub", "leaf-0");
    others.connected(host("hub"), true);
    others.connected(host("leaf-0"), true);
    change(1290);
    var one = Thread.ofVirtual().start(orders::look);
    others.look();
    join(one);
    accept("hub");
    accept("leaf-0");
    others.look();
    assertThat(audit()).containsExactly("change-everywhere", "change-tried");
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_node_whose_tunnels_stay_as_they_are_has_to_be_reached_through_one() {
    connect("hub", "leaf-0");
    accept("hub", peer(5));
    // A third leaf changes nothing between the hub and the first one.
    var now = now();
    String more = text(1300) + "  leaf-3: {roaming: true}\n";
    changes.apply(anna, now, new Proposal(more, now.version(), "", List.of()));
    orders.look();
    accept("hub");
    assertThat(version(2).state()).as("it has no session any more").contains(State.TRIED);
    accept("hub", peer(2));
    assertThat(version(2).state()).isEmpty();
  }

  private PeerReport peer(long secondsAgo) {
    return new PeerReport(
        new InterfaceName("wg0"),
        host("leaf-0").publicKey(),
        OptionalLong.of(secondsAgo),
        Optional.empty(),
        1,
        1);
  }

  @Test
  void nothing_waits_where_a_version_concerns_no_managed_node() {
    connect("hub", "leaf-0");
    var now = now();
    changes.apply(
        anna, now, new Proposal("# a remark\n" + text(1300), now.version(), "", List.of()));
    orders.look();
    assertThat(version(2).state()).isEmpty();
    assertThat(version(2).word()).isEmpty();
  }
}
