package guywire.control;

import guywire.control.Server.Refused;
import guywire.control.acme.AcmeAuthority;
import guywire.control.acme.AcmeSettings;
import guywire.control.acme.KeptCertificate;
import guywire.control.acme.Renewals;
import guywire.control.store.Database;
import guywire.control.tls.CertificateFiles;
import guywire.control.tls.ChallengeAnswers;
import guywire.control.tls.UnusableCertificate;
import guywire.guard.UnsafeFileException;
import guywire.network.text.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * With what a server answers browsers.
 *
 * @param given the certificate, if there is or may come one
 * @param names what it will be for, as far as the server itself asks for it
 * @param answers what the authority finds that makes it
 * @param look what is to be done for it every few seconds
 */
record ForBrowsers(
    Optional<CertificateFiles> given,
    List<String> names,
    Optional<ChallengeAnswers> answers,
    Runnable look) {

  /** With the server's own certificate alone. */
  private static final ForBrowsers NONE =
      new ForBrowsers(Optional.empty(), List.of(), Optional.empty(), () -> {});

  /** How it is had once there are the server's directory and own certificate. */
  @FunctionalInterface
  interface Had {
    /**
     * Has it.
     *
     * @param common the database of several servers, if this is one of them
     * @param turn whether it is this one that asks for all
     */
    ForBrowsers in(
        Path data, ServerCertificate own, Optional<Database> common, BooleanSupplier turn);
  }

  /**
   * Looks at what is wanted, before anything is made.
   *
   * @throws UnsafeFileException if files could be another user's
   * @throws Refused if they can't be used
   */
  static Had had(Optional<BrowserCertificate> wanted) throws UnsafeFileException, Refused {
    if (wanted.isEmpty()) {
      return (_, _, _, _) -> NONE;
    }
    return switch (wanted.get()) {
      case AcmeOptions acme ->
          (data, own, common, turn) ->
              asked(
                  acme.settings(),
                  common
                      .map(database -> KeptCertificate.shared(data, database, own.keyFor("acme")))
                      .orElseGet(() -> KeptCertificate.in(data)),
                  turn);
      case CertificatePair pair -> {
        var files = opened(pair);
        var all = new ForBrowsers(Optional.of(files), List.of(), Optional.empty(), files::look);
        yield (_, _, _, _) -> all;
      }
    };
  }

  private static ForBrowsers asked(
      AcmeSettings settings, KeptCertificate kept, BooleanSupplier turn) {
    var clock = Clock.systemUTC();
    var files = CertificateFiles.awaited(kept.file(), clock);
    var authority = AcmeAuthority.of(settings);
    var renewals = new Renewals(settings, authority, kept, files, turn, clock, new SecureRandom());
    return new ForBrowsers(Optional.of(files), settings.names(), Optional.of(kept), renewals::look);
  }

  private static CertificateFiles opened(CertificatePair files)
      throws UnsafeFileException, Refused {
    try {
      return CertificateFiles.open(files.certificate(), files.key(), Clock.systemUTC());
    } catch (UnsafeFileException e) {
      throw e;
    } catch (UnusableCertificate e) {
      throw refused(files, e.text());
    } catch (IOException e) {
      throw refused(files, CertificateFiles.unread(e));
    }
  }

  private static Refused refused(CertificatePair files, Text why) {
    return new Refused(
        Text.of(
            Server.class,
            "certificate.unusable",
            files.certificate().toString(),
            files.key().toString(),
            why));
  }

  /** A name that browsers call the server by. */
  Optional<String> name() {
    return given.flatMap(CertificateFiles::name).or(() -> names.stream().findFirst());
  }
}
