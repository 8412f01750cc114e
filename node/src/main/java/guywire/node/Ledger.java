package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The nodes of a host and what each of them claims there, in the order in which it was claimed. Of
 * several claims to one place the later found there what the earlier made.
 *
 * <p>For one thread.
 */
final class Ledger {

  private record Key(NodeId node, Thing thing) {}

  private final Map<NodeId, NodeRecord> nodes = new LinkedHashMap<>();
  private final Map<Key, Claim> claims = new LinkedHashMap<>();

  void apply(JournalEntry entry) {
    switch (entry) {
      case JournalEntry.Version version -> {}
      case JournalEntry.Node(NodeRecord node) -> nodes.put(node.id(), node);
      case JournalEntry.Gone(NodeId node) -> nodes.remove(node);
      case JournalEntry.Claimed(Claim claim) ->
          claims.put(new Key(claim.node(), claim.thing()), claim);
      case JournalEntry.Released(NodeId node, Thing thing) -> claims.remove(new Key(node, thing));
    }
  }

  List<NodeRecord> nodes() {
    return List.copyOf(nodes.values());
  }

  Optional<NodeRecord> node(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }

  /** The node that has, or had, this interface. */
  Optional<NodeRecord> node(InterfaceName name) {
    return nodes.values().stream()
        .filter(node ->
            node.interfaces().contains(name) || claim(node.id(), new Thing.Link(name)).isPresent())
        .findFirst();
  }

  /**
   * The node that a configuration is for: the one with a key of it, or else with an interface of it
   * that has no other key. So neither a new name nor a new order of interfaces makes another node.
   */
  Optional<NodeRecord> node(NodeConfig config) {
    Set<PublicKey> keys =
        config.interfaces().stream()
            .flatMap(tunnel -> tunnel.publicKey().stream())
            .collect(Collectors.toSet());
    Set<InterfaceName> names =
        config.interfaces().stream().map(tunnel -> tunnel.name()).collect(Collectors.toSet());
    return Stream.concat(
            nodes.values().stream().filter(node -> node.keys().stream().anyMatch(keys::contains)),
            nodes.values().stream()
                .filter(node -> node.interfaces().stream().anyMatch(names::contains)))
        .findFirst();
  }

  /** All claims, the earliest first. */
  List<Claim> claims() {
    return claims.values().stream().sorted(Comparator.comparing(Claim::order)).toList();
  }

  List<Claim> claims(NodeId node) {
    return claims().stream().filter(claim -> claim.node().equals(node)).toList();
  }

  Optional<Claim> claim(NodeId node, Thing thing) {
    return Optional.ofNullable(claims.get(new Key(node, thing)));
  }

  /** The latest claim to a place, whoever's. */
  Optional<Claim> latest(Thing thing) {
    return ofThing(thing).max(Comparator.comparing(Claim::order));
  }

  /** The claim that came to a place right after this one. */
  Optional<Claim> next(Claim claim) {
    return ofThing(claim.thing())
        .filter(each -> each.order() > claim.order())
        .min(Comparator.comparing(Claim::order));
  }

  private Stream<Claim> ofThing(Thing thing) {
    return claims.values().stream().filter(claim -> claim.thing().equals(thing));
  }

  /** The order of a claim that is made now. */
  long nextOrder() {
    return claims.values().stream().mapToLong(Claim::order).max().orElse(0) + 1;
  }

  /** All of it, in as few lines as it takes. */
  List<JournalEntry> entries() {
    var entries = new ArrayList<JournalEntry>();
    nodes.values().forEach(node -> entries.add(new JournalEntry.Node(node)));
    claims().forEach(claim -> entries.add(new JournalEntry.Claimed(claim)));
    return entries;
  }

  boolean isEmpty() {
    return nodes.isEmpty() && claims.isEmpty();
  }
}
