package guywire.agent;

import guywire.agent.choice.Standing.Life;
import guywire.network.managed.Report.WayReport;
import guywire.node.Machine;
import java.util.ArrayList;
import java.util.List;

/** The ways in use of a node of this host, as its server is told of them. */
final class WaysInUse {

  private WaysInUse() {}

  static List<WayReport> of(String node) {
    var ways = new ArrayList<WayReport>();
    for (var status : AgentStatus.all(Machine.LOCAL)) {
      if (status.node().text().equals(node)) {
        for (var reached : status.destinations()) {
          reached
              .used()
              .map(way ->
                  new WayReport(reached.node(), way.tunnel(), way.via(), way.life() == Life.ALIVE))
              .ifPresent(ways::add);
        }
      }
    }
    return ways;
  }
}
