package guywire.lab;

import guywire.network.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is to be done so that a lab built from one plan is as built from another.
 *
 * @param pulled the cables to pull out, before a machine ends
 * @param ended the machines to end
 * @param started the machines to start
 * @param plugged the cables to plug in
 * @param reloaded the machines that stay and get other rules
 */
record LabPlanChange(
    List<Cable> pulled,
    List<String> ended,
    List<PlannedMachine> started,
    List<Cable> plugged,
    List<PlannedMachine> reloaded) {

  LabPlanChange {
    pulled = List.copyOf(pulled);
    ended = List.copyOf(ended);
    started = List.copyOf(started);
    plugged = List.copyOf(plugged);
    reloaded = List.copyOf(reloaded);
  }

  /**
   * What changes.
   *
   * @param moved the roaming nodes that are no longer in their first network
   */
  static LabPlanChange between(LabPlan old, LabPlan now, Set<Name> moved) {
    Map<String, PlannedMachine> before = new HashMap<>();
    old.boxes().forEach(box -> before.put(box.name(), box));
    var started = new ArrayList<PlannedMachine>();
    var reloaded = new ArrayList<PlannedMachine>();
    for (PlannedMachine box : now.boxes()) {
      PlannedMachine was = before.remove(box.name());
      if (was == null || !was.withRuleset("").equals(box.withRuleset(""))) {
        started.add(box);
        if (was != null) {
          before.put(box.name(), was);
        }
      } else if (!was.ruleset().equals(box.ruleset())) {
        reloaded.add(box);
      }
    }
    Set<String> fresh = new HashSet<>(before.keySet());
    started.forEach(box -> fresh.add(box.name()));
    var kept = new HashSet<Cable>();
    var pulled = new ArrayList<Cable>();
    Set<Cable> wanted = Set.copyOf(now.cables());
    for (Cable cable : old.cables()) {
      boolean ends = fresh.contains(cable.one()) || fresh.contains(cable.other());
      boolean away = Name.tryParse(cable.other()).filter(moved::contains).isPresent();
      if (wanted.contains(cable) && !ends && !away) {
        kept.add(cable);
      } else {
        pulled.add(cable);
      }
    }
    return new LabPlanChange(
        pulled,
        List.copyOf(before.keySet()),
        started,
        now.cables().stream().filter(cable -> !kept.contains(cable)).toList(),
        reloaded);
  }

  /** Whether a machine is another one afterwards, with nothing set up on it. */
  boolean startsAnew(String machine) {
    return started.stream().anyMatch(box -> box.name().equals(machine));
  }
}
