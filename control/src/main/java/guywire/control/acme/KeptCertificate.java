package guywire.control.acme;

import guywire.control.store.AcmeEntries;
import guywire.control.store.Database;
import guywire.control.store.StoreException;
import guywire.control.tls.ChallengeAnswers;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;

/**
 * The certificate that an authority made, with its key and that of the account, in the server's
 * directory (mode 0600); and what authorities are answered meanwhile. Of servers on one database
 * all have the same, whichever of them asked.
 *
 * <p>One thread changes it; any may look for an answer.
 */
/*
 * The file holds both the chain and its key, so no moment has one without the other, and a line before them says
 * which authority it is of. What is shared goes through the database, sealed; each server then writes its own file,
 * which is what it answers with, and also has while the database is away.
 */
public final class KeptCertificate implements ChallengeAnswers, ChallengeBoard {

  private static final String FILE = "acme.pem";
  private static final String ACCOUNT_FILE = "acme-account.pem";
  private static final String OF = "Made by ";

  private static final String CERTIFICATE = "certificate";
  private static final String ACCOUNT = "account";
  private static final String CHALLENGE = "challenge ";

  private final Path data;
  private final Optional<Shared> shared;
  private final Map<String, byte[]> challenges = new ConcurrentHashMap<>();
  private Optional<String> brought = Optional.empty();

  private record Shared(Database database, SealedText seal) {}

  private KeptCertificate(Path data, Optional<Shared> shared) {
    this.data = data;
    this.shared = shared;
  }

  /** That of a server alone. */
  public static KeptCertificate in(Path data) {
    return new KeptCertificate(data, Optional.empty());
  }

  /**
   * That of servers on a database.
   *
   * @param data the directory of this one
   * @param key what they have in common, and nobody else
   */
  public static KeptCertificate shared(Path data, Database database, SecretKey key) {
    return new KeptCertificate(data, Optional.of(new Shared(database, SealedText.with(key))));
  }

  /** The file of this server. */
  public Path file() {
    return data.resolve(FILE);
  }

  /** Takes over what another server on the database got; hands on what only this one has. */
  void bring() throws IOException {
    if (shared.isEmpty()) {
      return;
    }
    var text = entry(CERTIFICATE);
    if (text.isPresent() && text.equals(brought)) {
      return;
    }
    var content = text.flatMap(sealed -> shared.get().seal().open(CERTIFICATE, sealed));
    var own = read(FILE);
    if (content.isEmpty()) {
      // There is none yet, or one from before all servers were given another certificate of their
      // own.
      own.ifPresent(this::share);
    } else {
      brought = text;
      if (own.isEmpty() || !Arrays.equals(own.get(), content.get())) {
        write(FILE, content.get());
      }
    }
  }

  private void share(byte[] content) {
    shared.ifPresent(each -> {
      String sealed = each.seal().seal(CERTIFICATE, content);
      put(CERTIFICATE, sealed);
      brought = Optional.of(sealed);
    });
  }

  /** The authority that made what there is. */
  Optional<String> madeBy() throws IOException {
    return read(FILE)
        .flatMap(content -> new String(content, StandardCharsets.US_ASCII).lines().findFirst())
        .filter(line -> line.startsWith(OF))
        .map(line -> line.substring(OF.length()));
  }

  /** Keeps one in place of what there was, for this server and all others on the database. */
  void keep(String madeBy, byte[] pem) throws IOException {
    byte[] line = (OF + madeBy + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] content = Arrays.copyOf(line, line.length + pem.length);
    System.arraycopy(pem, 0, content, line.length, pem.length);
    share(content);
    write(FILE, content);
  }

  /** The key of the account, made if there is none. */
  KeyPair account() throws IOException {
    if (shared.isPresent()) {
      return AccountKey.read(sharedAccount(shared.get()));
    }
    var there = read(ACCOUNT_FILE);
    if (there.isPresent()) {
      return AccountKey.read(there.get());
    }
    var made = AccountKey.make();
    write(ACCOUNT_FILE, AccountKey.write(made));
    return made;
  }

  private static byte[] sharedAccount(Shared shared) {
    return shared
        .database()
        .write(session -> {
          var entries = new AcmeEntries(session);
          return entries
              .content(ACCOUNT)
              .flatMap(sealed -> shared.seal().open(ACCOUNT, sealed))
              .orElseGet(() -> {
                byte[] made = AccountKey.write(AccountKey.make());
                entries.keep(ACCOUNT, shared.seal().seal(ACCOUNT, made));
                return made;
              });
        });
  }

  @Override
  public void offer(String name, byte[] digest) {
    challenges.put(name, digest.clone());
    if (shared.isPresent()) {
      put(CHALLENGE + name, Base64.getEncoder().encodeToString(digest));
    }
  }

  @Override
  public void withdraw(String name, byte[] digest) {
    challenges.remove(name);
    shared.ifPresent(each ->
        each.database()
            .write(session -> {
              new AcmeEntries(session)
                  .remove(CHALLENGE + name, Base64.getEncoder().encodeToString(digest));
              return true;
            }));
  }

  @Override
  public Optional<byte[]> answer(String name) {
    var own = Optional.ofNullable(challenges.get(name));
    if (own.isPresent() || shared.isEmpty()) {
      return own;
    }
    try {
      return entry(CHALLENGE + name).map(text -> Base64.getDecoder().decode(text));
    } catch (StoreException | IllegalArgumentException e) {
      // While the database is away, the authority is answered by whom it can be.
      return Optional.empty();
    }
  }

  private Optional<String> entry(String name) {
    return shared.flatMap(
        each -> each.database().read(session -> new AcmeEntries(session).content(name)));
  }

  private void put(String name, String content) {
    shared.ifPresent(each ->
        each.database()
            .write(session -> {
              new AcmeEntries(session).keep(name, content);
              return true;
            }));
  }

  private Optional<byte[]> read(String name) throws IOException {
    try (var directory = OwnedDirectory.open(data, Audience.OWNER)) {
      return directory.read(name, Audience.OWNER);
    }
  }

  private void write(String name, byte[] content) throws IOException {
    try (var directory = OwnedDirectory.open(data, Audience.OWNER)) {
      directory.write(name, content, Audience.OWNER);
    }
  }

  @Override
  public String toString() {
    return "the certificate in " + file();
  }
}
