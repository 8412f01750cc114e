package guywire.control.api;

import guywire.control.store.Database;
import guywire.control.store.PasswordDigest;
import guywire.control.store.TokenSecret;
import guywire.control.store.Users;
import guywire.network.Name;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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

  private static final long SHUT_SECONDS = 60;
  private static final int NAMES = 10_000;
  private static final int SHORTEST = 10;
  private static final int AT_ONCE = 2;
  private static final int PATIENCE_SECONDS = 10;

  private final Database database;
  private final LongSupplier nanos;
  private final LockOut guesses = new LockOut(WRONG, SHUT_SECONDS, NAMES);
  private final Semaphore turns = new Semaphore(AT_ONCE);
  private final PasswordDigest nobodys = PasswordDigest.of(TokenSecret.random().reveal());

  Passwords(Database database, LongSupplier nanos) {
    this.database = database;
    this.nanos = nanos;
  }

  /**
   * Whose password this is, if it is the one of that name.
   *
   * @param name the name; empty if what was said can be nobody's
   * @param status what is answered if it is not
   */
  Users.Account check(Optional<Name> name, String password, int status) {
    String guessed = name.map(Name::text).orElse("");
    long wait = guesses.left(guessed, nanos.getAsLong());
    if (wait > 0) {
      throw Problem.wait("shut", wait);
    }
    var account = name.flatMap(one -> database.read(session -> new Users(session).account(one)));
    var kept = account.map(Users.Account::password).orElse(nobodys);
    if (!inTurn(() -> kept.matches(password)) || account.isEmpty()) {
      guesses.wrong(guessed, nanos.getAsLong());
      throw Problem.of(status, "wrong-password");
    }
    guesses.right(guessed);
    return account.get();
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
