package guywire.node;

import guywire.network.NameServer;
import guywire.network.text.Text;
import java.util.Optional;

/** Starts and stops the process of the node's name server. */
record NameServerSetup(Work work, StateFile state) {

  /** Makes it serve what is wanted, or stops it if nothing is. */
  String ensure(Optional<NameServer> wanted, String before) {
    String text = wanted.map(NameServerText::format).orElse("");
    var companion = companion();
    if (text.equals(before) && (text.isEmpty() || companion.isReady())) {
      return text;
    }
    if (!before.isEmpty()) {
      work.change(
          Text.of(NameServerSetup.class, "step.no-name-server"),
          companion::stop,
          () -> companion.start(before));
    }
    wanted.ifPresent(server ->
        work.change(
            Text.of(NameServerSetup.class, "step.name-server", server.domain()),
            () -> companion.start(text),
            companion::stop));
    return text;
  }

  void stop() {
    companion().stop();
  }

  private Companion companion() {
    return new Companion(
        work.commands(), state, NameServerProgram.FILE, "32m", NameServerProgram.class);
  }
}
