package guywire.lab;

import guywire.network.Name;
import guywire.network.Network;
import java.util.Locale;
import java.util.Map;

/**
 * How a lab is run.
 *
 * @param tunnels what carries the packets
 * @param apply what sets the nodes up
 * @param written what stands on the nodes' own disks, where that is to be used as it is
 */
public record LabOptions(TunnelPrograms tunnels, Apply apply, Map<Name, WrittenNode> written) {

  /** What sets the nodes up. */
  public enum Apply {
    /** Guywire itself, as on a real host. */
    GUYWIRE,
    /** The real wg-quick, with the files that are rendered for it. */
    WG_QUICK,
    /** The real wg-quick, with the nodes' own files as they are, hooks and all. */
    FILES,
    /**
     * A server that the nodes join, or that gives them files: whoever starts the lab sees to it.
     */
    SERVE;

    /** The word users write, such as wg-quick. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Copies the map. */
  public LabOptions {
    written = Map.copyOf(written);
  }

  /**
   * What a network can be by these. Files know no agent: so there is one way to each destination.
   */
  public Network of(Network whole) {
    return apply == Apply.WG_QUICK ? whole.withoutAgents() : whole;
  }

  /** Guywire's own data plane, set up by Guywire. */
  public static final LabOptions USUAL = new LabOptions(TunnelPrograms.GUYWIRE);

  /** A lab whose nodes Guywire sets up. */
  public LabOptions(TunnelPrograms tunnels) {
    this(tunnels, Apply.GUYWIRE);
  }

  /** A lab whose nodes are set up from what is rendered for them. */
  public LabOptions(TunnelPrograms tunnels, Apply apply) {
    this(tunnels, apply, Map.of());
  }
}
