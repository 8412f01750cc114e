package guywire.recognise;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.EndpointAddress;
import guywire.network.Platform;
import guywire.network.Site;
import guywire.prove.Facts;
import guywire.recognise.FoundAttachment.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The world beneath the tunnels: the sites, and where each member is plugged in, as far as facts
 * and files tell. What had to be assumed stands in a comment, and in the notes.
 *
 * <p>Used once, by one thread.
 */
final class FoundUnderlay {

  /** Stands for a public address that only has a name in the files (RFC 5737: documentation). */
  private static final IpAddress STAND_IN = IpAddress.parse("192.0.2.0");

  /** The port everyone knows for WireGuard. */
  static final int USUAL_PORT = 51820;

  private final List<Member> members;
  private final Addressing addressing;
  private final DialledEndpoints dialled;
  private final Lans lans;
  private final Facts facts;
  private final GivenNames labels;
  private final RecognitionNotes notes;
  private final Map<Member, FoundAttachment> attachments = new LinkedHashMap<>();
  private final Set<Member> seated = new LinkedHashSet<>();
  private final List<FoundSite> sites = new ArrayList<>();
  private int standIns;

  FoundUnderlay(
      List<Member> members,
      Addressing addressing,
      Lans lans,
      Facts facts,
      GivenNames labels,
      RecognitionNotes notes) {
    this.members = members;
    this.addressing = addressing;
    this.dialled = new DialledEndpoints(addressing);
    this.lans = lans;
    this.facts = facts;
    this.labels = labels;
    this.notes = notes;
  }

  /** Finds how every member is attached. */
  FoundUnderlay find() {
    members.forEach(member -> attachments.put(member, new FoundAttachment()));
    facts.sites().forEach(this::known);
    members.forEach(this::byFacts);
    members.forEach(this::ports);
    members.stream().filter(open(m -> !lans.of(m).isEmpty())).toList().forEach(this::withLan);
    inSharedLans();
    members.stream()
        .filter(open(m -> !dialled.addresses(m, true).isEmpty()))
        .toList()
        .forEach(this::shared);
    members.stream()
        .filter(open(m -> !dialled.addresses(m, true).isEmpty()))
        .toList()
        .forEach(this::onNet);
    members.stream()
        .filter(open(m -> DialledEndpoints.hostName(m).isPresent()))
        .toList()
        .forEach(this::byName);
    somewhere(members.stream().filter(open(m -> true)).toList());
    return this;
  }

  FoundAttachment attachment(Member member) {
    return Optional.ofNullable(attachments.get(member)).orElseThrow();
  }

  List<FoundSite> sites() {
    return sites;
  }

  /** Whether anybody on the internet can dial a member. */
  boolean isOpen(Member member) {
    var attachment = attachment(member);
    return attachment.kind() == Kind.PUBLIC
        || attachment.endpoint().isPresent()
        || attachment
            .site()
            .filter(site -> site.publicAddress().isPresent())
            .filter(
                site -> attachment.kind() == Kind.ROUTER || site.forwards().containsValue(member))
            .isPresent();
  }

  /** Whether one member can dial another. */
  boolean canDial(Member from, Member to) {
    var there = attachment(to);
    if (there.site().isPresent() && there.site().equals(attachment(from).site())) {
      return !there.lanAddresses().isEmpty() || there.kind() == Kind.ROUTER;
    }
    return isOpen(to);
  }

  private Predicate<Member> open(Predicate<Member> wanted) {
    return member -> !seated.contains(member) && wanted.test(member);
  }

  private void known(Site site) {
    var found = new FoundSite(site.name(), site.lans().stream().map(Site.Lan::prefix).toList());
    labels.take(site.name().text());
    found.line(site.internet());
    site.lans().stream()
        .filter(lan -> !lan.router().equals(lan.prefix().address().plus(1)))
        .forEach(lan -> found.routers().add(lan.router()));
    site.hosts().forEach(host -> found.hosts().put(host.name(), host.addresses()));
    sites.add(found);
  }

  private void byFacts(Member member) {
    var said = facts.of(member.name()).attachment();
    if (said.isEmpty()) {
      return;
    }
    var attachment = attachment(member);
    switch (said.get()) {
      case Attachment.Direct direct -> attachment.atPublic(direct.addresses());
      case Attachment.Roaming roaming -> attachment.roams();
      case Attachment.InSite inSite -> {
        var site = sites.stream().filter(s -> s.name().equals(inSite.site())).findFirst();
        var source = facts.sites().stream().filter(s -> s.name().equals(inSite.site())).findFirst();
        if (site.isEmpty() || source.isEmpty()) {
          return;
        }
        boolean router = source.get().routerNode().equals(Optional.of(member.name()));
        boolean serves = !lans.of(member).isEmpty();
        attachment.in(site.get(), router ? Kind.ROUTER : serves ? Kind.GATEWAY : Kind.INSIDE);
        aliases(member, site.get());
        attachment.lanAddresses(router ? List.of() : inSite.addresses());
        SourceNat.of(member, site.get().lans(), addressing, members)
            .filter(senders -> attachment.serves())
            .ifPresent(attachment::sourceNat);
        attachment.hasStaticRoute(
            attachment.kind() == Kind.GATEWAY
                && (attachment.sourceNat().isEmpty()
                    || source.get().routes().stream()
                        .anyMatch(route -> inSite.addresses().contains(route.via()))));
        source.get().portForwards().stream()
            .filter(forward -> inSite.addresses().contains(forward.to()))
            .forEach(forward -> site.get().forwards().put(forward.publicPort(), member));
      }
    }
    DialledEndpoints.hostName(member)
        .filter(name -> attachment.kind() != Kind.ROAMING)
        .ifPresent(attachment::endpoint);
    seated.add(member);
  }

  /** The port a member listens on: its own word, or else where it is dialled. */
  private void ports(Member member) {
    var own = member.tunnels().stream().findFirst().map(one -> one.tunnel().listenPort());
    if (own.isPresent() && own.get().isPresent()) {
      attachment(member).listen(own.get().getAsInt());
    } else {
      DialledEndpoints.mostFrequent(member.endpoints().stream().map(EndpointAddress::port))
          .ifPresent(attachment(member)::listen);
    }
  }

  /** A member with a LAN behind it is that LAN's router, or a gateway in it. */
  private void withLan(Member member) {
    var attachment = attachment(member);
    var known = lans.of(member);
    var prefixes = known.stream().map(lan -> Lans.real(member, lan)).distinct().toList();
    var there =
        sites.stream()
            .filter(site ->
                site.known().stream().anyMatch(lan -> known.stream().anyMatch(lan::overlaps)))
            .findFirst();
    var site =
        there.orElseGet(() -> new FoundSite(labels.takeSite(member.name().text()), prefixes));
    aliases(member, site);
    if (there.isEmpty()) {
      sites.add(site);
      known.forEach(lan -> hosts(site, lan));
    }
    var senders = SourceNat.of(member, prefixes, addressing, members);
    var platform = member.config().map(node -> node.platform()).orElse(Platform.LINUX);
    boolean box = platform == Platform.OPENWRT || platform == Platform.ROUTEROS;
    boolean behind = DialledEndpoints.isForwardedTo(member) || there.isPresent();
    boolean gateway = behind || (senders.isPresent() && !box);
    attachment.in(site, gateway ? Kind.GATEWAY : Kind.ROUTER);
    senders.ifPresent(attachment::sourceNat);
    attachment.hasStaticRoute(gateway && senders.isEmpty());
    attachment.lanAddresses(
        dialled.addresses(member, false).stream()
            .filter(site::contains)
            .distinct()
            .filter(address -> gateway)
            .toList());
    outside(member, site);
    if (!box && there.isEmpty()) {
      String key = gateway ? (senders.isPresent() ? "gateway-nat" : "gateway-route") : "router";
      attachment.comments().add(RecognitionNotes.text("comment." + key, member.name().text()));
      notes.assumed(member, key, member.name().text(), joined(prefixes), site.name().text());
    }
    seated.add(member);
  }

  /** What a member shows the LANs of its site as. */
  private void aliases(Member member, FoundSite site) {
    for (var known : lans.of(member)) {
      var real = Lans.real(member, known);
      if (!real.equals(known) && site.lans().contains(real)) {
        site.alias(real, known);
      }
    }
  }

  private void hosts(FoundSite site, Prefix lan) {
    for (var address : lans.hosts().getOrDefault(lan, List.of())) {
      var own = site.real(List.of(address)).orElse(List.of(address));
      String text = own.getFirst().toString();
      String last = text.substring(Math.max(text.lastIndexOf('.'), text.lastIndexOf(':')) + 1);
      site.hosts().put(labels.take(site.name() + "-" + last), own);
    }
  }

  /** How the internet finds a member that is in a site. */
  private void outside(Member member, FoundSite site) {
    var attachment = attachment(member);
    var address = DialledEndpoints.mostFrequent(dialled.addresses(member, true).stream());
    address.filter(IpAddress::isIpv4).ifPresent(site::publicAddress);
    address.filter(a -> !a.isIpv4()).ifPresent(a -> attachment.endpoint(a.toString()));
    DialledEndpoints.hostName(member)
        .filter(name -> address.isEmpty())
        .ifPresent(name -> {
          attachment.endpoint(name);
          if (site.publicAddress().isEmpty()) {
            site.publicAddress(standIn(member, name));
            site.comments().add(RecognitionNotes.text("comment.stand-in", name));
          }
        });
    if (attachment.kind() != Kind.ROUTER
        && (address.isPresent() || attachment.endpoint().isPresent())) {
      DialledEndpoints.mostFrequent(DialledEndpoints.outsidePorts(member))
          .ifPresent(port -> site.forwards().put(port, member));
    }
  }

  /** Who is dialled at an address that is not on the internet shares a LAN with who does that. */
  private void inSharedLans() {
    for (var member : members) {
      var near = DialledEndpoints.mostFrequent(dialled.addresses(member, false).stream());
      if (seated.contains(member) || near.isEmpty()) {
        continue;
      }
      var callers =
          member.heard().stream()
              .filter(said -> said.peer().endpoint().flatMap(e -> e.address()).equals(near))
              .map(Member.Heard::by)
              .toList();
      int length = near.get().isIpv4() ? 24 : 64;
      var around = Prefix.around(near.get(), length);
      var there = sites.stream().filter(site -> site.contains(near.get())).findFirst();
      boolean together =
          callers.stream()
              .allMatch(caller ->
                  !seated.contains(caller) && dialled.addresses(caller, true).isEmpty()
                      || attachment(caller).site().isPresent()
                          && attachment(caller).site().equals(there));
      if (!together) {
        attachment(member).atPublic(List.of(near.get()));
        attachment(member)
            .comments()
            .add(RecognitionNotes.text("comment.private-public", near.get().toString()));
        seated.add(member);
        continue;
      }
      var site =
          there.orElseGet(() -> {
            var made = new FoundSite(labels.take("lan"), List.of(around));
            made.comments().add(RecognitionNotes.text("comment.lan-around", around.toString()));
            notes.assumed(member, "lan-around", member.name().text(), around.toString());
            sites.add(made);
            return made;
          });
      inside(member, site, List.of(near.get()));
      callers.stream()
          .filter(open(caller -> true))
          .forEach(caller ->
              inside(
                  caller,
                  site,
                  dialled.addresses(caller, false).stream()
                      .filter(site::contains)
                      .distinct()
                      .limit(1)
                      .toList()));
    }
  }

  private void inside(Member member, FoundSite site, List<IpAddress> addresses) {
    attachment(member).in(site, Kind.INSIDE);
    attachment(member).lanAddresses(addresses);
    outside(member, site);
    seated.add(member);
  }

  /** Several behind one public address, or one whose port is forwarded: there is a router. */
  private void shared(Member member) {
    var address = dialled.outsideAddress(member).orElseThrow();
    if (!address.isIpv4() || seated.contains(member)) {
      return;
    }
    var there =
        sites.stream()
            .filter(site -> site.publicAddress().equals(Optional.of(address)))
            .findFirst();
    boolean others =
        members.stream()
            .filter(open(other -> other != member))
            .anyMatch(other -> dialled.outsideAddress(other).equals(Optional.of(address)));
    if (there.isEmpty() && !others && !DialledEndpoints.isForwardedTo(member)) {
      return;
    }
    var site =
        there.orElseGet(() -> {
          var made = new FoundSite(labels.takeSite(member.name().text()), List.of(freeLan()));
          made.comments().add(RecognitionNotes.text("comment.lan-unknown", address.toString()));
          notes.asked(
              member,
              "lan-unknown",
              member.name().text(),
              address.toString(),
              made.lans().getFirst().toString());
          sites.add(made);
          return made;
        });
    inside(member, site, List.of());
  }

  private void onNet(Member member) {
    var found = new ArrayList<IpAddress>();
    for (var family : IpAddress.Family.values()) {
      DialledEndpoints.mostFrequent(
              dialled.addresses(member, true).stream().filter(a -> a.family() == family))
          .ifPresent(found::add);
    }
    DialledEndpoints.mostFrequent(dialled.addresses(member, true).stream())
        .filter(best -> !best.equals(found.getFirst()))
        .ifPresent(best -> Collections.reverse(found));
    dialled.addresses(member, true).stream()
        .distinct()
        .filter(address -> !found.contains(address))
        .forEach(address ->
            notes.settled(
                member,
                member.place(),
                "endpoint-other",
                member.name().text(),
                address.toString(),
                found.getFirst().toString()));
    attachment(member).atPublic(found);
    // Who is mostly dialled by name has it for the day when the address changes.
    long named = member.endpoints().stream().filter(e -> e.address().isEmpty()).count();
    DialledEndpoints.hostName(member)
        .filter(name -> named * 2 >= member.endpoints().size())
        .ifPresent(attachment(member)::endpoint);
    seated.add(member);
  }

  private void byName(Member member) {
    String name = DialledEndpoints.hostName(member).orElseThrow();
    attachment(member).atPublic(List.of(standIn(member, name)));
    attachment(member).endpoint(name);
    attachment(member).comments().add(RecognitionNotes.text("comment.stand-in", name));
    seated.add(member);
  }

  private void somewhere(List<Member> rest) {
    for (var member : rest) {
      attachment(member).roams();
      seated.add(member);
      if (!GivenNames.isCarried(member.name().text())) {
        attachment(member).comments().add(RecognitionNotes.text("comment.roaming"));
      }
    }
  }

  /** Gives a member that others must be able to dial an address that its owner is asked for. */
  void askFor(Member member) {
    var attachment = attachment(member);
    var address = STAND_IN.plus(++standIns);
    notes.asked(member, "nowhere", member.name().text(), address.toString());
    if (attachment.site().isPresent()) {
      attachment.site().get().publicAddress(address);
      if (attachment.kind() != Kind.ROUTER) {
        attachment.site().get().forwards().put(attachment.listen().orElse(USUAL_PORT), member);
      }
      attachment.site().get().comments().add(RecognitionNotes.text("comment.nowhere"));
    } else {
      attachment.atPublic(List.of(address));
      attachment.comments().clear();
      attachment.comments().add(RecognitionNotes.text("comment.nowhere"));
    }
  }

  /** Tells who is nowhere, once it is known whom others must be able to dial. */
  void tell() {
    var unclear =
        members.stream()
            .filter(member ->
                attachment(member).comments().contains(RecognitionNotes.text("comment.roaming")))
            .toList();
    if (!unclear.isEmpty()) {
      var names = unclear.stream().map(member -> member.name().text()).toList();
      notes.assumed(unclear.getFirst(), "roaming", String.join(", ", names));
    }
  }

  private IpAddress standIn(Member member, String host) {
    var address = STAND_IN.plus(++standIns);
    notes.asked(member, "stand-in", member.name().text(), host, address.toString());
    return address;
  }

  private Prefix freeLan() {
    for (int third = 200; third < 256; third++) {
      var candidate = Prefix.parse("192.168." + third + ".0/24");
      boolean free =
          sites.stream().noneMatch(site -> site.lans().stream().anyMatch(candidate::overlaps))
              && sites.stream()
                  .noneMatch(site -> site.known().stream().anyMatch(candidate::overlaps))
              && lans.served().values().stream()
                  .noneMatch(served -> served.stream().anyMatch(candidate::overlaps))
              && !addressing.concerns(candidate);
      if (free) {
        return candidate;
      }
    }
    return Prefix.parse("172.31.255.0/24");
  }

  private static String joined(List<Prefix> prefixes) {
    return String.join(", ", prefixes.stream().map(Prefix::toString).toList());
  }
}
