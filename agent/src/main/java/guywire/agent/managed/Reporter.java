package guywire.agent.managed;

import guywire.guard.PlainText;
import guywire.network.managed.Report;
import guywire.network.managed.Report.ForwardReport;
import guywire.network.managed.Report.Mend;
import guywire.network.managed.Report.PeerReport;
import guywire.network.managed.Report.WayReport;
import guywire.network.managed.Report.Words;
import guywire.node.DriftReport;
import guywire.node.Machine;
import guywire.node.NodeState;
import guywire.node.SerializedText;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What this host tells its server: its peers, its ways, what it is set up by and is no longer. */
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
      List<WayReport> ways,
      List<ForwardReport> forwards) {
    var peers = new ArrayList<PeerReport>();
    var drift = new ArrayList<Words>();
    Instant now = Clock.systemUTC().instant();
    for (var state : NodeState.all(Machine.LOCAL)) {
      if (state.node().equals(Optional.of(node))) {
        state.peers().forEach(peer -> peers.add(peer(state, peer, now)));
        state.drift().forEach(text -> drift.add(Words.of(text)));
      }
    }
    return new Report(
        1,
        PROGRAM,
        applied,
        rejected,
        first(peers, Report.MOST),
        first(ways, Report.MOST),
        OptionalLong.of(now.toEpochMilli()),
        first(drift, Report.MOST_DRIFT),
        mends(node, now),
        forwards);
  }

  private static <T> List<T> first(List<T> list, int most) {
    return list.subList(0, Math.min(most, list.size()));
  }

  /** What was done for a node, of each thing the latest. */
  private static List<Mend> mends(String node, Instant now) {
    var latest = new LinkedHashMap<SerializedText, DriftReport>();
    for (var done : DriftReport.all(Machine.LOCAL)) {
      if (done.node().text().equals(node)) {
        latest.remove(done.what());
        latest.put(done.what(), done);
      }
    }
    var mends =
        latest.values().stream()
            .map(done ->
                new Mend(
                    outcome(done.outcome()),
                    Words.of(done.words()),
                    Math.max(0, now.getEpochSecond() - done.atSeconds())))
            .toList();
    return mends.subList(Math.max(0, mends.size() - Report.MOST_DRIFT), mends.size());
  }

  private static Mend.Outcome outcome(DriftReport.Outcome outcome) {
    return switch (outcome) {
      case MENDED -> Mend.Outcome.MENDED;
      case GIVEN_UP -> Mend.Outcome.GIVEN_UP;
      case FAILED -> Mend.Outcome.FAILED;
    };
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
