package guywire.control.api;

import guywire.control.oidc.IdentityProvider;
import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.Identities;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.SecondFactors;
import guywire.control.store.Session;
import guywire.control.store.StoredNetwork;
import guywire.control.store.Token;
import guywire.control.store.Tokens;
import guywire.control.store.User;
import guywire.control.store.Users;
import guywire.network.Name;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** The users who sign in: who there are, by what each does, and what he may do. */
final class UserCalls {

  private static final int LONGEST_NAME = 63;
  private static final int LONGEST_IDENTITY = 255;

  /** What a list of users can be asked for by. */
  static final Listing<Users.Account> LISTING =
      Listing.<Users.Account>by("name", account -> account.user().name().text())
          .ordered("role", account -> account.scope().word())
          .chosen("role", account -> account.scope().word())
          .searched(account ->
              Stream.concat(Stream.of(account.user().name().text()), account.identity().stream()));

  private final Database database;
  private final Passwords passwords;
  private final Optional<IdentityProvider> provider;

  UserCalls(Database database, Passwords passwords, Optional<IdentityProvider> provider) {
    this.database = database;
    this.passwords = passwords;
    this.provider = provider;
  }

  /** What somebody may do from now on. */
  private record Role(Scope scope, Optional<StoredNetwork> network) {}

  private Role role(Body body) {
    var scope =
        Scope.ofWord(body.needed("scope", LONGEST_NAME))
            .orElseThrow(() -> Problem.of(400, "bad-scope"));
    var network =
        body.text("network", LONGEST_NAME)
            .map(text ->
                Name.tryParse(text)
                    .flatMap(name -> database.read(session -> new Networks(session).named(name)))
                    .orElseThrow(() -> Problem.of(400, "no-network")));
    return new Role(scope, network);
  }

  private ObjectNode form(Users.Account account) {
    var node = ApiJson.object();
    node.put(
        "second-factor",
        database.<Boolean>read(session -> new SecondFactors(session).has(account.user())));
    node.put("name", account.user().name().text());
    node.put("scope", account.scope().word());
    node.put("password", account.password().isPresent());
    account.identity().ifPresent(identity -> node.put("identity", identity));
    node.put("linked", account.linked());
    node.put(
        "role-by-provider",
        (account.linked() || account.identity().isPresent())
            && provider.flatMap(it -> it.settings().roles()).isPresent());
    account
        .network()
        .flatMap(id -> database.read(session -> new Networks(session).of(id)))
        .ifPresent(network -> node.put("network", network.name().text()));
    return node;
  }

  Reply list(Call call) {
    var page = LISTING.page(database.read(session -> new Users(session).all()), call);
    return Reply.ok(ApiJson.page(page, this::form));
  }

  /** By what an administrator names somebody for the identity provider. */
  private String identity(String text) {
    return provider
        .orElseThrow(() -> Problem.of(409, "no-provider"))
        .settings()
        .identity(text)
        .orElseThrow(() -> Problem.of(400, "bad-identity"));
  }

  /** Names a user so, as whom nobody else is named. */
  private static void name(Session session, User user, Optional<String> identity) {
    var identities = new Identities(session);
    if (identity.filter(text -> identities.isOthers(text, user)).isPresent()) {
      throw Problem.of(409, "identity-there");
    }
    identities.name(user, identity);
  }

  Reply make(Call call) {
    var body = call.body();
    String text = body.needed("name", LONGEST_NAME);
    var name = Name.tryParse(text).orElseThrow(() -> Problem.of(400, "bad-name", "name"));
    var role = role(body);
    var password = body.text("password", Passwords.LONGEST);
    var said = body.text("identity", LONGEST_IDENTITY).filter(one -> !one.isBlank());
    body.complete();
    if (password.isEmpty() && said.isEmpty()) {
      throw Problem.of(400, "missing", "password");
    }
    var identity = said.map(this::identity);
    var digest = password.map(passwords::digest);
    var made =
        database.write(session -> {
          var users = new Users(session);
          if (users.account(name).isPresent()) {
            throw Problem.of(409, "user-there", name.text());
          }
          var account =
              new Users.Account(
                  new Tokens(session).user(name, call.now()),
                  digest,
                  role.scope(),
                  role.network().map(StoredNetwork::id),
                  identity,
                  false);
          digest.ifPresent(one -> users.setPassword(account.user(), one));
          name(session, account.user(), identity);
          users.setRole(account);
          audit(session, call, "user-made", name, role);
          return account;
        });
    return Reply.created(form(made));
  }

  /**
   * Another role, and another password or identity where one is given, or none any more; the user
   * has to sign in anew.
   */
  Reply change(Call call) {
    var name = call.name("user");
    var body = call.body();
    var role = role(body);
    var password = body.text("password", Passwords.LONGEST);
    boolean without = body.flag("without-password");
    var said = body.text("identity", LONGEST_IDENTITY);
    body.complete();
    notOneself(call.by(), name);
    var identity = said.filter(one -> !one.isBlank()).map(this::identity);
    var digest = password.filter(_ -> !without).map(passwords::digest);
    var changed =
        database.write(session -> {
          var users = new Users(session);
          var before = users.account(name).orElseThrow(() -> Problem.of(404, "not-found"));
          var account =
              new Users.Account(
                  before.user(),
                  without ? Optional.empty() : digest.or(before::password),
                  role.scope(),
                  role.network().map(StoredNetwork::id),
                  said.isPresent() ? identity : before.identity(),
                  before.linked() && said.isEmpty());
          if (account.password().isEmpty() && account.identity().isEmpty() && !account.linked()) {
            throw Problem.of(409, "no-way-in");
          }
          if (without) {
            users.removePassword(before.user());
          }
          digest.ifPresent(one -> users.setPassword(before.user(), one));
          if (said.isPresent()) {
            name(session, before.user(), identity);
          }
          users.setRole(account);
          audit(session, call, "user-changed", name, role);
          return account;
        });
    return Reply.ok(form(changed));
  }

  Reply remove(Call call) {
    var name = call.name("user");
    notOneself(call.by(), name);
    database.write(session -> {
      var users = new Users(session);
      var account = users.account(name).orElseThrow(() -> Problem.of(404, "not-found"));
      users.remove(account.user());
      new Audit(session)
          .add(call.now(), call.by(), "user-removed", Optional.empty(), name.text(), "");
      return true;
    });
    var node = ApiJson.object();
    node.put("name", name.text());
    return Reply.ok(node);
  }

  /** Lets a user who lost his device, and all written codes, sign in by his password alone. */
  Reply endSecondFactor(Call call) {
    var name = call.name("user");
    if (call.by().isSession()) {
      // One's own is turned off with a code of it.
      notOneself(call.by(), name);
    }
    database.write(session -> {
      var account =
          new Users(session).account(name).orElseThrow(() -> Problem.of(404, "not-found"));
      new SecondFactors(session).remove(account.user());
      SecondFactorCalls.audit(session, call, "second-factor-off", account.user());
      return true;
    });
    var node = ApiJson.object();
    node.put("name", name.text());
    return Reply.ok(node);
  }

  /** So that nobody locks himself out, and one administrator is left. */
  private static void notOneself(Token by, Name name) {
    if (by.owner().name().equals(name)) {
      throw Problem.of(409, "oneself");
    }
  }

  private static void audit(Session session, Call call, String action, Name name, Role role) {
    new Audit(session)
        .add(
            call.now(),
            call.by(),
            action,
            role.network().map(StoredNetwork::name),
            name.text(),
            role.scope().word());
  }
}
