package guywire.node;

import guywire.network.InterfaceName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that carries a tunnel's packets, found by how it was called: {@code PROGRAM -f
 * INTERFACE}.
 *
 * @param pid its number in the machine's process namespace
 */
record TunnelProcess(long pid) {

  private static final long ENDING_SECONDS = 3;

  /** Those of an interface on a machine. */
  static List<TunnelProcess> of(Tools tools, InterfaceName name) {
    var found = new ArrayList<TunnelProcess>();
    String ending = "\0-f\0" + name + "\0";
    try (var processes = Files.newDirectoryStream(proc(tools), "[0-9]*")) {
      for (var process : processes) {
        if (read(process.resolve("cmdline")).endsWith(ending) && isTunnel(process)) {
          found.add(new TunnelProcess(Long.parseLong(process.getFileName().toString())));
        }
      }
    } catch (IOException e) {
      // Without /proc nothing is found: the interface's own end has to do.
    }
    return found;
  }

  /** By its namespace: another one's tunnel may have the same name there. */
  private static boolean isTunnel(Path process) {
    try {
      return Files.readSymbolicLink(process.resolve("ns/net"))
          .equals(Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends it, however long it takes about it. */
  void end(Tools tools) {
    for (var signal : List.of("-TERM", "-KILL")) {
      tools.commands().run("", "kill", signal, String.valueOf(pid));
      if (LongProcess.await(
          () -> !Files.exists(proc(tools).resolve(pid + "/exe")), ENDING_SECONDS)) {
        return;
      }
    }
  }

  private static Path proc(Tools tools) {
    return tools.machine().root().resolve("proc");
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      // It ended between the two looks.
      return "";
    }
  }
}
