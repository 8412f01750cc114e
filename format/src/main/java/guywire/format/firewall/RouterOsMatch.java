package guywire.format.firewall;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.Notes;
import guywire.format.syntax.RouterOsFile;
import guywire.format.syntax.RouterOsFile.Item;
import guywire.network.InterfaceName;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.Transport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which packets RouterOS's rules are for, with the lists and marks that they name. Not safe for use
 * by several threads.
 */
final class RouterOsMatch {

  /** Properties that don't change which packets a rule is for, or that are read. */
  private static final Set<String> KNOWN =
      Set.of(
          "chain",
          "action",
          "comment",
          "protocol",
          "src-address",
          "dst-address",
          "src-address-list",
          "dst-address-list",
          "in-interface",
          "out-interface",
          "in-interface-list",
          "out-interface-list",
          "dst-port",
          "connection-state",
          "connection-mark",
          "ipsec-policy",
          "to-addresses",
          "to-ports",
          "jump-target",
          "reject-with",
          "log",
          "log-prefix",
          "disabled",
          "passthrough",
          "new-mss",
          "tcp-flags",
          "hw-offload",
          "new-connection-mark");

  /**
   * What a rule asks of a packet.
   *
   * @param match as far as that is understood
   * @param whole whether that is all
   * @param never whether no packet that is followed here can be meant
   */
  record Asked(PacketMatch match, boolean whole, boolean never) {
    /** All that it asks, if that is understood. */
    Optional<PacketMatch> wholly() {
      return whole && !never ? Optional.of(match) : Optional.empty();
    }
  }

  private final Notes notes;
  private final Map<String, List<Prefix>> addresses = new HashMap<>();
  private final Map<String, List<InterfaceName>> interfaces = new HashMap<>();
  private final Map<String, InterfaceMatch> marks = new HashMap<>();

  RouterOsMatch(RouterOsFile file, Notes notes) {
    this.notes = notes;
    for (var menu : List.of("/ip/firewall", "/ipv6/firewall")) {
      for (var item : file.entries(menu + "/address-list")) {
        var own = addresses.computeIfAbsent(item.get("list", ""), _ -> new ArrayList<>());
        item.get("address")
            .ifPresent(text ->
                range(text)
                    .ifPresentOrElse(
                        own::addAll,
                        () -> FileValues.prefix(text, item.place(), notes).ifPresent(own::add)));
      }
    }
    file.of("/interface/list")
        .forEach(
            item -> item.get("name").ifPresent(name -> interfaces.put(name, new ArrayList<>())));
    for (var item : file.entries("/interface/list/member")) {
      item.get("interface")
          .flatMap(InterfaceName::tryParse)
          .ifPresent(interfaces.computeIfAbsent(item.get("list", ""), _ -> new ArrayList<>())::add);
    }
    // Lists that are made of others are not followed.
    file.of("/interface/list").stream()
        .filter(item -> item.get("include").isPresent() || item.get("exclude").isPresent())
        .forEach(item -> interfaces.remove(item.get("name", "")));
  }

  /** Notes a mark that connections get which come in by an interface. */
  void marks(Item item) {
    item.get("in-interface")
        .flatMap(RouterOsMatch::side)
        .ifPresent(side -> marks.put(item.get("new-connection-mark", ""), side));
  }

  /** What a rule asks. */
  Asked of(Item item) {
    boolean whole = KNOWN.containsAll(item.properties().keySet()) && item.flags().isEmpty();
    boolean never = false;
    var match = PacketMatch.ANY;
    var in = item.get("in-interface").map(RouterOsMatch::side);
    var out = item.get("out-interface").map(RouterOsMatch::side);
    var from = prefixes(item, "src-address");
    var to = prefixes(item, "dst-address");
    var state = item.get("connection-state").map(RouterOsMatch::state);
    var mark = item.get("connection-mark").map(name -> Optional.ofNullable(marks.get(name)));
    for (var part : List.of(in, out, from, to, state, mark)) {
      whole &= part.isEmpty() || ((Optional<?>) part.get()).isPresent();
    }
    match = in.or(() -> mark).flatMap(side -> side).map(match::comingIn).orElse(match);
    match = out.flatMap(side -> side).map(match::goingOut).orElse(match);
    match = from.flatMap(list -> list).map(match::from).orElse(match);
    match = to.flatMap(list -> list).map(match::to).orElse(match);
    match = state.flatMap(known -> known).map(match::of).orElse(match);
    for (var side : List.of("in", "out")) {
      var named = item.get(side + "-interface-list").filter(name -> !name.equals("all"));
      if (named.isEmpty()) {
        continue;
      }
      boolean negated = named.get().startsWith("!");
      var members = interfaces.get(negated ? named.get().substring(1) : named.get());
      if (members == null) {
        whole = false;
      } else if (members.isEmpty()) {
        never |= !negated;
      } else {
        var sides = new InterfaceMatch(members, negated);
        match = side.equals("in") ? match.comingIn(sides) : match.goingOut(sides);
      }
    }
    // Nothing that is followed here comes or goes by IPsec.
    never |= item.get("ipsec-policy").filter(policy -> policy.endsWith(",ipsec")).isPresent();
    var protocol = item.get("protocol");
    var carried = protocol.flatMap(RouterOsMatch::transport);
    if (protocol.isPresent() && carried.isEmpty()) {
      whole &= !protocol.get().startsWith("!");
      never |= !protocol.get().startsWith("!");
    }
    boolean ports = item.get("dst-port").isPresent();
    if (carried.isPresent()) {
      boolean negated = item.get("dst-port", "").startsWith("!");
      whole &= !negated;
      match =
          match.carrying(
              carried.get(),
              ports && !negated && carried.get() != Transport.ICMP
                  ? FileValues.ports(item.get("dst-port", ""), item.place(), notes)
                  : List.of());
    } else {
      whole &= !ports;
    }
    return new Asked(match, whole, never);
  }

  private Optional<Optional<List<Prefix>>> prefixes(Item item, String property) {
    var list = item.get(property + "-list");
    if (list.isPresent()) {
      return Optional.of(Optional.ofNullable(addresses.get(list.get())));
    }
    return item.get(property)
        .map(text -> range(text).or(() -> Prefix.tryParse(text).map(List::of)));
  }

  /** The prefixes of {@code FIRST-LAST}; empty if it is no range. */
  private static Optional<List<Prefix>> range(String text) {
    int dash = text.indexOf('-');
    var first =
        dash < 0 ? Optional.<IpAddress>empty() : IpAddress.tryParse(text.substring(0, dash));
    var last = dash < 0 ? first : IpAddress.tryParse(text.substring(dash + 1));
    return first.isPresent()
            && last.isPresent()
            && first.get().family() == last.get().family()
            && first.get().compareTo(last.get()) <= 0
        ? Optional.of(Prefix.between(first.get(), last.get()))
        : Optional.empty();
  }

  private static Optional<InterfaceMatch> side(String text) {
    boolean negated = text.startsWith("!");
    return InterfaceName.tryParse(negated ? text.substring(1) : text)
        .map(name -> new InterfaceMatch(name, negated));
  }

  private static Optional<Connections> state(String text) {
    return switch (text) {
      case "established,related", "established,related,untracked", "established" ->
          Optional.of(Connections.ESTABLISHED);
      case "new" -> Optional.of(Connections.NEW);
      case "invalid" -> Optional.of(Connections.INVALID);
      default -> Optional.empty();
    };
  }

  private static Optional<Transport> transport(String text) {
    return switch (text) {
      case "tcp", "6" -> Optional.of(Transport.TCP);
      case "udp", "17" -> Optional.of(Transport.UDP);
      case "icmp", "icmpv6", "1", "58" -> Optional.of(Transport.ICMP);
      default -> Optional.empty();
    };
  }
}
