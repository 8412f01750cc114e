package guywire.agent.managed;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.network.InterfaceName;
import guywire.network.json.KeyRing;
import guywire.network.managed.Identity;
import guywire.network.managed.Statement;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The private keys of a host that joins: WireGuard's, and one to prove who it is (Ed25519); while
 * it changes WireGuard's, also the next one; and those of the tunnels that it has beside its usual
 * one. They are made here, stand in files of mode 0600, and leave this host in no form.
 */
/*
 * Which of two WireGuard keys the host has is said by the document that it is set up by, and by nothing else.
 * Both stay until the server says that one is enough; so whenever this process is ended, the key that the
 * document names is there. The file of the key that remains is replaced at one stroke before the other goes.
 */
final class HostKeys {

  static final String WIREGUARD = "wireguard.key";
  static final String NEXT = "wireguard-next.key";
  static final String IDENTITY = "identity.key";
  private static final String ALGORITHM = "Ed25519";

  private final PrivateKey wireGuard;
  private final Optional<PrivateKey> next;
  private final Optional<BroughtSecrets> brought;
  private final SpareSecrets spares;
  private final java.security.PrivateKey signing;
  private final Identity identity;

  private HostKeys(
      PrivateKey wireGuard,
      Optional<PrivateKey> next,
      Optional<BroughtSecrets> brought,
      SpareSecrets spares,
      java.security.PrivateKey signing,
      Identity identity) {
    this.wireGuard = wireGuard;
    this.next = next;
    this.brought = brought;
    this.spares = spares;
    this.signing = signing;
    this.identity = identity;
  }

  /** Those in a directory; what is not there is made. */
  static HostKeys in(OwnedDirectory directory) throws IOException {
    var wireGuard = read(directory, WIREGUARD).flatMap(PrivateKey::parse);
    if (wireGuard.isEmpty()) {
      require(directory, WIREGUARD);
      wireGuard = Optional.of(PrivateKey.generate(new SecureRandom()));
      write(directory, WIREGUARD, wireGuard.get().base64());
    }
    // One that is no key was being removed.
    var next = read(directory, NEXT).flatMap(PrivateKey::parse).filter(key -> !key.isZero());
    var brought = BroughtSecrets.in(directory);
    var spares = SpareSecrets.in(directory);
    try {
      var pair = read(directory, IDENTITY);
      if (pair.isEmpty()) {
        var made = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        var encoder = Base64.getEncoder();
        byte[] secret = made.getPrivate().getEncoded();
        write(
            directory,
            IDENTITY,
            encoder.encodeToString(secret)
                + " "
                + encoder.encodeToString(made.getPublic().getEncoded()));
        Arrays.fill(secret, (byte) 0);
        return new HostKeys(
            wireGuard.get(),
            next,
            brought,
            spares,
            made.getPrivate(),
            Identity.of(made.getPublic()));
      }
      String[] words = pair.get().split(" ");
      var factory = KeyFactory.getInstance(ALGORITHM);
      byte[] secret = Base64.getDecoder().decode(words[0]);
      var signing = factory.generatePrivate(new PKCS8EncodedKeySpec(secret));
      Arrays.fill(secret, (byte) 0);
      var shown =
          factory.generatePublic(
              new X509EncodedKeySpec(Base64.getDecoder().decode(words[words.length - 1])));
      return new HostKeys(wireGuard.get(), next, brought, spares, signing, Identity.of(shown));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Nothing of what it holds is said.
      throw new IOException(directory.path().resolve(IDENTITY) + ": no key");
    }
  }

  /**
   * Puts a WireGuard key that the host has already into a directory that has none yet, and the
   * pre-shared keys that it has with its peers.
   *
   * @return false if it has another one, which stays
   */
  static boolean adopt(
      OwnedDirectory directory, PrivateKey key, Map<PublicKey, PresharedKey> shared)
      throws IOException {
    var own = key.publicKey();
    boolean isThere = directory.has(WIREGUARD);
    if (isThere
        && !read(directory, WIREGUARD)
            .flatMap(PrivateKey::parse)
            .map(PrivateKey::publicKey)
            .equals(Optional.of(own))) {
      return false;
    }
    if (!shared.isEmpty()) {
      new BroughtSecrets(own, shared).keep(directory);
    }
    if (!isThere) {
      write(directory, WIREGUARD, key.base64());
    }
    return true;
  }

  private static Optional<String> read(OwnedDirectory directory, String name) throws IOException {
    return directory
        .read(name, Audience.OWNER)
        .map(bytes -> new String(bytes, StandardCharsets.US_ASCII).strip());
  }

  /** A file that is there and can't be read as a key is not written over. */
  private static void require(OwnedDirectory directory, String name) throws IOException {
    if (directory.has(name)) {
      throw new IOException(directory.path().resolve(name) + ": no key");
    }
  }

  private static void write(OwnedDirectory directory, String name, String text) throws IOException {
    directory.write(name, (text + "\n").getBytes(StandardCharsets.US_ASCII), Audience.OWNER);
  }

  /** Those in a directory, with one for each of these tunnels, made where there is none. */
  static HostKeys withSpares(OwnedDirectory directory, Collection<InterfaceName> tunnels)
      throws IOException {
    SpareSecrets.in(directory).with(tunnels).keep(directory);
    return in(directory);
  }

  /**
   * Those in a directory, without former ones of tunnels beside the usual one that have their
   * newest; the file with those is overwritten.
   *
   * @param had the public keys that the host has
   */
  static HostKeys settled(OwnedDirectory directory, Collection<PublicKey> had) throws IOException {
    var spares = SpareSecrets.in(directory);
    if (spares.isChanging() && had.stream().anyMatch(spares::isNewest)) {
      try (var former =
          directory.open(SpareSecrets.FILE, Audience.OWNER, StandardOpenOption.WRITE)) {
        spares.settled(had).keep(directory);
        wipe(former);
      }
    }
    return in(directory);
  }

  /** Those in a directory, with a next WireGuard key, which is made if there is none. */
  static HostKeys withNext(OwnedDirectory directory) throws IOException {
    var keys = in(directory);
    if (keys.next.isPresent()) {
      return keys;
    }
    write(directory, NEXT, PrivateKey.generate(new SecureRandom()).base64());
    return in(directory);
  }

  /**
   * Those in a directory, with one WireGuard key alone: that of two which the host has, or else the
   * former one. The other is overwritten and removed. Where the host has changed it, the tunnels
   * beside the usual one are to follow.
   *
   * @param own the public key that the host has
   */
  static HostKeys withOne(OwnedDirectory directory, Optional<PublicKey> own) throws IOException {
    var keys = in(directory);
    if (keys.next.isPresent() && keys.next.map(PrivateKey::publicKey).equals(own)) {
      // First, so that a process that is ended here does it again.
      if (!keys.spares.all().isEmpty()) {
        keys.spares.renewed().keep(directory);
      }
      try (var former = directory.open(WIREGUARD, Audience.OWNER, StandardOpenOption.WRITE)) {
        write(directory, WIREGUARD, keys.next.get().base64());
        wipe(former);
      }
      keys.wireGuard.destroy();
      forget(directory, BroughtSecrets.FILE);
    } else if (directory.has(NEXT)) {
      try (var unused = directory.open(NEXT, Audience.OWNER, StandardOpenOption.WRITE)) {
        wipe(unused);
      }
      keys.next.ifPresent(PrivateKey::destroy);
    }
    directory.deleteIfThere(NEXT);
    return in(directory);
  }

  /** What was agreed upon with a key goes with it. */
  private static void forget(OwnedDirectory directory, String name) throws IOException {
    if (directory.has(name)) {
      try (var file = directory.open(name, Audience.OWNER, StandardOpenOption.WRITE)) {
        wipe(file);
      }
      directory.deleteIfThere(name);
    }
  }

  private static void wipe(FileChannel file) throws IOException {
    var zeros = ByteBuffer.allocate((int) file.size());
    while (zeros.hasRemaining()) {
      file.write(zeros, zeros.position());
    }
    file.force(true);
  }

  /** The WireGuard key in use, or, while that is changed, the former of two. */
  PrivateKey wireGuard() {
    return wireGuard;
  }

  /** The WireGuard key that the host changes to, if it does. */
  Optional<PrivateKey> next() {
    return next;
  }

  /** All WireGuard keys, and what was agreed upon with peers beside them. */
  KeyRing ring() {
    var keys =
        KeyRing.ofKeys(
            Stream.of(Stream.of(wireGuard), next.stream(), spares.all().stream())
                .flatMap(each -> each)
                .toList());
    return brought.map(secrets -> secrets.with(keys)).orElse(keys);
  }

  /** The keys of tunnels beside the usual one. */
  SpareSecrets spares() {
    return spares;
  }

  Identity identity() {
    return identity;
  }

  /** A signature, in base64. */
  String sign(Statement statement) {
    try {
      var signature = Signature.getInstance(ALGORITHM);
      signature.initSign(signing);
      signature.update(statement.bytes());
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return "keys of " + identity;
  }
}
