package guywire.lab;

/**
 * How a lab is run.
 *
 * @param tunnels what carries the packets
 */
public record LabOptions(Tunnels tunnels) {

  /** Guywire's own data plane. */
  public static final LabOptions USUAL = new LabOptions(Tunnels.GUYWIRE);
}
