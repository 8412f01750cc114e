package guywire.agent;

import guywire.network.managed.Report;
import guywire.network.managed.Report.ForwardReport;
import guywire.node.Machine;
import java.util.List;

/** What a node of this host passes on, as its server is told of it. */
final class ForwardsInUse {

  private ForwardsInUse() {}

  static List<ForwardReport> of(String node) {
    return ForwardStatus.all(Machine.LOCAL).stream()
        .filter(each -> each.node().text().equals(node))
        .limit(Report.MOST_FORWARDS)
        .map(each ->
            new ForwardReport(
                each.asker(),
                each.address(),
                each.transport(),
                each.port(),
                each.target(),
                each.targetPort(),
                each.secondsLeft(),
                each.connections(),
                each.connectionsSoFar(),
                each.bytes()))
        .toList();
  }
}
