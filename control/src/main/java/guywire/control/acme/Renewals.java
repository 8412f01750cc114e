package guywire.control.acme;

import guywire.control.store.StoreException;
import guywire.control.tls.CertificateFiles;
import guywire.control.tls.CertificateFiles.Validity;
import guywire.control.tls.UnusableCertificate;
import guywire.network.text.Text;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Sees to it that there is a good certificate: asks for one when there is none, and for the next
 * when a third of its life is left; after a failure again, later each time. An authority that has
 * made one is asked nothing until then, however often the server starts.
 *
 * <p>One thread looks.
 */
/*
 * A third of its life before its end a certificate is renewed by other programs, too, so authorities count on it; the
 * moment lies up to a tenth of that earlier, by what the certificate is, so that not all come at the same time and
 * another start does not move it. Let's Encrypt refuses who failed five times within an hour: by these pauses that
 * is the sixth attempt, an hour after the first.
 */
public final class Renewals {

  private static final Logger LOGGER = System.getLogger(Renewals.class.getName());

  private static final int SHARE_LEFT = 3;
  private static final double EARLIER = 0.1;
  private static final Duration FIRST_PAUSE = Duration.ofMinutes(2);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(6);
  private static final double LONGER = 0.25;

  /** An authority that says to wait longer is asked all the same, once a day. */
  private static final Duration LONGEST_WISH = Duration.ofDays(1);

  private final AcmeSettings settings;
  private final CertificateAuthority authority;
  private final KeptCertificate kept;
  private final CertificateFiles files;
  private final BooleanSupplier turn;
  private final Clock clock;
  private final RandomGenerator random;

  private int failures;
  private Instant next = Instant.MIN;

  /**
   * Nothing is asked yet.
   *
   * @param files what the kept certificate is answered with
   * @param turn whether it is this server that asks for all on a database
   */
  public Renewals(
      AcmeSettings settings,
      CertificateAuthority authority,
      KeptCertificate kept,
      CertificateFiles files,
      BooleanSupplier turn,
      Clock clock,
      RandomGenerator random) {
    this.settings = settings;
    this.authority = authority;
    this.kept = kept;
    this.files = files;
    this.turn = turn;
    this.clock = clock;
    this.random = random;
  }

  /** Looks whether it is time, and asks if it is; to be done every few seconds. */
  public void look() {
    bring();
    try {
      files.look();
      if (!isDue()) {
        failures = 0;
        next = Instant.MIN;
        files.sayUnrenewed(Optional.empty());
      } else if (turn.getAsBoolean() && !clock.instant().isBefore(next)) {
        order();
      }
    } catch (OrderFailed e) {
      failed(e.text(), e.notBefore());
    } catch (UnusableCertificate e) {
      failed(e.text(), Optional.empty());
    } catch (IOException | StoreException e) {
      failed(OrderFailed.text("kept", String.valueOf(e.getMessage())), Optional.empty());
    }
  }

  private void bring() {
    try {
      kept.bring();
    } catch (IOException | StoreException e) {
      // Without the database, or a place to write, what this server has goes on; if that is due, it
      // is said.
    }
  }

  private boolean isDue() throws IOException {
    var validity = files.validity();
    return validity.isEmpty()
        || !validity.get().names().containsAll(settings.names())
        || !clock.instant().isBefore(due(validity.get()))
        || !kept.madeBy().equals(Optional.of(settings.directory().toString()));
  }

  /** When the next is asked for. */
  static Instant due(Validity validity) {
    var third = Duration.between(validity.begins(), validity.ends()).dividedBy(SHARE_LEFT);
    long seed = validity.names().hashCode() * 31L + validity.ends().hashCode();
    double earlier = EARLIER * new SplittableRandom(seed).nextDouble();
    return validity.ends().minus(third).minus(times(third, earlier));
  }

  private static Duration times(Duration time, double factor) {
    return Duration.ofMillis((long) (time.toMillis() * factor));
  }

  private void order() throws OrderFailed, UnusableCertificate, IOException {
    say(Level.INFO, "asking", settings.directory().toString(), names());
    byte[] pem = authority.order(kept.account(), settings.names(), kept);
    var made = CertificateFiles.inspect(pem);
    var now = clock.instant();
    if (!made.names().containsAll(settings.names())) {
      throw OrderFailed.of("names", names());
    }
    if (now.isBefore(made.begins()) || !now.isBefore(due(made))) {
      throw OrderFailed.of("untimely", said(made.begins()), said(made.ends()));
    }
    kept.keep(settings.directory().toString(), pem);
    files.look();
    failures = 0;
    next = Instant.MIN;
    files.sayUnrenewed(Optional.empty());
  }

  private void failed(Text why, Optional<Instant> notBefore) {
    var now = clock.instant();
    if (Thread.currentThread().isInterrupted() || now.isBefore(next)) {
      // The server ends, and nothing has failed; or it has been said.
      return;
    }
    failures++;
    var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 10));
    var shorter = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    next = now.plus(shorter).plus(times(shorter, LONGER * random.nextDouble()));
    var latest = now.plus(LONGEST_WISH);
    var wish = notBefore.map(at -> at.isBefore(latest) ? at : latest).filter(next::isBefore);
    next = wish.orElse(next);
    files.sayUnrenewed(Optional.of(why));
    LOGGER.log(
        Level.WARNING,
        OrderFailed.text(
                "failed",
                settings.directory().toString(),
                names(),
                why.in(Locale.ENGLISH),
                said(next),
                String.valueOf(failures))
            .in(Locale.ENGLISH));
  }

  private String names() {
    return String.join(", ", settings.names());
  }

  private static String said(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static void say(Level level, String key, String... said) {
    LOGGER.log(level, OrderFailed.text(key, said).in(Locale.ENGLISH));
  }
}
