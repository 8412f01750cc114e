package guywire.control.api;

import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.StoredNetwork;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.plan.definition.DefinitionSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What is asked of the server itself. */
final class ServerCalls {

  private final Database database;
  private final SessionCalls sessions;

  ServerCalls(Database database, SessionCalls sessions) {
    this.database = database;
    this.sessions = sessions;
  }

  /** The description of the API, as it stands in the program. */
  static String description() {
    try (var in = ServerCalls.class.getResourceAsStream("openapi.json")) {
      if (in == null) {
        throw new IllegalStateException("not in the program: openapi.json");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Reply description(Call call) {
    return new Reply.Text("application/json", Optional.empty(), description());
  }

  /** What definitions may say, for editors. */
  Reply schema(Call call) {
    return new Reply.Text("application/json", Optional.empty(), DefinitionSchema.text());
  }

  /** That it answers. */
  Reply live(Call call) {
    var node = ApiJson.object();
    node.put("status", "live");
    return Reply.ok(node);
  }

  /** Whether it can read what it keeps. */
  Reply health(Call call) {
    database.read(session -> new Networks(session).count());
    var node = ApiJson.object();
    node.put("status", "ready");
    return Reply.ok(node);
  }

  /** Makes the first administrator, once: with a token, or with a password and a session. */
  Reply setUp(Call call) {
    var owner = TokenCalls.owner(call.body());
    var password = call.body().text("password", Passwords.LONGEST);
    call.body().complete();
    if (password.isPresent()) {
      return sessions.setUp(call, owner, password.get());
    }
    var secret = TokenSecret.random();
    var token =
        database.write(session -> {
          var tokens = new Tokens(session);
          if (tokens.isSetUp() || !tokens.use(call.by())) {
            throw Problem.of(409, "set-up-already");
          }
          var made =
              tokens.add(
                  secret,
                  new Tokens.Wanted(
                      owner,
                      "first administrator",
                      Scope.ADMINISTER,
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty()),
                  call.now());
          tokens.revoke(Scope.SETUP);
          new Audit(session).add(call.now(), made, "set-up", Optional.empty(), "", "");
          return made;
        });
    var node = ApiJson.token(token, _ -> "");
    node.put("token", secret.reveal());
    return Reply.created(node);
  }

  /** What the token that it is asked with is good for. */
  Reply self(Call call) {
    var network = only(database, call).map(StoredNetwork::name).map(Name::text).orElse("");
    return Reply.ok(ApiJson.token(call.by(), _ -> network));
  }

  Reply audit(Call call) {
    var only = only(database, call).map(StoredNetwork::name);
    var query = call.log("actor");
    var page =
        database.read(session -> new Audit(session).page(network(only, call), query, call.page()));
    return Reply.ok(ApiJson.page(page, ApiJson::audit));
  }

  /** The network whose entries are asked for: of all, the one that the token is for. */
  private static Optional<Name> network(Optional<Name> only, Call call) {
    var asked =
        Optional.ofNullable(call.query().get("network"))
            .map(text ->
                Name.tryParse(text).orElseThrow(() -> Problem.of(400, "bad-name", "network")));
    if (only.isPresent() && asked.isPresent() && !asked.equals(only)) {
      throw Problem.of(403, "beyond-token");
    }
    return asked.or(() -> only);
  }

  /** The only network that a token is for, if it is for one alone. */
  static Optional<StoredNetwork> only(Database database, Call call) {
    Optional<NetworkId> id = call.by().network();
    return id.map(one ->
        database
            .read(session -> new Networks(session).of(one))
            .orElseThrow(() -> Problem.of(404, "not-found")));
  }
}
