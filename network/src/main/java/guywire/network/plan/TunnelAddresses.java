package guywire.network.plan;

import guywire.network.config.Name;
import guywire.network.definition.Definition;
import guywire.network.definition.Definition.OverlayEntry;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.protocol.IpAddress;
import guywire.protocol.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives every node one tunnel address of each overlay prefix: the fixed ones first, then those
 * handed out before, then the lowest that are free, in the order of the definition.
 */
final class TunnelAddresses {

  /** Where the search for a free address ends, however large the prefix is. */
  private static final long MOST = 1L << 24;

  private final Definition definition;
  private final Map<Name, List<IpAddress>> before;
  private final Findings findings;
  private final Map<Name, List<IpAddress>> given = new LinkedHashMap<>();

  private TunnelAddresses(
      Definition definition, Map<Name, List<IpAddress>> before, Findings findings) {
    this.definition = definition;
    this.before = before;
    this.findings = findings;
    definition.nodes().forEach(node -> given.put(node.name(), new ArrayList<>()));
  }

  /** The tunnel addresses of every node, in the order of the overlay's prefixes. */
  static Map<Name, List<IpAddress>> assign(
      Definition definition, Map<Name, List<IpAddress>> before, Findings findings) {
    var assignment = new TunnelAddresses(definition, before, findings);
    assignment.checkFixed();
    definition.overlay().forEach(assignment::assign);
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
          if (prefix.contains(address) && isUsable(prefix, address) && used.add(address)) {
            mine.put(node.name(), address);
          }
        }
      }
    }
    long offset = 1;
    for (var node : definition.nodes()) {
      var address = mine.get(node.name());
      if (address == null) {
        offset = free(prefix, used, offset);
        if (offset >= size(prefix)) {
          findings.error(
              "D24",
              overlay.place(),
              "overlay-full",
              prefix,
              String.valueOf(definition.nodes().size()));
          return;
        }
        address = prefix.address().plus(offset);
        used.add(address);
      }
      given.computeIfAbsent(node.name(), name -> new ArrayList<>()).add(address);
    }
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
    }
  }

  /** Not the network's own address, nor IPv4's broadcast address. */
  private static boolean isUsable(Prefix prefix, IpAddress address) {
    return !address.equals(prefix.address())
        && !(address.isIpv4() && address.equals(prefix.last()));
  }

  private static long free(Prefix prefix, Set<IpAddress> used, long from) {
    long offset = from;
    while (offset < size(prefix) && used.contains(prefix.address().plus(offset))) {
      offset++;
    }
    return offset;
  }

  /** One more than the highest offset that may be handed out. */
  private static long size(Prefix prefix) {
    int bits = prefix.family().bits() - prefix.length();
    return Math.min(MOST, bits >= 24 ? MOST : (1L << bits) - (prefix.address().isIpv4() ? 1 : 0));
  }

  private String overlay() {
    return String.join(
        ", ", definition.overlay().stream().map(o -> o.prefix().toString()).toList());
  }
}
