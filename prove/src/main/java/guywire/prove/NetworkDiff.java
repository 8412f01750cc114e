package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.Spot;
import guywire.prove.Matrix.Group;
import guywire.prove.NodeChange.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What changes from one network to another: who gains and who loses reach, what each device must
 * change, and which links begin anew.
 *
 * @param gained who reaches whom only afterwards
 * @param lost who reaches whom only before
 * @param changes what each node must change, by node
 */
public record NetworkDiff(
    List<Shift> gained, List<Shift> lost, Map<Name, List<NodeChange>> changes) {

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
   * @param services the kinds of connection that are open there only
   * @param whole whether these are all that is open there
   * @param without what becomes of the packet where it is not there; empty if an end is not
   */
  public record Shift(
      Group from, Group to, List<PortClass> services, boolean whole, Optional<Answer> without) {
    /** Copies the list. */
    public Shift {
      services = List.copyOf(services);
    }
  }

  /**
   * A network of files with the platforms of another: a file of wg-quick may stand on any, so that
   * what it says of the platform is nothing.
   */
  public static Network onPlatformsOf(Network files, Network other) {
    return files.withNodes(
        files.nodes().stream()
            .map(node ->
                node.platform() == Platform.LINUX
                    ? other.node(node.name()).map(NodeConfig::platform).map(node::on).orElse(node)
                    : node)
            .toList());
  }

  /** What changes from {@code before} to {@code after}. */
  public static NetworkDiff of(Network before, Network after) {
    var old = Reachability.of(before);
    var now = Reachability.of(after);
    var kinds =
        PortClass.of(Stream.concat(before.nodes().stream(), after.nodes().stream()).toList());
    return new NetworkDiff(
        only(new Comparing(now, old, kinds)),
        only(new Comparing(old, now, kinds)),
        changes(before, after));
  }

  /**
   * Two networks held against each other.
   *
   * @param one the one whose reach is looked at
   * @param other the one where it may be missing
   * @param kinds the kinds of connection that the rules of either tell apart
   */
  private record Comparing(Reachability one, Reachability other, List<PortClass> kinds) {}

  /** In which groups a spot is, in the one network and the other; -1 if it is not there. */
  private record Both(int one, int other) {}

  /** The pairs of groups that reach each other in one network and not in the other. */
  private static List<Shift> only(Comparing compared) {
    var one = compared.one();
    var other = compared.other();
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
              shift(compared, family, from, to, sender, target).ifPresent(shifts::add);
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
      Comparing compared, Family family, Group from, Group to, Spot sender, Spot target) {
    var open = new ArrayList<PortClass>();
    var shut = new ArrayList<PortClass>();
    Optional<Answer> without = Optional.empty();
    var there = compared.other().spots();
    boolean both = there.contains(sender) && there.contains(target);
    for (var kind : compared.kinds()) {
      if (!answer(compared.one(), sender, target, family, kind).filter(Answer::works).isPresent()) {
        continue;
      }
      open.add(kind);
      var answer =
          both ? answer(compared.other(), sender, target, family, kind) : Optional.<Answer>empty();
      if (answer.filter(Answer::works).isEmpty()) {
        shut.add(kind);
        without = without.or(() -> answer);
      }
    }
    return shut.isEmpty()
        ? Optional.empty()
        : Optional.of(new Shift(from, to, shut, shut.size() == open.size(), without));
  }

  private static Optional<Answer> answer(
      Reachability reachability, Spot from, Spot to, Family family, PortClass kind) {
    return reachability.answer(from, to, family, kind.transport(), kind.sample());
  }

  private static Map<Name, List<NodeChange>> changes(Network before, Network after) {
    var changes = new LinkedHashMap<Name, List<NodeChange>>();
    for (var node : after.nodes()) {
      var list =
          before
              .node(node.name())
              .map(old -> NodeChange.between(old, node))
              .orElse(List.of(NodeChange.ofNode(Kind.NODE_NEW)));
      if (!list.isEmpty()) {
        changes.put(node.name(), list);
      }
    }
    for (var node : before.nodes()) {
      if (after.node(node.name()).isEmpty()) {
        changes.put(node.name(), List.of(NodeChange.ofNode(Kind.NODE_GONE)));
      }
    }
    return changes;
  }
}
