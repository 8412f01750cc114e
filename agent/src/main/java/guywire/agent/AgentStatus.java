package guywire.agent;

import guywire.address.IpAddress;
import guywire.agent.choice.Standing;
import guywire.agent.choice.Standing.Life;
import guywire.agent.mapping.PortMapping;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.json.RecordCodec;
import guywire.network.json.UnreadableDocument;
import guywire.node.DriftReport;
import guywire.node.HostAgent;
import guywire.node.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a node's agent says of itself.
 *
 * @param node the node
 * @param destinations what it reaches by more than one way
 * @param called what its router says to the ports on which others call it
 * @param mends what of the node was not as it was set up, lately, and what became of it
 */
public record AgentStatus(
    Name node,
    List<DestinationStatus> destinations,
    List<PortMapping> called,
    List<DriftReport> mends) {

  /** As it is said. */
  static final RecordCodec<AgentStatus> CODEC = RecordCodec.of(AgentStatus.class);

  /** Copies the lists. */
  public AgentStatus {
    destinations = List.copyOf(destinations);
    called = List.copyOf(called);
    mends = List.copyOf(mends);
  }

  /**
   * How another node is reached, or the LAN of a site that has several gateways.
   *
   * @param node the node, or the site
   * @param address where its agent answers, or that of the first gateway
   * @param traffic whether there was traffic just now, so that its ways are probed
   * @param sinceSeconds for how long the present way has been used
   * @param ways its ways, the best first
   */
  public record DestinationStatus(
      Name node, IpAddress address, boolean traffic, long sinceSeconds, List<WayStatus> ways) {

    /** Copies the list. */
    public DestinationStatus {
      ways = List.copyOf(ways);
    }

    /** The way in use. */
    public Optional<WayStatus> used() {
      return ways.stream().filter(WayStatus::used).findFirst();
    }
  }

  /**
   * How a way is.
   *
   * @param tunnel its interface
   * @param via the nodes between
   * @param answers the address of the agent that answers on it, where it is not the destination's
   * @param used whether it is in use
   * @param life whether it lives
   * @param answeredMillisAgo when it last answered, if ever
   * @param roundTripMicros how long an answer takes, if there was one
   * @param lossPercent the part of probes that is lost while it lives
   * @param meeting of a way on which two meet that NATs hide both, what is known of where
   */
  public record WayStatus(
      InterfaceName tunnel,
      List<Name> via,
      Optional<IpAddress> answers,
      boolean used,
      Life life,
      OptionalLong answeredMillisAgo,
      OptionalLong roundTripMicros,
      int lossPercent,
      Optional<Meeting> meeting) {

    /** Copies the list. */
    public WayStatus {
      via = List.copyOf(via);
    }
  }

  /**
   * What the relay told of two that meet.
   *
   * @param other where the other's datagrams come from, if told
   * @param self where this node's own come from, if told
   * @param otherPort the port that the other listens on
   * @param selfPort the port that this node listens on
   * @param otherOpen where the other's router passes a port on to it, if told
   * @param mapping what this node's own router says to that, if it was asked
   */
  public record Meeting(
      Optional<EndpointAddress> other,
      Optional<EndpointAddress> self,
      int otherPort,
      int selfPort,
      Optional<EndpointAddress> otherOpen,
      Optional<PortMapping> mapping) {

    /** Whether a router passes packets on to one of the two, so that NATs don't matter. */
    public boolean isOpen() {
      return otherOpen.isPresent() || mapping.flatMap(PortMapping::open).isPresent();
    }

    /** Whether the NAT of the other end leaves the port as it is, as far as is known. */
    public boolean otherKeepsPort() {
      return other.filter(where -> where.port() != otherPort).isEmpty();
    }

    /** Whether the NAT of this end does. */
    public boolean selfKeepsPort() {
      return self.filter(where -> where.port() != selfPort).isEmpty();
    }
  }

  static AgentStatus of(
      Name node,
      List<Standing> standings,
      BiFunction<Name, InterfaceName, Optional<Meeting>> meetings,
      List<PortMapping> called) {
    return new AgentStatus(
        node, standings.stream().map(each -> reached(each, meetings)).toList(), called, List.of());
  }

  /** How it stands with the ports that this node's router was asked for. */
  public List<PortMapping> mappings() {
    var met =
        destinations.stream()
            .flatMap(destination -> destination.ways().stream())
            .flatMap(way -> way.meeting().stream())
            .flatMap(meeting -> meeting.mapping().stream());
    return Stream.concat(met, called.stream()).distinct().toList();
  }

  private AgentStatus with(List<DriftReport> done) {
    return new AgentStatus(node, destinations, called, done);
  }

  private static DestinationStatus reached(
      Standing standing, BiFunction<Name, InterfaceName, Optional<Meeting>> meetings) {
    var ways = new ArrayList<WayStatus>();
    for (var way : standing.ways()) {
      ways.add(
          new WayStatus(
              way.way().tunnel(),
              way.way().via(),
              way.way().answers(),
              way.used(),
              way.life(),
              scaled(way.answeredNanosAgo(), 1_000_000),
              scaled(way.roundTripNanos(), 1000),
              // Of a way that never answered only a guess is known.
              way.roundTripNanos().isEmpty() ? 0 : (int) Math.round(way.loss() * 100),
              meetings.apply(standing.destination(), way.way().tunnel())));
    }
    return new DestinationStatus(
        standing.destination(),
        standing.address(),
        standing.busy(),
        standing.sinceNanos() / 1_000_000_000L,
        ways);
  }

  private static OptionalLong scaled(Optional<Long> nanos, long unit) {
    return nanos.stream().mapToLong(value -> value / unit).findFirst();
  }

  /** What the agent of a machine says of its nodes, by name; nothing if there is none. */
  public static List<AgentStatus> all(Machine machine) {
    var statuses = new TreeMap<String, AgentStatus>();
    HostAgent.statuses(machine).stream()
        .flatMap(line -> read(line).stream())
        .filter(status -> !status.destinations().isEmpty() || !status.called().isEmpty())
        .forEach(status -> statuses.put(status.node().text(), status));
    DriftReport.all(machine).stream()
        .collect(Collectors.groupingBy(DriftReport::node))
        .forEach((node, done) ->
            statuses.merge(
                node.text(),
                new AgentStatus(node, List.of(), List.of(), done),
                (status, other) -> status.with(other.mends())));
    return List.copyOf(statuses.values());
  }

  private static Optional<AgentStatus> read(String line) {
    try {
      return Optional.of(CODEC.read(line));
    } catch (UnreadableDocument e) {
      // An agent of another version, which says other things.
      return Optional.empty();
    }
  }

  /**
   * Statuses for programs.
   *
   * @param locale the language of what is said in words
   */
  public static String json(List<AgentStatus> statuses, Locale locale) {
    return statuses.stream()
        .map(status ->
            CODEC.write(status.with(status.mends().stream().map(mend -> mend.in(locale)).toList())))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
