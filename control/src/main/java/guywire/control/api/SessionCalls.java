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
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/** Users who sign in by name and password, and the sessions of their browsers. */
/*
 * A name that nobody has costs as much time as one with another password, so that who is here can't be
 * found out by a clock. Only few passwords are tried at once: each takes 19 MiB and much of a processor.
 * Who guesses is locked out by his address (Throttle), and who guesses from many by the name that they
 * guess at, for so short a time that its owner can wait; his tokens and sessions are worth what they were.
 */
final class SessionCalls {

  static final int LONGEST_PASSWORD = 200;
  private static final int LONGEST_NAME = 63;
  private static final int SHORTEST_PASSWORD = 10;
  private static final int AT_ONCE = 2;

  /** After so many wrong passwords, from wherever, nobody signs in by that name for a while. */
  static final int WRONG_PASSWORDS = 20;

  private static final long SHUT_SECONDS = 60;
  private static final int NAMES = 10_000;
  private static final int PATIENCE_SECONDS = 10;

  private final Database database;
  private final LongSupplier nanos;
  private final LockOut guesses = new LockOut(WRONG_PASSWORDS, SHUT_SECONDS, NAMES);
  private final Semaphore turns = new Semaphore(AT_ONCE);
  private final PasswordDigest nobodys = PasswordDigest.of(TokenSecret.random().reveal());

  SessionCalls(Database database, LongSupplier nanos) {
    this.database = database;
    this.nanos = nanos;
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
      node.put("everywhere", token.network().isEmpty());
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
    String guessed = name.map(Name::text).orElse("");
    notShut(guessed);
    if (!inTurn(() -> kept.matches(password)) || account.isEmpty()) {
      guesses.wrong(guessed, nanos.getAsLong());
      throw Problem.of(401, "wrong-password");
    }
    guesses.right(guessed);
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

  private void notShut(String name) {
    long wait = guesses.left(name, nanos.getAsLong());
    if (wait > 0) {
      throw Problem.wait("shut", wait);
    }
  }

  private static Token begin(
      Session session, TokenSecret secret, Users.Account account, Call call) {
    var token = new Tokens(session).addSession(secret, account, call.now());
    new Audit(session).add(call.now(), token, "signed-in", Optional.empty(), "", "");
    return token;
  }

  Reply signOut(Call call) {
    var token = call.by();
    database.write(session -> {
      new Audit(session).add(call.now(), token, "signed-out", Optional.empty(), "", "");
      return new Tokens(session).revoke(token.id(), Optional.empty());
    });
    return new Reply.Signed(200, form(Optional.empty(), true), Optional.empty());
  }

  /** Another password for who signed in, by the present one. All other sessions of his end. */
  Reply changePassword(Call call) {
    var token = call.by();
    String old = call.body().needed("old", LONGEST_PASSWORD);
    var digest = newPassword(call);
    String name = token.owner().name().text();
    notShut(name);
    var account = database.read(session -> new Users(session).account(token.owner().name()));
    if (account.isEmpty() || !inTurn(() -> account.get().password().matches(old))) {
      guesses.wrong(name, nanos.getAsLong());
      throw Problem.of(403, "wrong-password");
    }
    return keep(call, digest, Optional.of(token.id()));
  }

  /**
   * A password for the owner of a token that may do anything anyway. All sessions of his end; who
   * had none may administer the server.
   */
  Reply setPassword(Call call) {
    return keep(call, newPassword(call), Optional.empty());
  }

  /** The digest of the member {@code password}, when the whole body is as it should be. */
  private PasswordDigest newPassword(Call call) {
    String password = password(call.body().needed("password", LONGEST_PASSWORD));
    call.body().complete();
    return digest(password);
  }

  /** The digest of a password that is long enough. */
  PasswordDigest digest(String password) {
    password(password);
    return inTurn(() -> PasswordDigest.of(password));
  }

  private Reply keep(Call call, PasswordDigest digest, Optional<String> but) {
    var token = call.by();
    database.write(session -> {
      var users = new Users(session);
      boolean isNew = users.account(token.owner().name()).isEmpty();
      users.setPassword(token.owner(), digest);
      if (isNew) {
        users.setRole(new Users.Account(token.owner(), digest, Scope.ADMINISTER, Optional.empty()));
      }
      new Tokens(session).endSessions(token.owner(), but);
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
    var digest = digest(chosen);
    var secret = TokenSecret.random();
    var token =
        database.write(session -> {
          var tokens = new Tokens(session);
          if (tokens.isSetUp() || !tokens.use(call.by())) {
            throw Problem.of(409, "set-up-already");
          }
          var user = tokens.user(name, call.now());
          var account = new Users.Account(user, digest, Scope.ADMINISTER, Optional.empty());
          new Users(session).setPassword(user, digest);
          new Users(session).setRole(account);
          tokens.revoke(Scope.SETUP);
          var made = tokens.addSession(secret, account, call.now());
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
