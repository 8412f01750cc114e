package guywire.control.api;

import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.StoredNetwork;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.network.Name;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** Tokens: who is for one network alone sees, makes and revokes those of that network alone. */
final class TokenCalls {

  private static final int LONGEST_NAME = 63;
  private static final int LONGEST_LABEL = 200;
  private static final long LONGEST_SECONDS = Duration.ofDays(3660).toSeconds();
  private static final long MOST_USES = 1_000_000;

  /** What a list of tokens can be asked for by. */
  static final Listing<Token> LISTING =
      Listing.by("id", Token::id)
          .ordered("owner", token -> token.owner().name().text())
          .ordered("label", Token::label)
          .orderedByTime("created", token -> Optional.of(token.created()))
          .orderedByTime("expires", Token::expires)
          .orderedByTime("seen", Token::seen)
          .chosen("scope", token -> token.scope().word())
          .chosen("owner", token -> token.owner().name().text())
          .searched(token -> Stream.of(token.id(), token.owner().name().text(), token.label()));

  private final Database database;

  TokenCalls(Database database) {
    this.database = database;
  }

  /** The member {@code owner} of a body. */
  static Name owner(Body body) {
    String text = body.needed("owner", LONGEST_NAME);
    return Name.tryParse(text).orElseThrow(() -> Problem.of(400, "bad-name", "owner"));
  }

  Reply list(Call call) {
    var all = database.read(session -> new Tokens(session).all(call.by().network()));
    var page = LISTING.page(all, call);
    return Reply.ok(ApiJson.page(page, token -> ApiJson.token(token, this::network)));
  }

  Reply make(Call call) {
    var body = call.body();
    var owner = owner(body);
    String label = body.text("label", LONGEST_LABEL).orElse("");
    var scope =
        Scope.ofWord(body.needed("scope", LONGEST_NAME))
            .orElseThrow(() -> Problem.of(400, "bad-scope"));
    var network = body.text("network", LONGEST_NAME);
    var expires =
        body.number("expires-in-seconds", 1, LONGEST_SECONDS).map(call.now()::plusSeconds);
    var uses = body.number("uses", 1, MOST_USES);
    body.complete();
    var only = network.map(this::named).map(StoredNetwork::id);
    if (call.by().network().isPresent() && !call.by().network().equals(only)) {
      throw Problem.of(403, "beyond-token");
    }
    var secret = TokenSecret.random();
    var token =
        database.write(session -> {
          var made =
              new Tokens(session)
                  .add(
                      secret,
                      new Tokens.Wanted(owner, label, scope, only, expires, uses),
                      call.now());
          new Audit(session)
              .add(
                  call.now(),
                  call.by(),
                  "token-made",
                  network.flatMap(Name::tryParse),
                  made.id(),
                  scope.word() + " " + owner);
          return made;
        });
    var node = ApiJson.token(token, _ -> network.orElse(""));
    node.put("token", secret.reveal());
    return Reply.created(node);
  }

  Reply revoke(Call call) {
    String id = call.path().getOrDefault("token", "");
    boolean gone =
        database.write(session -> {
          boolean revoked = new Tokens(session).revoke(id, call.by().network());
          if (revoked) {
            var network = call.by().network().flatMap(one -> new Networks(session).of(one));
            new Audit(session)
                .add(
                    call.now(),
                    call.by(),
                    "token-revoked",
                    network.map(StoredNetwork::name),
                    id,
                    "");
          }
          return revoked;
        });
    if (!gone) {
      throw Problem.of(404, "not-found");
    }
    var node = ApiJson.object();
    node.put("id", id);
    return Reply.ok(node);
  }

  private StoredNetwork named(String text) {
    return Name.tryParse(text)
        .flatMap(name -> database.read(session -> new Networks(session).named(name)))
        .orElseThrow(() -> Problem.of(400, "no-network"));
  }

  private String network(Token token) {
    Optional<StoredNetwork> found =
        token.network().flatMap(id -> database.read(session -> new Networks(session).of(id)));
    return found.map(network -> network.name().text()).orElse("");
  }
}
