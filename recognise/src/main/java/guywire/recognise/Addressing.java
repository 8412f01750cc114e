package guywire.recognise;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.InterfaceAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The prefixes that tunnel addresses come from, and the tunnel address of each member.
 *
 * @param overlay the prefix of each family that the network has
 * @param addresses the tunnel addresses of each member within these
 */
record Addressing(Map<Family, Prefix> overlay, Map<Member, List<IpAddress>> addresses) {

  /** No prefix shorter than this is taken for tunnel addresses: it would swallow whole LANs. */
  private static final Map<Family, Integer> SHORTEST = Map.of(Family.IPV4, 8, Family.IPV6, 32);

  /** What is written where only single addresses are known. */
  private static final Map<Family, Integer> USUAL = Map.of(Family.IPV4, 24, Family.IPV6, 64);

  /** Finds the addresses of all members. */
  static Addressing of(List<Member> members, RecognitionNotes notes) {
    members.forEach(member -> hearAddresses(member, members));
    members.forEach(member -> guessNameServer(member, notes));
    var overlay = new EnumMap<Family, Prefix>(Family.class);
    for (var family : Family.values()) {
      overlay(family, members).ifPresent(prefix -> overlay.put(family, prefix));
    }
    if (overlay.isEmpty()) {
      overlay.put(Family.IPV4, Prefix.parse("10.77.0.0/24"));
    }
    var taken = new HashSet<IpAddress>();
    var addresses =
        members.stream()
            .collect(
                Collectors.toMap(
                    Function.identity(), member -> within(member, overlay, taken, notes)));
    for (var member : members) {
      if (addresses.getOrDefault(member, List.of()).isEmpty()) {
        notes.assumed(member, "address-unknown", member.name().text());
      }
    }
    return new Addressing(overlay, addresses);
  }

  /** The addresses of a member. */
  List<IpAddress> of(Member member) {
    return addresses.getOrDefault(member, List.of());
  }

  /** Whether a prefix is part of the tunnel space, or contains it. */
  boolean concerns(Prefix prefix) {
    return overlay.values().stream().anyMatch(prefix::overlaps);
  }

  /** A member without an address of its own word has what the others send it. */
  private static void hearAddresses(Member member, List<Member> members) {
    for (var family : Family.values()) {
      if (member.addresses().stream().anyMatch(address -> address.family() == family)) {
        continue;
      }
      Set<IpAddress> others =
          members.stream()
              .filter(other -> other != member)
              .flatMap(other -> other.addresses().stream())
              .collect(Collectors.toSet());
      var heard = new ArrayList<IpAddress>();
      var nearby = new ArrayList<IpAddress>();
      for (var said : member.heard()) {
        for (var prefix : said.peer().allowedIps()) {
          if (prefix.family() == family && prefix.isHost() && !others.contains(prefix.address())) {
            heard.add(prefix.address());
            if (connected(said.by()).anyMatch(own -> own.contains(prefix))) {
              nearby.add(prefix.address());
            }
          }
        }
      }
      // A tunnel address is usually one of the sender's own network; a LAN host's never is.
      (nearby.isEmpty() ? heard : nearby).stream().findFirst().ifPresent(member::addAddress);
    }
  }

  private static Stream<Prefix> connected(Member member) {
    return member.tunnels().stream()
        .flatMap(own -> own.tunnel().addresses().stream())
        .map(InterfaceAddress::prefix)
        .filter(prefix -> !prefix.isHost());
  }

  /** A hub of which there is no file is usually its clients' name server too. */
  private static void guessNameServer(Member member, RecognitionNotes notes) {
    if (!member.addresses().isEmpty()) {
      return;
    }
    for (var said : member.heard()) {
      for (var own : said.by().tunnels()) {
        for (var server : own.tunnel().dns().servers()) {
          boolean through =
              said.by()
                  .next(server)
                  .filter(peer -> member.keys().contains(peer.publicKey()))
                  .isPresent();
          boolean inside =
              said.peer().allowedIps().stream()
                  .anyMatch(prefix ->
                      !prefix.isDefault()
                          && prefix.contains(server)
                          && said.by().addresses().stream().anyMatch(prefix::contains));
          if (through
              && inside
              && member.addresses().isEmpty()
              && !said.by().addresses().contains(server)) {
            member.addAddress(server);
            notes.assumed(member, "address-of-dns", member.name().text(), server.toString());
          }
        }
      }
    }
  }

  /** The prefix of a family: the widest that interfaces are in, wide enough for all addresses. */
  private static Optional<Prefix> overlay(Family family, List<Member> members) {
    var addresses =
        members.stream()
            .flatMap(member -> member.addresses().stream().filter(a -> a.family() == family))
            .filter(address -> !address.isLinkLocal())
            .distinct()
            .sorted()
            .toList();
    if (addresses.isEmpty()) {
      return Optional.empty();
    }
    var connected =
        members.stream()
            .flatMap(Addressing::connected)
            .filter(prefix -> prefix.family() == family)
            .filter(prefix -> prefix.length() >= SHORTEST.getOrDefault(family, 0))
            .toList();
    var written = connected.isEmpty() ? routed(family, members, addresses) : connected;
    var counts =
        written.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    var best =
        counts.keySet().stream()
            .max(
                Comparator.<Prefix>comparingLong(prefix -> holds(prefix, addresses))
                    .thenComparing(Comparator.comparingInt(Prefix::length))
                    .thenComparing(prefix -> counts.getOrDefault(prefix, 0L))
                    .thenComparing(Comparator.reverseOrder()));
    var first = best.orElse(Prefix.around(addresses.getFirst(), USUAL.getOrDefault(family, 24)));
    return Optional.of(widened(first, addresses));
  }

  private static long holds(Prefix prefix, List<IpAddress> addresses) {
    return addresses.stream().filter(prefix::contains).count();
  }

  /** With single addresses only, what others are sent for them tells how far the tunnel reaches. */
  private static List<Prefix> routed(Family family, List<Member> members, List<IpAddress> known) {
    return members.stream()
        .flatMap(member -> member.heard().stream())
        .flatMap(said -> said.peer().allowedIps().stream())
        .filter(prefix -> prefix.family() == family && !prefix.isHost())
        .filter(prefix -> prefix.length() >= SHORTEST.getOrDefault(family, 0))
        .filter(prefix -> known.stream().anyMatch(prefix::contains))
        .toList();
  }

  /** Wide enough for all addresses, none of which may be its first or last; never too wide. */
  private static Prefix widened(Prefix prefix, List<IpAddress> addresses) {
    var wide = prefix;
    int shortest = SHORTEST.getOrDefault(prefix.family(), 0);
    for (var address : addresses) {
      var wider = wide;
      while (wider.length() > shortest
          && (!wider.contains(address)
              || wider.length() > prefix.family().bits() - 2
              || wider.address().equals(address)
              || (address.isIpv4() && wider.last().equals(address)))) {
        wider = Prefix.around(wider.address(), wider.length() - 1);
      }
      // An address far away from the others would make the prefix swallow half the world.
      if (wider.contains(address) && wider.length() > shortest) {
        wide = wider;
      }
    }
    return wide;
  }

  private static List<IpAddress> within(
      Member member, Map<Family, Prefix> overlay, Set<IpAddress> taken, RecognitionNotes notes) {
    var mine = new ArrayList<IpAddress>();
    for (var family : Family.values()) {
      var prefix = overlay.get(family);
      if (prefix == null) {
        continue;
      }
      var fitting = member.addresses().stream().filter(prefix::contains).toList();
      for (var address : fitting) {
        boolean first = mine.stream().noneMatch(other -> other.family() == family);
        if (first && taken.add(address)) {
          mine.add(address);
        } else {
          notes.settled(
              member,
              member.place(),
              first ? "address-shared" : "address-second",
              member.name().text(),
              address.toString());
        }
      }
    }
    for (var address : member.addresses()) {
      if (overlay.values().stream().noneMatch(prefix -> prefix.contains(address))
          && !address.isLinkLocal()) {
        notes.settled(
            member, member.place(), "address-outside", member.name().text(), address.toString());
      }
    }
    return mine;
  }
}
