package guywire.plan;

import static java.util.Comparator.comparingInt;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Name;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.plan.definition.Definition;
import guywire.plan.definition.Definition.OverlayEntry;
import guywire.plan.definition.Members;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Placed;
import guywire.plan.definition.NodeEntry.Role;
import guywire.plan.definition.NodeEntry.Where;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives every node one tunnel address of each overlay prefix: the fixed ones first, then those
 * handed out before, then the lowest that are free: to hubs, to what stands still, to what roams,
 * and in the order of the definition. So a phone that is written first renumbers nothing that
 * others have to know by its address.
 */
final class TunnelAddresses {

  /** Where the search for a free address ends, however large the prefix is: 2 to this power. */
  private static final int MOST_BITS = 24;

  private final Definition definition;
  private final Map<Name, List<IpAddress>> before;
  private final Findings findings;
  private final Map<Name, List<Placed<Prefix>>> ranges = new HashMap<>();
  private final List<Placed<Prefix>> allRanges = new ArrayList<>();
  private final Map<Prefix, Long> lowest = new HashMap<>();
  private final Map<Name, List<IpAddress>> given = new LinkedHashMap<>();

  private TunnelAddresses(
      Definition definition,
      Members members,
      Map<Name, List<IpAddress>> before,
      Findings findings) {
    this.definition = definition;
    this.before = before;
    this.findings = findings;
    definition.nodes().forEach(node -> given.put(node.name(), new ArrayList<>()));
    for (var group : definition.groups()) {
      allRanges.addAll(group.addresses());
      for (var node : members.nodes(group.members())) {
        ranges.computeIfAbsent(node, name -> new ArrayList<>()).addAll(group.addresses());
      }
    }
  }

  /** The tunnel addresses of every node, in the order of the overlay's prefixes. */
  static Map<Name, List<IpAddress>> assign(
      Definition definition,
      Members members,
      Map<Name, List<IpAddress>> before,
      Findings findings) {
    var assignment = new TunnelAddresses(definition, members, before, findings);
    assignment.checkFixed();
    if (assignment.rangesFit()) {
      definition.overlay().forEach(assignment::assign);
    }
    return assignment.given;
  }

  private void checkFixed() {
    for (var node : definition.nodes()) {
      for (var fixed : node.addresses()) {
        if (definition.overlay().stream().noneMatch(o -> o.prefix().contains(fixed.value()))) {
          findings.error(
              "D22", fixed.place(), "address-outside", fixed.value(), node.name(), overlay());
        }
      }
    }
  }

  private void assign(OverlayEntry overlay) {
    var prefix = overlay.prefix();
    var owners = new HashMap<IpAddress, Place>();
    var mine = new HashMap<Name, IpAddress>();
    for (var node : definition.nodes()) {
      for (var fixed : node.addresses()) {
        if (prefix.contains(fixed.value())) {
          fix(prefix, node.name(), fixed.value(), fixed.place(), owners, mine);
        }
      }
    }
    var used = new HashSet<>(owners.keySet());
    for (var node : definition.nodes()) {
      if (!mine.containsKey(node.name())) {
        for (var address : before.getOrDefault(node.name(), List.of())) {
          if (isFor(node.name(), prefix, address) && used.add(address)) {
            mine.put(node.name(), address);
          }
        }
      }
    }
    var inTurn = definition.nodes().stream().sorted(comparingInt(TunnelAddresses::turn)).toList();
    for (var node : inTurn) {
      var address =
          Optional.ofNullable(mine.get(node.name())).or(() -> free(node.name(), prefix, used));
      if (address.isEmpty()) {
        String count = String.valueOf(definition.nodes().size());
        findings.error("D24", overlay.place(), "overlay-full", range(node.name(), prefix), count);
        return;
      }
      used.add(address.get());
      given.computeIfAbsent(node.name(), name -> new ArrayList<>()).add(address.get());
    }
  }

  private static int turn(NodeEntry node) {
    if (node.role() == Role.HUB) {
      return 0;
    }
    return node.where() instanceof Where.Roaming ? 2 : 1;
  }

  /** Whether the ranges lie in the overlay and apart from each other. */
  private boolean rangesFit() {
    boolean fit = true;
    for (int i = 0; i < allRanges.size(); i++) {
      var range = allRanges.get(i);
      if (definition.overlay().stream().noneMatch(o -> o.prefix().contains(range.value()))) {
        findings.error("D22", range.place(), "range-outside", range.value(), overlay());
        fit = false;
      }
      for (var earlier : allRanges.subList(0, i)) {
        if (earlier.value().overlaps(range.value())) {
          findings.error("D23", range.place(), "ranges-overlap", range.value(), earlier.value());
          fit = false;
        }
      }
    }
    return fit;
  }

  /** The range a node's address comes from: that of its group, or the whole overlay prefix. */
  private Prefix range(Name node, Prefix overlay) {
    return ranges.getOrDefault(node, List.of()).stream()
        .map(Placed::value)
        .filter(overlay::contains)
        .findFirst()
        .orElse(overlay);
  }

  /** Whether an address is one that the node may have: in its range, and in nobody else's. */
  private boolean isFor(Name node, Prefix overlay, IpAddress address) {
    var range = range(node, overlay);
    return range.contains(address)
        && isUsable(overlay, address)
        && isUsable(range, address)
        && allRanges.stream()
            .allMatch(other -> other.value().equals(range) || !other.value().contains(address));
  }

  private Optional<IpAddress> free(Name node, Prefix overlay, Set<IpAddress> used) {
    var range = range(node, overlay);
    int bits = range.family().bits() - range.length();
    long size = bits >= MOST_BITS ? 1L << MOST_BITS : 1L << bits;
    for (long offset = 1 + lowest.getOrDefault(range, 0L); offset < size; offset++) {
      var address = range.address().plus(offset);
      if (!used.contains(address) && isFor(node, overlay, address)) {
        lowest.put(range, offset);
        return Optional.of(address);
      }
    }
    return Optional.empty();
  }

  private void fix(
      Prefix prefix,
      Name node,
      IpAddress address,
      Place place,
      Map<IpAddress, Place> owners,
      Map<Name, IpAddress> mine) {
    if (!isUsable(prefix, address)) {
      findings.error("D22", place, "address-unusable", address, prefix);
      return;
    }
    var earlier = owners.putIfAbsent(address, place);
    if (earlier != null) {
      findings.error("D23", place, "address-twice", address, String.valueOf(earlier.line()));
    } else {
      mine.put(node, address);
      if (!isFor(node, prefix, address)) {
        findings.error("D22", place, "address-range", address, node, range(node, prefix));
      }
    }
  }

  /** Not the network's own address, nor IPv4's broadcast address. */
  private static boolean isUsable(Prefix prefix, IpAddress address) {
    return !address.equals(prefix.address())
        && !(address.isIpv4() && address.equals(prefix.last()));
  }

  private String overlay() {
    return String.join(
        ", ", definition.overlay().stream().map(o -> o.prefix().toString()).toList());
  }
}
