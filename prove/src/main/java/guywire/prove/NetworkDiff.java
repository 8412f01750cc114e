package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Cryptokeys;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import guywire.prove.Matrix.Group;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What changes from one network to another: who gains and who loses reach, what each device must
 * change, and which links begin anew.
 *
 * @param gained who reaches whom only afterwards
 * @param lost who reaches whom only before
 * @param changes what each node must change, by node
 */
public record NetworkDiff(List<Shift> gained, List<Shift> lost, Map<Name, List<Change>> changes) {

  /** Copies the collections. */
  public NetworkDiff {
    gained = List.copyOf(gained);
    lost = List.copyOf(lost);
    changes = Collections.unmodifiableMap(new LinkedHashMap<>(changes));
  }

  /**
   * Reach that is there in one network only.
   *
   * @param from those who begin, alike in the network where it is there
   * @param to whom they reach there
   * @param without what becomes of the packet where it is not there; empty if an end is not
   */
  public record Shift(Group from, Group to, Optional<Answer> without) {}

  /**
   * One thing that a node must change.
   *
   * @param text what
   * @param restarts whether tunnels begin anew: for a moment nothing passes
   */
  public record Change(Text text, boolean restarts) {}

  /** What changes from {@code before} to {@code after}. */
  public static NetworkDiff of(Network before, Network after) {
    var old = Reachability.of(before);
    var now = Reachability.of(after);
    return new NetworkDiff(only(now, old), only(old, now), changes(before, after));
  }

  /** In which groups a spot is, in the one network and the other; -1 if it is not there. */
  private record Both(int one, int other) {}

  /** The pairs of groups that reach each other in one network and not in the other. */
  private static List<Shift> only(Reachability one, Reachability other) {
    var shifts = new LinkedHashSet<Shift>();
    for (var family : Family.values()) {
      var groups = common(one.matrix(family), other.matrix(family));
      for (var from : groups) {
        for (var to : groups) {
          for (var target : to.spots().subList(0, Math.min(2, to.spots().size()))) {
            var sender =
                from.spots().getFirst().equals(target)
                    ? from.spots().getLast()
                    : from.spots().getFirst();
            if (!sender.equals(target)) {
              shift(one, other, family, from, to, sender, target).ifPresent(shifts::add);
            }
          }
        }
      }
    }
    return List.copyOf(shifts);
  }

  /** The groups whose spots behave alike in both networks. */
  private static List<Group> common(Matrix one, Matrix other) {
    var inOther = numbers(other);
    var groups = new LinkedHashMap<Both, List<Spot>>();
    numbers(one)
        .forEach((spot, number) ->
            groups
                .computeIfAbsent(
                    new Both(number, inOther.getOrDefault(spot, -1)), key -> new ArrayList<>())
                .add(spot));
    return groups.values().stream().map(Group::new).toList();
  }

  private static Map<Spot, Integer> numbers(Matrix matrix) {
    var numbers = new LinkedHashMap<Spot, Integer>();
    for (int i = 0; i < matrix.groups().size(); i++) {
      for (var spot : matrix.groups().get(i).spots()) {
        numbers.put(spot, i);
      }
    }
    return numbers;
  }

  private static Optional<Shift> shift(
      Reachability one,
      Reachability other,
      Family family,
      Group from,
      Group to,
      Spot sender,
      Spot target) {
    if (!reaches(one, sender, target, family).map(Answer::works).orElse(false)) {
      return Optional.empty();
    }
    var spots = other.spots();
    var answer =
        spots.contains(sender) && spots.contains(target)
            ? reaches(other, sender, target, family)
            : Optional.<Answer>empty();
    return answer.map(Answer::works).orElse(false)
        ? Optional.empty()
        : Optional.of(new Shift(from, to, answer));
  }

  private static Optional<Answer> reaches(
      Reachability reachability, Spot from, Spot to, Family family) {
    return reachability.answer(from, to, family, Transport.ICMP, OptionalInt.empty());
  }

  private static Map<Name, List<Change>> changes(Network before, Network after) {
    var changes = new LinkedHashMap<Name, List<Change>>();
    for (var node : after.nodes()) {
      var old = before.node(node.name());
      var list =
          old.map(o -> changes(o, node)).orElse(List.of(new Change(text("diff.node-new"), false)));
      if (!list.isEmpty()) {
        changes.put(node.name(), list);
      }
    }
    for (var node : before.nodes()) {
      if (after.node(node.name()).isEmpty()) {
        changes.put(node.name(), List.of(new Change(text("diff.node-gone"), true)));
      }
    }
    return changes;
  }

  private static List<Change> changes(NodeConfig old, NodeConfig now) {
    var changes = new ArrayList<Change>();
    var tunnels = new LinkedHashMap<Object, TunnelInterface>();
    old.interfaces().forEach(tunnel -> tunnels.put(tunnel.name(), tunnel));
    for (var tunnel : now.interfaces()) {
      var before = tunnels.remove(tunnel.name());
      if (before == null) {
        changes.add(new Change(text("diff.tunnel-new", tunnel.name().text()), false));
      } else {
        changes.addAll(changes(before, tunnel));
      }
    }
    tunnels
        .keySet()
        .forEach(name -> changes.add(new Change(text("diff.tunnel-gone", name.toString()), true)));
    differs(changes, old.routes(), now.routes(), "diff.routes", false);
    boolean forwarding =
        old.forwardIpv4() == now.forwardIpv4() && old.forwardIpv6() == now.forwardIpv6();
    differs(changes, true, forwarding, "diff.forwarding", false);
    differs(changes, old.firewall(), now.firewall(), "diff.firewall", false);
    differs(changes, old.nat(), now.nat(), "diff.nat", false);
    differs(changes, old.nameServer(), now.nameServer(), "diff.name-server", false);
    return changes;
  }

  /** A value instead of another. */
  private static void instead(
      List<Change> changes, String old, String now, String key, boolean restarts) {
    if (!old.equals(now)) {
      changes.add(new Change(text(key, now, old), restarts));
    }
  }

  private static String words(List<?> values) {
    return values.isEmpty()
        ? "-"
        : String.join(", ", values.stream().map(Object::toString).toList());
  }

  private static String words(OptionalInt value) {
    return value.isPresent() ? String.valueOf(value.getAsInt()) : "-";
  }

  private static void differs(
      List<Change> changes, Object old, Object now, String key, boolean restarts) {
    if (!Objects.equals(old, now)) {
      changes.add(new Change(text(key), restarts));
    }
  }

  private static List<Change> changes(TunnelInterface old, TunnelInterface now) {
    var changes = new ArrayList<Change>();
    differs(changes, old.publicKey(), now.publicKey(), "diff.key", true);
    instead(changes, words(old.addresses()), words(now.addresses()), "diff.addresses", true);
    instead(changes, words(old.listenPort()), words(now.listenPort()), "diff.port", true);
    instead(changes, words(old.mtu()), words(now.mtu()), "diff.mtu", false);
    differs(changes, old.table(), now.table(), "diff.table", true);
    differs(changes, old.dns(), now.dns(), "diff.dns", false);
    var before = new LinkedHashMap<>(Cryptokeys.of(old).peers());
    for (var peer : Cryptokeys.of(now).peers().values()) {
      var was = before.remove(peer.publicKey());
      if (was == null) {
        changes.add(
            new Change(text("diff.peer-new", name(peer), joined(peer.allowedIps())), false));
      } else {
        changes.addAll(changes(was, peer));
      }
    }
    before
        .values()
        .forEach(peer -> changes.add(new Change(text("diff.peer-gone", name(peer)), false)));
    return changes;
  }

  private static List<Change> changes(PeerConfig old, PeerConfig now) {
    var changes = new ArrayList<Change>();
    if (!old.presharedKey().equals(now.presharedKey())) {
      changes.add(new Change(text("diff.preshared-key", name(now)), true));
    }
    if (!old.endpoint().equals(now.endpoint())) {
      String endpoint = now.endpoint().map(Object::toString).orElse("-");
      changes.add(new Change(text("diff.endpoint", name(now), endpoint), false));
    }
    if (old.keepaliveSeconds() != now.keepaliveSeconds()) {
      String seconds = String.valueOf(now.keepaliveSeconds());
      changes.add(new Change(text("diff.keepalive", name(now), seconds), false));
    }
    var added = new ArrayList<>(now.allowedIps());
    added.removeAll(Set.copyOf(old.allowedIps()));
    var removed = new ArrayList<>(old.allowedIps());
    removed.removeAll(Set.copyOf(now.allowedIps()));
    if (!added.isEmpty()) {
      changes.add(new Change(text("diff.allowed-new", name(now), joined(added)), false));
    }
    if (!removed.isEmpty()) {
      changes.add(new Change(text("diff.allowed-gone", name(now), joined(removed)), false));
    }
    return changes;
  }

  private static String name(PeerConfig peer) {
    return peer.name().map(Object::toString).orElse(peer.publicKey().toString());
  }

  private static String joined(List<Prefix> prefixes) {
    return String.join(", ", prefixes.stream().map(Prefix::toString).toList());
  }

  private static Text text(String key, Object... arguments) {
    return Text.of(NetworkDiff.class, key, arguments);
  }
}
