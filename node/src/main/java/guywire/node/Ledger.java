package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
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

  private final Map<NodeId, NodeRecord> nodes = new LinkedHashMap<>();

  /** By place, as claims are looked for by that, and there may be hundreds. */
  private final Map<Thing, Map<NodeId, Claim>> claims = new HashMap<>();

  /** All of them in their order, until there is another. */
  private Optional<List<Claim>> inOrder = Optional.empty();

  void apply(JournalEntry entry) {
    entry.count(this);
  }

  void put(NodeRecord node) {
    nodes.put(node.id(), node);
  }

  void remove(NodeId node) {
    nodes.remove(node);
  }

  void put(Claim claim) {
    claims.computeIfAbsent(claim.thing(), _ -> new HashMap<>()).put(claim.node(), claim);
    inOrder = Optional.empty();
  }

  void remove(NodeId node, Thing thing) {
    claims.computeIfAbsent(thing, _ -> new HashMap<>()).remove(node);
    inOrder = Optional.empty();
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

  private static int byOrder(Claim one, Claim other) {
    return Long.compare(one.order(), other.order());
  }

  /** All claims, the earliest first. */
  List<Claim> claims() {
    List<Claim> all =
        inOrder.orElseGet(() -> {
          var sorted = new ArrayList<Claim>();
          claims.values().forEach(ofThing -> sorted.addAll(ofThing.values()));
          sorted.sort(Ledger::byOrder);
          return List.copyOf(sorted);
        });
    inOrder = Optional.of(all);
    return all;
  }

  List<Claim> claims(NodeId node) {
    return claims().stream().filter(claim -> claim.node().equals(node)).toList();
  }

  Optional<Claim> claim(NodeId node, Thing thing) {
    return Optional.ofNullable(ofThing(thing).get(node));
  }

  /** The latest claim to a place, whoever's. */
  Optional<Claim> latest(Thing thing) {
    return ofThing(thing).values().stream().max(Ledger::byOrder);
  }

  /** The claim that came to a place right after this one. */
  Optional<Claim> next(Claim claim) {
    return ofThing(claim.thing()).values().stream()
        .filter(each -> each.order() > claim.order())
        .min(Ledger::byOrder);
  }

  private Map<NodeId, Claim> ofThing(Thing thing) {
    return claims.getOrDefault(thing, Map.of());
  }

  /** The order of a claim that is made now. */
  long nextOrder() {
    return claims().isEmpty() ? 1 : claims().getLast().order() + 1;
  }

  /** All of it, in as few lines as it takes. */
  List<JournalEntry> entries() {
    var entries = new ArrayList<JournalEntry>();
    nodes.values().forEach(node -> entries.add(new JournalEntry.Node(node)));
    claims().forEach(claim -> entries.add(new JournalEntry.Claimed(claim)));
    return entries;
  }

  boolean isEmpty() {
    return nodes.isEmpty() && claims().isEmpty();
  }
}
