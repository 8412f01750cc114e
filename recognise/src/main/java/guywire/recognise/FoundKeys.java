package guywire.recognise;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.plan.KeyStore;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys that files hold, for planning with them; where they hold none, ones that follow from the
 * names. They are in memory only.
 *
 * <p>Not safe for use by several threads.
 */
final class FoundKeys implements KeyStore {

  private final KeyStore madeUp = KeyStore.ofSeed(0);
  private final Map<Name, PrivateKey> keys = new HashMap<>();
  private final Map<Set<Name>, PresharedKey> shared = new HashMap<>();

  FoundKeys(List<Member> members, FoundSettings settings) {
    for (var member : members) {
      member.privateKey().ifPresent(key -> keys.put(member.name(), key));
    }
    settings
        .presharedKeys()
        .forEach((pair, key) -> shared.put(Set.of(pair.one().name(), pair.other().name()), key));
  }

  /** The private keys of members whose files hold them. */
  Map<Name, PrivateKey> keys() {
    return keys;
  }

  /** The pre-shared keys of pairs. */
  Map<Set<Name>, PresharedKey> shared() {
    return shared;
  }

  @Override
  public PrivateKey privateKey(Name node) {
    return Optional.ofNullable(keys.get(node)).orElseGet(() -> madeUp.privateKey(node));
  }

  @Override
  public PrivateKey privateKey(Name node, Name relay) {
    return madeUp.privateKey(node, relay);
  }

  @Override
  public Optional<PrivateKey> privateKey(Name node, PublicKey declared) {
    return Optional.ofNullable(keys.get(node)).filter(key -> key.publicKey().equals(declared));
  }

  @Override
  public PresharedKey presharedKey(Name one, Name other) {
    return Optional.ofNullable(shared.get(Set.of(one, other)))
        .orElseGet(() -> madeUp.presharedKey(one, other));
  }

  @Override
  public Map<Name, List<IpAddress>> addresses() {
    return Map.of();
  }

  @Override
  public void keep(Map<Name, List<IpAddress>> addresses) {
    // The next plan is for comparison only, and every known address is in the definition.
  }
}
