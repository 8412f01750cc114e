package guywire.control.join;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.Administrators;
import guywire.control.Hmac;
import guywire.control.change.ChangeOutcome;
import guywire.control.change.Changes;
import guywire.control.change.Cut;
import guywire.control.change.Proposal;
import guywire.control.join.Orders.Order;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.network.Name;
import guywire.network.managed.Report;
import guywire.protocol.PrivateKey;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever follows a host's orders hears of each that is new to it, and of no other. */
@Timeout(180)
class FollowersTest {

  private static final Duration NEVER = Duration.ofDays(1);
  private static final Duration AT_ONCE = Duration.ofMillis(1);
  private static final int LEAVES = 6;

  @TempDir Path directory;
  private Database database;
  private Changes changes;
  private Orders orders;
  private Rotations rotations;
  private Token anna;
  private StoredNetwork network;
  private final Random random = new Random(14);

  @BeforeEach
  void open() throws Exception {
    database = Database.inDirectory(directory.resolve("data"));
    changes = new Changes(database, Clock.systemUTC());
    var joining = new Joining(database, changes, Clock.systemUTC(), "", Hmac.KEY, () -> true);
    orders = joining.orders();
    rotations = joining.rotations();
    anna = Administrators.add(database, TokenSecret.random());
    var made = changes.create(anna, new Proposal(text(1300, 0), 0, "", List.of()));
    network = ((ChangeOutcome.Landed) made).network();
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** A hub and leaves; some of the leaves are devices of nobody's agent. */
  private static String text(int mtu, int phones) {
    var text = new StringBuilder("network: star\noverlay: 10.0.0.0/16\nmtu: " + mtu + "\nnodes:\n");
    text.append("  hub: {hub: true, public: 198.51.100.1}\n");
    for (int i = 0; i < LEAVES; i++) {
      text.append("  leaf-").append(i).append(": {roaming: true}\n");
    }
    for (int i = 0; i < phones; i++) {
      text.append("  phone-").append(i).append(": {roaming: true}\n");
    }
    return text.toString();
  }

  private void change(int mtu, int phones) {
    var now = now();
    var cuts =
        IntStream.range(0, 4).mapToObj(i -> new Cut("phone-" + i, Optional.empty())).toList();
    var proposal = new Proposal(text(mtu, phones), now.version(), "", cuts);
    var outcome = changes.apply(anna, now, proposal);
    assertThat(outcome).isInstanceOf(ChangeOutcome.Landed.class);
  }

  private StoredNetwork now() {
    return database.read(session -> new Networks(session).of(network.id())).orElseThrow();
  }

  private StoredNode node(String name) {
    return database
        .read(session -> new Networks(session).node(network.id(), new Name(name)))
        .orElseThrow();
  }

  private StoredHost joined(String name) {
    var host = JoinedHosts.add(database, network, name, random, Instant.now());
    changes.tell(network);
    return host;
  }

  /** One who follows a host, and what he heard last: he never looks unasked. */
  private final class Listener implements AutoCloseable {
    private final StoredHost host;
    private final Follower follower;
    private final Thread thread = Thread.ofVirtual().unstarted(this::listen);
    private volatile Optional<Order> heard = Optional.empty();
    private volatile int times;
    private volatile boolean ended;

    Listener(StoredHost host) {
      this.host = host;
      this.follower = orders.follow(host);
      orders.connected(host, true);
      thread.start();
    }

    private void listen() {
      try {
        while (!ended) {
          var next = follower.next(NEVER);
          // Before what others wait for.
          times++;
          ended = next.isEmpty();
          heard = next;
          next.ifPresent(order -> report(host, order));
        }
      } catch (InterruptedException e) {
        ended = true;
      }
    }

    /** Whether he heard what there is to hear, by the slow way. */
    boolean isUpToDate() {
      var truth = orders.of(host.id());
      return truth.isEmpty() ? ended : heard.filter(order -> order.isSame(truth.get())).isPresent();
    }

    @Override
    public void close() {
      follower.close();
      thread.interrupt();
    }
  }

  /** What a host tells that does as it is told, but once in a while goes back. */
  private void report(StoredHost host, Order order) {
    if (order.document().isEmpty()) {
      return;
    }
    long revision = order.revision();
    String digest = order.document().get().digest();
    boolean goesBack = revision % 7 == 0 && host.name().text().equals("leaf-0");
    var applied = new Report.Applied(revision, digest);
    orders.report(
        host,
        new Report(
            1,
            "test",
            goesBack ? Optional.empty() : Optional.of(applied),
            goesBack
                ? Optional.of(Report.Rejected.of(revision, digest, "for a test"))
                : Optional.empty(),
            List.of(),
            List.of()));
  }

  private static void await(java.util.function.BooleanSupplier condition) throws Exception {
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** A step of the mixture; some change what nobody or everybody shall be, and some go back. */
  private void step(List<Listener> listeners) {
    switch (random.nextInt(8)) {
      case 0 -> change(1290 + random.nextInt(2), 2);
      case 1 -> change(1300, random.nextInt(4));
      case 2 -> {
        var name = "leaf-" + random.nextInt(LEAVES);
        changes.setKey(anna, now(), node(name), PrivateKey.generate(random).publicKey());
      }
      case 3 -> {
        var name = "leaf-" + random.nextInt(LEAVES);
        rotations.begin(anna, now(), node(name), Duration.ofHours(1), true);
      }
      case 4 -> {
        var name = "leaf-" + random.nextInt(LEAVES);
        rotations.abort(anna, now(), node(name));
      }
      case 5 -> {
        var one = listeners.get(random.nextInt(listeners.size()));
        one.close();
        listeners.remove(one);
        listeners.add(new Listener(one.host));
      }
      case 6 -> {
        boolean paused = random.nextBoolean();
        database.write(session -> {
          var id = node("leaf-0").id();
          new Networks(session).setLeave(network.id(), id, paused, Optional.empty());
          return true;
        });
        changes.tell(network);
      }
      default -> changes.tell(network);
    }
  }

  @Test
  void all_hear_what_each_would_find_by_looking_after_any_mixture_of_changes() throws Exception {
    var listeners = new ArrayList<Listener>();
    listeners.add(new Listener(joined("hub")));
    for (int i = 0; i < LEAVES; i++) {
      listeners.add(new Listener(joined("leaf-" + i)));
    }
    for (int i = 0; i < 60; i++) {
      for (int burst = random.nextInt(3); burst >= 0; burst--) {
        step(listeners);
      }
      looksMissNothing(listeners);
      await(() -> listeners.stream().allMatch(Listener::isUpToDate));
    }
    // What is remembered of plans makes no difference, once the last has told what it does.
    var other =
        new Joining(
            database,
            new Changes(database, Clock.systemUTC()),
            Clock.systemUTC(),
            "",
            Hmac.KEY,
            () -> true);
    for (var listener : listeners) {
      await(() -> {
        var fresh = other.orders().of(listener.host.id()).orElseThrow();
        return listener.heard.filter(order -> order.isSame(fresh)).isPresent();
      });
    }
    listeners.forEach(Listener::close);
  }

  /**
   * Whoever looks finds what all are told by then, though the look is one that others had before.
   */
  private void looksMissNothing(List<Listener> listeners) {
    var all = orders.all(network.id());
    for (var listener : listeners) {
      var told = all.get(listener.host.id());
      var own = orders.of(listener.host.id()).orElseThrow();
      assertThat(own.revision()).isGreaterThanOrEqualTo(told.revision());
      assertThat(own.revision() > told.revision() || own.isSame(told)).isTrue();
    }
  }

  @Test
  void whoever_is_not_concerned_sleeps_on_and_learns_of_the_revision_later() throws Exception {
    var hub = new Listener(joined("hub"));
    var leaf = new Listener(joined("leaf-1"));
    await(() -> hub.isUpToDate() && leaf.isUpToDate());
    assertThat(leaf.heard.orElseThrow().document()).isPresent();
    int times;
    try (var slow = orders.follow(leaf.host)) {
      slow.next(NEVER);
      // What joining began is over when all have been shown what came after it.
      change(1300, 1);
      await(() -> hub.isUpToDate() && isAt(slow, now().revision()));
      times = leaf.times;
      long before = now().revision();
      change(1300, 2);
      await(() -> hub.heard.orElseThrow().revision() > before && hub.isUpToDate());
      // All are shown theirs in one go.
      await(() -> isAt(slow, now().revision()));
    }
    assertThat(leaf.times).isEqualTo(times);
    hub.close();
    leaf.close();
  }

  private static boolean isAt(Follower follower, long revision) {
    try {
      return follower.next(AT_ONCE).orElseThrow().revision() == revision;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whoever_follows_a_host_that_is_gone_hears_so() throws Exception {
    var leaf = new Listener(joined("leaf-1"));
    await(leaf::isUpToDate);
    database.write(session -> {
      new Hosts(session).remove(leaf.host.id());
      return true;
    });
    changes.tell(network);
    await(() -> leaf.ended);
    leaf.close();
  }

  @Test
  void all_look_for_themselves_where_the_orders_of_all_can_not_be_made() throws Exception {
    var broken =
        new Followers(_ -> {
          throw new IllegalStateException("for a test");
        });
    var order = new Order(1, Optional.empty(), Optional.empty(), Optional.empty());
    var host = joined("leaf-1");
    try (var follower =
        new Follower(host.id(), network.id(), () -> Optional.of(order), broken::remove)) {
      broken.add(follower);
      assertThat(follower.next(NEVER)).contains(order);
      broken.changed(network.id());
      assertThat(follower.next(NEVER)).contains(order);
    }
  }
}
