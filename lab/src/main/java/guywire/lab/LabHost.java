package guywire.lab;

import guywire.network.Spot;
import java.util.List;
import java.util.Optional;

/**
 * A machine of a running lab, as one may enter it.
 *
 * @param name its name; those of things that are not in the network have a dot
 * @param spot what it is in the network, if anything
 * @param pid the first process in it
 * @param tunnel what carries its packets, if it is a node
 */
public record LabHost(String name, Optional<Spot> spot, long pid, Optional<String> tunnel) {

  /** The command that enters it; what to run there may follow. */
  public List<String> enter() {
    return List.of("nsenter", "-t", pid + "", "-n", "-m", "-u", "-p");
  }
}
