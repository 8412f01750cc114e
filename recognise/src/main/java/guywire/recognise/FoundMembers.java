package guywire.recognise;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.input.Imported;
import guywire.network.InterfaceAddress;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.protocol.PublicKey;
import guywire.recognise.Member.Heard;
import guywire.recognise.Member.Own;
import guywire.recognise.TunnelGroups.End;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who is in a network: one member for each machine, however many files speak of it.
 *
 * <p>Used once, by one thread.
 */
final class FoundMembers {

  private final GivenNames labels;
  private final Set<Name> known;
  private final RecognitionNotes notes;
  private final List<Member> members = new ArrayList<>();
  private final Map<PublicKey, Member> byKey = new LinkedHashMap<>();

  /**
   * An empty one.
   *
   * @param known the hosts that the facts file names, which keep their names
   */
  FoundMembers(GivenNames labels, Set<Name> known, RecognitionNotes notes) {
    this.labels = labels;
    this.known = known;
    this.notes = notes;
  }

  /** The members of a network with these tunnels. */
  List<Member> of(List<End> ends) {
    for (var machine : machines(ends)) {
      add(machine);
    }
    ghosts();
    listen();
    recogniseByAddress();
    members.stream().filter(Member::isGhost).forEach(this::nameGhost);
    return members;
  }

  /** The member with this key. */
  Optional<Member> withKey(PublicKey key) {
    return Optional.ofNullable(byKey.get(key));
  }

  /** The tunnels machine by machine, what is written twice only once. */
  private List<List<End>> machines(List<End> ends) {
    var machines = new ArrayList<List<End>>();
    var byKey = new HashMap<PublicKey, List<End>>();
    for (var end : ends) {
      var key = end.tunnel().publicKey();
      var same = key.map(byKey::get);
      if (same.isPresent() && isSame(same.get().getFirst(), end)) {
        twice(same.get(), end);
        continue;
      }
      var machine =
          machines.stream()
              .filter(other -> other.getFirst().hostName().equals(end.hostName()))
              .filter(other -> other.stream().noneMatch(one -> areApart(one, end)))
              .findFirst();
      var mine = machine.orElseGet(ArrayList::new);
      mine.add(end);
      if (machine.isEmpty()) {
        machines.add(mine);
      }
      key.ifPresent(known -> byKey.putIfAbsent(known, mine));
    }
    return machines;
  }

  /** Two tunnels that are each other's peers, or have one address, are on two machines. */
  private static boolean areApart(End one, End other) {
    return one.lists(other.tunnel().publicKey())
        || other.lists(one.tunnel().publicKey())
        || one.tunnel().name().equals(other.tunnel().name())
        || addresses(one).stream().anyMatch(addresses(other)::contains);
  }

  private static List<IpAddress> addresses(End end) {
    return end.tunnel().addresses().stream().map(InterfaceAddress::address).toList();
  }

  /** Whether two tunnels with one key are one tunnel, rather than a key that was copied. */
  private static boolean isSame(End one, End other) {
    var its = addresses(one);
    var others = addresses(other);
    return its.isEmpty() || others.isEmpty() || its.stream().anyMatch(others::contains);
  }

  /** The same tunnel once more: the file that says most is used. */
  private void twice(List<End> machine, End end) {
    var kept = machine.getFirst();
    boolean better = weight(end) > weight(kept);
    var used = better ? end : kept;
    var other = better ? kept : end;
    if (better) {
      machine.set(0, end);
    }
    notes.about(
        other.host().places().whole(),
        "node-twice",
        used.hostName().text(),
        used.host().places().whole().file(),
        other.host().places().whole().file());
  }

  private static int weight(End end) {
    var tunnel = end.tunnel();
    var node = end.host().node();
    return (tunnel.addresses().isEmpty() ? 0 : 8)
        + (tunnel.privateKey().isPresent() ? 4 : 0)
        + (node.hooks().isEmpty() && node.nat().isEmpty() ? 0 : 2)
        + (tunnel.mtu().isPresent() ? 1 : 0);
  }

  private void add(List<End> machine) {
    var first = machine.getFirst();
    var hosts = machine.stream().map(End::host).distinct().toList();
    var tunnels = machine.stream().map(End::tunnel).toList();
    var config = hosts.stream().map(Imported::node).reduce(FoundMembers::together).orElseThrow();
    var own = machine.stream().map(end -> new Own(end.tunnel(), end.host().places())).toList();
    boolean taken = members.stream().anyMatch(other -> other.name().equals(first.hostName()));
    String wanted =
        labels
            .atHead(first.host().places().whole().file())
            .filter(head -> !known.contains(first.hostName()))
            .orElse(taken ? first.tunnel().name().text() : first.hostName().text());
    var name = labels.take(GivenNames.label(wanted).orElse(first.hostName().text()));
    var member =
        new Member(
            name,
            config.withName(name).withInterfaces(tunnels),
            own,
            hosts.stream().flatMap(host -> host.commands().stream()).toList(),
            first.host().places().whole());
    for (var key : List.copyOf(member.keys())) {
      var earlier = byKey.putIfAbsent(key, member);
      if (earlier != null) {
        member.dropKey(key);
        notes.settled(member, member.place(), "key-copied", name.text(), earlier.name().text());
      }
    }
    if (tunnels.size() > 1) {
      notes.leftOut(
          member,
          member.place(),
          "several-tunnels",
          name.text(),
          tunnels.stream().map(tunnel -> tunnel.name().text()).collect(Collectors.joining(", ")),
          tunnels.getFirst().name().text());
    }
    members.add(member);
  }

  /** What two formats say of one host. */
  private static NodeConfig together(NodeConfig one, NodeConfig other) {
    return one.completedBy(other).withInterfaces(List.of());
  }

  /** Those of whom there is no file. */
  private void ghosts() {
    for (var member : List.copyOf(members)) {
      for (var own : member.tunnels()) {
        var peers = own.tunnel().peers();
        for (int i = 0; i < peers.size(); i++) {
          var key = peers.get(i).publicKey();
          if (!byKey.containsKey(key) && !key.isZero()) {
            // The name is found once it is known what is said of it.
            var ghost = new Member(new Name("unnamed"), key, own.peer(i));
            byKey.put(key, ghost);
            members.add(ghost);
          }
        }
      }
    }
  }

  private void listen() {
    for (var member : members) {
      for (var own : member.tunnels()) {
        var peers = own.tunnel().peers();
        for (int i = 0; i < peers.size(); i++) {
          var about = byKey.get(peers.get(i).publicKey());
          if (about != null && about != member) {
            about.hear(new Heard(member, peers.get(i), own.peer(i)));
          }
        }
      }
    }
  }

  /** A file without a key is that of the unknown peer who has its address. */
  private void recogniseByAddress() {
    for (var member : List.copyOf(members)) {
      if (member.isGhost() || member.key().isPresent()) {
        continue;
      }
      var wanted = member.addresses().stream().map(Prefix::host).collect(Collectors.toSet());
      var ghost =
          members.stream()
              .filter(Member::isGhost)
              .filter(other -> other.heard().stream().anyMatch(said -> gets(said.peer(), wanted)))
              .findFirst();
      ghost.ifPresent(other -> {
        members.remove(other);
        other
            .keys()
            .forEach(key -> {
              member.addKey(key);
              byKey.put(key, member);
            });
        other.heard().forEach(member::hear);
        notes.assumed(
            member,
            "known-by-address",
            member.name().text(),
            member.addresses().getFirst().toString());
      });
    }
  }

  private static boolean gets(PeerConfig peer, Set<Prefix> wanted) {
    return peer.allowedIps().stream().anyMatch(wanted::contains);
  }

  /** As a comment calls it, or else as the host name of its endpoint, or by its address. */
  private void nameGhost(Member ghost) {
    var said = ghost.heard().stream().map(Heard::peer).toList();
    var name =
        said.stream()
            .flatMap(peer -> peer.name().stream())
            .map(Name::text)
            .findFirst()
            .or(() ->
                ghost.heard().stream()
                    .flatMap(heard -> labels.beside(heard.place()).stream())
                    .findFirst())
            .or(() ->
                ghost.endpoints().stream()
                    .filter(endpoint -> endpoint.address().isEmpty())
                    .map(endpoint -> endpoint.host().split("\\.", 2)[0])
                    .flatMap(label -> GivenNames.label(label).stream())
                    .findFirst())
            .or(() ->
                said.stream()
                    .flatMap(peer -> peer.allowedIps().stream())
                    .filter(Prefix::isHost)
                    .map(prefix -> "peer-" + lastPart(prefix.address()))
                    .findFirst())
            .orElse(ghost.endpoints().isEmpty() ? "peer" : "server");
    ghost.rename(labels.take(name));
  }

  private static String lastPart(IpAddress address) {
    String text = address.toString();
    String last = text.substring(Math.max(text.lastIndexOf('.'), text.lastIndexOf(':')) + 1);
    return last.isEmpty() ? "0" : last;
  }
}
