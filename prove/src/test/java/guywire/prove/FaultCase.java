package guywire.prove;

import guywire.network.text.Finding;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A fault, the smallest network that shows it, and one that nearly does and must stay silent.
 *
 * @param code the fault's code
 * @param message the key of what is said: the code, or the code with a word for one of its shapes
 * @param shows what is found where the fault is
 * @param silent what is found where it nearly is
 */
record FaultCase(
    String code, String message, Supplier<List<Finding>> shows, Supplier<List<Finding>> silent) {

  /** A fault of a network, by its message key. */
  static FaultCase of(String message, Consumer<Scene> shows, Consumer<Scene> silent) {
    return new FaultCase(message.substring(0, 3), message, found(shows), found(silent));
  }

  /** Whether the fault is among these. */
  boolean isAmong(List<Finding> findings) {
    return findings.stream().anyMatch(f -> f.code().equals(code) && f.what().key().equals(message));
  }

  private static Supplier<List<Finding>> found(Consumer<Scene> make) {
    return () -> {
      var scene = new Scene();
      make.accept(scene);
      return Faults.in(scene.subject());
    };
  }

  @Override
  public String toString() {
    return code + " " + message;
  }
}
