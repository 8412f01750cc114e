package guywire.prove;

import guywire.address.Prefix;
import guywire.network.NodeConfig;
import guywire.network.Setback.SetUpStep;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Faults of setting up: F54 where a route is there already, and F75. */
final class SetUpFaults {

  private SetUpFaults() {}

  /** What ends an interface while it is set up, unless the file's reader said it. */
  static void find(Inspection in, FaultReport report) {
    var said = said(in);
    var troubles = in.reachability().troubles();
    for (var node : in.nodes()) {
      for (var trouble : troubles.getOrDefault(node.name(), List.of())) {
        var place =
            trouble.known().map(k -> k.place()).orElse(in.subject().place(node, trouble.part()));
        if (!said.contains(place)) {
          tell(in, node, trouble, place, report);
        }
      }
    }
  }

  /** Where something is said to be wrong already. */
  private static Set<Place> said(Inspection in) {
    return in.subject().read().stream()
        .filter(finding -> finding.severity() == Severity.ERROR)
        .map(Finding::place)
        .collect(Collectors.toSet());
  }

  private static void tell(
      Inspection in, NodeConfig node, SetUp.Trouble trouble, Place place, FaultReport report) {
    boolean down = in.isLost(node, trouble.tunnel());
    String tunnel = trouble.tunnel().text();
    boolean computed = trouble.known().isEmpty();
    if (computed && trouble.step() == SetUpStep.ROUTE && trouble.text().arguments().size() == 2) {
      report.error(
          down ? "F54.twice" : "F54.kept",
          node,
          place,
          trouble.text().arguments().get(0),
          trouble.text().arguments().get(1),
          tunnel);
      report.proposing(finding -> keptOnce(node, trouble, finding.mend()));
    } else if (trouble.step() != SetUpStep.DNS && !(computed && trouble.step() == SetUpStep.LINK)) {
      report.error(
          down ? key(trouble.step()) : "F75.partly",
          node,
          place,
          tunnel,
          node.name().text(),
          trouble.text());
    }
  }

  /** Takes a prefix that two interfaces route from one of them. */
  private static List<Mend> keptOnce(NodeConfig node, SetUp.Trouble trouble, Text either) {
    var prefix = Prefix.tryParse(String.valueOf(trouble.text().arguments().get(0)));
    String other = String.valueOf(trouble.text().arguments().get(1));
    var here = without(node, trouble.tunnel().text(), prefix.orElseThrow());
    var there = without(node, other, prefix.orElseThrow());
    var mends = new ArrayList<Mend>();
    if (!here.isEmpty() && !there.isEmpty()) {
      mends.add(new Mend(either, List.of(here, there), Optional.empty()));
    }
    if (!here.isEmpty()) {
      mends.add(Mend.like("F54.here", either, here.toArray(FileEdit[]::new)));
    }
    if (!there.isEmpty()) {
      mends.add(Mend.like("F54.there", either, there.toArray(FileEdit[]::new)));
    }
    return mends;
  }

  private static List<FileEdit> without(NodeConfig node, String tunnel, Prefix prefix) {
    return node.interfaces().stream()
        .filter(one -> one.name().text().equals(tunnel))
        .flatMap(one -> one.peers().stream())
        .filter(peer -> peer.allowedIps().contains(prefix))
        .map(peer ->
            (FileEdit)
                new FileEdit.ReplaceAllowed(
                    node.name(), peer.publicKey().toString(), peer, prefix, List.of()))
        .toList();
  }

  private static String key(SetUpStep step) {
    return switch (step) {
      case PRE_UP, POST_UP -> "F75";
      default -> "F75.step";
    };
  }
}
