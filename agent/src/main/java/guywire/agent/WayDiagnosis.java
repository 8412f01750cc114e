package guywire.agent;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.agent.AgentStatus.Meeting;
import guywire.agent.choice.Standing.Life;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import guywire.node.LanAddresses;
import guywire.node.NodeState;
import guywire.node.NodeState.PeerState;
import guywire.protocol.Endpoint;
import guywire.protocol.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Why a way carries packets or does not, as far as that can be told from this end: by its
 * interface, by what WireGuard knows of the peer that it leads to, and by the agent's probes.
 *
 * @param cause in a word
 * @param why in words
 * @param lan whether it goes over a LAN of this host
 */
public record WayDiagnosis(Cause cause, Text why, boolean lan) {

  /** A session is that old at most (REJECT_AFTER_TIME of the protocol). */
  private static final Duration SESSION = Duration.ofNanos(Limits.REJECT_AFTER_NANOS);

  /** What is the matter. */
  public enum Cause {
    /** It answers. */
    ALIVE,
    /** It answers again, but not yet for long enough to be taken. */
    RETURNING,
    /** Its session is open; nobody has asked whether the far end answers. */
    OPEN,
    /** No session is open, because nothing was sent. */
    IDLE,
    /** Its interface is not there. */
    NO_INTERFACE,
    /** No peer of its interface may have the address. */
    NO_PEER,
    /** Nobody knows where the peer is. */
    NO_ENDPOINT,
    /** Nobody has told yet where the peer is. */
    NOT_TOLD,
    /** A NAT gives another port to each other end, so that the two don't meet. */
    RANDOM_PORTS,
    /** The peer was called, and there was never a handshake. */
    NO_HANDSHAKE,
    /** The peer was there, and does not answer any more. */
    STALE,
    /** The peer answers, but not who is to be reached through it. */
    NO_ANSWER;

    /** Whether packets that go this way are lost, as far as is known. */
    public boolean isFault() {
      return compareTo(IDLE) > 0;
    }
  }

  /**
   * Looks at a way of this host.
   *
   * @param way what its agent knows of it
   * @param destination the address of what it leads to
   * @param interfaces the interfaces of this host
   */
  public static WayDiagnosis of(
      AgentStatus.WayStatus way, IpAddress destination, List<NodeState> interfaces, Instant now) {
    return of(
        way.tunnel(),
        Optional.of(way.life()),
        way.meeting(),
        way.answers().orElse(destination),
        interfaces,
        LanAddresses.lans(),
        now);
  }

  /**
   * Looks at a way.
   *
   * @param tunnel its interface
   * @param life what the agent knows of it, if it has probed
   * @param meeting what is known of where the two are, if NATs hide both
   * @param to the address that is to be reached
   * @param interfaces the interfaces of this host
   * @param lans what this host is connected to
   */
  public static WayDiagnosis of(
      InterfaceName tunnel,
      Optional<Life> life,
      Optional<Meeting> meeting,
      IpAddress to,
      List<NodeState> interfaces,
      List<Prefix> lans,
      Instant now) {
    var state =
        interfaces.stream()
            .filter(each -> each.name().equals(tunnel) && each.running())
            .findFirst();
    if (state.isEmpty() || life.equals(Optional.of(Life.GONE))) {
      return of(Cause.NO_INTERFACE, tunnel.text());
    }
    var peer = peer(state.get(), to);
    if (peer.isEmpty()) {
      return of(Cause.NO_PEER, tunnel.text(), to.toString());
    }
    var near = near(peer.get(), lans);
    if (life.equals(Optional.of(Life.ALIVE))) {
      return near.map(at -> inLan(Cause.ALIVE, at)).orElseGet(() -> of(Cause.ALIVE));
    }
    if (life.equals(Optional.of(Life.RETURNING))) {
      return near.map(at -> inLan(Cause.RETURNING, at)).orElseGet(() -> of(Cause.RETURNING));
    }
    if (meeting.isPresent() && peer.get().latestHandshake().isEmpty()) {
      var apart = apart(meeting.get());
      if (apart.isPresent()) {
        return apart.get();
      }
    }
    var seen = of(peer.get(), life.equals(Optional.of(Life.SILENT)), now);
    return seen.cause() == Cause.OPEN ? near.map(at -> inLan(Cause.OPEN, at)).orElse(seen) : seen;
  }

  /** Where the peer is, if that is in a LAN of this host. */
  private static Optional<IpAddress> near(PeerState peer, List<Prefix> lans) {
    return peer.endpoint()
        .flatMap(Endpoint::tryParse)
        .map(Endpoint::address)
        .filter(at -> lans.stream().anyMatch(lan -> lan.contains(at)));
  }

  private static WayDiagnosis inLan(Cause cause, IpAddress at) {
    String key =
        switch (cause) {
          case ALIVE -> "why.alive-lan";
          case RETURNING -> "why.returning-lan";
          default -> "why.open-lan";
        };
    return new WayDiagnosis(cause, Text.of(WayDiagnosis.class, key, at.toString()), true);
  }

  /** Why two that should meet have not, as far as the ports tell. */
  private static Optional<WayDiagnosis> apart(Meeting meeting) {
    if (meeting.other().isEmpty()) {
      return Optional.of(of(Cause.NOT_TOLD));
    }
    if (meeting.isOpen() || meeting.otherKeepsPort() && meeting.selfKeepsPort()) {
      return Optional.empty();
    }
    String which = meeting.selfKeepsPort() ? "there" : meeting.otherKeepsPort() ? "here" : "both";
    return Optional.of(of(Cause.RANDOM_PORTS, which));
  }

  private static WayDiagnosis of(PeerState peer, boolean silent, Instant now) {
    String at = peer.endpoint().orElse("-");
    if (peer.latestHandshake().isEmpty()) {
      return peer.endpoint().isEmpty()
          ? of(Cause.NO_ENDPOINT)
          : peer.sentBytes() == 0 ? of(Cause.IDLE, "-") : of(Cause.NO_HANDSHAKE, at);
    }
    var age = Duration.between(peer.latestHandshake().get(), now);
    String seconds = String.valueOf(Math.max(0, age.toSeconds()));
    if (age.compareTo(SESSION) < 0) {
      return silent ? of(Cause.NO_ANSWER, at) : of(Cause.OPEN, at);
    }
    return silent ? of(Cause.STALE, at, seconds) : of(Cause.IDLE, seconds);
  }

  /** The interface whose peers may have an address, the longest prefix first. */
  public static Optional<InterfaceName> tunnel(IpAddress to, List<NodeState> interfaces) {
    return interfaces.stream()
        .filter(state -> peer(state, to).isPresent())
        .max(Comparator.comparingInt(state -> length(peer(state, to).orElseThrow(), to)))
        .map(NodeState::name);
  }

  /** Where the peer of a tunnel is called that leads to an address. */
  public static Optional<Endpoint> endpoint(
      InterfaceName tunnel, IpAddress to, List<NodeState> interfaces) {
    return interfaces.stream()
        .filter(state -> state.name().equals(tunnel))
        .flatMap(state -> peer(state, to).stream())
        .flatMap(peer -> peer.endpoint().stream())
        .flatMap(text -> Endpoint.tryParse(text).stream())
        .findFirst();
  }

  private static Optional<PeerState> peer(NodeState state, IpAddress to) {
    return state.peers().stream()
        .filter(peer -> length(peer, to) >= 0)
        .max(Comparator.comparingInt(peer -> length(peer, to)));
  }

  private static int length(PeerState peer, IpAddress to) {
    return peer.allowedIps().stream()
        .flatMap(text -> Prefix.tryParse(text).stream())
        .filter(prefix -> prefix.contains(to))
        .mapToInt(Prefix::length)
        .max()
        .orElse(-1);
  }

  private static WayDiagnosis of(Cause cause, Object... arguments) {
    String key =
        switch (cause) {
          case ALIVE -> "why.alive";
          case RETURNING -> "why.returning";
          case OPEN -> "why.open";
          case IDLE -> arguments[0].equals("-") ? "why.unused" : "why.idle";
          case NO_INTERFACE -> "why.no-interface";
          case NO_PEER -> "why.no-peer";
          case NO_ENDPOINT -> "why.no-endpoint";
          case NOT_TOLD -> "why.not-told";
          case RANDOM_PORTS -> "why.random-" + arguments[0];
          case NO_HANDSHAKE -> "why.no-handshake";
          case STALE -> "why.stale";
          case NO_ANSWER -> "why.no-answer";
        };
    return new WayDiagnosis(cause, Text.of(WayDiagnosis.class, key, arguments), false);
  }
}
