package guywire.node;

import java.util.List;
import java.util.Locale;

/** What carries the packets of a tunnel interface. */
public sealed interface TunnelProgram {

  /** The kernel's WireGuard where there is one, otherwise Guywire's own data plane. */
  TunnelProgram AUTOMATIC = new Automatic();

  /** Guywire's own data plane. */
  TunnelProgram GUYWIRE = new Guywire();

  /** The data plane written in Go, where it is installed. */
  TunnelProgram WIREGUARD_GO = new Command("wireguard-go");

  /**
   * The program of this name: {@code automatic}, {@code guywire} and {@code kernel} in any case, or
   * any other program's.
   */
  static TunnelProgram named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "automatic" -> AUTOMATIC;
      case "guywire" -> GUYWIRE;
      case "kernel" -> new Kernel();
      default -> new Command(name);
    };
  }

  /**
   * The command that runs Guywire's own data plane, as this process knows it.
   *
   * @param arguments what follows, such as {@code -f}; the interface comes last
   */
  static List<String> own(String... arguments) {
    return LongProcess.tunnel(arguments);
  }

  /** The kernel's WireGuard where there is one, otherwise Guywire's own data plane. */
  record Automatic() implements TunnelProgram {}

  /** The kernel's WireGuard and nothing else. */
  record Kernel() implements TunnelProgram {}

  /**
   * Guywire's own data plane: in a process of its own, or in the one that the machine's tunnels
   * share with those of others.
   */
  record Guywire() implements TunnelProgram {}

  /**
   * A program that is called as {@code PROGRAM -f INTERFACE}, makes the interface, and is spoken to
   * through {@code /run/wireguard/INTERFACE.sock}, as wg-quick expects it.
   *
   * @param program its path, or its name to be found in PATH
   */
  record Command(String program) implements TunnelProgram {}
}
