package guywire.control.api;

import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.PasswordDigest;
import guywire.control.store.Scope;
import guywire.control.store.Session;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.control.store.Users;
import guywire.network.Name;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/** Users who sign in by name and password, and the sessions of their browsers. */
/*
 * A name that nobody has costs as much time as one with another password, so that who is here can't be
 * found out by a clock. Only few passwords are tried at once: each takes 19 MiB and much of a processor.
 */
final class SessionCalls {

  static final int LONGEST_PASSWORD = 200;
  private static final int LONGEST_NAME = 63;
  private static final int SHORTEST_PASSWORD = 10;
  private static final int AT_ONCE = 2;
  private static final int PATIENCE_SECONDS = 10;

  private final Database database;
  private final Semaphore turns = new Semaphore(AT_ONCE);
  private final PasswordDigest nobodys = PasswordDigest.of(TokenSecret.random().reveal());

  SessionCalls(Database database) {
    this.database = database;
  }

  /** Whether the server is set up, and who is signed in. */
  Reply show(Call call) {
    boolean setUp = database.read(session -> new Tokens(session).isSetUp());
    return Reply.ok(form(call.token(), setUp));
  }

  private static ObjectNode form(Optional<Token> session, boolean setUp) {
    var node = ApiJson.object();
    node.put("set-up", setUp);
    node.put("signed-in", session.isPresent());
    session.ifPresent(token -> {
      node.put("name", token.owner().name().text());
      node.put("scope", token.scope().word());
      token.expires().ifPresent(end -> node.put("expires", end.toString()));
    });
    return node;
  }

  Reply signIn(Call call) {
    var name = Name.tryParse(call.body().needed("name", LONGEST_NAME));
    String password = call.body().needed("password", LONGEST_PASSWORD);
    call.body().complete();
    var account = name.flatMap(one -> database.read(session -> new Users(session).account(one)));
    var kept = account.map(Users.Account::password).orElse(nobodys);
    if (!inTurn(() -> kept.matches(password)) || account.isEmpty()) {
      throw Problem.of(401, "wrong-password");
    }
    var secret = TokenSecret.random();
    var token =
        database.write(session -> {
          // The password may have been changed while it was tried.
          var still = new Users(session).account(account.get().user().name());
          if (still.filter(now -> now.password().isSameAs(kept)).isEmpty()) {
            throw Problem.of(401, "wrong-password");
          }
          return begin(session, secret, account.get(), call);
        });
    return new Reply.Signed(201, form(Optional.of(token), true), Optional.of(secret));
  }

  private static Token begin(
      Session session, TokenSecret secret, Users.Account account, Call call) {
    var token = new Tokens(session).addSession(secret, account.user(), account.scope(), call.now());
    new Audit(session).add(call.now(), token, "signed-in", Optional.empty(), "", "");
    return token;
  }

  Reply signOut(Call call) {
    var token = call.by();
    if (!token.isSession()) {
      throw Problem.of(409, "no-session");
    }
    database.write(session -> {
      new Audit(session).add(call.now(), token, "signed-out", Optional.empty(), "", "");
      return new Tokens(session).revoke(token.id(), Optional.empty());
    });
    return new Reply.Signed(200, form(Optional.empty(), true), Optional.empty());
  }

  /**
   * Another password for who asks: by the present one from a session, without it by a token that
   * may do anything anyway. All other sessions of his end.
   */
  Reply changePassword(Call call) {
    var token = call.by();
    var old = call.body().text("old", LONGEST_PASSWORD);
    String password = password(call.body().needed("password", LONGEST_PASSWORD));
    call.body().complete();
    if (token.isSession()) {
      var account = database.read(session -> new Users(session).account(token.owner().name()));
      var given = old.orElseThrow(() -> Problem.of(400, "missing", "old"));
      if (account.isEmpty() || !inTurn(() -> account.get().password().matches(given))) {
        throw Problem.of(403, "wrong-password");
      }
    }
    var digest = inTurn(() -> PasswordDigest.of(password));
    database.write(session -> {
      new Users(session).setPassword(token.owner(), digest, Scope.ADMINISTER);
      new Tokens(session)
          .endSessions(token.owner(), Optional.of(token.id()).filter(_ -> token.isSession()));
      new Audit(session)
          .add(
              call.now(), token, "password-set", Optional.empty(), token.owner().name().text(), "");
      return true;
    });
    var node = ApiJson.object();
    node.put("name", token.owner().name().text());
    return Reply.ok(node);
  }

  /** Makes the first administrator, with a password and a session: for the set-up link. */
  Reply setUp(Call call, Name name, String chosen) {
    var digest = inTurn(() -> PasswordDigest.of(password(chosen)));
    var secret = TokenSecret.random();
    var token =
        database.write(session -> {
          var tokens = new Tokens(session);
          if (tokens.isSetUp() || !tokens.use(call.by())) {
            throw Problem.of(409, "set-up-already");
          }
          var user = tokens.user(name, call.now());
          new Users(session).setPassword(user, digest, Scope.ADMINISTER);
          tokens.revoke(Scope.SETUP);
          var made = tokens.addSession(secret, user, Scope.ADMINISTER, call.now());
          new Audit(session).add(call.now(), made, "set-up", Optional.empty(), "", "");
          return made;
        });
    return new Reply.Signed(201, ApiJson.token(token, _ -> ""), Optional.of(secret));
  }

  private static String password(String text) {
    if (text.codePointCount(0, text.length()) < SHORTEST_PASSWORD) {
      throw Problem.of(400, "short-password", String.valueOf(SHORTEST_PASSWORD));
    }
    return text;
  }

  private <T> T inTurn(Supplier<T> work) {
    try {
      if (!turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw Problem.of(503, "busy");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.of(503, "busy");
    }
    try {
      return work.get();
    } finally {
      turns.release();
    }
  }
}
