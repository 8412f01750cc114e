package guywire.agent.managed;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.network.InterfaceName;
import guywire.network.json.NodeDocument;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * The directory in which a host keeps, for its owner alone, what makes it a node of a server's
 * network: its keys, where it joined, what it was told to be.
 *
 * @param directory the directory
 */
public record Home(Path directory) {

  /** Where it is on every host. */
  public static final Home USUAL = new Home(Path.of("/var/lib/guywire/joined"));

  private static final String MEMBERSHIP = "membership.json";

  /** Where this host joined, if it did. */
  public Optional<Membership> membership() throws IOException {
    return text(MEMBERSHIP).map(Membership.CODEC::read);
  }

  void keep(Membership membership) throws IOException {
    write(MEMBERSHIP, Membership.CODEC.write(membership));
  }

  /**
   * Keeps a WireGuard key that this host has already, for it to join with: then its peers know it
   * as before.
   *
   * @param shared the pre-shared keys that it has with peers, by their public keys
   * @return false if another one is kept, which stays
   */
  public boolean adopt(PrivateKey key, Map<PublicKey, PresharedKey> shared) throws IOException {
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      return HostKeys.adopt(owned, key, shared);
    }
  }

  HostKeys keys() throws IOException {
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      return HostKeys.in(owned);
    }
  }

  HostKeys keysWithNext() throws IOException {
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      return HostKeys.withNext(owned);
    }
  }

  HostKeys keysWithOne(Optional<PublicKey> own) throws IOException {
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      return HostKeys.withOne(owned, own);
    }
  }

  /** The keys, with one for each of these tunnels, which is made if there is none. */
  HostKeys keysWithSpares(Collection<InterfaceName> tunnels) throws IOException {
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      return HostKeys.withSpares(owned, tunnels);
    }
  }

  /** The keys, without former ones of tunnels whose newest is among these. */
  HostKeys keysSettled(Collection<PublicKey> had) throws IOException {
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      return HostKeys.settled(owned, had);
    }
  }

  /**
   * Whether this host has the private keys of all tunnels of what it is by its server's word: of
   * those that it lacks, the server was not told yet.
   */
  public boolean isWhole() throws IOException {
    var document = text(Trial.DOCUMENT);
    return document.isPresent()
        && NodeDocument.read(document.get(), keys().ring()).config().interfaces().stream()
            .allMatch(tunnel -> tunnel.privateKey().isPresent());
  }

  Optional<String> text(String name) throws IOException {
    try (var owned = OwnedDirectory.open(directory, Audience.OWNER)) {
      return owned
          .read(name, Audience.OWNER)
          .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void write(String name, String text) throws IOException {
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      owned.write(name, text.getBytes(StandardCharsets.UTF_8), Audience.OWNER);
    }
  }

  void delete(String name) throws IOException {
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      owned.deleteIfThere(name);
    }
  }
}
