package guywire.control.api;

import guywire.control.oidc.ClaimedRoles;
import guywire.control.oidc.ClaimedRoles.Grant;
import guywire.control.oidc.IdentityProvider;
import guywire.control.oidc.OidcRefusal;
import guywire.control.oidc.Person;
import guywire.control.oidc.SignInAttempts;
import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.Identities;
import guywire.control.store.Scope;
import guywire.control.store.Session;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.control.store.User;
import guywire.control.store.Users;
import guywire.guard.PlainText;
import guywire.network.Name;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Signing in by the identity provider. */
/*
 * Both calls are for our page alone, as to sign in by a password is: the provider sends the browser back to the
 * page, which shows here what it was sent back with. So no GET changes anything, and nothing that another site
 * makes a browser ask comes with a cookie. A provider that is slow or away holds its own few places and no more.
 */
final class OidcCalls {

  /** So many ask the provider at once. */
  private static final int AT_ONCE = 8;

  private static final int LONGEST_CODE = 4096;
  private static final int LONGEST_STATE = 100;
  private static final int LONGEST_ISSUER = 1000;

  /** As many are called alike. */
  private static final int MOST_ALIKE = 99;

  /** A number behind a name that is taken needs room. */
  private static final int LONGEST_NAME = 50;

  private static final Logger LOGGER = System.getLogger(OidcCalls.class.getName());

  private final Database database;
  private final Optional<IdentityProvider> provider;
  private final SessionCalls sessions;
  private final Semaphore turns = new Semaphore(AT_ONCE);

  OidcCalls(Database database, Optional<IdentityProvider> provider, SessionCalls sessions) {
    this.database = database;
    this.provider = provider;
    this.sessions = sessions;
  }

  private IdentityProvider needed() {
    return provider.orElseThrow(() -> Problem.of(409, "no-provider"));
  }

  /** Asks the provider for something. */
  @FunctionalInterface
  private interface Question<T> {
    T ask() throws OidcRefusal;
  }

  private <T> T inTurn(Question<T> question) throws OidcRefusal {
    if (!turns.tryAcquire()) {
      throw Problem.of(503, "busy");
    }
    try {
      return question.ask();
    } finally {
      turns.release();
    }
  }

  /** Where the browser goes to sign in, and what it keeps meanwhile. */
  Reply begin(Call call) {
    call.body().complete();
    var asked = needed();
    String address = asked.settings().address().toString();
    if (!address.equalsIgnoreCase("https://" + call.headers().getOrDefault("host", ""))) {
      // The browser comes back there, and has the cookie here.
      throw Problem.of(409, "other-address", address);
    }
    var attempt = asked.attempts().begin(call.now());
    try {
      var node = ApiJson.object();
      node.put("url", inTurn(() -> asked.signIn(attempt)).toString());
      return new Reply.Away(201, node, attempt);
    } catch (OidcRefusal e) {
      throw told(e, Problem.of(503, "provider-away"));
    }
  }

  /** A session for whom the provider has signed in, and an administrator let in. */
  Reply signIn(Call call) {
    String code = call.body().needed("code", LONGEST_CODE);
    String state = call.body().needed("state", LONGEST_STATE);
    var issuer = call.body().text("issuer", LONGEST_ISSUER);
    call.body().complete();
    var asked = needed();
    var attempt =
        Optional.ofNullable(call.headers().get("attempt"))
            .flatMap(cookie -> asked.attempts().of(cookie, call.now()))
            .filter(begun -> begun.isState(state))
            .orElseThrow(OidcCalls::notBegun);
    var person = person(() -> asked.person(attempt, code, issuer));
    var secret = TokenSecret.random();
    var forgotten = call.now().minus(SignInAttempts.LIFE.multipliedBy(2));
    var token =
        database.write(session -> {
          if (!new Identities(session).use(attempt.state(), attempt.made(), forgotten)) {
            throw notBegun();
          }
          var found = found(session, call, person);
          var account = Optional.of(found.account());
          if (person.roles().isPresent()) {
            account =
                new ProviderRoles(session, call.now())
                    .follow(found.account(), person.roles().get());
          }
          if (account.isEmpty()) {
            // What that ended stays ended.
            return Optional.<Token>empty();
          }
          var made = new Tokens(session).addSession(secret, account.get(), call.now());
          var audit = new Audit(session);
          found.news().ifPresent(news -> audit(session, call, made, news, person));
          audit.add(call.now(), made, "signed-in", Optional.empty(), "", person.issuer());
          return Optional.of(made);
        });
    if (token.isEmpty()) {
      LOGGER.log(
          Level.WARNING,
          "no sign-in by the identity provider: somebody's claim gives no role by the settings");
      throw Problem.of(403, "not-let-in");
    }
    return new Reply.Signed(201, sessions.form(token, true), Optional.of(secret));
  }

  private static void audit(Session session, Call call, Token by, String news, Person person) {
    new Audit(session)
        .add(call.now(), by, news, Optional.empty(), by.owner().name().text(), person.subject());
  }

  private Person person(Question<Person> question) {
    try {
      return inTurn(question);
    } catch (OidcRefusal e) {
      throw told(
          e,
          switch (e.kind()) {
            case AWAY -> Problem.of(503, "provider-away");
            case NOT_BELIEVED -> Problem.of(401, "provider-not-believed");
            case NOT_WANTED -> Problem.of(403, "not-let-in");
          });
    }
  }

  /** Who runs the server learns why; who asks, what to do. */
  private static Problem told(OidcRefusal refusal, Problem problem) {
    LOGGER.log(
        Level.WARNING,
        "no sign-in by the identity provider: "
            + PlainText.line(String.valueOf(refusal.getMessage())));
    return problem;
  }

  private static Problem notBegun() {
    return Problem.of(400, "sign-in-not-begun");
  }

  /**
   * Whom somebody is here.
   *
   * @param account the account
   * @param news what is new of it, for the audit; empty if nothing is
   */
  private record Found(Users.Account account, Optional<String> news) {}

  private Found found(Session session, Call call, Person person) {
    var users = new Users(session);
    var identities = new Identities(session);
    var known = identities.of(person.issuer(), person.subject());
    var account = known.flatMap(user -> users.account(user.name()));
    if (account.isPresent()) {
      return new Found(account.get(), Optional.empty());
    }
    var invited = person.identity().flatMap(identities::invited);
    if (invited.isPresent()) {
      var roles = new ProviderRoles(session, call.now());
      var named = users.account(invited.get().name()).orElseThrow();
      if (person.roles().filter(grants -> roles.given(named, grants).isEmpty()).isPresent()) {
        throw Problem.of(403, "not-let-in");
      }
      return linked(session, invited.get(), person, "identity-linked");
    }
    // Who was removed is no newcomer.
    var grants = grantsOfNewcomer(person);
    if (known.isPresent() || grants.isEmpty()) {
      throw Problem.of(403, "not-let-in");
    }
    return newcomer(session, call, person, grants);
  }

  /** The roles that somebody could have whom nobody named, the highest first. */
  private List<Grant> grantsOfNewcomer(Person person) {
    var settings = needed().settings();
    if (settings.roles().filter(ClaimedRoles::newcomers).isPresent()) {
      return person.roles().orElse(List.of());
    }
    return settings.newcomers().stream()
        .map(uninvited -> new Grant(Scope.OWN, uninvited.network()))
        .toList();
  }

  private static Found linked(Session session, User user, Person person, String news) {
    new Identities(session).link(user, person.issuer(), person.subject());
    return new Found(new Users(session).account(user.name()).orElseThrow(), Optional.of(news));
  }

  private static Found newcomer(Session session, Call call, Person person, List<Grant> grants) {
    var roles = new ProviderRoles(session, call.now());
    var user = new Tokens(session).user(free(session, person), call.now());
    var without =
        new Users.Account(
            user, Optional.empty(), Scope.OWN, Optional.empty(), Optional.empty(), false);
    var account = roles.given(without, grants).orElseThrow(() -> Problem.of(403, "not-let-in"));
    new Users(session).setRole(account);
    if (person.roles().isPresent()) {
      roles.audit(account, "");
    }
    return linked(session, user, person, "newcomer-let-in");
  }

  /** A name that nobody has, nor had: whoever has it would have what is another's. */
  private static Name free(Session session, Person person) {
    String wanted = person.wantedName().map(Name::text).orElse("user");
    String begin = wanted.length() > LONGEST_NAME ? wanted.substring(0, LONGEST_NAME) : wanted;
    for (int i = 1; i <= MOST_ALIKE; i++) {
      var name = Name.near(i == 1 ? begin : begin + "-" + i);
      if (name.isPresent() && new Users(session).named(name.get()).isEmpty()) {
        return name.get();
      }
    }
    throw Problem.of(403, "not-let-in");
  }
}
