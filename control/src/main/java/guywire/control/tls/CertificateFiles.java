package guywire.control.tls;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.guard.UnsafeFileException;
import guywire.network.text.Text;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Two files, a certificate with its chain and its private key, that another program renews. What
 * stands in them is taken when it is whole; until then the one before goes on.
 *
 * <p>Safe for use by several threads.
 */
/*
 * Programs that renew certificates write one file after the other, or exchange one link after the other (certbot's
 * live/NAME leads to ../../archive/NAME/...N.pem). So a pair that does not fit is no error yet: it is looked at once
 * more, and is spoken of only if nothing has changed by then. The links are followed; what they lead to, and the
 * directories of both, have to be the user's own or root's, and the key is to be read by nobody else.
 *
 * A pair whose time is over, or has not come, is the business of whoever renews it and no reason to leave agents
 * without a server: it is not taken, and who would have got it gets what there was before, or the server's own.
 */
public final class CertificateFiles {

  private static final Logger LOGGER = System.getLogger(CertificateFiles.class.getName());
  private static final int LARGEST = 256 << 10;

  private final Path certificate;
  private final Path key;
  private final Clock clock;

  /** Whether it is no error that there is nothing yet. */
  private final boolean awaited;

  /** The one in use, and the one before it, for handshakes that began with it. */
  private volatile List<Taken> taken = List.of();

  /** What the files were when they were last taken, and when they were last of no use. */
  private Stamp good = Stamp.NONE;

  private Stamp bad = Stamp.NONE;
  private Optional<Text> why = Optional.empty();
  private boolean said;
  private Notice notice = Notice.NONE;
  private volatile Optional<Text> unrenewed = Optional.empty();

  /** What has been said of the end of the one in use. */
  private enum Notice {
    NONE,
    SOON,
    ENDED
  }

  /**
   * A pair that was taken.
   *
   * @param number counts those that were
   */
  record Taken(long number, SignedCertificate pair) {}

  /**
   * For whom and how long a certificate is.
   *
   * @param names the names of hosts, in lower case
   * @param begins from when on
   * @param ends until when
   */
  public record Validity(Set<String> names, Instant begins, Instant ends) {
    /** Copies the names. */
    public Validity {
      names = Set.copyOf(names);
    }

    private static Validity of(SignedCertificate pair) {
      return new Validity(pair.dnsNames(), pair.begins(), pair.expires());
    }
  }

  /** What can be seen of both files without reading them; different once they have changed. */
  private record Stamp(List<Object> parts) {
    private static final Stamp NONE = new Stamp(List.of());
    private static final Stamp UNSEEN = new Stamp(List.of("unseen"));

    static Stamp of(Path... files) {
      var parts = new ArrayList<Object>();
      try {
        for (var file : files) {
          parts.add(file.toRealPath());
          parts.addAll(
              new TreeMap<>(Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime"))
                  .values());
        }
      } catch (IOException e) {
        return UNSEEN;
      }
      return new Stamp(List.copyOf(parts));
    }
  }

  private CertificateFiles(Path certificate, Path key, Clock clock, boolean awaited) {
    this.certificate = certificate.toAbsolutePath();
    this.key = key.toAbsolutePath();
    this.clock = clock;
    this.awaited = awaited;
  }

  /**
   * Those files, read once.
   *
   * @throws IOException if they can't be read, or could be another user's
   * @throws UnusableCertificate if they are no certificate with its key; not if its time is over
   */
  public static CertificateFiles open(Path certificate, Path key, Clock clock)
      throws IOException, UnusableCertificate {
    var files = new CertificateFiles(certificate, key, clock, false);
    files.read();
    files.look();
    files.tell();
    return files;
  }

  /**
   * One file of both, which this server writes itself; it may not be there yet, or be of no use.
   */
  public static CertificateFiles awaited(Path both, Clock clock) {
    var files = new CertificateFiles(both, both, clock, true);
    files.look();
    files.tell();
    return files;
  }

  /**
   * What a text of both says, which is in no file yet.
   *
   * @throws UnusableCertificate if it could not be used
   */
  public static Validity inspect(byte[] both) throws UnusableCertificate {
    return Validity.of(SignedCertificate.read(both, both));
  }

  /** Looks whether they have changed; to be done every few seconds. */
  public synchronized void look() {
    var now = Stamp.of(certificate, key);
    if (now.equals(good) || isAwaited()) {
      why = Optional.empty();
    } else {
      boolean again = now.equals(bad);
      said = said && again;
      bad = now;
      why = change(now);
      if (again) {
        tell();
      }
    }
    sayEnd();
  }

  private boolean isAwaited() {
    return awaited && taken.isEmpty() && !Files.exists(certificate);
  }

  /** Takes what stands in them; if that can't be, tells why. */
  private Optional<Text> change(Stamp now) {
    try {
      var pair = read();
      var untimely = untimely(pair);
      if (untimely.isEmpty()) {
        take(pair);
        good = now;
      }
      return untimely;
    } catch (UnsafeFileException e) {
      return Optional.of(Text.of(e));
    } catch (UnusableCertificate e) {
      return Optional.of(e.text());
    } catch (IOException e) {
      return Optional.of(unread(e));
    }
  }

  private synchronized void tell() {
    if (!said) {
      why.ifPresent(text -> {
        LOGGER.log(Level.WARNING, english(text("refused", text)));
        said = true;
      });
    }
  }

  private SignedCertificate read() throws IOException, UnusableCertificate {
    byte[] chain = bytes(certificate, Audience.EVERYBODY);
    byte[] secret = bytes(key, Audience.OWNER);
    try {
      return SignedCertificate.read(chain, secret);
    } finally {
      Arrays.fill(secret, (byte) 0);
      Arrays.fill(chain, (byte) 0);
    }
  }

  private static byte[] bytes(Path named, Audience audience)
      throws IOException, UnusableCertificate {
    OwnedDirectory.open(parent(named).toRealPath(), Audience.EVERYBODY).close();
    Path file = named.toRealPath();
    try (var directory = OwnedDirectory.open(parent(file), Audience.EVERYBODY);
        var channel =
            directory.open(String.valueOf(file.getFileName()), audience, StandardOpenOption.READ)) {
      byte[] bytes = Channels.newInputStream(channel).readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw UnusableCertificate.of("no-pem");
      }
      return bytes;
    }
  }

  private static Path parent(Path file) {
    return Optional.ofNullable(file.getParent()).orElse(file);
  }

  private Optional<Text> untimely(SignedCertificate pair) {
    var now = clock.instant();
    if (now.isBefore(pair.begins())) {
      return Optional.of(text("not-yet", certificate.toString(), date(pair.begins())));
    }
    return now.isBefore(pair.expires())
        ? Optional.empty()
        : Optional.of(text("ended", certificate.toString(), date(pair.expires())));
  }

  private void take(SignedCertificate pair) {
    boolean same = newest().filter(each -> each.pair().chain().equals(pair.chain())).isPresent();
    if (!same) {
      long number = newest().map(each -> each.number() + 1).orElse(1L);
      taken = Stream.concat(Stream.of(new Taken(number, pair)), newest().stream()).toList();
      notice = Notice.NONE;
      LOGGER.log(Level.INFO, english(text("taken", certificate.toString(), date(pair.expires()))));
    }
  }

  private void sayEnd() {
    var now = clock.instant();
    newest()
        .map(Taken::pair)
        .ifPresent(pair -> {
          var due =
              now.isBefore(pair.soon())
                  ? Notice.NONE
                  : now.isBefore(pair.expires()) ? Notice.SOON : Notice.ENDED;
          if (due.compareTo(notice) > 0) {
            notice = due;
            String key = due == Notice.SOON ? "ends" : "ended";
            LOGGER.log(
                Level.WARNING, english(text(key, certificate.toString(), date(pair.expires()))));
          }
        });
  }

  /** The pair in use; none if its time had never come. */
  Optional<Taken> newest() {
    return taken.stream().findFirst();
  }

  /** One that is or was in use a moment ago. */
  Optional<SignedCertificate> numbered(long number) {
    return taken.stream().filter(each -> each.number() == number).map(Taken::pair).findFirst();
  }

  /** What the files are called. */
  public Path certificate() {
    return certificate;
  }

  /** When the pair in use ends. */
  public Optional<Instant> expires() {
    return newest().map(each -> each.pair().expires());
  }

  /** For whom and how long the pair in use is. */
  public Optional<Validity> validity() {
    return newest().map(each -> Validity.of(each.pair()));
  }

  /** Why whoever renews them could not, or that he could. */
  public void sayUnrenewed(Optional<Text> reason) {
    unrenewed = reason;
  }

  /** Why whoever renews them could not, as far as he said so. */
  public Optional<Text> unrenewed() {
    return unrenewed;
  }

  /** Whether the pair in use should have been renewed by now. */
  public boolean isDue() {
    var now = clock.instant();
    return newest().filter(each -> !now.isBefore(each.pair().soon())).isPresent();
  }

  /** A name that browsers may call the server by. */
  public Optional<String> name() {
    return newest().flatMap(each -> each.pair().name());
  }

  /** Why what stands in the files is not in use, if it has stayed so. */
  public synchronized Optional<Text> refused() {
    return said || newest().isEmpty() ? why : Optional.empty();
  }

  /** Why a file can't be read. */
  public static Text unread(IOException e) {
    return e instanceof NoSuchFileException
        ? text("missing", String.valueOf(e.getMessage()))
        : text("unread", String.valueOf(e.getMessage()));
  }

  private static String date(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static Text text(String key, Object... arguments) {
    return Text.of(CertificateFiles.class, "files." + key, arguments);
  }

  private static String english(Text text) {
    return text.in(Locale.ENGLISH);
  }
}
