package guywire.plan;

import guywire.address.IpAddress;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.guard.UnsafeFileException;
import guywire.network.Name;
import guywire.plan.KeyStoreException.Reason;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Keys in a directory of mode 0700: {@code NODE.key} for each node, {@code NODE@RELAY.key} for each
 * tunnel that it has beside its usual one, {@code A+B.psk} for each pair that shares one, {@code
 * addresses} for the tunnel addresses handed out; all of mode 0600.
 *
 * <p>It and all in it must be the caller's or root's own and closed to others: otherwise nothing is
 * read or written. Several processes may use one directory at once: a file is written beside its
 * name and renamed over it while the lock file is held, and is looked for again once the lock is
 * held.
 */
final class DirectoryKeyStore implements KeyStore {

  /** What becomes of a key that is not there. */
  enum Missing {
    /** It is made and written. */
    KEPT,
    /** It is made up for this run, also where the public half is declared. */
    BORROWED,
    /** It is made up for this run, unless the public half is declared: then there is none. */
    LEFT_OUT,
    /** There is none, and a number stands in for its public half. */
    STOOD_IN
  }

  private static final String ADDRESSES = "addresses";
  private static final String LOCK = ".lock";
  private static final int KEY_BYTES = 32;

  /** A file lock is the process's, not the thread's: threads are kept apart by this one. */
  private static final ReentrantLock WITHIN_PROCESS = new ReentrantLock();

  private final Path directory;
  private final Missing missing;
  private final RandomGenerator random;
  private final MemoryKeyStore unwritten;
  private final Map<String, PublicKey> standIns = new HashMap<>();

  /** Nothing is ever there: a store that makes no directory need not look for it at each key. */
  private final boolean isAbsent;

  /** The directory while many keys are read: to open and check it costs more than to read one. */
  private Optional<OwnedDirectory> held = Optional.empty();

  DirectoryKeyStore(Path directory, Missing missing, RandomGenerator random) {
    this.directory = directory;
    this.missing = missing;
    this.random = random;
    this.unwritten = new MemoryKeyStore(random);
    this.isAbsent =
        missing != Missing.KEPT && Files.notExists(directory, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public Reading reading() {
    try {
      held =
          isAbsent ? Optional.empty() : Optional.of(OwnedDirectory.open(directory, Audience.OWNER));
    } catch (IOException e) {
      // It may be made yet; else whoever reads a key is told what is wrong with it.
      held = Optional.empty();
    }
    return this::release;
  }

  private void release() {
    try {
      for (var open : held.stream().toList()) {
        open.close();
      }
    } catch (IOException e) {
      throw new KeyStoreException(directory, Reason.FAILED, e.getClass().getSimpleName());
    } finally {
      held = Optional.empty();
    }
  }

  @Override
  public PrivateKey privateKey(Name node) {
    return kept(node + ".key").orElseGet(() -> unwritten.privateKey(node));
  }

  @Override
  public PrivateKey privateKey(Name node, Name relay) {
    return kept(MemoryKeyStore.through(node, relay) + ".key")
        .orElseGet(() -> unwritten.privateKey(node, relay));
  }

  @Override
  public Optional<PrivateKey> heldKey(Name node) {
    return missing == Missing.STOOD_IN ? kept(node + ".key") : Optional.of(privateKey(node));
  }

  @Override
  public Optional<PrivateKey> heldKey(Name node, Name relay) {
    return missing == Missing.STOOD_IN
        ? kept(MemoryKeyStore.through(node, relay) + ".key")
        : Optional.of(privateKey(node, relay));
  }

  @Override
  public PublicKey publicKey(Name node) {
    return heldKey(node).map(PrivateKey::publicKey).orElseGet(() -> standIn(node.text()));
  }

  @Override
  public PublicKey publicKey(Name node, Name relay) {
    return heldKey(node, relay)
        .map(PrivateKey::publicKey)
        .orElseGet(() -> standIn(MemoryKeyStore.through(node, relay)));
  }

  private PublicKey standIn(String name) {
    return standIns.computeIfAbsent(
        name,
        _ -> {
          byte[] bytes = new byte[KEY_BYTES];
          random.nextBytes(bytes);
          return PublicKey.of(bytes);
        });
  }

  private Optional<PrivateKey> kept(String name) {
    var text =
        missing == Missing.KEPT
            ? Optional.of(readOrMake(name, () -> PrivateKey.generate(random).base64()))
            : read(name);
    return text.map(each -> privateKey(name, each));
  }

  private PrivateKey privateKey(String name, String text) {
    return PrivateKey.parse(text)
        .filter(key -> !key.isZero())
        .orElseThrow(() -> failure(name, Reason.NOT_A_KEY, ""));
  }

  @Override
  public Optional<PrivateKey> privateKey(Name node, PublicKey declared) {
    String name = node + ".key";
    var text = read(name);
    if (text.isEmpty()) {
      return missing == Missing.BORROWED
          ? Optional.of(unwritten.privateKey(node))
          : Optional.empty();
    }
    var key = privateKey(name, text.get());
    if (!key.publicKey().equals(declared)) {
      throw failure(name, Reason.ANOTHER_KEY, "");
    }
    return Optional.of(key);
  }

  /** Takes keys over; none is written if another one is in the way. */
  void adopt(Map<Name, PrivateKey> keys, Map<Set<Name>, PresharedKey> shared) {
    var texts = new TreeMap<String, String>();
    keys.forEach((node, key) -> texts.put(node + ".key", key.base64()));
    shared.forEach((pair, key) -> {
      var names = pair.iterator();
      texts.put(MemoryKeyStore.pair(names.next(), names.next()) + ".psk", key.base64());
    });
    change(open -> {
      for (var entry : texts.entrySet()) {
        var kept = read(open, entry.getKey());
        if (kept.filter(other -> !other.equals(entry.getValue())).isPresent()) {
          throw failure(entry.getKey(), Reason.ANOTHER_KEY, "");
        }
      }
      for (var entry : texts.entrySet()) {
        if (!open.has(entry.getKey())) {
          write(open, entry.getKey(), entry.getValue() + "\n");
        }
      }
    });
  }

  @Override
  public PresharedKey presharedKey(Name one, Name other) {
    String name = MemoryKeyStore.pair(one, other) + ".psk";
    var kept =
        missing == Missing.KEPT
            ? Optional.of(readOrMake(name, () -> PresharedKey.generate(random).base64()))
            : read(name);
    if (kept.isEmpty()) {
      return unwritten.presharedKey(one, other);
    }
    return PresharedKey.parse(kept.get())
        .filter(key -> !key.isZero())
        .orElseThrow(() -> failure(name, Reason.NOT_A_KEY, ""));
  }

  @Override
  public Map<Name, List<IpAddress>> addresses() {
    var addresses = new HashMap<Name, List<IpAddress>>();
    for (var line : read(ADDRESSES).orElse("").lines().toList()) {
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
    change(open -> write(open, ADDRESSES, text.toString()));
  }

  private interface Work {
    String in(OwnedDirectory open) throws IOException;
  }

  private interface Change {
    void in(OwnedDirectory open) throws IOException;
  }

  private void change(Change change) {
    locked(open -> {
      change.in(open);
      return "";
    });
  }

  private String readOrMake(String name, Supplier<String> maker) {
    return read(name)
        .orElseGet(() ->
            locked(open -> {
              var made = read(open, name);
              if (made.isPresent()) {
                return made.get();
              }
              String text = maker.get();
              write(open, name, text + "\n");
              return text;
            }));
  }

  /** The text of a file without the newline at its end; empty if there is no file. */
  private Optional<String> read(String name) {
    if (isAbsent) {
      return Optional.empty();
    }
    try {
      if (held.isPresent()) {
        return read(held.get(), name);
      }
      try (var open = OwnedDirectory.open(directory, Audience.OWNER)) {
        return read(open, name);
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (UnsafeFileException e) {
      throw new KeyStoreException(e);
    } catch (IOException e) {
      throw failure(name, Reason.FAILED, e.getClass().getSimpleName());
    }
  }

  private static Optional<String> read(OwnedDirectory open, String name) throws IOException {
    return open.read(name, Audience.OWNER)
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip());
  }

  private static void write(OwnedDirectory open, String name, String text) throws IOException {
    open.write(name, text.getBytes(StandardCharsets.UTF_8), Audience.OWNER);
  }

  private String locked(Work work) {
    WITHIN_PROCESS.lock();
    try (var open = OwnedDirectory.make(directory, Audience.OWNER);
        var channel =
            open.open(LOCK, Audience.OWNER, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.lock()) {
      assert lock.isValid();
      return work.in(open);
    } catch (UnsafeFileException e) {
      throw new KeyStoreException(e);
    } catch (IOException e) {
      throw new KeyStoreException(directory, Reason.FAILED, e.getClass().getSimpleName());
    } finally {
      WITHIN_PROCESS.unlock();
    }
  }

  private KeyStoreException failure(String name, Reason reason, String detail) {
    return new KeyStoreException(directory.resolve(name), reason, detail);
  }
}
