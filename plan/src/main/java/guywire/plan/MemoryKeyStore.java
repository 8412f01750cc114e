package guywire.plan;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Keys that live as long as this object. Not safe for use by several threads. */
final class MemoryKeyStore implements KeyStore {

  private final RandomGenerator random;
  private final Map<String, PrivateKey> keys = new HashMap<>();
  private final Map<String, PresharedKey> shared = new HashMap<>();
  private final Map<Name, List<IpAddress>> addresses = new HashMap<>();

  MemoryKeyStore(RandomGenerator random) {
    this.random = random;
  }

  @Override
  public PrivateKey privateKey(Name node) {
    return keys.computeIfAbsent(node.text(), name -> PrivateKey.generate(random));
  }

  @Override
  public PrivateKey privateKey(Name node, Name relay) {
    return keys.computeIfAbsent(through(node, relay), name -> PrivateKey.generate(random));
  }

  @Override
  public PresharedKey presharedKey(Name one, Name other) {
    return shared.computeIfAbsent(pair(one, other), pair -> PresharedKey.generate(random));
  }

  @Override
  public Map<Name, List<IpAddress>> addresses() {
    return Map.copyOf(addresses);
  }

  @Override
  public void keep(Map<Name, List<IpAddress>> kept) {
    addresses.putAll(kept);
  }

  /** A node's tunnel through a relay; {@code @} is in no name. */
  static String through(Name node, Name relay) {
    return node + "@" + relay;
  }

  /** The same text for both orders; {@code +} is in no name. */
  static String pair(Name one, Name other) {
    return one.compareTo(other) < 0 ? one + "+" + other : other + "+" + one;
  }
}
