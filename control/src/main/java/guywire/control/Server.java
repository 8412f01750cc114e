package guywire.control;

import guywire.address.Prefix;
import guywire.control.api.Api;
import guywire.control.change.Changes;
import guywire.control.hook.Deliveries;
import guywire.control.hook.Destinations;
import guywire.control.hook.Watch;
import guywire.control.join.Joining;
import guywire.control.oidc.IdentityProvider;
import guywire.control.oidc.ProviderSettings;
import guywire.control.replica.Replica;
import guywire.control.store.Certificates;
import guywire.control.store.Database;
import guywire.control.store.Leadership;
import guywire.control.store.Scope;
import guywire.control.store.SqlDialect;
import guywire.control.store.StoreException;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.network.Name;
import guywire.network.text.Text;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * The server that networks are managed from. It needs a directory and a port, and asks nothing: on
 * a new directory it makes its certificate and a link with which somebody becomes its first
 * administrator, once.
 */
public final class Server implements AutoCloseable {

  /** So long the link to set it up is good for; another start makes another. */
  private static final Duration SET_UP_TIME = Duration.ofHours(24);

  /** So often it is looked whether webhooks are to be told of something. */
  private static final Duration MESSAGES = Duration.ofSeconds(1);

  /** So often it is looked who has expired, and what happened to nodes. */
  private static final Duration EXPIRY = Duration.ofSeconds(2);

  /** So often it is looked whether files of a certificate have changed. */
  private static final Duration RENEWAL = Duration.ofSeconds(5);

  /** Why a server can't start, in words. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Text text;

    Refused(Text text) {
      super(text.toString());
      this.text = text;
    }

    private Refused(StoreException cause) {
      super(cause.getMessage(), cause);
      this.text = cause.text();
    }

    /** What people read. */
    public Text text() {
      return text;
    }
  }

  private static final Logger LOGGER = System.getLogger(Server.class.getName());

  private final Database database;
  private final Optional<Shared> shared;
  private final Optional<Replica> replica;
  private final Optional<IdentityProvider> provider;
  private final Api api;
  private final ServerCertificate certificate;
  private final ForBrowsers forBrowsers;
  private final InetSocketAddress address;
  private final Optional<TokenSecret> setUp;
  private final ScheduledExecutorService clockwork;
  private final ScheduledExecutorService messenger;
  private final Optional<ScheduledExecutorService> renewal;

  /**
   * What a server has that may be one of several on a database.
   *
   * @param source where the database is
   * @param leadership whether this one does what one does for all
   * @param leads the same, as it was lately
   */
  private record Shared(Database.Source source, Leadership leadership, AtomicBoolean leads) {
    Shared(Database.Source source) {
      this(source, new Leadership(source), new AtomicBoolean());
    }

    boolean isTurn() {
      leads.set(leadership.isHeld());
      return leads.get();
    }
  }

  private Server(
      Database database,
      Changes changes,
      Api api,
      ServerCertificate certificate,
      ForBrowsers forBrowsers,
      InetSocketAddress address,
      Optional<TokenSecret> setUp,
      Joining joining,
      Watch watch,
      Deliveries deliveries,
      Optional<Shared> shared,
      Optional<Replica> replica,
      Optional<IdentityProvider> provider) {
    this.provider = provider;
    this.database = database;
    this.shared = shared;
    this.replica = replica;
    this.api = api;
    this.certificate = certificate;
    this.forBrowsers = forBrowsers;
    this.renewal = forBrowsers.given().map(_ -> every(RENEWAL, "certificate", forBrowsers.look()));
    this.address = address;
    this.setUp = setUp;
    this.clockwork =
        every(
            EXPIRY,
            "expiry",
            () -> {
              if (shared.map(Shared::isTurn).orElse(true)) {
                // Whoever expires is left out by the others soon after.
                changes.expire();
                watch.look();
                joining.rotations().look();
                joining.orders().look();
              }
            });
    this.messenger =
        every(
            MESSAGES,
            "webhooks",
            () -> {
              if (shared.map(each -> each.leads().get()).orElse(true)) {
                deliveries.round();
              }
            });
  }

  private static ScheduledExecutorService every(Duration pause, String name, Runnable work) {
    var executor =
        Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name(name).factory());
    Runnable turn =
        () -> {
          try {
            work.run();
          } catch (RuntimeException e) {
            // The next turn is soon; one that is thrown would be the last.
            LOGGER.log(Level.WARNING, String.valueOf(e.getMessage()));
          }
        };
    long millis = pause.toMillis();
    var unused = executor.scheduleWithFixedDelay(turn, millis, millis, TimeUnit.MILLISECONDS);
    return executor;
  }

  /**
   * Starts a server over the database in its directory, with its own certificate for all.
   *
   * @param data the directory of all that it keeps, made if it is not there
   * @param address where it listens; port 0 for any that is free
   * @param inside what no one on the internet has and webhooks may be told at all the same
   * @throws IOException if the directory or a file in it is not its own, or can't be used
   * @throws Refused if the database is another program's, or can't be used
   * @throws java.io.UncheckedIOException if it can't listen there
   */
  public static Server start(Path data, InetSocketAddress address, List<Prefix> inside)
      throws IOException, Refused {
    return start(data, Optional.empty(), address, inside, Optional.empty(), Optional.empty());
  }

  static Server start(
      Path data, PostgresAddress database, InetSocketAddress address, List<Prefix> inside)
      throws IOException, Refused {
    return start(data, Optional.of(database), address, inside, Optional.empty(), Optional.empty());
  }

  static Server start(Path data, InetSocketAddress address) throws IOException, Refused {
    return start(data, address, List.of());
  }

  /**
   * Starts a server.
   *
   * @param data the directory of its certificate and of all else that it keeps, made if it is not
   *     there
   * @param database where the database of PostgreSQL is, of which it may be one of any number of
   *     servers; none for one in its directory
   * @param address where it listens; port 0 for any that is free
   * @param inside what no one on the internet has and webhooks may be told at all the same
   * @param forBrowsers a certificate for those who do not know its own by the fingerprint
   * @param provider by whom users may sign in, too
   * @throws IOException if the directory or a file in it is not its own, or can't be used
   * @throws Refused if the database is another program's, can't be used, or has servers with
   *     another certificate; if the one for browsers can't be used
   * @throws java.io.UncheckedIOException if it can't listen there
   */
  public static Server start(
      Path data,
      Optional<PostgresAddress> database,
      InetSocketAddress address,
      List<Prefix> inside,
      Optional<BrowserCertificate> forBrowsers,
      Optional<OidcFile> provider)
      throws IOException, Refused {
    var given = ForBrowsers.had(forBrowsers);
    var settings = provider.map(OidcFile::settings);
    try {
      if (database.isEmpty()) {
        var own = Database.inDirectory(data);
        return over(own, Optional.empty(), data, address, inside, given, settings);
      }
      OwnedDirectory.make(data, Audience.OWNER).close();
      Database.Source source = database.get()::connect;
      var opened = Database.of(SqlDialect.POSTGRESQL, source);
      return over(opened, Optional.of(new Shared(source)), data, address, inside, given, settings);
    } catch (StoreException e) {
      throw new Refused(e);
    }
  }

  private static Server over(
      Database database,
      Optional<Shared> shared,
      Path data,
      InetSocketAddress address,
      List<Prefix> inside,
      ForBrowsers.Had given,
      Optional<ProviderSettings> settings)
      throws IOException, Refused {
    var clock = Clock.systemUTC();
    try {
      var certificate =
          shared.isPresent()
              ? sharedCertificate(database, data, address, clock)
              : certificate(data, address, clock);
      BooleanSupplier leads = () -> shared.map(each -> each.leads().get()).orElse(true);
      var forBrowsers = given.in(data, certificate, shared.map(_ -> database), leads);
      var setUp = setUp(database, shared.isPresent(), clock);
      var changes = new Changes(database, clock);
      var joining =
          new Joining(
              database,
              changes,
              clock,
              certificate.fingerprint(),
              certificate.keyFor("challenges"),
              leads);
      var provider =
          settings.map(it -> IdentityProvider.of(it, certificate.keyFor("sign-in"), clock));
      var api =
          Api.start(
              database,
              changes,
              joining,
              provider,
              address,
              certificate.tls(forBrowsers.given(), forBrowsers.answers()),
              clock,
              Api.Patience.USUAL);
      return new Server(
          database,
          changes,
          api,
          certificate,
          forBrowsers,
          address,
          setUp,
          joining,
          new Watch(database, joining.orders().live(), clock),
          new Deliveries(database, new Destinations(inside), clock),
          shared,
          shared.map(each ->
              Replica.begin(
                  database,
                  each.source(),
                  changes,
                  joining.orders().live(),
                  () -> {
                    if (each.leads().get()) {
                      joining.orders().look();
                    }
                  },
                  clock)),
          provider);
    } catch (IOException | Refused | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static ServerCertificate certificate(Path data, InetSocketAddress address, Clock clock)
      throws IOException {
    try (var directory = OwnedDirectory.open(data, Audience.OWNER)) {
      return ServerCertificate.in(directory, address.getAddress(), clock.instant());
    }
  }

  /** All servers on a database are known by one certificate, which the first of them has made. */
  private static ServerCertificate sharedCertificate(
      Database database, Path data, InetSocketAddress address, Clock clock)
      throws IOException, Refused {
    var known = database.read(session -> new Certificates(session).fingerprint());
    try (var directory = OwnedDirectory.open(data, Audience.OWNER)) {
      if (known.isPresent() && !ServerCertificate.isIn(directory)) {
        throw new Refused(Text.of(Server.class, "certificate.none", data.toString(), known.get()));
      }
    }
    var certificate = certificate(data, address, clock);
    var kept = database.write(session -> new Certificates(session).keep(certificate.fingerprint()));
    if (!kept.equals(certificate.fingerprint())) {
      throw new Refused(
          Text.of(
              Server.class, "certificate.other", data.toString(), certificate.fingerprint(), kept));
    }
    return certificate;
  }

  /**
   * A token to set a new server up with. Those of earlier starts are worth nothing from now on,
   * unless they may be another server's.
   */
  private static Optional<TokenSecret> setUp(Database database, boolean shared, Clock clock) {
    return database.write(session -> {
      var tokens = new Tokens(session);
      if (!shared) {
        tokens.revoke(Scope.SETUP);
      }
      if (tokens.isSetUp()) {
        return Optional.<TokenSecret>empty();
      }
      var secret = TokenSecret.random();
      var now = clock.instant();
      tokens.add(
          secret,
          new Tokens.Wanted(
              new Name("setup"),
              "",
              Scope.SETUP,
              Optional.empty(),
              Optional.of(now.plus(SET_UP_TIME)),
              Optional.of(1L)),
          now);
      return Optional.of(secret);
    });
  }

  /** Where it is: {@code https://ADDRESS:PORT}. */
  public String url() {
    var host = address.getAddress().isAnyLocalAddress() ? "localhost" : literal();
    return "https://" + host + ":" + api.port();
  }

  private String literal() {
    String text = address.getAddress().getHostAddress();
    return text.contains(":") ? "[" + text + "]" : text;
  }

  /** The same by a name that the certificate for browsers is for, or will be. */
  public Optional<String> namedUrl() {
    return forBrowsers.name().map(name -> "https://" + name + ":" + api.port());
  }

  /** SHA-256 of its own certificate, in hexadecimal. */
  public String fingerprint() {
    return certificate.fingerprint();
  }

  /**
   * The link with which somebody becomes its first administrator: where it is, a token that is good
   * for that alone, once, and its fingerprint. Empty if it has one.
   */
  public Optional<String> setUpLink() {
    return setUp.map(
        secret -> namedUrl().orElseGet(this::url) + "/#" + secret.reveal() + "~" + fingerprint());
  }

  /** Stops listening, lets what is under way end, and closes the database. */
  @Override
  public void close() {
    clockwork.close();
    // Whoever is just told of something is told again after the next start.
    messenger.shutdownNow();
    messenger.close();
    // An order that is under way ends with it.
    renewal.ifPresent(ScheduledExecutorService::shutdownNow);
    renewal.ifPresent(ScheduledExecutorService::close);
    api.close();
    provider.ifPresent(IdentityProvider::close);
    replica.ifPresent(Replica::close);
    database.close();
    shared.ifPresent(each -> each.leadership().close());
  }
}
