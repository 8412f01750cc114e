package guywire.lab;

/**
 * How a lab is run.
 *
 * @param tunnels what carries the packets
 * @param apply what sets the nodes up
 */
public record LabOptions(Tunnels tunnels, Apply apply) {

  /** What sets the nodes up. */
  public enum Apply {
    /** Guywire itself, as on a real host. */
    GUYWIRE,
    /** The real wg-quick, with the files that are rendered for it. */
    WG_QUICK;

    /** The word users write, such as wg-quick. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  /** Guywire's own data plane, set up by Guywire. */
  public static final LabOptions USUAL = new LabOptions(Tunnels.GUYWIRE);

  /** A lab whose nodes Guywire sets up. */
  public LabOptions(Tunnels tunnels) {
    this(tunnels, Apply.GUYWIRE);
  }
}
