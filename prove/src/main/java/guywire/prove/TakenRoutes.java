package guywire.prove;

import guywire.address.Prefix;
import guywire.network.Routes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which interface has the route to a prefix in a table. Each question and each change costs the
 * same however many routes there are. Not safe for use by several threads.
 */
final class TakenRoutes {

  private record Slot(long table, Prefix prefix) {}

  private final Map<Slot, String> devices = new HashMap<>();
  private final Map<String, Set<Slot>> slots = new HashMap<>();
  private final Map<Long, Integer> tables = new HashMap<>();

  /** No table from wg-quick's first up to this one is empty. */
  private long firstFree = Routes.USUAL_MARK;

  Optional<String> device(long table, Prefix prefix) {
    return Optional.ofNullable(devices.get(new Slot(table, prefix)));
  }

  /** Makes a route in place of one that is there. */
  void put(long table, Prefix prefix, String device) {
    var slot = new Slot(table, prefix);
    var other = devices.put(slot, device);
    if (other == null) {
      tables.merge(table, 1, Integer::sum);
    } else {
      var its = slots.get(other);
      if (its != null) {
        its.remove(slot);
      }
    }
    slots.computeIfAbsent(device, name -> new HashSet<>()).add(slot);
  }

  /** Makes a route unless there is one; then it returns whose that is. */
  Optional<String> putIfAbsent(long table, Prefix prefix, String device) {
    var other = device(table, prefix);
    if (other.isEmpty()) {
      put(table, prefix, device);
    }
    return other;
  }

  /** Takes all routes of an interface away. */
  void takeAway(String device) {
    var its = slots.remove(device);
    if (its == null) {
      return;
    }
    for (var slot : its) {
      devices.remove(slot);
      if (tables.merge(slot.table(), -1, Integer::sum) == 0) {
        tables.remove(slot.table());
        if (slot.table() >= Routes.USUAL_MARK) {
          firstFree = Math.min(firstFree, slot.table());
        }
      }
    }
  }

  /** The first empty table from that on which wg-quick takes. */
  long emptyTable() {
    while (tables.containsKey(firstFree)) {
      firstFree++;
    }
    return firstFree;
  }
}
