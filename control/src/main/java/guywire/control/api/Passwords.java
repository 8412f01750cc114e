package guywire.control.api;

import guywire.control.store.Database;
import guywire.control.store.PasswordDigest;
import guywire.control.store.Session;
import guywire.control.store.TokenSecret;
import guywire.control.store.Users;
import guywire.control.store.Wrongs;
import guywire.network.Name;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Passwords that are tried and made. Safe for use by several threads. */
/*
 * A name that nobody has costs as much time as one with another password, so that who is here can't be
 * found out by a clock. Only few passwords are tried at once: each takes 19 MiB and much of a processor.
 * Who guesses is locked out by his address (Throttle), and who guesses from many by the name that they
 * guess at, for so short a time that its owner can wait; his tokens and sessions are worth what they were.
 */
final class Passwords {

  static final int LONGEST = 200;

  /** After so many wrong passwords, from wherever, nobody signs in by that name for a while. */
  static final int WRONG = 20;

  /** Who guesses at a name, and is shut out for so long. */
  static final Wrongs GUESSES = new Wrongs("password", WRONG, Duration.ofSeconds(60));

  private static final int SHORTEST = 10;
  private static final int AT_ONCE = 2;
  private static final int PATIENCE_SECONDS = 10;

  private final Database database;
  private final Clock clock;
  private final Semaphore turns = new Semaphore(AT_ONCE);
  private final PasswordDigest nobodys = PasswordDigest.of(TokenSecret.random().reveal());

  Passwords(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Whose password this is, if it is the one of that name.
   *
   * @param name the name; empty if what was said can be nobody's
   * @param status what is answered if it is not
   */
  Users.Account check(Optional<Name> name, String password, int status) {
    String guessed = name.map(Name::text).orElse("");
    var known = database.read(session -> Known.of(session, name, guessed, clock.instant()));
    if (known.seconds() > 0) {
      throw Problem.wait("shut", known.seconds());
    }
    // Who signs in by the identity provider alone has none either.
    var own = known.account().flatMap(Users.Account::password);
    var kept = own.orElse(nobodys);
    if (!inTurn(() -> kept.matches(password)) || own.isEmpty()) {
      database.write(session -> {
        GUESSES.wrong(session, guessed, clock.instant());
        return true;
      });
      throw Problem.of(status, "wrong-password");
    }
    if (known.wentWrong()) {
      database.write(session -> {
        GUESSES.right(session, guessed);
        return true;
      });
    }
    return known.account().orElseThrow();
  }

  /** What is known of a name before its password is tried. */
  private record Known(long seconds, boolean wentWrong, Optional<Users.Account> account) {
    static Known of(Session session, Optional<Name> name, String guessed, Instant now) {
      return new Known(
          GUESSES.left(session, guessed, now),
          GUESSES.isKnown(session, guessed, now),
          name.flatMap(one -> new Users(session).account(one)));
    }
  }

  /** The digest of a password that is long enough. */
  PasswordDigest digest(String text) {
    if (text.codePointCount(0, text.length()) < SHORTEST) {
      throw Problem.of(400, "short-password", String.valueOf(SHORTEST));
    }
    return inTurn(() -> PasswordDigest.of(text));
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
