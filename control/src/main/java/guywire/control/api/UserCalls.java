package guywire.control.api;

import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.SecondFactors;
import guywire.control.store.Session;
import guywire.control.store.StoredNetwork;
import guywire.control.store.Token;
import guywire.control.store.Tokens;
import guywire.control.store.Users;
import guywire.network.Name;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The users who sign in by name and password: who there are, and what each may do. */
final class UserCalls {

  private static final int LONGEST_NAME = 63;

  private final Database database;
  private final Passwords passwords;

  UserCalls(Database database, Passwords passwords) {
    this.database = database;
    this.passwords = passwords;
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
    account
        .network()
        .flatMap(id -> database.read(session -> new Networks(session).of(id)))
        .ifPresent(network -> node.put("network", network.name().text()));
    return node;
  }

  Reply list(Call call) {
    var page = database.read(session -> new Users(session).page(call.page()));
    return Reply.ok(ApiJson.page(page, this::form));
  }

  Reply make(Call call) {
    var body = call.body();
    String text = body.needed("name", LONGEST_NAME);
    var name = Name.tryParse(text).orElseThrow(() -> Problem.of(400, "bad-name", "name"));
    var role = role(body);
    String password = body.needed("password", Passwords.LONGEST);
    body.complete();
    var digest = passwords.digest(password);
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
                  role.network().map(StoredNetwork::id));
          users.setPassword(account.user(), digest);
          users.setRole(account);
          audit(session, call, "user-made", name, role);
          return account;
        });
    return Reply.created(form(made));
  }

  /** Another role, and another password where one is given; the user has to sign in anew. */
  Reply change(Call call) {
    var name = call.name("user");
    var body = call.body();
    var role = role(body);
    var password = body.text("password", Passwords.LONGEST);
    body.complete();
    notOneself(call.by(), name);
    var digest = password.map(passwords::digest);
    var changed =
        database.write(session -> {
          var users = new Users(session);
          var before = users.account(name).orElseThrow(() -> Problem.of(404, "not-found"));
          var account =
              new Users.Account(
                  before.user(),
                  digest.orElse(before.password()),
                  role.scope(),
                  role.network().map(StoredNetwork::id));
          digest.ifPresent(one -> users.setPassword(before.user(), one));
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
