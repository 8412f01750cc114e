package guywire.recognise;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Internet;
import guywire.network.NatRule;
import guywire.recognise.Member.Heard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The LANs behind members: what others send them that is no tunnel address and that they don't pass
 * on to somebody else.
 *
 * @param served the LANs of each member that has any
 * @param hosts single addresses that the files name, by the LAN they were widened to
 */
record Lans(Map<Member, List<Prefix>> served, Map<Prefix, List<IpAddress>> hosts) {

  /** The usual LAN around a single address. */
  private static final Map<Family, Integer> USUAL = Map.of(Family.IPV4, 24, Family.IPV6, 64);

  /** The share of a family's addresses, one of this many, that counts as all of them. */
  private static final double EVERYTHING = 0.5;

  /** A prefix that somebody sends to a member. */
  private record Mention(Prefix prefix, Member member, Heard said) {}

  /** The LANs of a member. */
  List<Prefix> of(Member member) {
    return served.getOrDefault(member, List.of());
  }

  /** The LAN that others know by this prefix: another one where the member translates. */
  static Prefix real(Member member, Prefix known) {
    return member.config().stream()
        .flatMap(config -> config.nat().stream())
        .filter(NatRule.Map.class::isInstance)
        .map(NatRule.Map.class::cast)
        .filter(map -> map.shown().contains(known))
        .findFirst()
        .map(map -> new Prefix(map.real(known.address()), known.length()))
        .orElse(known);
  }

  /** Whether these prefixes are a way of saying everything: 0.0.0.0/0, two halves, or all but. */
  static boolean areEverything(List<Prefix> prefixes) {
    double share = 0;
    for (var prefix : prefixes) {
      if (prefix.isDefault() || prefix.equals(Prefix.parse("2000::/3"))) {
        return true;
      }
      if (prefix.family() == Family.IPV4) {
        share += Math.pow(2, -prefix.length());
      }
    }
    return share >= EVERYTHING;
  }

  /** Finds the LANs of all members. */
  static Lans of(List<Member> members, Addressing addressing, RecognitionNotes notes) {
    var mentions = new ArrayList<Mention>();
    var hosts = new LinkedHashMap<Prefix, List<IpAddress>>();
    for (var member : members) {
      for (var said : member.heard()) {
        boolean everything = areEverything(said.peer().allowedIps());
        for (var prefix : said.peer().allowedIps()) {
          boolean own =
              !prefix.isDefault()
                  && !(everything && isPublic(prefix))
                  && !addressing.concerns(prefix)
                  && !isAddress(prefix, members)
                  && !member.passesOn(prefix, said.by().keys());
          if (own) {
            mentions.add(new Mention(lan(prefix, hosts, notes, member, said), member, said));
          }
        }
      }
    }
    return new Lans(settle(mentions, notes), hosts);
  }

  private static boolean isPublic(Prefix prefix) {
    return prefix.length() < 8 || Internet.routes(prefix.address());
  }

  private static boolean isAddress(Prefix prefix, List<Member> members) {
    return prefix.isHost()
        && members.stream().anyMatch(member -> member.addresses().contains(prefix.address()));
  }

  /** A prefix that is too small for a LAN stands for one of its hosts. */
  private static Prefix lan(
      Prefix prefix,
      Map<Prefix, List<IpAddress>> hosts,
      RecognitionNotes notes,
      Member member,
      Heard said) {
    if (prefix.length() <= prefix.family().bits() - 2) {
      return prefix;
    }
    var lan = Prefix.around(prefix.address(), USUAL.getOrDefault(prefix.family(), 24));
    var known = hosts.computeIfAbsent(lan, key -> new ArrayList<>());
    if (!known.contains(prefix.address())) {
      known.add(prefix.address());
      notes.settled(
          member,
          said.place(),
          "lan-of-host",
          prefix.address().toString(),
          member.name().text(),
          lan.toString());
    }
    return lan;
  }

  /** Each prefix gets one owner; of two that overlap the narrower stays. */
  private static Map<Member, List<Prefix>> settle(List<Mention> mentions, RecognitionNotes notes) {
    var byPrefix = new TreeMap<Prefix, List<Mention>>();
    for (var mention : mentions) {
      byPrefix.computeIfAbsent(mention.prefix(), key -> new ArrayList<>()).add(mention);
    }
    var owners = new LinkedHashMap<Prefix, Mention>();
    byPrefix.forEach((prefix, all) -> owners.put(prefix, winner(prefix, all, notes)));
    var served = new LinkedHashMap<Member, List<Prefix>>();
    var narrowFirst = new ArrayList<>(owners.values());
    narrowFirst.sort(
        Comparator.comparingInt((Mention mention) -> -mention.prefix().length())
            .thenComparing(Mention::prefix));
    var kept = new ArrayList<Mention>();
    for (var mention : narrowFirst) {
      var inside =
          kept.stream().filter(other -> mention.prefix().contains(other.prefix())).toList();
      if (inside.stream().allMatch(other -> other.member() == mention.member())) {
        kept.removeAll(inside);
        kept.add(mention);
      } else {
        var first = inside.getFirst();
        notes.settled(
            mention.member(),
            mention.said().place(),
            "lan-overlaps",
            mention.prefix().toString(),
            mention.member().name().text(),
            first.prefix().toString(),
            first.member().name().text());
      }
    }
    kept.sort(Comparator.comparing(Mention::prefix));
    kept.forEach(mention ->
        served.computeIfAbsent(mention.member(), key -> new ArrayList<>()).add(mention.prefix()));
    return served;
  }

  /** Of several who are sent one prefix, the one who really gets it, as most files have it. */
  private static Mention winner(Prefix prefix, List<Mention> all, RecognitionNotes notes) {
    var votes = new LinkedHashMap<Member, Integer>();
    for (var mention : all) {
      boolean gets =
          mention
              .said()
              .by()
              .next(prefix.address().plus(1))
              .filter(peer -> mention.member().keys().contains(peer.publicKey()))
              .isPresent();
      votes.merge(mention.member(), gets ? 2 : 0, Integer::sum);
    }
    var best =
        votes.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElseThrow();
    for (var loser : votes.keySet()) {
      if (loser != best) {
        var said =
            all.stream().filter(mention -> mention.member() == loser).findFirst().orElseThrow();
        notes.settled(
            loser,
            said.said().place(),
            "lan-twice",
            prefix.toString(),
            loser.name().text(),
            best.name().text());
      }
    }
    return all.stream().filter(mention -> mention.member() == best).findFirst().orElseThrow();
  }
}
