package guywire.node;

import guywire.network.text.Text;
import java.util.Optional;

/**
 * One side of a host that a node has to do with, such as its routes: what is seen of it, what a
 * configuration wants there, and how one thing of it is made to hold something else. To undo a step
 * is to make its thing hold again what it held.
 */
interface Aspect {

  /** Whether this thing is of this side. */
  boolean has(Thing thing);

  /** Looks at the host, and adds what is there to what is seen. */
  void see(Tools tools, HostScope scope, Observed.Picture picture);

  /** Adds what the configuration wants; does nothing and looks at nothing but what it is given. */
  void want(Demand demand, Wanted wanted);

  /**
   * Makes a thing hold this, or nothing, whatever it holds now. Done twice it is as done once.
   *
   * @return how it looks now, where that is not what was given
   * @throws SetupFailure if it can't be done
   * @throws guywire.linux.LinuxException if the kernel refuses
   */
  Optional<String> bring(Tools tools, Thing thing, Optional<String> to);

  /** The step in words. */
  Text says(Thing thing, Optional<String> from, Optional<String> to);
}
