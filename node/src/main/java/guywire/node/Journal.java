package guywire.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What was done on a machine and how each of it is undone: the way to "all or nothing". */
final class Journal {

  private final Deque<Runnable> undoes = new ArrayDeque<>();

  /** Remembers how the step just done is undone. */
  void add(Runnable undo) {
    undoes.push(undo);
  }

  /**
   * Undoes all steps, the last one first; a step that can't be undone does not keep the others from
   * it.
   *
   * @return what could not be undone
   */
  List<RuntimeException> rollBack() {
    var failures = new ArrayList<RuntimeException>();
    while (!undoes.isEmpty()) {
      try {
        undoes.pop().run();
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
    return failures;
  }
}
