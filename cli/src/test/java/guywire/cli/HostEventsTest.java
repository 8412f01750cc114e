package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.agent.AgentStatus;
import guywire.agent.AgentStatus.DestinationStatus;
import guywire.agent.AgentStatus.WayStatus;
import guywire.agent.choice.Standing.Life;
import guywire.cli.HostEvent.Kind;
import guywire.cli.HostEvents.Look;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.node.NodeState;
import guywire.node.NodeState.PeerState;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What {@code guywire log} says of two looks at a host. */
class HostEventsTest {

  private static final Instant START = Instant.parse("2026-12-01T08:00:00Z");
  private static final PublicKey PHONE = PrivateKey.generate(new SecureRandom()).publicKey();
  private static final PublicKey LAPTOP = PrivateKey.generate(new SecureRandom()).publicKey();

  private static PeerState peer(PublicKey key, String endpoint, long handshake) {
    return new PeerState(
        key,
        false,
        Optional.of(endpoint),
        List.of("10.20.0.3/32"),
        handshake < 0 ? Optional.empty() : Optional.of(START.plusSeconds(handshake)),
        0,
        0,
        0);
  }

  private static NodeState tunnel(boolean running, Map<String, Long> drops, PeerState... peers) {
    return new NodeState(
        new InterfaceName("wg0"),
        Optional.of("hub"),
        running,
        "guywire",
        Optional.empty(),
        51820,
        0,
        1420,
        List.of(),
        List.of(peers),
        new TreeMap<>(drops),
        List.of(),
        List.of());
  }

  private static Look look(long seconds, NodeState... tunnels) {
    return new Look(START.plusSeconds(seconds), List.of(tunnels), List.of());
  }

  private static AgentStatus agent(long since, WayStatus... ways) {
    return new AgentStatus(
        new Name("c"),
        List.of(
            new DestinationStatus(
                new Name("b"), IpAddress.parse("10.20.0.2"), true, since, List.of(ways))),
        List.of(),
        List.of());
  }

  private static WayStatus way(String tunnel, String via, boolean used, Life life) {
    return new WayStatus(
        new InterfaceName(tunnel),
        via.isEmpty() ? List.of() : List.of(new Name(via)),
        Optional.empty(),
        used,
        life,
        OptionalLong.empty(),
        OptionalLong.empty(),
        0,
        Optional.empty());
  }

  private static List<HostEvent> between(Look before, Look now) {
    return HostEvents.between(before, now, Locale.ENGLISH);
  }

  @Test
  void nothing_happened_where_all_is_as_it_was() {
    var there = tunnel(true, Map.of("stale-session", 3L), peer(PHONE, "192.0.2.1:1000", 5));
    assertThat(between(look(10, there), look(11, there))).isEmpty();
  }

  @Test
  void a_handshake_is_said_with_its_own_time_and_a_roaming_peer_with_both_places() {
    var events =
        between(
            look(10, tunnel(true, Map.of(), peer(PHONE, "192.0.2.1:1000", -1))),
            look(20, tunnel(true, Map.of(), peer(PHONE, "192.0.2.9:2000", 18))));
    assertThat(events).extracting(HostEvent::kind).containsExactly(Kind.HANDSHAKE, Kind.ROAMED);
    assertThat(events.getFirst().at()).isEqualTo(START.plusSeconds(18));
    assertThat(events.getFirst().facts())
        .containsEntry("interface", "wg0")
        .containsEntry("peer", PHONE.toString())
        .containsEntry("allowed-ips", "10.20.0.3/32");
    assertThat(events.getLast().facts())
        .containsEntry("from", "192.0.2.1:1000")
        .containsEntry("endpoint", "192.0.2.9:2000");
  }

  @Test
  void a_session_that_ends_is_said_once() {
    var there = tunnel(true, Map.of(), peer(PHONE, "192.0.2.1:1000", 0));
    assertThat(between(look(179, there), look(180, there))).isEmpty();
    assertThat(between(look(180, there), look(181, there)))
        .extracting(HostEvent::kind)
        .containsExactly(Kind.SILENT);
    assertThat(between(look(181, there), look(182, there))).isEmpty();
  }

  @Test
  void peers_come_and_go_and_so_do_interfaces() {
    var one = tunnel(true, Map.of(), peer(PHONE, "192.0.2.1:1000", -1));
    var other = tunnel(true, Map.of(), peer(LAPTOP, "192.0.2.1:1000", -1));
    assertThat(between(look(0, one), look(1, other)))
        .extracting(HostEvent::kind)
        .containsExactlyInAnyOrder(Kind.PEER_ADDED, Kind.PEER_REMOVED);
    assertThat(between(look(0, one), look(1, tunnel(false, Map.of()))))
        .extracting(HostEvent::kind)
        .containsExactly(Kind.INTERFACE_DOWN);
    assertThat(between(look(0, one), look(1)))
        .extracting(HostEvent::kind)
        .containsExactly(Kind.INTERFACE_DOWN);
    assertThat(between(look(0), look(1, one)))
        .extracting(HostEvent::kind)
        .containsExactly(Kind.INTERFACE_UP);
  }

  @Test
  void what_went_no_further_is_counted_by_its_reason() {
    var events =
        between(
            look(0, tunnel(true, Map.of("stale-session", 3L))),
            look(1, tunnel(true, Map.of("stale-session", 3L, "not-allowed", 4L))));
    assertThat(events).extracting(HostEvent::kind).containsExactly(Kind.DROPPED);
    assertThat(events.getFirst().facts())
        .containsEntry("reason", "not-allowed")
        .containsEntry("packets", "4");
  }

  @Test
  void another_way_is_said_and_so_is_one_that_answers_no_more_and_one_that_does_again() {
    var direct = agent(5, way("wg1", "", true, Life.ALIVE), way("wg0", "a", false, Life.ALIVE));
    var lost = agent(6, way("wg1", "", true, Life.SILENT), way("wg0", "a", false, Life.SILENT));
    var relayed = agent(0, way("wg1", "", false, Life.SILENT), way("wg0", "a", true, Life.ALIVE));
    assertThat(ways(direct, direct)).isEmpty();
    assertThat(ways(direct, lost)).extracting(HostEvent::kind).containsExactly(Kind.WAY_LOST);
    assertThat(ways(lost, direct)).extracting(HostEvent::kind).containsExactly(Kind.WAY);
    var events = ways(direct, relayed);
    assertThat(events).extracting(HostEvent::kind).containsExactly(Kind.WAY);
    assertThat(events.getFirst().facts())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("node", "c", "to", "b", "interface", "wg0", "via", "a"));
  }

  private static List<HostEvent> ways(AgentStatus before, AgentStatus now) {
    return between(
        new Look(START, List.of(), List.of(before)),
        new Look(START.plusSeconds(1), List.of(), List.of(now)));
  }

  @Test
  void what_is_known_of_the_time_before_comes_in_its_order() {
    var known =
        HostEvents.before(
            new Look(
                START.plusSeconds(100),
                List.of(tunnel(true, Map.of(), peer(PHONE, "192.0.2.1:1000", 50))),
                List.of(agent(70, way("wg1", "", true, Life.ALIVE)))),
            Locale.ENGLISH);
    assertThat(known).extracting(HostEvent::kind).containsExactly(Kind.WAY, Kind.HANDSHAKE);
    assertThat(known)
        .extracting(HostEvent::at)
        .containsExactly(START.plusSeconds(30), START.plusSeconds(50));
  }
}
