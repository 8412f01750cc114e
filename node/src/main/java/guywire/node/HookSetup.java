package guywire.node;

import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.util.List;

/** The shell commands of a configuration: shown, or run with the owner's leave. */
record HookSetup(Commands commands, InterfaceName name, HookLeave leave, Progress progress) {

  /** Those of this moment, with the interface's name filled in. */
  List<String> of(List<Hook> hooks, Hook.When when) {
    return hooks.stream()
        .filter(hook -> hook.when() == when)
        .map(hook -> hook.command().replace("%i", hook.tunnel().orElse(name).text()))
        .toList();
  }

  /**
   * Runs or shows commands, in order.
   *
   * @throws SetupFailure if one fails; those after it are not run
   */
  void meet(Hook.When when, List<String> lines) {
    for (var line : lines) {
      if (leave == HookLeave.SHOWN) {
        progress.step(Text.of(HookSetup.class, "hook.shown", when.key(), line));
        continue;
      }
      progress.step(Text.of(HookSetup.class, "hook.run", when.key(), line));
      // A hook is a line of bash by wg-quick's definition.
      var ended = commands.run("", List.of("bash", "-c", line));
      if (!ended.succeeded()) {
        throw new SetupFailure(
            Text.of(
                HookSetup.class, "hook.failed", when.key(), line, String.valueOf(ended.status())));
      }
    }
  }
}
