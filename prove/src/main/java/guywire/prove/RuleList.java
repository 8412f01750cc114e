package guywire.prove;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Rules in their order, to which others are added at both ends, and of which the first that is like
 * another is taken away. Each costs the same however many there are, as there may be very many in a
 * file that somebody sent. Not safe for use by several threads.
 *
 * @param <T> what a rule is
 */
final class RuleList<T> {

  private static final class Slot<T> {
    private final Object likeness;
    private final T rule;
    private boolean gone;

    Slot(Object likeness, T rule) {
      this.likeness = likeness;
      this.rule = rule;
    }
  }

  private final Deque<Slot<T>> slots = new ArrayDeque<>();
  private final Map<Object, Deque<Slot<T>>> alike = new HashMap<>();
  private int size;

  /**
   * Adds a rule behind the others.
   *
   * @param likeness what it has in common with those that a command means that deletes it
   */
  void addLast(Object likeness, T rule) {
    var slot = new Slot<>(likeness, rule);
    slots.addLast(slot);
    size++;
    alike.computeIfAbsent(likeness, _ -> new ArrayDeque<>()).addLast(slot);
  }

  /** Adds a rule ahead of the others. */
  void addFirst(Object likeness, T rule) {
    var slot = new Slot<>(likeness, rule);
    slots.addFirst(slot);
    size++;
    alike.computeIfAbsent(likeness, _ -> new ArrayDeque<>()).addFirst(slot);
  }

  /** Takes the first of those that are alike away; false if there is none. */
  boolean remove(Object likeness) {
    var those = alike.getOrDefault(likeness, new ArrayDeque<>());
    if (those.isEmpty()) {
      return false;
    }
    those.removeFirst().gone = true;
    size--;
    return true;
  }

  /** Whether one is there that is alike. */
  boolean has(Object likeness) {
    return !alike.getOrDefault(likeness, new ArrayDeque<>()).isEmpty();
  }

  /** The rules in their order. */
  List<T> rules() {
    var rules = new ArrayList<T>();
    for (var slot : slots) {
      if (!slot.gone) {
        rules.add(slot.rule);
      }
    }
    return rules;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Takes all away that a predicate names. */
  void removeIf(Predicate<T> named) {
    var others = slots.stream().filter(slot -> !slot.gone && !named.test(slot.rule)).toList();
    clear();
    others.forEach(slot -> addLast(slot.likeness, slot.rule));
  }

  /** Moves all rules to the front of others. */
  void moveAheadOf(RuleList<T> others) {
    for (var each = slots.descendingIterator(); each.hasNext(); ) {
      var slot = each.next();
      if (!slot.gone) {
        others.addFirst(slot.likeness, slot.rule);
      }
    }
    clear();
  }

  private void clear() {
    slots.clear();
    alike.clear();
    size = 0;
  }
}
