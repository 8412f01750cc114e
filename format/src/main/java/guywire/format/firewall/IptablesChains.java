package guywire.format.firewall;

import guywire.address.IpAddress.Family;
import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Chain;
import guywire.format.input.HookEffect.Source;
import guywire.network.FilterRule.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The chains that a command of iptables is about. */
final class IptablesChains {

  private static final Set<String> BUILT_IN =
      Set.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING");

  /** The chains of ufw that commands put rules into. */
  private static final String OF_UFW = "ufw6?-(before|user|after)-(input|forward|output)";

  private final IptablesLine line;
  private final Family family;
  private final Set<String> made;

  /**
   * Those of one command.
   *
   * @param made the chains that commands before it made; one that it makes is added
   */
  IptablesChains(IptablesLine line, Family family, Set<String> made) {
    this.line = line;
    this.family = family;
    this.made = made;
  }

  /** Whether a command before it made a chain of this name. */
  boolean isMade(String name) {
    return made.contains(own(name));
  }

  /** The chain that a chain of ufw is for, in which rules of users stand. */
  static Optional<Chain> ofUfw(String name) {
    return name.matches(OF_UFW)
        ? builtIn(name.substring(name.lastIndexOf('-') + 1).toUpperCase(Locale.ROOT))
        : Optional.empty();
  }

  /** A chain of a table as it stands among those that were made. */
  private String own(String name) {
    return family + " " + line.last("-t").orElse("filter") + " " + name;
  }

  /** Whether it is sure that there is a chain of this name. */
  boolean isThere(String name) {
    return BUILT_IN.contains(name)
        || builtIn(name).isPresent()
        || ofUfw(name).isPresent()
        || isMade(name);
  }

  /** What is done to chains rather than to rules, and what only looks. */
  Optional<HookEffect> effect(Source source) {
    for (var option : line.options()) {
      String name = option.value();
      boolean there = name.isEmpty() || isThere(name);
      var wanted = builtIn(name);
      boolean filter = line.last("-t").orElse("filter").equals("filter");
      switch (option.name()) {
        case "-N" -> {
          made.add(own(name));
          return Optional.of(new HookEffect.Harmless(source));
        }
        case "-E" -> {
          return Optional.of(new HookEffect.NotUnderstood(source));
        }
        case "-L", "-S", "-Z", "-X" -> {
          return Optional.of(
              there ? new HookEffect.Harmless(source) : new HookEffect.NotUnderstood(source));
        }
        case "-P" -> {
          return Optional.of(
              wanted.isPresent() && filter
                  ? new HookEffect.Policy(
                      source,
                      wanted.get(),
                      List.of(family),
                      option.values().get(1).equals("ACCEPT") ? Verdict.ACCEPT : Verdict.DROP)
                  : new HookEffect.NotUnderstood(source));
        }
        case "-F" -> {
          return Optional.of(
              filter && (name.isEmpty() || wanted.isPresent())
                  ? new HookEffect.Flushes(source, wanted, family)
                  : new HookEffect.NotUnderstood(source));
        }
        default -> {}
      }
    }
    return Optional.empty();
  }

  /** The chain of its name that the kernel has, or Docker. */
  static Optional<Chain> builtIn(String name) {
    return switch (name) {
      case "INPUT" -> Optional.of(Chain.INPUT);
      case "FORWARD" -> Optional.of(Chain.FORWARD);
      case "OUTPUT" -> Optional.of(Chain.OUTPUT);
      case "DOCKER-USER" -> Optional.of(Chain.DOCKER_USER);
      default -> Optional.empty();
    };
  }
}
