package guywire.node;

import guywire.linux.FilterTables;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import guywire.node.Thing.Passage.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The passage through Docker's filter, where there is one. Docker lets nothing through that it does
 * not know; its own chain for the owner's rules gets one rule for each tunnel and direction. What
 * passes there still has to pass the node's own table.
 */
final class PassageAspect implements Aspect {

  /** The chain that Docker leaves to the owner of the host, and asks first. */
  private static final String DOCKER = "DOCKER-USER";

  /** How long iptables waits for another program's lock before it says so. */
  private static final String WAIT_SECONDS = "5";

  /** Its exit status if it did not get that lock. */
  private static final int NO_RESOURCE = 4;

  private static final Pattern OURS =
      Pattern.compile("-A DOCKER-USER -([io]) (\\S+) -m comment --comment \"?guywire\"? -j ACCEPT");

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Passage;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    if (!dockerIsHere(tools)) {
      return;
    }
    picture.dockerFilters = true;
    var ended = tools.commands().run("", "iptables", "-w", WAIT_SECONDS, "-S", DOCKER);
    if (!ended.succeeded()) {
      throw refused(ended);
    }
    for (var line : ended.output().lines().toList()) {
      var matcher = OURS.matcher(line);
      if (matcher.matches()) {
        var direction = matcher.group(1).equals("i") ? Direction.IN : Direction.OUT;
        InterfaceName.tryParse(matcher.group(2))
            .ifPresent(name -> picture.things.put(new Thing.Passage(name, direction), Thing.THERE));
      }
    }
  }

  /** Looked up without iptables where possible: a mere look of it may make its tables. */
  private static boolean dockerIsHere(Tools tools) {
    var commands = tools.commands();
    return commands.find("iptables").isPresent()
        && ((FilterTables.mayHave(FilterTables.Family.IP, "filter")
                && commands.find("nft").isPresent()
                && commands.run("", "nft", "list", "chain", "ip", "filter", DOCKER).succeeded())
            || (legacyTablesExist() && dockerIsInLegacyTables(commands)));
  }

  private static boolean dockerIsInLegacyTables(Commands commands) {
    var ended = commands.run("", "iptables", "-w", WAIT_SECONDS, "-n", "-L", DOCKER);
    if (ended.status() == NO_RESOURCE) {
      throw refused(ended);
    }
    return ended.succeeded();
  }

  private static boolean legacyTablesExist() {
    try {
      return Files.readString(Path.of("/proc/thread-self/net/ip_tables_names")).contains("filter");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    if (demand.observed().dockerFilters()) {
      for (var tunnel : demand.config().interfaces()) {
        for (var direction : Direction.values()) {
          wanted.put(new Thing.Passage(tunnel.name(), direction), Thing.THERE);
        }
      }
    }
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    var passage = (Thing.Passage) thing;
    boolean there =
        dockerIsHere(tools) && tools.commands().run("", command("-C", passage)).succeeded();
    if (there == to.isPresent()) {
      return Optional.empty();
    }
    var ended = tools.commands().run("", command(to.isPresent() ? "-I" : "-D", passage));
    if (!ended.succeeded()) {
      throw refused(ended);
    }
    return Optional.empty();
  }

  private static SetupFailure refused(Commands.Ended ended) {
    return new SetupFailure(Text.of(PassageAspect.class, "docker.refused", ended.output()));
  }

  private static List<String> command(String verb, Thing.Passage passage) {
    var command = new ArrayList<>(List.of("iptables", "-w", WAIT_SECONDS, verb, DOCKER));
    command.addAll(List.of(rule(passage).split(" ")));
    command.addAll(List.of("-m", "comment", "--comment", "guywire"));
    return command;
  }

  private static String rule(Thing.Passage passage) {
    String way = passage.direction() == Direction.IN ? "-i" : "-o";
    return way + " " + passage.tunnel() + " -j ACCEPT";
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    return Text.of(
        PassageAspect.class,
        to.isPresent() ? "step.docker" : "step.no-docker",
        rule((Thing.Passage) thing));
  }
}
