package guywire.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** Runs a test's body on a thread whose network namespace is new and ends with the thread. */
final class NewNamespace {

  private static final int CLONE_NEWNET = 0x40000000;

  private NewNamespace() {}

  static <T> T call(Callable<T> body) throws Exception {
    var linker = Linker.nativeLinker();
    var unshare =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("unshare"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    var task =
        new FutureTask<>(() -> {
          try {
            assertThat((int) unshare.invokeExact(CLONE_NEWNET)).isZero();
          } catch (Throwable e) {
            throw new IllegalStateException("unshare needs root", e);
          }
          return body.call();
        });
    Thread.ofPlatform().start(task);
    return task.get();
  }

  /** What a command prints, run in the calling thread's namespace; it must succeed. */
  static String run(String... command) {
    try {
      Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
      return output;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
