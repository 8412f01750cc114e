package guywire.control.api;

import guywire.control.api.Operation.TokenReach;
import guywire.control.store.Database;
import guywire.control.store.HostSessions;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.StoreException;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.control.store.User;
import guywire.network.Name;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What every request passes, in this order: the throttle, the table of operations, the token or
 * session and its scope, the network and whether the token is good for it, the device and whose it
 * is, the parameters, the length of the body. Only then its handler is called: no handler has a
 * check of its own to forget.
 */
final class Gate {

  private static final String BEARER = "Bearer ";

  /** The variables of a path that name a node or a device of its network. */
  private static final List<String> NODES = List.of("device", "node");

  /** That a session is used is noted no oftener than this. */
  private static final Duration NOTED = Duration.ofMinutes(1);

  private final List<Operation> operations;
  private final Database database;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Throttle throttle = new Throttle();

  Gate(List<Operation> operations, Database database, Clock clock, LongSupplier nanos) {
    this.operations = operations;
    this.database = database;
    this.clock = clock;
    this.nanos = nanos;
  }

  /**
   * Answers a request.
   *
   * @throws Problem if it is not to be answered as it was asked
   */
  Reply answer(Request request) {
    long wait = throttle.take(request.address(), nanos.getAsLong());
    if (wait > 0) {
      throw Problem.wait("too-many", wait);
    }
    var found = operation(request);
    var operation = found.operation();
    if (operation.isOpen()
        && operation.reach() != TokenReach.PROVEN
        && !operation.method().equals("GET")) {
      ofOurPage(request);
    }
    var token = operation.isOpen() ? session(request) : Optional.of(token(request, operation));
    token.ifPresent(by -> reaches(operation.reach(), by));
    var network =
        operation.reach() == TokenReach.NETWORK
            ? Optional.of(network(token.orElseThrow(), found.variables()))
            : Optional.<StoredNetwork>empty();
    network.ifPresent(one -> own(token.orElseThrow(), one, found.variables()));
    for (var name : request.query().keySet()) {
      if (!operation.parameters().contains(name)) {
        throw Problem.of(400, "unknown-parameter", name);
      }
    }
    var body =
        operation.longest() == 0
            ? Body.empty()
            : Body.read(request.content().read(operation.longest()));
    var call =
        new Call(
            token,
            network,
            found.variables(),
            request.query(),
            headers(request),
            body,
            request.locale(),
            request.address(),
            clock.instant());
    try {
      return operation.handler().answer(call);
    } catch (Problem e) {
      if (e.isGuess()) {
        throttle.wrongToken(request.address(), nanos.getAsLong());
      }
      throw e;
    }
  }

  private static Map<String, String> headers(Request request) {
    var headers = new HashMap<String, String>();
    request.lastEventId().ifPresent(id -> headers.put("last-event-id", id));
    request.browser().host().ifPresent(host -> headers.put("host", host));
    request.browser().attempt().ifPresent(cookie -> headers.put("attempt", cookie));
    return Map.copyOf(headers);
  }

  private record Found(Operation operation, Map<String, String> variables) {}

  private Found operation(Request request) {
    boolean known = false;
    for (var operation : operations) {
      var variables = operation.match(request.path());
      if (variables.isPresent()) {
        if (operation.method().equals(request.method())) {
          return new Found(operation, variables.get());
        }
        known = true;
      }
    }
    throw known ? Problem.of(405, "bad-method") : Problem.of(404, "not-found");
  }

  /** Whether a token is good for what is not about one network. */
  private static void reaches(TokenReach reach, Token token) {
    boolean server = reach == TokenReach.SERVER || reach == TokenReach.PROGRAM;
    if (server && token.network().isPresent()) {
      throw Problem.of(403, "beyond-token");
    }
    if (reach == TokenReach.PROGRAM && token.isSession()) {
      throw Problem.of(403, "not-by-session");
    }
    if (reach == TokenReach.SESSION && !token.isSession()) {
      throw Problem.of(409, "no-session");
    }
  }

  /** Who may see his own devices alone sees no other: it is as if it were not there. */
  private void own(Token token, StoredNetwork network, Map<String, String> variables) {
    if (token.scope() != Scope.OWN) {
      return;
    }
    for (var kind : NODES) {
      var name = Optional.ofNullable(variables.get(kind));
      if (name.isPresent() && !isOwn(token.owner(), network, name.get())) {
        throw Problem.of(404, "not-found");
      }
    }
  }

  private boolean isOwn(User owner, StoredNetwork network, String name) {
    return Name.tryParse(name)
        .flatMap(known -> database.read(session -> new Networks(session).node(network.id(), known)))
        .flatMap(StoredNode::owner)
        .filter(owner::equals)
        .isPresent();
  }

  private Token token(Request request, Operation operation) {
    var token =
        request.authorization().isPresent() ? bearer(request, operation) : signedIn(request);
    if (!operation.allows(token.scope())) {
      throw Problem.of(403, "beyond-token");
    }
    // One for an errand is used up by the errand itself, with what that makes.
    boolean counted = token.usesLeft().isPresent() && !token.scope().isErrand();
    if (counted && !database.<Boolean>write(session -> new Tokens(session).use(token))) {
      throw Problem.of(401, "bad-token");
    }
    return token;
  }

  /** Who is signed in; what a browser sends by itself is only enough to look. */
  private Token signedIn(Request request) {
    if (request.browser().session().isEmpty()) {
      throw Problem.of(401, "no-token");
    }
    if (!request.method().equals("GET")) {
      ofOurPage(request);
    }
    return session(request).orElseThrow(() -> Problem.of(401, "signed-out"));
  }

  private static void ofOurPage(Request request) {
    if (!request.browser().isOurPage()) {
      throw Problem.of(403, "not-our-page");
    }
  }

  /** The session of the cookie, if it is worth anything: then it is used by this. */
  private Optional<Token> session(Request request) {
    var now = clock.instant();
    var token =
        request
            .browser()
            .session()
            .flatMap(TokenSecret::tryParse)
            .flatMap(secret -> database.read(session -> new Tokens(session).valid(secret, now)))
            .filter(Token::isSession);
    token
        .filter(found -> found.seen().orElse(now).isBefore(now.minus(NOTED)))
        .ifPresent(found ->
            database.write(session -> {
              new Tokens(session).see(found, now);
              return true;
            }));
    return token;
  }

  private Token bearer(Request request, Operation operation) {
    var shown =
        request
            .authorization()
            .filter(header -> header.startsWith(BEARER))
            .map(header -> header.substring(BEARER.length()).strip())
            .orElseThrow(() -> Problem.of(401, "no-token"));
    var now = clock.instant();
    var token =
        TokenSecret.tryParse(shown)
            .flatMap(secret ->
                database.read(session ->
                    new HostSessions(session)
                        .valid(secret, now)
                        .or(() ->
                            new Tokens(session)
                                .valid(secret, now)
                                .filter(found -> !found.isSession()))));
    if (token.isEmpty()) {
      // Hosts come with such tokens after a server was made from a backup, all at once.
      if (!operation.scopes().contains(Scope.NODE)) {
        throttle.wrongToken(request.address(), nanos.getAsLong());
      }
      throw Problem.of(401, "bad-token");
    }
    return token.get();
  }

  /** The network in the path. One that the token is not for is as if it were not there. */
  private StoredNetwork network(Token token, Map<String, String> variables) {
    return Name.tryParse(variables.getOrDefault("network", ""))
        .flatMap(name -> database.read(session -> new Networks(session).named(name)))
        .filter(found -> token.network().map(found.id()::equals).orElse(true))
        .orElseThrow(() -> Problem.of(404, "not-found"));
  }

  /**
   * Whether a token is still worth anything, for what takes long. While the database is away, those
   * of hosts are: all of them would come back at once for nothing.
   */
  boolean isStillValid(Token token) {
    try {
      return isValid(token, clock.instant());
    } catch (StoreException e) {
      if (token.scope() == Scope.NODE) {
        return true;
      }
      throw e;
    }
  }

  private boolean isValid(Token token, Instant now) {
    return database.read(session ->
        token.scope() == Scope.NODE
            ? new HostSessions(session).isValid(token, now)
            : new Tokens(session).byId(token.id()).map(found -> found.isValid(now)).orElse(false));
  }
}
