package guywire.cli;

import guywire.address.IpAddress;
import guywire.agent.AgentStatus;
import guywire.agent.AgentStatus.Meeting;
import guywire.agent.WayDiagnosis;
import guywire.agent.mapping.PortMapping;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.text.Text;
import guywire.node.LanAddresses;
import guywire.node.Machine;
import guywire.node.NodeState;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Somebody whom this host reaches, and by which ways.
 *
 * @param from the node of this host that reaches it, if its agent knows
 * @param to its name, or else its address
 * @param address where it is reached
 * @param sinceSeconds for how long the present way has been used, if there are several
 * @param ways its ways, the best first
 */
record Reached(
    Optional<Name> from,
    String to,
    IpAddress address,
    OptionalLong sinceSeconds,
    List<Reached.ByWay> ways) {

  /**
   * A way.
   *
   * @param tunnel its interface
   * @param via the nodes between, as far as they are known
   * @param used whether packets go this way now
   * @param diagnosis why it works, or not
   * @param mapping what the router says that was asked to let the other end call on it
   */
  record ByWay(
      InterfaceName tunnel,
      List<Name> via,
      boolean used,
      WayDiagnosis diagnosis,
      Optional<PortMapping> mapping) {

    /** What the router says, where it may matter. */
    Optional<Text> router() {
      return mapping.filter(_ -> diagnosis.cause().isFault()).map(PortMapping::words);
    }
  }

  Reached {
    ways = List.copyOf(ways);
  }

  /** The way that packets take now. */
  Optional<ByWay> used() {
    return ways.stream().filter(ByWay::used).findFirst();
  }

  /**
   * Looks whom a word means: a node that an agent of this host chooses ways to, or a tunnel
   * address.
   *
   * @param from whose way it is to be; empty for whichever node of this host knows
   * @throws Refusal if it is nobody, or another host's matter
   */
  static Reached of(Optional<String> from, String to) {
    var interfaces = NodeState.all(Machine.LOCAL);
    var agents = AgentStatus.all(Machine.LOCAL);
    if (from.isPresent()
        && interfaces.stream().noneMatch(state -> state.node().equals(from))
        && agents.stream().noneMatch(agent -> agent.node().text().equals(from.get()))) {
      throw Refusal.unreadable("why-elsewhere", from.get());
    }
    var address = IpAddress.tryParse(to);
    for (var agent : agents) {
      if (from.filter(name -> !name.equals(agent.node().text())).isPresent()) {
        continue;
      }
      for (var destination : agent.destinations()) {
        if (destination.node().text().equals(to)
            || address.equals(Optional.of(destination.address()))) {
          return of(agent.node(), destination, interfaces);
        }
      }
    }
    if (address.isEmpty()) {
      throw Refusal.unreadable("why-unknown", to);
    }
    return of(address.get(), interfaces);
  }

  private static Reached of(
      Name from, AgentStatus.DestinationStatus destination, List<NodeState> interfaces) {
    return new Reached(
        Optional.of(from),
        destination.node().text(),
        destination.address(),
        OptionalLong.of(destination.sinceSeconds()),
        destination.ways().stream()
            .map(way ->
                new ByWay(
                    way.tunnel(),
                    way.via(),
                    way.used(),
                    WayDiagnosis.of(
                        way, destination.address(), interfaces, Clock.systemUTC().instant()),
                    way.meeting().flatMap(Meeting::mapping)))
            .toList());
  }

  /** Of somebody whom only one way leads to. */
  private static Reached of(IpAddress to, List<NodeState> interfaces) {
    var tunnel =
        WayDiagnosis.tunnel(to, interfaces)
            .orElseThrow(() ->
                new Refusal(ExitCode.BROKEN, Text.of(Refusal.class, "why-nobody", to.toString())));
    var node =
        interfaces.stream()
            .filter(state -> state.name().equals(tunnel))
            .flatMap(state -> state.node().stream())
            .flatMap(name -> Name.tryParse(name).stream())
            .findFirst();
    return new Reached(
        node,
        to.toString(),
        to,
        OptionalLong.empty(),
        List.of(
            new ByWay(
                tunnel,
                List.of(),
                true,
                WayDiagnosis.of(
                    tunnel,
                    Optional.empty(),
                    Optional.empty(),
                    to,
                    interfaces,
                    LanAddresses.lans(),
                    Clock.systemUTC().instant()),
                Optional.empty())));
  }
}
