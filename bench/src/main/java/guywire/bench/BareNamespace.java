package guywire.bench;

import java.util.ArrayList;
import java.util.List;

/** A network namespace without a tunnel. */
final class BareNamespace implements AutoCloseable {

  private final String name;

  BareNamespace(String name) {
    this.name = name;
    Shell.attempt("ip", "netns", "del", name);
    Shell.run("ip", "netns", "add", name);
    Shell.run("ip", "-n", name, "link", "set", "lo", "up");
  }

  /** Joins it to a host by a cable of a /24, as .1. */
  void cableTo(BenchHost host, String subnet) {
    BenchHost.cable(name, host.name(), subnet);
  }

  /** Runs a command inside. */
  String inside(String... command) {
    var all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(List.of(command));
    return Shell.run(all);
  }

  @Override
  public void close() {
    Shell.attempt("ip", "netns", "del", name);
  }
}
