package guywire.recognise;

import guywire.address.IpAddress;
import guywire.network.PeerConfig;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whom the members of a network send their packets to, as their files say. */
final class PeerRoutes {

  private final Addressing addressing;
  private final Lans lans;
  private final Map<PublicKey, Member> byKey = new HashMap<>();
  private final Map<Member, List<IpAddress>> targets = new HashMap<>();

  PeerRoutes(List<Member> members, Addressing addressing, Lans lans) {
    this.addressing = addressing;
    this.lans = lans;
    members.forEach(member -> member.keys().forEach(key -> byKey.put(key, member)));
  }

  /** The member that a section speaks of. */
  Optional<Member> member(PeerConfig peer) {
    return Optional.ofNullable(byKey.get(peer.publicKey()));
  }

  /** To whom one member sends what is meant for another: its tunnel address, or else its LANs. */
  Optional<Member> next(Member from, Member to) {
    for (var target : targets(to)) {
      var next = from.next(target).flatMap(this::member);
      if (next.isPresent()) {
        return next;
      }
    }
    return Optional.empty();
  }

  private List<IpAddress> targets(Member to) {
    return targets.computeIfAbsent(
        to,
        member -> {
          var found = new ArrayList<>(addressing.of(member));
          lans.of(member).forEach(lan -> found.add(lan.address().plus(1)));
          return found;
        });
  }

  /** Whether one member sends another more of the tunnel space than single addresses. */
  boolean sendsWidely(Member from, Member to) {
    return from.about(to)
        .map(peer ->
            Lans.areEverything(peer.allowedIps())
                || peer.allowedIps().stream()
                    .anyMatch(prefix -> !prefix.isHost() && addressing.concerns(prefix)))
        .orElse(false);
  }

  /** Whether one member sends everything it has to another, by routes that follow from that. */
  boolean sendsEverything(Member from, Member to) {
    return from.routesByItself()
        && from.about(to).map(PeerConfig::allowedIps).map(Lans::areEverything).orElse(false);
  }

  /** Whether either of two members means to reach the other, whatever comes of it. */
  boolean areMeant(Member one, Member other) {
    return next(one, other).isPresent() || next(other, one).isPresent();
  }
}
