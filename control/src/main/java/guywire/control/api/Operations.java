package guywire.control.api;

import guywire.control.api.Operation.Handler;
import guywire.control.api.Operation.TokenReach;
import guywire.control.change.Changes;
import guywire.control.change.Devices;
import guywire.control.change.Imports;
import guywire.control.change.Journeys;
import guywire.control.join.Joining;
import guywire.control.oidc.IdentityProvider;
import guywire.control.store.Database;
import guywire.control.store.Scope;
import guywire.control.tls.ServerTls;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All that can be asked of the server: the table that the gate goes by, and the tests. */
final class Operations {

  /** Where the API begins; a later, different one would begin elsewhere. */
  static final String BASE = "/api/v1";

  /** Whoever has a role, whichever. */
  private static final Set<Scope> ANYBODY = Set.of(Scope.READ, Scope.OWN);

  private final List<Operation> all = new ArrayList<>();

  private Operations() {}

  /** The operations over a database. */
  static List<Operation> over(
      Database database,
      Changes changes,
      Joining joining,
      Optional<IdentityProvider> provider,
      Answers answers,
      ServerTls tls,
      Clock clock) {
    var operations = new Operations();
    var live = new Live(database, joining.orders().live(), clock);
    var passwords = new Passwords(database, clock);
    var factors = new SecondFactorCalls(database, passwords);
    var sessions = new SessionCalls(database, passwords, factors, provider);
    operations.server(new ServerCalls(database, sessions));
    operations.metrics(new Metrics(database, joining.orders().live(), answers, tls, clock));
    operations.sessions(sessions);
    operations.provider(new OidcCalls(database, provider, sessions));
    operations.secondFactors(factors);
    var journeys = new Journeys();
    var keys = new KeyCalls(database, joining.rotations());
    var ages = joining.rotations().ages();
    operations.networks(new NetworkCalls(database, changes, live, ages, keys));
    operations.reach(
        new JourneyCalls(changes, journeys), new AccessCalls(database, changes, journeys));
    operations.keys(keys);
    operations.imports(new ImportCalls(new Imports()));
    operations.health(
        new HealthCalls(database, changes, joining.orders().live(), ages, tls.given()));
    operations.devices(
        new DeviceCalls(database, changes, live, ages, new Devices(database, changes, clock)));
    operations.hosts(new HostCalls(database, changes, joining));
    operations.joining(new JoinCalls(database, joining));
    operations.tokens(new TokenCalls(database));
    operations.webhooks(new WebhookCalls(database));
    operations.users(new UserCalls(database, passwords, provider));
    return List.copyOf(operations.all);
  }

  private void server(ServerCalls calls) {
    open("GET", "/openapi.json", 0, calls::description);
    open("GET", "/definition-schema.json", 0, calls::schema);
    open("GET", "/health", 0, calls::health);
    open("GET", "/health/live", 0, calls::live);
    add("POST", "/setup", Scope.SETUP, TokenReach.SERVER, Operation.SMALL, Set.of(), calls::setUp);
    add("GET", "/self", ANYBODY, TokenReach.OWN, 0, Set.of(), calls::self);
    add(
        "GET",
        "/audit",
        Scope.ADMINISTER,
        TokenReach.OWN,
        0,
        log("actor", "action", "network"),
        calls::audit);
  }

  /** Where Prometheus looks by itself, beside the API. */
  private void metrics(Metrics metrics) {
    all.add(
        new Operation(
            "GET", "/metrics", Set.of(Scope.READ), TokenReach.SERVER, 0, Set.of(), metrics::show));
  }

  private void sessions(SessionCalls calls) {
    open("GET", "/session", 0, calls::show);
    open("POST", "/session", Operation.SMALL, calls::signIn);
    add("DELETE", "/session", ANYBODY, TokenReach.SESSION, 0, Set.of(), calls::signOut);
    signedIn("PUT", "/session/password", calls::changePassword);
    add(
        "PUT",
        "/self/password",
        Set.of(Scope.ADMINISTER),
        TokenReach.PROGRAM,
        Operation.SMALL,
        Set.of(),
        calls::setPassword);
  }

  private void provider(OidcCalls calls) {
    open("POST", "/session/oidc/begin", Operation.SMALL, calls::begin);
    open("POST", "/session/oidc", Operation.SMALL, calls::signIn);
  }

  private void secondFactors(SecondFactorCalls calls) {
    String one = "/session/second-factor";
    signedIn("POST", one, calls::begin);
    signedIn("PUT", one, calls::confirm);
    signedIn("POST", one + "/recovery-codes", calls::renew);
    signedIn("POST", one + "/end", calls::end);
  }

  private void networks(NetworkCalls calls) {
    String one = "/networks/{network}";
    String version = one + "/versions/{version}";
    add(
        "GET",
        "/networks",
        ANYBODY,
        TokenReach.OWN,
        0,
        NetworkCalls.NETWORKS.parameters(),
        calls::list);
    add(
        "POST",
        "/networks",
        Scope.ADMINISTER,
        TokenReach.SERVER,
        Operation.LARGE,
        Set.of(),
        calls::make);
    add("GET", one, ANYBODY, TokenReach.NETWORK, 0, Set.of(), calls::show);
    see(one + "/definition", Set.of(), calls::definition);
    change("POST", one + "/previews", calls::preview);
    change("POST", one + "/changes", calls::change);
    see(one + "/versions", log("author"), calls::versions);
    see(version, Set.of(), calls::version);
    see(version + "/difference/{other}", Set.of(), calls::difference);
    change("POST", version + "/restoration", calls::restore);
    see(one + "/nodes", NetworkCalls.NODES.parameters(), calls::nodes);
    see(one + "/nodes/{node}/statistics", Set.of(), calls::statistics);
    add(
        "GET",
        one + "/nodes/{node}/document",
        ANYBODY,
        TokenReach.NETWORK,
        0,
        Set.of(),
        calls::document);
    owned("PUT", one + "/nodes/{node}/key", Operation.SMALL, calls::setKey);
    add("GET", one + "/events", ANYBODY, TokenReach.NETWORK, 0, Set.of(), calls::events);
  }

  /** Who reaches whom. */
  private void reach(JourneyCalls journeys, AccessCalls access) {
    String one = "/networks/{network}";
    see(one + "/map", Set.of(), journeys::map);
    add(
        "POST",
        one + "/journeys",
        Scope.READ,
        TokenReach.NETWORK,
        Operation.SMALL,
        Set.of(),
        journeys::ask);
    add(
        "POST",
        one + "/outages",
        Scope.READ,
        TokenReach.NETWORK,
        Operation.SMALL,
        Set.of(),
        journeys::loss);
    see(one + "/access", Set.of(), access::show);
    change("POST", one + "/access/previews", access::preview);
  }

  /** Of the files of hosts, for whoever may change a network by what comes of them. */
  private void imports(ImportCalls calls) {
    add("POST", "/imports", Scope.OPERATE, TokenReach.OWN, Operation.LARGE, Set.of(), calls::look);
  }

  private void keys(KeyCalls calls) {
    String one = "/networks/{network}/nodes/{node}/key-rotation";
    operate("POST", one, Operation.SMALL, calls::begin);
    operate("DELETE", one, 0, calls::abort);
    String schedule = "/networks/{network}/key-schedule";
    see(schedule, Set.of(), calls::schedule);
    operate("PUT", schedule, Operation.SMALL, calls::setSchedule);
  }

  private void health(HealthCalls calls) {
    see("/networks/{network}/findings", Set.of(), calls::show);
  }

  private void devices(DeviceCalls calls) {
    String all = "/networks/{network}/devices";
    String one = all + "/{device}";
    add("GET", all, ANYBODY, TokenReach.NETWORK, 0, DeviceCalls.parameters(), calls::list);
    owned("POST", all, Operation.SMALL, calls::add);
    owned("DELETE", one, 0, calls::delete);
    operate("PUT", one + "/state", Operation.SMALL, calls::leave);
    operate("PUT", one + "/owner", Operation.SMALL, calls::give);
    owned("POST", one + "/link", Operation.SMALL, calls::link);
    add("GET", "/device", Scope.DEVICE, TokenReach.OWN, 0, Set.of(), calls::seen);
    add("POST", "/device", Scope.DEVICE, TokenReach.OWN, Operation.SMALL, Set.of(), calls::take);
  }

  private void hosts(HostCalls calls) {
    String all = "/networks/{network}/hosts";
    String one = all + "/{host}";
    see(all, HostCalls.LISTING.parameters(), calls::list);
    operate("POST", "/networks/{network}/invitations", Operation.SMALL, calls::invite);
    operate("POST", one + "/approval", Operation.SMALL, calls::approve);
    operate("POST", one + "/refusal", 0, calls::refuse);
    operate("DELETE", one, 0, calls::remove);
  }

  private void joining(JoinCalls calls) {
    open("GET", "/host/challenge", 0, calls::challenge);
    add("POST", "/host", Scope.JOIN, TokenReach.OWN, Operation.SMALL, Set.of(), calls::join);
    add("GET", "/host/orders", Scope.NODE, TokenReach.OWN, 0, Set.of("digest"), calls::orders);
    add(
        "POST",
        "/host/reports",
        Scope.NODE,
        TokenReach.OWN,
        Operation.LARGE,
        Set.of(),
        calls::report);
    add(
        "POST",
        "/host/next-key",
        Scope.NODE,
        TokenReach.OWN,
        Operation.SMALL,
        Set.of(),
        calls::announce);
    add(
        "POST",
        "/host/spare-keys",
        Scope.NODE,
        TokenReach.OWN,
        Operation.SMALL,
        Set.of(),
        calls::tell);
    all.add(
        new Operation(
            "POST",
            BASE + "/host/session",
            Set.of(),
            TokenReach.PROVEN,
            Operation.SMALL,
            Set.of(),
            calls::arrive));
  }

  private void tokens(TokenCalls calls) {
    add(
        "GET",
        "/tokens",
        Scope.ADMINISTER,
        TokenReach.OWN,
        0,
        TokenCalls.LISTING.parameters(),
        calls::list);
    add(
        "POST",
        "/tokens",
        Scope.ADMINISTER,
        TokenReach.OWN,
        Operation.SMALL,
        Set.of(),
        calls::make);
    add("DELETE", "/tokens/{token}", Scope.ADMINISTER, TokenReach.OWN, 0, Set.of(), calls::revoke);
  }

  private void users(UserCalls calls) {
    String one = "/users/{user}";
    administer("GET", "/users", 0, UserCalls.LISTING.parameters(), calls::list);
    administer("POST", "/users", Operation.SMALL, Set.of(), calls::make);
    administer("PUT", one, Operation.SMALL, Set.of(), calls::change);
    administer("DELETE", one, 0, Set.of(), calls::remove);
    administer("DELETE", one + "/second-factor", 0, Set.of(), calls::endSecondFactor);
  }

  private void webhooks(WebhookCalls calls) {
    String one = "/webhooks/{webhook}";
    administer("GET", "/webhooks", 0, WebhookCalls.LISTING.parameters(), calls::list);
    administer("POST", "/webhooks", Operation.SMALL, Set.of(), calls::make);
    administer("POST", one + "/test", 0, Set.of(), calls::test);
    administer("DELETE", one, 0, Set.of(), calls::remove);
  }

  /** What a list can be asked for by that was written down one after the other, but who did it. */
  private static Set<String> log(String... more) {
    var all = new HashSet<>(Set.of(more));
    all.addAll(Set.of("after", "limit", "sort", "search", "since", "until"));
    return Set.copyOf(all);
  }

  private void open(String method, String template, int longest, Handler handler) {
    all.add(
        new Operation(
            method, BASE + template, Set.of(), TokenReach.OWN, longest, Set.of(), handler));
  }

  private void see(String template, Set<String> parameters, Handler handler) {
    add("GET", template, Scope.READ, TokenReach.NETWORK, 0, parameters, handler);
  }

  private void change(String method, String template, Handler handler) {
    operate(method, template, Operation.LARGE, handler);
  }

  private void operate(String method, String template, int longest, Handler handler) {
    add(method, template, Scope.OPERATE, TokenReach.NETWORK, longest, Set.of(), handler);
  }

  /** What operators do with every device, and others with their own. */
  private void owned(String method, String template, int longest, Handler handler) {
    add(method, template, Scope.OWN, TokenReach.NETWORK, longest, Set.of(), handler);
  }

  /** What whoever signed in does with his own account. */
  private void signedIn(String method, String template, Handler handler) {
    add(method, template, ANYBODY, TokenReach.SESSION, Operation.SMALL, Set.of(), handler);
  }

  private void administer(
      String method, String template, int longest, Set<String> parameters, Handler handler) {
    add(method, template, Scope.ADMINISTER, TokenReach.SERVER, longest, parameters, handler);
  }

  private void add(
      String method,
      String template,
      Scope scope,
      TokenReach reach,
      int longest,
      Set<String> parameters,
      Handler handler) {
    add(method, template, Set.of(scope), reach, longest, parameters, handler);
  }

  private void add(
      String method,
      String template,
      Set<Scope> scopes,
      TokenReach reach,
      int longest,
      Set<String> parameters,
      Handler handler) {
    all.add(new Operation(method, BASE + template, scopes, reach, longest, parameters, handler));
  }
}
