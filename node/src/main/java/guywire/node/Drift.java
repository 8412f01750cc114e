package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.text.Text;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What on a host is no longer as a node was set up, told from what is recorded alone: no
 * configuration is needed to see it.
 */
final class Drift {

  private final Observed observed;
  private final Ledger ledger;
  private final NodeRecord node;
  private final Map<InterfaceName, List<Text>> found = new LinkedHashMap<>();

  private Drift(Observed observed, Ledger ledger, NodeRecord node) {
    this.observed = observed;
    this.ledger = ledger;
    this.node = node;
    node.interfaces().forEach(name -> found.put(name, new ArrayList<>()));
  }

  /**
   * What differs, in words, by the interface that it concerns; what concerns none, or one that the
   * node has no more, stands at the node's first.
   */
  static Map<InterfaceName, List<Text>> of(Observed observed, Ledger ledger, NodeRecord node) {
    if (node.interfaces().isEmpty()) {
      return Map.of();
    }
    var drift = new Drift(observed, ledger, node);
    if (node.stage() != NodeRecord.Stage.SETTLED) {
      drift.add(Optional.empty(), Text.of(Drift.class, "drift.unfinished"));
    }
    ledger.claims(node.id()).forEach(drift::compare);
    node.interfaces().forEach(drift::compare);
    return drift.found;
  }

  private void add(Optional<InterfaceName> at, Text what) {
    at.map(found::get).orElseGet(() -> found.values().iterator().next()).add(what);
  }

  private void compare(Claim claim) {
    Thing thing = claim.thing();
    var now = observed.holds(thing);
    // What is on an interface that is gone is not worth a word of its own; and where a later node
    // put something else, that is meant.
    boolean isOurs = ledger.latest(thing).equals(Optional.of(claim));
    boolean hasPlace = thing.on().filter(name -> !isThere(name)).isEmpty();
    if (isOurs && hasPlace && !now.equals(Optional.of(claim.content()))) {
      Text lacks = Aspects.of(thing).says(thing, now, Optional.of(claim.content()));
      var at = thing instanceof Thing.Link(var name) ? Optional.of(name) : thing.on();
      add(at, Text.of(Drift.class, now.isEmpty() ? "drift.gone" : "drift.changed", lacks));
    }
  }

  private boolean isThere(InterfaceName name) {
    return observed.holds(new Thing.Link(name)).isPresent()
        || ledger.claim(node.id(), new Thing.Link(name)).isEmpty();
  }

  private void compare(InterfaceName name) {
    if (observed.holds(new Thing.Link(name)).isEmpty()) {
      return;
    }
    var at = Optional.of(name);
    var up = new Thing.Up(name);
    if (observed.holds(up).isEmpty()) {
      Text lacks = Aspects.of(up).says(up, Optional.empty(), Optional.of(Thing.THERE));
      add(at, Text.of(Drift.class, "drift.gone", lacks));
    }
    for (var claim : ledger.claims(node.id())) {
      if (claim.thing() instanceof Thing.Address address && address.link().equals(name)) {
        AddressAspect.lacking(observed, address)
            .map(route -> Aspects.of(route).says(route, Optional.empty(), Optional.of(Thing.THERE)))
            .ifPresent(lacks -> add(at, Text.of(Drift.class, "drift.gone", lacks)));
      }
    }
    var device = observed.devices().get(name);
    if (device != null) {
      compare(name, device);
    }
  }

  private void compare(InterfaceName name, WireGuardDevice device) {
    var at = Optional.of(name);
    var key = device.privateKey().map(PrivateKey::publicKey);
    if (!node.keys().isEmpty() && key.filter(node.keys()::contains).isEmpty()) {
      add(at, Text.of(Drift.class, "drift.key"));
    }
    var strangers = new LinkedHashMap<>(peersByKey(device));
    for (var known : node.peers()) {
      if (!known.tunnel().equals(name)) {
        continue;
      }
      var peer = strangers.remove(known.key());
      if (peer == null) {
        add(at, Text.of(Drift.class, "drift.peer-gone", known.key().toString()));
      } else if (!new HashSet<>(peer.allowedIps()).equals(new HashSet<>(known.allowedIps()))) {
        add(at, Text.of(Drift.class, "drift.peer-changed", known.key().toString()));
      }
    }
    strangers
        .keySet()
        .forEach(stranger -> add(at, Text.of(Drift.class, "drift.peer-new", stranger.toString())));
  }

  private static Map<PublicKey, WireGuardPeer> peersByKey(WireGuardDevice device) {
    var peers = new LinkedHashMap<PublicKey, WireGuardPeer>();
    device.peers().forEach(peer -> peers.put(peer.key(), peer));
    return peers;
  }
}
