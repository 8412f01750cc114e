package guywire.control.change;

import guywire.address.IpAddress;
import guywire.control.store.TunnelKeys;
import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.plan.KeyStore;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a server knows of a network's keys: public ones. There is no private key in it, and none can
 * be made: a node whose key is not known yet stands in the plan with one that nobody has the other
 * half of. It also holds the addresses that nodes have.
 *
 * <p>For one thread.
 */
/*
 * A key that nobody has is 32 bytes of a digest over the network and the node: any 32 bytes are a public
 * key of Curve25519, and to find its private half is as hard as for any other. It follows from the names,
 * so that two plans of one network are equal. Likewise a pair's pre-shared key: for the proof only that
 * both ends have the same counts, and the nodes' true one is agreed upon between them.
 */
final class PublicKeys implements KeyStore {

  private final NetworkId network;
  private final Map<Name, PublicKey> known;
  private final Map<TunnelKeys.Spare, PublicKey> spares;
  private final Map<Name, List<IpAddress>> addresses;

  PublicKeys(
      NetworkId network,
      Map<Name, PublicKey> known,
      Map<TunnelKeys.Spare, PublicKey> spares,
      Map<Name, List<IpAddress>> addresses) {
    this.network = network;
    this.known = Map.copyOf(known);
    this.spares = Map.copyOf(spares);
    this.addresses = new HashMap<>(addresses);
  }

  @Override
  public PublicKey publicKey(Name node) {
    return Optional.ofNullable(known.get(node))
        .orElseGet(() -> PublicKey.of(digest("no key yet", node.text())));
  }

  @Override
  public Optional<PrivateKey> heldKey(Name node) {
    return Optional.empty();
  }

  @Override
  public PrivateKey privateKey(Name node) {
    throw new IllegalStateException("a server has no private keys");
  }

  @Override
  public PrivateKey privateKey(Name node, Name relay) {
    throw new IllegalStateException("a server has no private keys");
  }

  @Override
  public Optional<PrivateKey> heldKey(Name node, Name relay) {
    return Optional.empty();
  }

  @Override
  public PublicKey publicKey(Name node, Name relay) {
    return Optional.ofNullable(spares.get(new TunnelKeys.Spare(node, relay)))
        .orElseGet(() -> PublicKey.of(digest("no key yet", node + "+" + relay)));
  }

  @Override
  public Optional<PrivateKey> privateKey(Name node, PublicKey declared) {
    return Optional.empty();
  }

  @Override
  public PresharedKey presharedKey(Name one, Name other) {
    boolean inOrder = one.compareTo(other) < 0;
    String pair = (inOrder ? one : other) + "+" + (inOrder ? other : one);
    return PresharedKey.of(digest("some pre-shared key", pair));
  }

  @Override
  public Map<Name, List<IpAddress>> addresses() {
    return Map.copyOf(addresses);
  }

  @Override
  public void keep(Map<Name, List<IpAddress>> kept) {
    addresses.putAll(kept);
  }

  private byte[] digest(String what, String whose) {
    try {
      String text = what + '\n' + network + '\n' + whose;
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
