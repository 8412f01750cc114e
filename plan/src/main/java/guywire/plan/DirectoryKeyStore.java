package guywire.plan;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.plan.KeyStoreException.Reason;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Keys in a directory of mode 0700: {@code NODE.key} for each node, {@code A+B.psk} for each pair
 * that shares one, {@code addresses} for the tunnel addresses handed out; all of mode 0600.
 *
 * <p>Several processes may use one directory at once: a file is written beside its name and renamed
 * over it while the lock file is held, and is looked for again once the lock is held.
 */
final class DirectoryKeyStore implements KeyStore {

  /** What becomes of a key that is not there. */
  enum Missing {
    /** It is made and written. */
    KEPT,
    /** It is made up for this run, also where the public half is declared. */
    BORROWED,
    /** It is made up for this run, unless the public half is declared: then there is none. */
    LEFT_OUT
  }

  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  /** A file lock is the process's, not the thread's: threads are kept apart by this one. */
  private static final ReentrantLock WITHIN_PROCESS = new ReentrantLock();

  private final Path directory;
  private final Missing missing;
  private final RandomGenerator random;
  private final MemoryKeyStore unwritten;

  DirectoryKeyStore(Path directory, Missing missing, RandomGenerator random) {
    this.directory = directory;
    this.missing = missing;
    this.random = random;
    this.unwritten = new MemoryKeyStore(random);
  }

  @Override
  public PrivateKey privateKey(Name node) {
    var file = directory.resolve(node + ".key");
    if (missing != Missing.KEPT && !Files.exists(file)) {
      return unwritten.privateKey(node);
    }
    String text = readOrMake(file, () -> PrivateKey.generate(random).base64());
    return PrivateKey.parse(text)
        .filter(key -> !key.isZero())
        .orElseThrow(() -> new KeyStoreException(file, Reason.NOT_A_KEY, ""));
  }

  @Override
  public Optional<PrivateKey> privateKey(Name node, PublicKey declared) {
    var file = directory.resolve(node + ".key");
    if (!Files.exists(file)) {
      return missing == Missing.BORROWED
          ? Optional.of(unwritten.privateKey(node))
          : Optional.empty();
    }
    var key = privateKey(node);
    if (!key.publicKey().equals(declared)) {
      throw new KeyStoreException(file, Reason.ANOTHER_KEY, "");
    }
    return Optional.of(key);
  }

  /** Takes keys over; none is written if another one is in the way. */
  void adopt(Map<Name, PrivateKey> keys, Map<Set<Name>, PresharedKey> shared) {
    var texts = new TreeMap<Path, String>();
    keys.forEach((node, key) -> texts.put(directory.resolve(node + ".key"), key.base64()));
    shared.forEach((pair, key) -> {
      var names = pair.iterator();
      var file = directory.resolve(MemoryKeyStore.pair(names.next(), names.next()) + ".psk");
      texts.put(file, key.base64());
    });
    locked(() -> {
      for (var entry : texts.entrySet()) {
        if (read(entry.getKey()).filter(kept -> !kept.equals(entry.getValue())).isPresent()) {
          throw new KeyStoreException(entry.getKey(), Reason.ANOTHER_KEY, "");
        }
      }
      for (var entry : texts.entrySet()) {
        if (!Files.exists(entry.getKey())) {
          write(entry.getKey(), entry.getValue() + "\n");
        }
      }
      return "";
    });
  }

  @Override
  public PresharedKey presharedKey(Name one, Name other) {
    var file = directory.resolve(MemoryKeyStore.pair(one, other) + ".psk");
    if (missing != Missing.KEPT && !Files.exists(file)) {
      return unwritten.presharedKey(one, other);
    }
    String text = readOrMake(file, () -> PresharedKey.generate(random).base64());
    return PresharedKey.parse(text)
        .filter(key -> !key.isZero())
        .orElseThrow(() -> new KeyStoreException(file, Reason.NOT_A_KEY, ""));
  }

  @Override
  public Map<Name, List<IpAddress>> addresses() {
    var file = directory.resolve("addresses");
    var addresses = new HashMap<Name, List<IpAddress>>();
    for (var line : read(file).orElse("").lines().toList()) {
      var words = line.strip().split("\\s+");
      var found = new ArrayList<IpAddress>();
      for (int i = 1; i < words.length; i++) {
        IpAddress.tryParse(words[i]).ifPresent(found::add);
      }
      Name.tryParse(words[0]).ifPresent(name -> addresses.put(name, found));
    }
    return addresses;
  }

  @Override
  public void keep(Map<Name, List<IpAddress>> kept) {
    if (missing != Missing.KEPT || kept.equals(addresses())) {
      return;
    }
    var text = new StringBuilder();
    new TreeMap<>(kept)
        .forEach((name, addresses) -> {
          text.append(name);
          addresses.forEach(address -> text.append(' ').append(address));
          text.append('\n');
        });
    locked(() -> {
      write(directory.resolve("addresses"), text.toString());
      return "";
    });
  }

  private interface Work {
    String run() throws IOException;
  }

  private String readOrMake(Path file, java.util.function.Supplier<String> maker) {
    return read(file)
        .orElseGet(() ->
            locked(() -> {
              var made = read(file);
              if (made.isPresent()) {
                return made.get();
              }
              String text = maker.get();
              write(file, text + "\n");
              return text;
            }));
  }

  /** The text of a file without the newline at its end; empty if there is no file. */
  private static Optional<String> read(Path file) {
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      var permissions = EnumSet.noneOf(PosixFilePermission.class);
      permissions.addAll(Files.getPosixFilePermissions(file));
      permissions.retainAll(OTHERS);
      if (!permissions.isEmpty()) {
        throw new KeyStoreException(file, Reason.OPEN_TO_OTHERS, "");
      }
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      throw new KeyStoreException(file, Reason.FAILED, e.getClass().getSimpleName());
    }
  }

  private String locked(Work work) {
    WITHIN_PROCESS.lock();
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      try (var channel =
              FileChannel.open(
                  directory.resolve(".lock"),
                  Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rw-------")));
          var lock = channel.lock()) {
        assert lock.isValid();
        return work.run();
      }
    } catch (IOException e) {
      throw new KeyStoreException(directory, Reason.FAILED, e.getClass().getSimpleName());
    } finally {
      WITHIN_PROCESS.unlock();
    }
  }

  private static void write(Path file, String text) throws IOException {
    // createTempFile makes mode 0600; the name begins with a dot, so that no reader takes it.
    var directory = file.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(directory, ".new", "");
    try {
      Files.writeString(temporary, text);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
