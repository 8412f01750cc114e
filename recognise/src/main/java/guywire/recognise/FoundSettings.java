package guywire.recognise;

import guywire.address.IpAddress;
import guywire.network.DnsClient;
import guywire.network.NameServer;
import guywire.network.Part;
import guywire.network.PeerConfig;
import guywire.plan.definition.Definition;
import guywire.plan.definition.DnsEntry;
import guywire.protocol.PresharedKey;
import guywire.recognise.FoundAttachment.Kind;
import guywire.recognise.FoundTopology.Pair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Settings of the network and its members beside topology and place, as the files have them. */
final class FoundSettings {

  /**
   * The network's name server.
   *
   * @param server the member that is one
   * @param domain the domain; empty for the usual one
   * @param upstream whom it asks, if a file says so
   * @param clients who asks it
   * @param records names beside those of members and hosts
   */
  record Names(
      Member server,
      Optional<String> domain,
      Optional<List<IpAddress>> upstream,
      List<Member> clients,
      Map<String, List<IpAddress>> records) {}

  private final List<Member> members;
  private final Addressing addressing;
  private final PeerRoutes ways;
  private final FoundUnderlay surroundings;
  private final FoundTopology shape;
  private final GivenNames labels;
  private final RecognitionNotes notes;
  private final Map<Pair, PresharedKey> presharedKeys = new LinkedHashMap<>();
  private final Map<Member, Member> exits = new LinkedHashMap<>();
  private final int usualKeepalive;

  FoundSettings(
      List<Member> members,
      Addressing addressing,
      PeerRoutes ways,
      FoundUnderlay surroundings,
      FoundTopology shape,
      GivenNames labels,
      RecognitionNotes notes) {
    this.labels = labels;
    this.members = members;
    this.addressing = addressing;
    this.ways = ways;
    this.surroundings = surroundings;
    this.shape = shape;
    this.notes = notes;
    shape.tunnels().forEach(this::presharedKey);
    for (var member : members) {
      member.peers().stream()
          .flatMap(peer -> ways.member(peer).stream())
          .filter(other -> other != member && ways.sendsEverything(member, other))
          .findFirst()
          .ifPresent(exit -> exits.put(member, exit));
    }
    usualKeepalive = mostUsualKeepalive();
  }

  /** The member through which all traffic of another leaves. */
  Optional<Member> exit(Member member) {
    return Optional.ofNullable(exits.get(member));
  }

  /** Whether all traffic of some other member leaves through this one. */
  boolean isExit(Member member) {
    return exits.containsValue(member);
  }

  private void presharedKey(Pair pair) {
    var one = pair.one().about(pair.other()).flatMap(PeerConfig::presharedKey);
    var other = pair.other().about(pair.one()).flatMap(PeerConfig::presharedKey);
    one.or(() -> other).ifPresent(key -> presharedKeys.put(pair, key));
    boolean both = pair.one().about(pair.other()).isPresent();
    both &= pair.other().about(pair.one()).isPresent();
    if (both && !one.equals(other)) {
      notes.settled(
          pair.one(),
          pair.one().place(),
          "preshared-keys-differ",
          pair.one().name().text(),
          pair.other().name().text());
    }
  }

  /** The pre-shared keys that pairs have. */
  Map<Pair, PresharedKey> presharedKeys() {
    return presharedKeys;
  }

  /** Whether every tunnel has a pre-shared key. */
  boolean areAllPreshared() {
    return !presharedKeys.isEmpty() && presharedKeys.size() == shape.tunnels().size();
  }

  /** The MTU that all files set, if they set one and the same. */
  OptionalInt mtu() {
    var all = members.stream().filter(m -> !m.isGhost()).map(this::mtu).distinct().toList();
    return all.size() == 1 ? all.getFirst() : OptionalInt.empty();
  }

  /** The MTU that a member's file sets. */
  OptionalInt mtu(Member member) {
    return member.tunnels().stream()
        .map(own -> own.tunnel().mtu())
        .flatMapToInt(OptionalInt::stream)
        .min();
  }

  /** How often NAT mappings are refreshed, as most members have it. */
  int keepalive() {
    return usualKeepalive;
  }

  private int mostUsualKeepalive() {
    var counts = new LinkedHashMap<Integer, Integer>();
    members.forEach(member ->
        keepalive(member)
            .ifPresent(seconds -> counts.merge(seconds, seconds == 0 ? 0 : 1, Integer::sum)));
    int best = Definition.USUAL_KEEPALIVE_SECONDS;
    int most = counts.getOrDefault(best, 0);
    for (var entry : counts.entrySet()) {
      if (entry.getValue() > most) {
        most = entry.getValue();
        best = entry.getKey();
      }
    }
    return best;
  }

  /** How often a member whom nobody can dial refreshes its mapping; empty if no file says. */
  OptionalInt keepalive(Member member) {
    if (member.isGhost() || surroundings.isOpen(member)) {
      return OptionalInt.empty();
    }
    return member.peers().stream()
        .filter(peer -> peer.endpoint().isPresent())
        .mapToInt(PeerConfig::keepaliveSeconds)
        .max();
  }

  /** The UDP port that is worth saying: that of a member who can be dialled. */
  OptionalInt listen(Member member) {
    var attachment = surroundings.attachment(member);
    boolean alone =
        members.stream()
            .noneMatch(other ->
                other != member
                    && attachment.site().isPresent()
                    && surroundings.attachment(other).site().equals(attachment.site()));
    boolean usual = attachment.kind() == Kind.PUBLIC || (attachment.kind() == Kind.ROUTER && alone);
    boolean said = surroundings.isOpen(member) || !attachment.lanAddresses().isEmpty();
    return said && !(usual && attachment.listen().equals(OptionalInt.of(FoundUnderlay.USUAL_PORT)))
        ? attachment.listen()
        : OptionalInt.empty();
  }

  /** The name server, if members ask one of the others. */
  Optional<Names> names() {
    var votes = new LinkedHashMap<Member, Set<Member>>();
    var domains = new LinkedHashSet<String>();
    for (var member : members) {
      for (var own : member.tunnels()) {
        DnsClient dns = own.tunnel().dns();
        dns.servers().stream()
            .flatMap(server -> owner(server).stream())
            .filter(server -> server != member)
            .forEach(
                server -> votes.computeIfAbsent(server, key -> new LinkedHashSet<>()).add(member));
        if (dns.servers().stream().anyMatch(server -> owner(server).isPresent())) {
          domains.addAll(dns.searchDomains());
        }
        var elsewhere = dns.servers().stream().filter(server -> owner(server).isEmpty()).toList();
        if (!elsewhere.isEmpty()) {
          notes.leftOut(
              member,
              own.setting(Part.Setting.DNS),
              "dns-elsewhere",
              String.join(", ", elsewhere.stream().map(IpAddress::toString).toList()));
        }
      }
    }
    var running = members.stream().filter(m -> served(m).isPresent()).findFirst();
    var server =
        votes.entrySet().stream()
            .max(Comparator.comparingInt(entry -> entry.getValue().size()))
            .map(Map.Entry::getKey)
            .or(() -> running);
    return server.map(found -> names(found, votes.getOrDefault(found, Set.of()), domains));
  }

  private static Optional<NameServer> served(Member member) {
    return member.config().flatMap(config -> config.nameServer());
  }

  private Names names(Member server, Set<Member> clients, Set<String> domains) {
    var known = served(server);
    if (known.isEmpty()) {
      notes.assumed(server, "name-server", server.name().text());
    }
    var records = new LinkedHashMap<String, List<IpAddress>>();
    var taken = new LinkedHashSet<String>();
    members.forEach(member -> taken.add(member.name().text()));
    surroundings
        .sites()
        .forEach(site -> site.hosts().keySet().forEach(host -> taken.add(host.text())));
    known.ifPresent(one ->
        one.records()
            .forEach((name, addresses) -> {
              var site = siteOf(addresses);
              if (site.isPresent() && !taken.contains(name.text())) {
                var own = site.get().real(addresses).orElse(addresses);
                site.get().hosts().put(labels.take(name.text()), own);
              } else if (!taken.contains(name.text())) {
                records.put(name.text(), addresses);
              }
            }));
    var domain =
        known
            .map(NameServer::domain)
            .filter(text -> !text.isEmpty())
            .or(() -> domains.stream().findFirst());
    var upstream =
        known.map(NameServer::upstream).filter(list -> !list.equals(DnsEntry.USUAL_UPSTREAM));
    return new Names(server, domain, upstream, new ArrayList<>(clients), records);
  }

  /** The site in whose LANs all of these addresses are, as others know them. */
  private Optional<FoundSite> siteOf(List<IpAddress> addresses) {
    return surroundings.sites().stream()
        .filter(site -> site.real(addresses).isPresent())
        .findFirst();
  }

  private Optional<Member> owner(IpAddress address) {
    return members.stream().filter(member -> addressing.of(member).contains(address)).findFirst();
  }
}
