package guywire.agent.managed;

import guywire.guard.PlainText;
import guywire.network.json.NodeDocument;
import guywire.network.json.UnreadableDocument;
import guywire.network.managed.Report;
import guywire.network.managed.Report.Applied;
import guywire.node.HostAgent;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * This host kept as its server says, for as long as it is joined: one connection on which the
 * server says what it shall be, and reports beside it. While the server is away the host stays as
 * it was.
 *
 * <p>One thread listens and sets up; another reports; a third follows peers that change their keys.
 * None ends the process: whatever goes wrong is said and tried again.
 */
public final class Managed implements HostAgent.ServerSession {

  /** So long a server may be unreached through a new document. */
  private static final Duration DEAD_MAN = Duration.ofSeconds(30);

  private static final Duration REPORT = Duration.ofSeconds(10);

  /** So often it is looked whether a peer has come that was not here. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final long MOST_WAIT_MILLIS = 30_000;
  private static final long FIRST_WAIT_MILLIS = 500;
  private static final long RETRY_MILLIS = 500;

  /** So often it is looked which key a peer has that changes its key. */
  private static final long PEER_KEYS_MILLIS = 200;

  private final Home home;
  private final NodeTraffic traffic;
  private volatile boolean ended;
  private volatile String token = "";
  private volatile Optional<Applied> applied = Optional.empty();
  private volatile Optional<Report.Rejected> rejected = Optional.empty();
  private volatile String node = "";
  private volatile Optional<PinnedServer> server = Optional.empty();
  private final Thread listening;
  private final Thread reporting;
  private final HostSetup setup = new HostSetup();
  private final Semaphore news = new Semaphore(0);
  private final AtomicBoolean isOther = new AtomicBoolean();
  private final Thread following;

  private Managed(Home home, Membership membership, NodeTraffic traffic) {
    this.home = home;
    this.traffic = traffic;
    listening = thread("server", () -> listen(membership));
    reporting = thread("reports", this::report);
    following = thread("peer keys", this::followPeers);
  }

  /** Whether this host joined anywhere. */
  public static boolean isJoined() {
    try {
      return Home.USUAL.membership().isPresent();
    } catch (IOException | UnreadableDocument e) {
      complain(e.toString());
      return false;
    }
  }

  /**
   * Begins with it.
   *
   * @param traffic where it is asked what a node of this host does with traffic
   * @param news is given what to run when that is another
   */
  public static HostAgent.ServerSession begin(NodeTraffic traffic, Consumer<Runnable> news) {
    try {
      var managed = new Managed(Home.USUAL, Home.USUAL.membership().orElseThrow(), traffic);
      news.accept(managed::otherTraffic);
      managed.listening.start();
      managed.reporting.start();
      managed.following.start();
      return managed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread thread(String name, Runnable work) {
    return Thread.ofPlatform().name(name).daemon().unstarted(work);
  }

  private static void complain(String line) {
    System.err.println(PlainText.line(line));
  }

  private void listen(Membership membership) {
    int failures = 0;
    boolean resumed = false;
    while (!ended) {
      try {
        var keys = home.keys();
        var trial = new Trial(home, membership, keys.ring(), setup);
        if (!resumed) {
          trial.resume().ifPresent(why -> complain(why.toString()));
          resumed = true;
        }
        know(trial);
        try (var opened = new PinnedServer(membership.url(), membership.fingerprint())) {
          server = Optional.of(opened);
          token = opened.arrive(membership, keys).token().orElse("");
          failures = 0;
          follow(opened, membership, trial);
        }
      } catch (ServerAway e) {
        // Said once, and not each time.
        if (failures == 0) {
          complain(e.text().toString());
        }
      } catch (IOException | RuntimeException e) {
        complain(e.toString());
      }
      token = "";
      server = Optional.empty();
      failures++;
      pause(wait(failures));
    }
  }

  /** Longer each time, and for no two hosts the same. */
  private static long wait(int failures) {
    long most = Math.min(MOST_WAIT_MILLIS, FIRST_WAIT_MILLIS << Math.min(failures, 10));
    return most / 2 + ThreadLocalRandom.current().nextLong(most);
  }

  private void know(Trial trial) throws IOException {
    var current = trial.current();
    applied = current.map(each -> applied(each.document()));
    node = current.map(each -> each.document().config().name().text()).orElse("");
    rejected = trial.rejected();
  }

  private static Applied applied(NodeDocument document) {
    return new Applied(document.revision(), document.digest());
  }

  private void follow(PinnedServer opened, Membership membership, Trial trial)
      throws ServerAway, IOException {
    try (var orders = opened.orders(digest(), token)) {
      tell();
      announceOwn(opened, membership, trial);
      var spares =
          new SpareTelling(
              home,
              trial,
              (keys, told) -> opened.tell(membership, keys, told, token),
              System::nanoTime);
      while (!ended) {
        var order = orders.next();
        if (order.name().equals("document")) {
          var said = trial.read(order.data());
          if (said.isPresent() && spares.tell(said.get())) {
            // Another one is on its way, with the keys that the server knows now.
            continue;
          }
          var why =
              trial.take(order.revision(), order.data(), document -> reached(membership, document));
          why.ifPresent(line -> complain(line.toString()));
          know(trial);
          tell();
          // Whoever is new may come any moment.
          news.release();
          settle(trial, spares);
          announceOwn(opened, membership, trial);
        } else if (order.name().equals("current")
            && applied.isPresent()
            && order.data().equals(digest())) {
          applied = Optional.of(new Applied(order.revision(), digest()));
          tell();
          settle(trial, spares);
        } else if (order.name().equals("key")) {
          changeKey(opened, membership, trial, order.data());
          settle(trial, spares);
        }
      }
    }
  }

  /** Tells the keys of further tunnels that the server does not know, and forgets former ones. */
  private static void settle(Trial trial, SpareTelling spares) throws ServerAway, IOException {
    var current = trial.current().map(Accepted::document);
    if (current.isPresent()) {
      var unused = spares.tell(current.get());
      spares.settle(current.get());
    }
  }

  /**
   * Makes a key to change to and announces it, or keeps one key alone: which of two, this host's
   * own document has said.
   */
  private void changeKey(PinnedServer opened, Membership membership, Trial trial, String what)
      throws ServerAway, IOException {
    if (what.equals("next")) {
      var keys = home.keysWithNext();
      trial.know(keys.ring());
      announce(opened, membership, keys, keys.next().map(PrivateKey::publicKey), token);
    } else if (what.equals("one")) {
      trial.know(home.keysWithOne(trial.current().flatMap(Accepted::ownKey)).ring());
    }
  }

  /**
   * Says which key this host has, where it could not be what it was told: a server that was made
   * from an old backup knows a former one.
   */
  private void announceOwn(PinnedServer opened, Membership membership, Trial trial)
      throws ServerAway, IOException {
    if (rejected.isPresent()) {
      announce(opened, membership, home.keys(), trial.current().flatMap(Accepted::ownKey), token);
    }
  }

  private static void announce(
      PinnedServer opened,
      Membership membership,
      HostKeys keys,
      Optional<PublicKey> key,
      String token)
      throws ServerAway {
    if (key.isEmpty()) {
      return;
    }
    try {
      opened.announce(membership, keys, key.get(), token);
    } catch (ServerAway e) {
      // What it refuses it would refuse again; anything else is tried on the next connection.
      if (e.status() == 0 || e.status() >= 500) {
        throw e;
      }
      complain(e.text().toString());
    }
  }

  private void followPeers() {
    while (!ended) {
      try {
        setup.awaitTwins();
        setup
            .follow()
            .ifPresent(why -> {
              complain(why.toString());
              pause(REPORT.toMillis());
            });
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        complain(e.toString());
      }
      pause(PEER_KEYS_MILLIS);
    }
  }

  private String digest() {
    return applied.map(Applied::digest).orElse("");
  }

  /** Whether the server hears, on a connection of its own, that the host is set up so. */
  private boolean reached(Membership membership, NodeDocument document) {
    long end = System.nanoTime() + DEAD_MAN.toNanos();
    do {
      try (var fresh = new PinnedServer(membership.url(), membership.fingerprint())) {
        fresh.post(
            "/host/reports",
            token,
            Report.CODEC.write(
                Reporter.made(
                    Optional.of(applied(document)),
                    Optional.empty(),
                    document.config().name().text(),
                    List.of(),
                    List.of())));
        return true;
      } catch (ServerAway e) {
        if (e.status() == 401) {
          renew(membership);
        }
        pause(RETRY_MILLIS);
      }
    } while (!ended && System.nanoTime() < end);
    return false;
  }

  /** Proves once more that this host is here: the server was started again meanwhile. */
  private void renew(Membership membership) {
    try (var fresh = new PinnedServer(membership.url(), membership.fingerprint())) {
      token = fresh.arrive(membership, home.keys()).token().orElse("");
    } catch (ServerAway | IOException e) {
      complain(e.toString());
    }
  }

  private void report() {
    var arrivals = new PeerArrivals();
    long told = System.nanoTime();
    while (!ended) {
      try {
        long left = REPORT.toNanos() - (System.nanoTime() - told);
        long most = arrivals.isAwaited() ? Math.min(LOOK.toNanos(), left) : left;
        if (news.tryAcquire(most, TimeUnit.NANOSECONDS)) {
          news.drainPermits();
        }
        boolean came = arrivals.look(setup.handshakes(), System.nanoTime());
        boolean other = isOther.get();
        if (other) {
          // Many may change in a moment: no two reports of that within a second.
          TimeUnit.NANOSECONDS.sleep(LOOK.toNanos() - (System.nanoTime() - told));
          isOther.set(false);
        }
        long now = System.nanoTime();
        if (came || other || now - told >= REPORT.toNanos()) {
          told = now;
          if (!token.isEmpty()) {
            tell();
          }
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        complain(e.toString());
      }
    }
  }

  /**
   * Traffic goes another way, or is passed on or no more: the server hears at once. Waits for
   * nothing.
   */
  private void otherTraffic() {
    isOther.set(true);
    news.release();
  }

  private void tell() {
    var stands = server;
    if (stands.isEmpty()) {
      return;
    }
    try {
      stands
          .get()
          .post(
              "/host/reports",
              token,
              Report.CODEC.write(
                  Reporter.made(
                      applied,
                      rejected,
                      node,
                      traffic.ways().apply(node),
                      traffic.forwards().apply(node))));
    } catch (ServerAway e) {
      // The listening thread notices it, too, and connects again.
      stands.filter(_ -> e.status() == 401).ifPresent(PinnedServer::close);
    }
  }

  private void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      ended = true;
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    ended = true;
    server.ifPresent(PinnedServer::close);
    reporting.interrupt();
    following.interrupt();
  }
}
