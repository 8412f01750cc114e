package guywire.control.api;

import guywire.control.store.Audit;
import guywire.control.store.CodeSecret;
import guywire.control.store.Database;
import guywire.control.store.SecondFactors;
import guywire.control.store.Session;
import guywire.control.store.Tokens;
import guywire.control.store.User;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import tools.jackson.databind.node.ObjectNode;

/**
 * The second factor of who signs in: turned on with a code of the device that will make them, asked
 * for at each sign-in, turned off with a code.
 */
/*
 * A code has a million values and three of them count at a time. Whoever tries one knows the password
 * already, so few are enough to shut the account for a while: 5 in 15 minutes are one chance in 700 a day.
 */
final class SecondFactorCalls {

  /** After so many wrong codes nobody signs in by that name for a while. */
  static final int WRONG_CODES = 5;

  private static final long SHUT_SECONDS = 900;
  private static final int NAMES = 10_000;
  private static final int LONGEST_CODE = 40;
  private static final int LONGEST_SERVER = 253;

  private final Database database;
  private final Passwords passwords;
  private final LongSupplier nanos;
  private final LockOut guesses = new LockOut(WRONG_CODES, SHUT_SECONDS, NAMES);

  SecondFactorCalls(Database database, Passwords passwords, LongSupplier nanos) {
    this.database = database;
    this.passwords = passwords;
    this.nanos = nanos;
  }

  /** The member {@code code} of a body. */
  static Optional<String> code(Body body) {
    return body.text("code", LONGEST_CODE);
  }

  /**
   * What a sign-in by the right password needs more, in the transaction that begins the session.
   */
  void signIn(Session session, Call call, User user, Optional<String> code) {
    if (new SecondFactors(session).has(user)) {
      accept(session, call, user, code.orElseThrow(() -> Problem.of(401, "second-factor")), 401);
    }
  }

  private void accept(Session session, Call call, User user, String code, int status) {
    notShut(user);
    if (!new SecondFactors(session).accept(user, code, call.now())) {
      throw wrong(user, status);
    }
    guesses.right(user.name().text());
  }

  private void notShut(User user) {
    long wait = guesses.left(user.name().text(), nanos.getAsLong());
    if (wait > 0) {
      throw Problem.wait("shut-codes", wait);
    }
  }

  private Problem wrong(User user, int status) {
    guesses.wrong(user.name().text(), nanos.getAsLong());
    return Problem.of(status, "wrong-code");
  }

  /** A secret, told once, which counts when a code of it was shown; by the password. */
  Reply begin(Call call) {
    var user = call.by().owner();
    String password = call.body().needed("password", Passwords.LONGEST);
    String server = call.body().text("server", LONGEST_SERVER).orElse("");
    call.body().complete();
    var unused = passwords.check(Optional.of(user.name()), password, 403);
    var secret = CodeSecret.random();
    if (!database.<Boolean>write(session -> new SecondFactors(session).begin(user, secret))) {
      throw Problem.of(409, "second-factor-there");
    }
    var node = ApiJson.object();
    node.put("secret", secret.reveal());
    node.put("uri", secret.uri(user.name(), server));
    return Reply.created(node);
  }

  /** Turns it on, by a code of the secret; all other sessions end. */
  Reply confirm(Call call) {
    var user = call.by().owner();
    String code = neededCode(call);
    var codes =
        database.write(session -> {
          var factors = new SecondFactors(session);
          if (factors.has(user)) {
            throw Problem.of(409, "second-factor-there");
          }
          notShut(user);
          if (!factors.confirm(user, code, call.now())) {
            throw wrong(user, 403);
          }
          new Tokens(session).endSessions(user, Optional.of(call.by().id()));
          audit(session, call, "second-factor-on", user);
          return factors.newRecoveryCodes(user);
        });
    return Reply.ok(written(codes));
  }

  /** Other written codes in place of those that there were, by a code. */
  Reply renew(Call call) {
    var user = call.by().owner();
    String code = neededCode(call);
    var codes =
        database.write(session -> {
          accept(session, call, user, code, 403);
          audit(session, call, "recovery-codes-made", user);
          return new SecondFactors(session).newRecoveryCodes(user);
        });
    return Reply.ok(written(codes));
  }

  /** Turns it off, by a code. */
  Reply end(Call call) {
    var user = call.by().owner();
    String code = neededCode(call);
    database.write(session -> {
      accept(session, call, user, code, 403);
      new SecondFactors(session).remove(user);
      audit(session, call, "second-factor-off", user);
      return true;
    });
    var node = ApiJson.object();
    node.put("name", user.name().text());
    return Reply.ok(node);
  }

  private static String neededCode(Call call) {
    String code = code(call.body()).orElseThrow(() -> Problem.of(400, "missing", "code"));
    call.body().complete();
    return code;
  }

  private static ObjectNode written(List<String> codes) {
    var node = ApiJson.object();
    var array = node.putArray("recovery-codes");
    codes.forEach(array::add);
    return node;
  }

  static void audit(Session session, Call call, String action, User user) {
    new Audit(session).add(call.now(), call.by(), action, Optional.empty(), user.name().text(), "");
  }
}
