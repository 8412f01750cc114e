package guywire.control.change;

import guywire.network.text.Finding;
import guywire.prove.Judgement;
import guywire.prove.LookupJudgement;
import guywire.prove.NetworkDiff;
import guywire.prove.NetworkDiff.Shift;
import java.util.List;
import java.util.Optional;

/**
 * What a change would do, and whether it may land.
 *
 * @param findings what is wrong or doubtful in the new definition
 * @param broken the promises that it breaks, each with the packet that shows it
 * @param brokenLookups the promises about names that it breaks
 * @param difference what it changes for whom; empty if the new definition can't work
 * @param refused who loses reach though nobody said that he may be cut off
 * @param holds whether the new network works and keeps its promises
 */
public record Preview(
    List<Finding> findings,
    List<Judgement> broken,
    List<LookupJudgement> brokenLookups,
    Optional<NetworkDiff> difference,
    List<Shift> refused,
    boolean holds) {

  /** Copies the lists. */
  public Preview {
    findings = List.copyOf(findings);
    broken = List.copyOf(broken);
    brokenLookups = List.copyOf(brokenLookups);
    refused = List.copyOf(refused);
  }

  /** Whether the change may land. */
  public boolean lands() {
    return holds && refused.isEmpty();
  }
}
