package guywire.plan;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Keys that follow from a seed and the names alone, whatever else is in the network. */
final class SeededKeyStore implements KeyStore {

  private final long seed;
  private final Map<Name, List<IpAddress>> addresses = new HashMap<>();

  SeededKeyStore(long seed) {
    this.seed = seed;
  }

  @Override
  public PrivateKey privateKey(Name node) {
    return PrivateKey.generate(random(node.text()));
  }

  @Override
  public PrivateKey privateKey(Name node, Name relay) {
    return PrivateKey.generate(random(MemoryKeyStore.through(node, relay)));
  }

  @Override
  public PresharedKey presharedKey(Name one, Name other) {
    return PresharedKey.generate(random(MemoryKeyStore.pair(one, other)));
  }

  @Override
  public Map<Name, List<IpAddress>> addresses() {
    return Map.copyOf(addresses);
  }

  @Override
  public void keep(Map<Name, List<IpAddress>> kept) {
    addresses.putAll(kept);
  }

  private SplittableRandom random(String text) {
    long mixed = seed;
    for (int i = 0; i < text.length(); i++) {
      mixed = mixed * 0x9e3779b97f4a7c15L + text.charAt(i);
    }
    return new SplittableRandom(mixed);
  }
}
