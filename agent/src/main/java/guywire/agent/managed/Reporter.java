package guywire.agent.managed;

import guywire.guard.PlainText;
import guywire.network.managed.Report;
import guywire.network.managed.Report.PeerReport;
import guywire.network.managed.Report.WayReport;
import guywire.node.Machine;
import guywire.node.NodeState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What this host tells its server: its peers, its ways, what it is set up by. */
final class Reporter {

  /** The version of this program. */
  static final String PROGRAM = "0.1.0";

  private static final int LONGEST_ENDPOINT = 60;

  private Reporter() {}

  /** What is to be told now. */
  static Report made(
      Optional<Report.Applied> applied,
      Optional<Report.Rejected> rejected,
      String node,
      List<WayReport> ways) {
    var peers = new ArrayList<PeerReport>();
    Instant now = Clock.systemUTC().instant();
    for (var state : NodeState.all(Machine.LOCAL)) {
      if (state.node().equals(Optional.of(node))) {
        state.peers().forEach(peer -> peers.add(peer(state, peer, now)));
      }
    }
    return new Report(1, PROGRAM, applied, rejected, first(peers), first(ways));
  }

  private static <T> List<T> first(List<T> list) {
    return list.subList(0, Math.min(Report.MOST, list.size()));
  }

  private static PeerReport peer(NodeState state, NodeState.PeerState peer, Instant now) {
    return new PeerReport(
        state.name(),
        peer.publicKey(),
        peer.latestHandshake()
            .map(at -> OptionalLong.of(Math.max(0, Duration.between(at, now).toSeconds())))
            .orElse(OptionalLong.empty()),
        peer.endpoint()
            .filter(text -> text.length() <= LONGEST_ENDPOINT && PlainText.isPlain(text)),
        peer.receivedBytes(),
        peer.sentBytes());
  }
}
