package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import guywire.prove.Stop.Why;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Proves the mends of findings: each is made in a copy of the network. One that takes the reach of
 * anybody away, that leaves the fault where it is, or that makes a new one, is not said.
 *
 * <p>Who reaches whom is compared for a pair of each two groups that behave alike, and for the node
 * that is changed with everybody. In a network of thousands the first of many mends of one kind
 * stand for the rest: they are alike, or there would be fewer.
 */
final class MendProof {

  /**
   * Up to this many tunnels every check is made again after an edit, else the one that found it.
   */
  private static final int EVERY_CHECK = 64;

  /** The work that is spent on mends, in nodes and entries read. */
  private static final long MOST_WORK = 400_000;

  /** So many mends of one kind that all hold, or all don't, stand for the rest of it. */
  private static final int MOST_OF_A_KIND = 64;

  /** Findings that say that somebody's entries are wrong, of which others may be consequences. */
  private static final Set<String> CAUSES =
      Set.of("F01", "F02", "F06", "F10", "F11", "F12", "F17", "F18", "F54", "F75");

  /** A pair that is asked, in a family. */
  private record Pair(Spot from, Spot to, Family family) {}

  private final Inspection before;
  private final long size;
  private final Map<String, Integer> proven = new HashMap<>();
  private final Map<String, Integer> refuted = new HashMap<>();
  private long work;

  MendProof(Inspection before) {
    this.before = before;
    this.size = before.nodes().size() + (long) before.links().size();
  }

  /**
   * A check's findings with mends that hold; a finding is left out if all it says is what another
   * one's fault leads to.
   *
   * @param report what the check found
   * @param check the check
   * @param all what every check found
   */
  List<Finding> proven(FaultReport report, Faults.Check check, Set<Finding> all) {
    var kept = new ArrayList<Finding>();
    for (var finding : report.all()) {
      var mends = report.mends(finding);
      var holding = mends.stream().filter(mend -> holds(finding, mend, check, all)).findFirst();
      if (mends.isEmpty()) {
        kept.add(finding);
      } else if (holding.isPresent()) {
        kept.add(mended(finding, holding.get().text()));
      } else if (!isConsequence(finding, all)) {
        kept.add(mended(finding, Text.of(MendProof.class, "mend.unproven")));
      }
    }
    return kept;
  }

  private static Finding mended(Finding finding, Text mend) {
    return new Finding(
        finding.code(), finding.severity(), finding.node(), finding.place(), finding.what(), mend);
  }

  private static boolean isConsequence(Finding finding, Set<Finding> all) {
    return finding.code().equals("F14")
        && all.stream()
            .filter(other -> CAUSES.contains(other.code()) && other.node().equals(finding.node()))
            .anyMatch(other -> other.severity() == Severity.ERROR);
  }

  private boolean holds(Finding finding, Mend mend, Faults.Check check, Set<Finding> all) {
    String key = mend.text().key();
    int held = proven.getOrDefault(key, 0);
    int failed = refuted.getOrDefault(key, 0);
    boolean alike = Math.min(held, failed) == 0 && Math.max(held, failed) >= MOST_OF_A_KIND;
    if (alike || work > MOST_WORK) {
      return held > 0 && failed == 0;
    }
    boolean holds = mend.ways().stream().allMatch(way -> holds(finding, mend, way, check, all));
    (holds ? proven : refuted).merge(key, 1, Integer::sum);
    return holds;
  }

  private boolean holds(
      Finding finding, Mend mend, List<FileEdit> edits, Faults.Check check, Set<Finding> all) {
    var network = before.subject().network();
    for (var edit : edits) {
      network = Edited.applied(network, edit);
    }
    var after = Reachability.of(network);
    return keepsReach(edits, after)
        && mend.opens().map(call -> opens(after, call)).orElse(true)
        && passes(network, mend)
        && removes(finding, check, all, network, after);
  }

  /** Whether a filter lets through what a mend is for, by its rules that ask for no more. */
  private static boolean passes(Network network, Mend mend) {
    return mend.passes()
        .flatMap(through ->
            network
                .node(through.node())
                .map(node -> FirewallFaults.letsThrough(node, through.tunnel())))
        .orElse(true);
  }

  /** Whether a tunnel can be spoken through afterwards. */
  private static boolean opens(Reachability after, Mend.Call call) {
    for (var family : Family.values()) {
      var answer =
          after.answer(
              new Spot.Node(call.from()),
              new Spot.Node(call.to()),
              family,
              Transport.ICMP,
              OptionalInt.empty());
      if (answer.flatMap(Answer::stop).filter(stop -> stop.why() == Why.NO_HANDSHAKE).isPresent()) {
        return false;
      }
    }
    return true;
  }

  /** Whether everybody reaches whom they reached before. */
  private boolean keepsReach(List<FileEdit> edits, Reachability after) {
    var pairs = pairs(edits);
    work += size + pairs.size();
    for (var pair : pairs) {
      if (works(before.reachability(), pair) && !works(after, pair)) {
        return false;
      }
    }
    return true;
  }

  private static boolean works(Reachability reachability, Pair pair) {
    return reachability
        .answer(pair.from(), pair.to(), pair.family(), Transport.ICMP, OptionalInt.empty())
        .filter(Answer::works)
        .isPresent();
  }

  private Set<Pair> pairs(List<FileEdit> edits) {
    var pairs = new LinkedHashSet<Pair>();
    for (var family : Family.values()) {
      var matrix = before.reachability().matrix(family);
      for (var cell : matrix.cells()) {
        pairs.add(new Pair(cell.sampleFrom(), cell.sampleTo(), family));
      }
      for (var edit : edits) {
        var changed = before.subject().network().node(edit.where()).map(node -> node.name());
        changed.ifPresent(
            node -> before.reachability().spots().forEach(spot -> both(pairs, node, spot, family)));
      }
    }
    return pairs;
  }

  private static void both(Set<Pair> pairs, Name node, Spot other, Family family) {
    var changed = new Spot.Node(node);
    if (!changed.equals(other)) {
      pairs.add(new Pair(changed, other, family));
      pairs.add(new Pair(other, changed, family));
    }
  }

  /** Whether the fault is gone, and no other is there that was not. */
  private boolean removes(
      Finding finding, Faults.Check check, Set<Finding> all, Network network, Reachability after) {
    var old = before.subject();
    var subject = new Subject(network, old.places(), old.facts(), old.read(), old.commands());
    var inspection = new Inspection(subject, after);
    var report = new FaultReport();
    check.look(inspection, report);
    if (report.has(finding)) {
      return false;
    }
    if (before.tunnels().size() > EVERY_CHECK) {
      return true;
    }
    var everything = new FaultReport();
    Faults.CHECKS.forEach(one -> one.look(inspection, everything));
    var known = new HashSet<List<Object>>();
    all.forEach(one -> known.add(kind(one)));
    return everything.all().stream()
        .filter(one -> one.severity() == Severity.ERROR && CAUSES.contains(one.code()))
        .allMatch(one -> known.contains(kind(one)));
  }

  private static List<Object> kind(Finding finding) {
    return List.of(finding.code(), finding.node());
  }
}
