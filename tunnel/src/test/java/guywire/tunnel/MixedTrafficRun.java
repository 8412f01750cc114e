package guywire.tunnel;

import guywire.tunnel.cipher.Engines;

/** {@link MixedTrafficTest} for one engine in a process of its own. */
public final class MixedTrafficRun {

  private MixedTrafficRun() {}

  /**
   * Runs all seeds; what is thrown ends the process.
   *
   * @param arguments the engine's name, whether on two threads, whether the long form
   */
  public static void main(String[] arguments) {
    Engines.Choice engine =
        Engines.present().stream()
            .filter(choice -> choice.name().equals(arguments[0]))
            .findFirst()
            .orElseThrow();
    MixedTrafficTest.runAll(
        engine, Boolean.parseBoolean(arguments[1]), Boolean.parseBoolean(arguments[2]));
    System.exit(0);
  }
}
