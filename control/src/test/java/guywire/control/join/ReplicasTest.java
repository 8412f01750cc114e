package guywire.control.join;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.Administrators;
import guywire.control.Hmac;
import guywire.control.change.ChangeOutcome;
import guywire.control.change.Changes;
import guywire.control.change.Proposal;
import guywire.control.join.Orders.Order;
import guywire.control.replica.Replica;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.PostgresCluster;
import guywire.control.store.Replicas;
import guywire.control.store.Replicas.Heard;
import guywire.control.store.SqlDialect;
import guywire.control.store.StoreException;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.managed.Report;
import guywire.network.managed.Report.PeerReport;
import guywire.protocol.PrivateKey;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Two servers on one database of a real PostgreSQL, and the hosts that are connected to either. */
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class ReplicasTest {

  private static final Duration LONG = Duration.ofMinutes(4);
  private static final List<String> NODES = List.of("hub", "leaf-0", "leaf-1");

  private final Random random = new Random(5);
  private final List<Server> servers = new ArrayList<>();
  private Database.Source source;
  private Server one;
  private Server other;
  private Token anna;
  private StoredNetwork network;

  /** A server, without what it says to the outside. */
  private final class Server {
    private final Database database = Database.of(SqlDialect.POSTGRESQL, source);
    private final AtomicBoolean leads = new AtomicBoolean();
    private final Changes changes = new Changes(database, Clock.systemUTC());
    private final Joining joining =
        new Joining(database, changes, Clock.systemUTC(), "", Hmac.KEY, leads::get);
    private final Replica replica =
        Replica.begin(
            database,
            source,
            changes,
            joining.orders().live(),
            () -> {
              if (leads.get()) {
                joining.orders().look();
              }
            },
            Clock.systemUTC());

    Orders orders() {
      return joining.orders();
    }

    LiveNodes live() {
      return joining.orders().live();
    }

    private boolean isOnline(StoredHost host) {
      var now = Instant.now();
      return live().of(host.node().orElseThrow()).filter(state -> state.isOnline(now)).isPresent();
    }

    /** Whether a connection of the host stands, as far as this server knows. */
    private boolean isConnected(StoredHost host) {
      return live()
          .of(host.node().orElseThrow())
          .filter(state -> !state.connected().isEmpty())
          .isPresent();
    }

    void end() {
      replica.close();
      database.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    source = PostgresCluster.running().database();
    one = server();
    other = server();
    one.leads.set(true);
    anna = Administrators.add(one.database, TokenSecret.random());
    network =
        ((ChangeOutcome.Landed)
                one.changes.create(anna, new Proposal(text(1300), 0, "", List.of())))
            .network();
  }

  private Server server() {
    var server = new Server();
    servers.add(server);
    return server;
  }

  @AfterEach
  void stop() {
    servers.forEach(Server::end);
  }

  private static String text(int mtu) {
    var text = new StringBuilder("network: star\noverlay: 10.0.0.0/16\nmtu: " + mtu + "\nnodes:\n");
    text.append("  hub: {hub: true, public: 198.51.100.1}\n");
    text.append("  leaf-0: {roaming: true}\n  leaf-1: {roaming: true}\n");
    return text.toString();
  }

  private StoredNetwork now() {
    return one.database.read(session -> new Networks(session).of(network.id())).orElseThrow();
  }

  private void change(Server at, int mtu) {
    var now = now();
    var outcome =
        at.changes.apply(anna, now, new Proposal(text(mtu), now.version(), "", List.of()));
    assertThat(outcome).isInstanceOf(ChangeOutcome.Landed.class);
  }

  private List<StoredHost> joined() {
    return NODES.stream()
        .map(name -> JoinedHosts.add(one.database, network, name, random, Instant.now()))
        .toList();
  }

  /** Asks until it is so: there is nothing else to be told by. */
  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static int mtu(Order order) {
    return order.document().orElseThrow().config().interfaces().getFirst().mtu().orElseThrow();
  }

  /** A host that follows at a server, and sets itself up as it is told. */
  private final class Following implements AutoCloseable {
    private final Server at;
    private final StoredHost host;
    private final Follower follower;
    private final Thread thread = Thread.ofVirtual().unstarted(this::listen);
    private final List<PeerReport> peers;
    private volatile Optional<Order> heard = Optional.empty();

    Following(Server at, StoredHost host, PeerReport... peers) {
      this.at = at;
      this.host = host;
      this.peers = List.of(peers);
      this.follower = at.orders().follow(host);
      at.orders().connected(host, true);
      thread.start();
    }

    private void listen() {
      try {
        while (true) {
          heard = follower.next(LONG);
          heard
              .flatMap(Order::document)
              .ifPresent(document ->
                  at.orders()
                      .report(
                          host,
                          new Report(
                              1,
                              "test",
                              Optional.of(
                                  new Report.Applied(document.revision(), document.digest())),
                              Optional.empty(),
                              peers,
                              List.of())));
        }
      } catch (InterruptedException | StoreException e) {
        // It is at its end; if it is not, whoever awaits what it hears does so in vain.
      }
    }

    boolean has(int mtu) {
      return heard.filter(order -> order.document().isPresent() && mtu(order) == mtu).isPresent();
    }

    @Override
    public void close() {
      follower.close();
      thread.interrupt();
      at.orders().connected(host, false);
    }
  }

  private List<String> audit() {
    return ServerSteps.of(one.database);
  }

  @Test
  void a_change_at_one_reaches_those_at_the_other_a_few_first_and_then_all() {
    var hosts = joined();
    try (var hub = new Following(one, hosts.get(0));
        var first = new Following(other, hosts.get(1));
        var second = new Following(other, hosts.get(2))) {
      await(() -> hosts.stream().allMatch(one::isConnected));
      await(() -> hub.has(1300) && first.has(1300) && second.has(1300));
      for (int mtu : List.of(1290, 1280, 1270)) {
        // The one that leads, and the other.
        change(mtu == 1280 ? one : other, mtu);
        await(() -> hub.has(mtu) && first.has(mtu) && second.has(mtu));
      }
    }
    assertThat(audit())
        .as("each step once")
        .containsExactly(
            "change-everywhere",
            "change-tried",
            "change-everywhere",
            "change-tried",
            "change-everywhere",
            "change-tried");
  }

  @Test
  void where_the_one_that_leads_ends_in_the_middle_the_other_goes_on() {
    var hosts = joined();
    try (var hub = new Following(other, hosts.get(0));
        var first = new Following(other, hosts.get(1))) {
      await(() -> hosts.subList(0, 2).stream().allMatch(one::isConnected));
      one.leads.set(false);
      change(one, 1290);
      one.leads.set(true);
      one.orders().look();
      one.end();
      servers.remove(one);
      one = server();
      other.leads.set(true);
      other.orders().look();
      await(() -> hub.has(1290) && first.has(1290));
    }
    await(() -> audit().size() == 2);
    assertThat(audit()).containsExactly("change-everywhere", "change-tried");
  }

  @Test
  void two_that_both_think_they_lead_do_each_step_once() throws Exception {
    var hosts = joined();
    other.leads.set(true);
    try (var hub = new Following(one, hosts.get(0));
        var first = new Following(other, hosts.get(1))) {
      await(() -> hosts.subList(0, 2).stream().allMatch(one::isConnected));
      await(() -> hosts.subList(0, 2).stream().allMatch(other::isConnected));
      change(other, 1290);
      var looks =
          List.of(
              Thread.ofVirtual().start(one.orders()::look),
              Thread.ofVirtual().start(other.orders()::look));
      for (var look : looks) {
        look.join();
      }
      await(() -> hub.has(1290) && first.has(1290));
      // These two had it before it was everywhere.
      await(() -> audit().size() >= 2);
    }
    assertThat(audit()).containsExactly("change-everywhere", "change-tried");
  }

  @Test
  void that_a_node_is_to_change_its_key_is_told_wherever_it_is_connected() {
    var hosts = joined();
    try (var leaf = new Following(other, hosts.get(1))) {
      await(() -> leaf.has(1300));
      var node =
          one.database.<StoredNode>read(session ->
              new Networks(session).node(network.id(), new Name("leaf-0")).orElseThrow());
      one.joining.rotations().begin(anna, now(), node, KeyAges.GRACE, true);
      await(() -> leaf.heard.flatMap(Order::rotation).isPresent());
    }
  }

  @Test
  void what_a_node_tells_one_is_known_at_the_other_until_its_server_ends() {
    var hosts = joined();
    var key = PrivateKey.generate(random).publicKey();
    var peer =
        new PeerReport(
            new InterfaceName("wg0"), key, OptionalLong.of(3), Optional.empty(), 1000, 7);
    try (var leaf = new Following(other, hosts.get(1), peer)) {
      await(() -> leaf.has(1300));
      await(() -> one.isConnected(hosts.get(1)));
      await(() -> one.live().peers(network.id()).containsKey(key));
      assertThat(one.live().peers(network.id()).get(key).report()).isEqualTo(peer);
      var third = server();
      await(() -> third.live().peers(network.id()).containsKey(key));
      other.end();
      servers.remove(other);
      await(() -> !one.isConnected(hosts.get(1)));
      await(() -> !third.isConnected(hosts.get(1)));
      assertThat(one.isOnline(hosts.get(1))).as("it has some time to come back").isTrue();
    }
  }

  @Test
  void a_server_that_beats_no_more_has_nobody_connected() {
    var host = joined().get(1);
    var heard = new Heard(network.id(), host.node().orElseThrow(), true, Optional.<Report>empty());
    for (long beat = 1; !one.isConnected(host); beat++) {
      long now = beat;
      one.database.write(session -> {
        new Replicas(session).beat("killed", now);
        new Replicas(session).tell("killed", now, List.of(heard));
        return true;
      });
    }
    await(() -> !one.isConnected(host));
  }

  private void endListening() throws SQLException {
    try (var connection = source.open()) {
      try (var statement = connection.createStatement()) {
        statement.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                + " AND datname = current_database()");
      }
    }
  }

  private long listening() {
    try (var connection = source.open();
        var statement = connection.createStatement();
        var result =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                    + " AND datname = current_database()")) {
      return result.next() ? result.getLong(1) : -1;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void who_is_no_more_woken_looks_by_himself_and_is_woken_again_soon() throws Exception {
    var hosts = joined();
    try (var leaf = new Following(other, hosts.get(1))) {
      await(() -> leaf.has(1300));
      await(() -> one.isConnected(hosts.get(1)));
      await(() -> listening() == 2);
      endListening();
      change(one, 1290);
      await(() -> leaf.has(1290));
      await(() -> listening() == 2);
      change(one, 1280);
      await(() -> leaf.has(1280));
    }
  }
}
