package guywire.format.shell;

import guywire.format.input.Command;
import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Source;
import guywire.format.shell.ShellWords.Linked;
import guywire.network.Hook;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands of one hook, as the shell runs them that wg-quick starts for it: with {@code set -e}
 * and {@code pipefail}. A command behind {@code &&} or {@code ||} runs if the one before it did
 * well or failed; where that is not known, neither is what the command does.
 */
final class HookLine {

  /** How a command ended, for those that hang on it. */
  private enum Ended {
    WELL,
    BADLY,
    OPEN
  }

  private HookLine() {}

  /** The effects of a hook's commands, in their order. */
  static List<HookEffect> read(int hook, Hook.When when, String command, HookReader.Made host) {
    var commands = ShellWords.linked(command);
    var effects = new ArrayList<HookEffect>();
    var before = Ended.WELL;
    String link = ";";
    for (int i = 0; i < commands.size(); i++) {
      var one = commands.get(i);
      if (!link.equals("&&") && !link.equals("||")) {
        before = Ended.WELL;
      }
      boolean surely =
          !link.equals("||") && before == Ended.WELL || link.equals("||") && before == Ended.BADLY;
      if (surely || before == Ended.OPEN) {
        var source = new Source(hook, when, Command.line(one.words()), isForgiven(commands, i));
        var own = HookReader.effects(source, one.words(), host);
        if (isEnd(one) && surely && own.getFirst() instanceof HookEffect.Harmless) {
          break;
        }
        before = surely ? ended(one, own) : Ended.OPEN;
        own.forEach(effect -> effects.add(surely ? forgiven(effect) : perhaps(effect)));
      }
      link = one.end();
    }
    return effects;
  }

  private static boolean isEnd(Linked command) {
    return command.words().getFirst().equals("exit");
  }

  /**
   * Whether a failure of the command is none of the hook: it is in the background, something is
   * done instead, or it is a condition of what follows and not the end.
   */
  private static boolean isForgiven(List<Linked> commands, int at) {
    int last = at;
    boolean alternative = false;
    while (last < commands.size() && commands.get(last).end().matches("&&|\\|\\||\\|")) {
      alternative |= commands.get(last).end().equals("||");
      last++;
    }
    boolean background = last < commands.size() && commands.get(last).end().equals("&");
    boolean condition = commands.get(at).end().equals("&&") && last + 1 < commands.size();
    return alternative || background || condition;
  }

  private static Ended ended(Linked command, List<HookEffect> effects) {
    if (effects.stream().anyMatch(HookEffect.Fails.class::isInstance)) {
      return Ended.BADLY;
    }
    var words = command.words();
    boolean asks = words.stream().anyMatch(word -> word.equals("-C") || word.equals("--check"));
    if (asks && words.getFirst().matches("(.*/)?(sudo|ip6?tables.*)")) {
      // What is asked for is not there yet, or the command behind it says nothing new.
      return Ended.BADLY;
    }
    return effects.stream().anyMatch(HookEffect.NotUnderstood.class::isInstance)
            || HookReader.isQuestion(words)
        ? Ended.OPEN
        : Ended.WELL;
  }

  private static HookEffect forgiven(HookEffect effect) {
    return effect instanceof HookEffect.Fails && effect.source().forgiven()
        ? new HookEffect.Harmless(effect.source())
        : effect;
  }

  /** What is known of a command that runs on a condition that is not known. */
  private static HookEffect perhaps(HookEffect effect) {
    return effect instanceof HookEffect.Harmless
        ? effect
        : new HookEffect.NotUnderstood(effect.source());
  }
}
