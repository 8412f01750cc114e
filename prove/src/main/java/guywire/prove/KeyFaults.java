package guywire.prove;

import guywire.network.Part.Setting;
import guywire.network.text.Severity;
import guywire.protocol.PublicKey;
import guywire.prove.Inspection.InspectedLink;
import guywire.prove.Inspection.InspectedTunnel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Faults of keys and identity: F01 to F06, F70, and a missing private key. */
final class KeyFaults {

  /** What is said of lines and keys that can't be read. */
  private static final Set<String> UNREAD = Set.of("F07", "F09", "F66");

  /** Of many hosts these many are named. */
  private static final int MOST_NAMED = 5;

  private KeyFaults() {}

  /** F01, or F70 where nothing tells whose key was meant. */
  static void unknownKeys(Inspection in, FaultReport report) {
    var privates = privateKeys(in);
    for (var link : in.links()) {
      if (link.far().isPresent() || privates.containsKey(link.peer().publicKey())) {
        continue;
      }
      var node = link.near().node();
      var place = in.place(link, Setting.PUBLIC_KEY);
      var meant = meant(in, link);
      if (meant.isPresent()) {
        var key = meant.get().tunnel().publicKey().map(PublicKey::toString).orElse("");
        report.error("F01", node, place, meant.get().name(), key);
        meant
            .get()
            .tunnel()
            .publicKey()
            .ifPresent(right ->
                report.proposing(
                    new FileEdit.ReplaceKey(node.name(), meant.get().name(), link.peer(), right)));
      } else if (in.addressed(link).isEmpty()) {
        String keyless = keyless(in);
        if (keyless.isEmpty()) {
          report.warning("F70", node, place, link.peerName());
        } else {
          report.warning("F70.unless", node, place, link.peerName(), keyless);
        }
      }
    }
  }

  /** Hosts of which there are files, but of no key that peers could have of them. */
  private static String keyless(Inspection in) {
    return in.nodes().stream()
        .filter(node ->
            node.interfaces().isEmpty()
                || node.interfaces().stream().anyMatch(one -> one.publicKey().isEmpty()))
        .map(node -> node.name().text())
        .sorted()
        .limit(MOST_NAMED)
        .collect(Collectors.joining(", "));
  }

  /** Whom an entry with a key of no one means: who is told to be there, or who calls. */
  static Optional<InspectedTunnel> meant(Inspection in, InspectedLink link) {
    for (var other : in.addressed(link)) {
      boolean known =
          other
              .tunnel()
              .publicKey()
              .map(key -> link.near().cryptokeys().peers().containsKey(key))
              .orElse(true);
      if (!known) {
        return Optional.of(other);
      }
    }
    return caller(in, link);
  }

  /** The only one that calls and is not known, if it has an address that the entry is for. */
  private static Optional<InspectedTunnel> caller(Inspection in, InspectedLink link) {
    var callers =
        in.unanswered(link.near()).stream()
            .filter(one ->
                one.tunnel().addresses().stream()
                    .anyMatch(own ->
                        link.peer().allowedIps().stream()
                            .anyMatch(prefix -> prefix.contains(own.address()))))
            .toList();
    return callers.size() == 1 ? Optional.of(callers.getFirst()) : Optional.empty();
  }

  /** F02. */
  static void mixedUpKeys(Inspection in, FaultReport report) {
    var privates = privateKeys(in);
    for (var link : in.links()) {
      var owner = privates.get(link.peer().publicKey());
      if (owner != null) {
        boolean own = owner.node() == link.near().node();
        var meant = own ? meant(in, link) : Optional.of(owner);
        var key =
            meant.flatMap(one -> one.tunnel().publicKey()).map(PublicKey::toString).orElse("");
        var place = in.place(link, Setting.PUBLIC_KEY);
        if (key.isEmpty()) {
          report.error("F02.own", link.near().node(), place, owner.name());
        } else {
          report.error("F02", link.near().node(), place, owner.name(), key);
          meant
              .flatMap(one -> one.tunnel().publicKey())
              .ifPresent(right ->
                  report.proposing(
                      new FileEdit.ReplaceKey(
                          link.near().node().name(), owner.name(), link.peer(), right)));
        }
      }
    }
  }

  /** The private keys, as if they were public ones, to be found where they don't belong. */
  private static Map<PublicKey, InspectedTunnel> privateKeys(Inspection in) {
    var found = new HashMap<PublicKey, InspectedTunnel>();
    for (var tunnel : in.tunnels()) {
      tunnel
          .tunnel()
          .privateKey()
          .ifPresent(key -> {
            byte[] bytes = key.bytes();
            found.put(PublicKey.of(bytes), tunnel);
          });
    }
    return found;
  }

  /** F03. */
  static void sharedKeys(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      var same = tunnel.tunnel().publicKey().map(in::withKey).orElse(List.of());
      if (same.size() > 1 && same.getFirst() != tunnel) {
        report.error(
            "F03",
            tunnel.node(),
            in.place(tunnel, Setting.PRIVATE_KEY),
            same.getFirst().name(),
            tunnel.name());
      }
    }
  }

  /** F04. */
  static void presharedKeys(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      if (link.back().isEmpty()
          || link.back().get().presharedKey().equals(link.peer().presharedKey())) {
        continue;
      }
      boolean first = link.near().name().compareTo(link.peerName()) < 0;
      boolean both =
          link.peer().presharedKey().isPresent() && link.back().get().presharedKey().isPresent();
      if (both ? first : link.peer().presharedKey().isEmpty()) {
        report.error(
            both ? "F04" : "F04.missing",
            link.near().node(),
            in.place(link, Setting.PRESHARED_KEY),
            link.near().name(),
            link.peerName());
      }
    }
  }

  /** F05. */
  static void ownKeys(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      if (link.near().tunnel().publicKey().equals(Optional.of(link.peer().publicKey()))) {
        report.warning("F05", link.near().node(), in.place(link), link.near().name());
      }
    }
  }

  /** F06. */
  static void repeatedPeers(Inspection in, FaultReport report) {
    var seen = new HashSet<PublicKey>();
    var current = Optional.<InspectedTunnel>empty();
    for (var link : in.links()) {
      if (!current.equals(Optional.of(link.near()))) {
        current = Optional.of(link.near());
        seen.clear();
      }
      if (!seen.add(link.peer().publicKey())) {
        report.error("F06", link.near().node(), in.place(link), link.peerName());
      }
    }
  }

  /** Whether a node has lines that can't be read; its key may stand in one of them. */
  static boolean isUnread(Inspection in, InspectedTunnel tunnel) {
    return in.subject().read().stream()
        .filter(finding -> finding.node().equals(Optional.of(tunnel.name())))
        .filter(finding -> finding.severity() == Severity.ERROR)
        .anyMatch(finding -> UNREAD.contains(finding.code()));
  }

  /** F01 for an interface that has no key of its own at all. */
  static void missingPrivateKeys(Inspection in, FaultReport report) {
    for (var tunnel : in.tunnels()) {
      if (tunnel.tunnel().publicKey().isEmpty() && !isUnread(in, tunnel)) {
        report.error("F01.none", tunnel.node(), in.place(tunnel), tunnel.tunnel().name().text());
      }
    }
  }
}
