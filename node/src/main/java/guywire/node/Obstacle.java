package guywire.node;

import guywire.network.text.Text;

/**
 * Something that a host lacks, or that stands in the way of its tunnels.
 *
 * @param kind what it concerns
 * @param serious whether it keeps packets from passing, as far as is known; otherwise it may, or
 *     may later
 * @param what what is the matter
 * @param mend what to do about it
 */
public record Obstacle(Kind kind, boolean serious, Text what, Text mend) {

  /** What it concerns. */
  public enum Kind {
    PROGRAM,
    KERNEL,
    NODE,
    FORWARDING,
    REVERSE_PATH,
    FIREWALL,
    CLOCK,
    MTU
  }

  /** One whose two texts have keys that begin alike. */
  static Obstacle of(Kind kind, boolean serious, String key, Object... arguments) {
    return new Obstacle(
        kind,
        serious,
        Text.of(Obstacle.class, "ailment." + key, arguments),
        Text.of(Obstacle.class, "ailment-mend." + key, arguments));
  }
}
