package guywire.plan;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The keys of a network as the host of one of its nodes needs them: its own private key, made if
 * there is none, and of the others no more than what the definition or the directory has. Nothing
 * is made up for them: what is missing is told, and stands in the plan as a key that nobody has.
 *
 * <p>For one thread.
 */
public final class OwnKeys implements KeyStore {

  private final Path directory;
  private final Name own;
  private final KeyStore kept;
  private final KeyStore madeUp = KeyStore.inMemory();
  private final TreeSet<Name> unknown = new TreeSet<>();
  private final TreeSet<Name> unshared = new TreeSet<>();
  private Optional<PublicKey> made = Optional.empty();

  /** The keys in this directory, for the host of this node. */
  public OwnKeys(Path directory, Name own) {
    this.directory = directory;
    this.own = own;
    this.kept = KeyStore.directory(directory);
  }

  /** The public key of the node, if its private key was made just now. */
  public Optional<PublicKey> made() {
    return made;
  }

  /** Of these nodes neither a public nor a private key is known. */
  public List<Name> unknown() {
    return List.copyOf(unknown);
  }

  /** With these nodes a pre-shared key is agreed upon that is not here. */
  public List<Name> unshared() {
    return List.copyOf(unshared);
  }

  /** Where a pre-shared key of this node and another is expected. */
  public Path sharedFile(Name other) {
    return directory.resolve(MemoryKeyStore.pair(own, other) + ".psk");
  }

  private boolean isKept(Name node) {
    return Files.exists(directory.resolve(node + ".key"));
  }

  @Override
  public PrivateKey privateKey(Name node) {
    if (isKept(node)) {
      return kept.privateKey(node);
    }
    if (node.equals(own)) {
      var key = kept.privateKey(node);
      made = Optional.of(key.publicKey());
      return key;
    }
    unknown.add(node);
    return madeUp.privateKey(node);
  }

  @Override
  public PrivateKey privateKey(Name node, Name relay) {
    String file = MemoryKeyStore.through(node, relay) + ".key";
    if (node.equals(own) || Files.exists(directory.resolve(file))) {
      return kept.privateKey(node, relay);
    }
    unknown.add(node);
    return madeUp.privateKey(node, relay);
  }

  @Override
  public Optional<PrivateKey> privateKey(Name node, PublicKey declared) {
    return kept.privateKey(node, declared);
  }

  @Override
  public PresharedKey presharedKey(Name one, Name other) {
    boolean ours = one.equals(own) || other.equals(own);
    if (Files.exists(directory.resolve(MemoryKeyStore.pair(one, other) + ".psk"))) {
      return kept.presharedKey(one, other);
    }
    if (ours) {
      unshared.add(one.equals(own) ? other : one);
    }
    return madeUp.presharedKey(one, other);
  }

  @Override
  public Map<Name, List<IpAddress>> addresses() {
    return kept.addresses();
  }

  @Override
  public void keep(Map<Name, List<IpAddress>> addresses) {
    kept.keep(addresses);
  }
}
