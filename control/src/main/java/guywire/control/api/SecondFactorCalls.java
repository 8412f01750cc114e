package guywire.control.api;

import guywire.control.store.Audit;
import guywire.control.store.CodeSecret;
import guywire.control.store.Database;
import guywire.control.store.SecondFactors;
import guywire.control.store.Session;
import guywire.control.store.Tokens;
import guywire.control.store.User;
import guywire.control.store.Wrongs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  private static final Wrongs GUESSES = new Wrongs("code", WRONG_CODES, Duration.ofMinutes(15));
  private static final int LONGEST_CODE = 40;
  private static final int LONGEST_SERVER = 253;

  private final Database database;
  private final Passwords passwords;

  SecondFactorCalls(Database database, Passwords passwords) {
    this.database = database;
    this.passwords = passwords;
  }

  /** The member {@code code} of a body. */
  static Optional<String> code(Body body) {
    return body.text("code", LONGEST_CODE);
  }

  /**
   * Whether a sign-in by the right password has all that it needs more, in the transaction that
   * begins the session. A wrong code is counted in it, so it has to be kept.
   */
  boolean isShown(Session session, Call call, User user, Optional<String> code) {
    return !new SecondFactors(session).has(user)
        || accepts(session, call, user, code.orElseThrow(() -> Problem.of(401, "second-factor")));
  }

  private static boolean accepts(Session session, Call call, User user, String code) {
    notShut(session, call, user);
    return counted(session, call, user, new SecondFactors(session).accept(user, code, call.now()));
  }

  private static void notShut(Session session, Call call, User user) {
    long wait = GUESSES.left(session, user.name().text(), call.now());
    if (wait > 0) {
      throw Problem.wait("shut-codes", wait);
    }
  }

  private static boolean counted(Session session, Call call, User user, boolean right) {
    if (right) {
      GUESSES.right(session, user.name().text());
    } else {
      GUESSES.wrong(session, user.name().text(), call.now());
    }
    return right;
  }

  static Problem wrongCode(int status) {
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
          notShut(session, call, user);
          if (!counted(session, call, user, factors.confirm(user, code, call.now()))) {
            return Optional.<List<String>>empty();
          }
          new Tokens(session).endSessions(user, Optional.of(call.by().id()));
          audit(session, call, "second-factor-on", user);
          return Optional.of(factors.newRecoveryCodes(user));
        });
    return Reply.ok(written(codes.orElseThrow(() -> wrongCode(403))));
  }

  /** Other written codes in place of those that there were, by a code. */
  Reply renew(Call call) {
    var user = call.by().owner();
    String code = neededCode(call);
    var codes =
        database.write(session -> {
          if (!accepts(session, call, user, code)) {
            return Optional.<List<String>>empty();
          }
          audit(session, call, "recovery-codes-made", user);
          return Optional.of(new SecondFactors(session).newRecoveryCodes(user));
        });
    return Reply.ok(written(codes.orElseThrow(() -> wrongCode(403))));
  }

  /** Turns it off, by a code. */
  Reply end(Call call) {
    var user = call.by().owner();
    String code = neededCode(call);
    boolean done =
        database.write(session -> {
          if (!accepts(session, call, user, code)) {
            return false;
          }
          new SecondFactors(session).remove(user);
          audit(session, call, "second-factor-off", user);
          return true;
        });
    if (!done) {
      throw wrongCode(403);
    }
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
