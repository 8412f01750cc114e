package guywire.plan;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.plan.DirectoryKeyStore.Missing;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a planner makes once and must find again: the private key of each node, the pre-shared key
 * of each pair, and the tunnel addresses it handed out.
 */
public interface KeyStore {

  /**
   * The private key of a node, made if there is none.
   *
   * @throws KeyStoreException if it can't be read or kept
   */
  PrivateKey privateKey(Name node);

  /**
   * The private key of the tunnel that a node has beside its usual one, through a relay; made if
   * there is none.
   *
   * @param relay whose plane the tunnel is of; the node itself for its own end
   * @throws KeyStoreException if it can't be read or kept
   */
  PrivateKey privateKey(Name node, Name relay);

  /**
   * The private key of a node, where it is here: a store of public keys alone has none.
   *
   * @throws KeyStoreException if it can't be read or kept
   */
  default Optional<PrivateKey> heldKey(Name node) {
    return Optional.of(privateKey(node));
  }

  /**
   * The public key of a node whose definition has none.
   *
   * @throws KeyStoreException if it can't be read or kept
   */
  default PublicKey publicKey(Name node) {
    return privateKey(node).publicKey();
  }

  /**
   * The key of {@link #privateKey(Name, Name)}, where it is here.
   *
   * @throws KeyStoreException if it can't be read or kept
   */
  default Optional<PrivateKey> heldKey(Name node, Name relay) {
    return Optional.of(privateKey(node, relay));
  }

  /**
   * The public half of {@link #privateKey(Name, Name)}.
   *
   * @throws KeyStoreException if it can't be read or kept
   */
  default PublicKey publicKey(Name node, Name relay) {
    return privateKey(node, relay).publicKey();
  }

  /**
   * The private key of a node whose definition has its public key: empty if it is kept elsewhere. A
   * store that makes keys up for one run makes up this one too, and all of the run uses that.
   *
   * @throws KeyStoreException if it can't be read, or belongs to another public key
   */
  default Optional<PrivateKey> privateKey(Name node, PublicKey declared) {
    return Optional.of(privateKey(node));
  }

  /**
   * The pre-shared key of a pair, in either order, made if there is none.
   *
   * @throws KeyStoreException if it can't be read or kept
   */
  PresharedKey presharedKey(Name one, Name other);

  /**
   * The tunnel addresses that nodes were given before.
   *
   * @throws KeyStoreException if they can't be read
   */
  Map<Name, List<IpAddress>> addresses();

  /**
   * Keeps the tunnel addresses of nodes for the next plan.
   *
   * @throws KeyStoreException if they can't be kept
   */
  void keep(Map<Name, List<IpAddress>> addresses);

  /**
   * Holds open, until it is closed, what keys are read from: for whoever asks for many. One at a
   * time, and by the thread that asks.
   */
  default Reading reading() {
    return () -> {};
  }

  /** Keys that are being read. */
  @FunctionalInterface
  interface Reading extends AutoCloseable {
    @Override
    void close();
  }

  /** Where the keys of a definition file are kept: {@code home.keys} beside {@code home.yaml}. */
  static Path beside(Path definition) {
    String file = String.valueOf(definition.getFileName());
    int dot = file.lastIndexOf('.');
    return definition.resolveSibling((dot > 0 ? file.substring(0, dot) : file) + ".keys");
  }

  /** Keys in a directory, which is made with mode 0700 when first needed. */
  static KeyStore directory(Path directory) {
    return new DirectoryKeyStore(directory, Missing.KEPT, new SecureRandom());
  }

  /** The keys of a directory as far as it has them; others live in memory only. */
  static KeyStore borrowing(Path directory) {
    return new DirectoryKeyStore(directory, Missing.BORROWED, new SecureRandom());
  }

  /**
   * The keys of a directory as far as it has them, for holding networks against each other: a key
   * of which the definition has the public half is not made up.
   */
  static KeyStore comparing(Path directory) {
    return new DirectoryKeyStore(directory, Missing.LEFT_OUT, new SecureRandom());
  }

  /**
   * The keys of a directory as far as it has them, for proving what a network does: that asks who
   * has which key, and no packet is sent, so a number stands in for each public key that is not
   * there. To make as many keys would take longer than the proof.
   */
  static KeyStore proving(Path directory) {
    return new DirectoryKeyStore(directory, Missing.STOOD_IN, new SecureRandom());
  }

  /**
   * Takes keys that were made elsewhere into a directory, which gets mode 0700 and files of mode
   * 0600. A key that is there already stays.
   *
   * @param keys the private keys of nodes
   * @param shared the pre-shared keys of pairs of nodes
   * @throws KeyStoreException if another key is kept under the name, or writing fails; what was
   *     kept before stays as it was
   */
  static void adopt(
      Path directory, Map<Name, PrivateKey> keys, Map<Set<Name>, PresharedKey> shared) {
    new DirectoryKeyStore(directory, Missing.KEPT, new SecureRandom()).adopt(keys, shared);
  }

  /** New keys in memory. */
  static KeyStore inMemory() {
    return new MemoryKeyStore(new SecureRandom());
  }

  /** Keys in memory that follow from a seed and the names alone: for tests, never for a network. */
  static KeyStore ofSeed(long seed) {
    return new SeededKeyStore(seed);
  }
}
