package guywire.agent;

import guywire.agent.AgentStatus.DestinationStatus;
import guywire.agent.choice.Standing.Life;
import guywire.network.managed.Report.WayReport;
import guywire.network.managed.Report.Words;
import guywire.node.Machine;
import guywire.node.NodeState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ways in use of a node of this host, as its server is told of them. */
final class WaysInUse {

  private WaysInUse() {}

  static List<WayReport> of(String node) {
    var ways = new ArrayList<WayReport>();
    for (var status : AgentStatus.all(Machine.LOCAL)) {
      if (status.node().text().equals(node)) {
        var interfaces =
            status.destinations().stream().allMatch(WaysInUse::isBest)
                ? List.<NodeState>of()
                : NodeState.all(Machine.LOCAL);
        status.destinations().forEach(reached -> report(reached, interfaces).ifPresent(ways::add));
      }
    }
    return ways;
  }

  private static Optional<WayReport> report(DestinationStatus reached, List<NodeState> interfaces) {
    return reached
        .used()
        .map(way ->
            new WayReport(
                reached.node(),
                way.tunnel(),
                way.via(),
                way.life() == Life.ALIVE,
                way.roundTripMicros(),
                isBest(reached) ? Optional.empty() : Optional.of(notBest(reached, interfaces))));
  }

  private static boolean isBest(DestinationStatus reached) {
    return reached.used().equals(reached.ways().stream().findFirst());
  }

  private static Words notBest(DestinationStatus reached, List<NodeState> interfaces) {
    var best = reached.ways().getFirst();
    return Words.of(
        WayDiagnosis.of(best, reached.address(), interfaces, Clock.systemUTC().instant()).why());
  }
}
