package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.agent.WayDiagnosis.Cause;
import guywire.agent.choice.Standing.Life;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.node.NodeState;
import guywire.node.NodeState.PeerState;
import guywire.protocol.PrivateKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Why a way does not work, as this end sees it. */
class WayDiagnosisTest {

  private static final InterfaceName WG0 = new InterfaceName("wg0");
  private static final Instant NOW = Instant.ofEpochSecond(1_000_000);
  private static final IpAddress FAR = IpAddress.parse("10.9.0.3");

  private static PeerState peer(String endpoint, long handshakeSecondsAgo, long sent, String ips) {
    return new PeerState(
        PrivateKey.generate(new SecureRandom()).publicKey(),
        false,
        Optional.of(endpoint).filter(text -> !text.isEmpty()),
        List.of(ips),
        handshakeSecondsAgo < 0
            ? Optional.empty()
            : Optional.of(NOW.minusSeconds(handshakeSecondsAgo)),
        0,
        sent,
        0);
  }

  private static NodeState wg(String name, boolean running, PeerState... peers) {
    return new NodeState(
        new InterfaceName(name),
        Optional.of("b"),
        running,
        "kernel",
        Optional.empty(),
        51820,
        0,
        1420,
        List.of(),
        List.of(peers),
        new TreeMap<>(),
        List.of(),
        List.of());
  }

  private static Cause cause(Optional<Life> life, NodeState... interfaces) {
    return WayDiagnosis.of(WG0, life, Optional.empty(), FAR, List.of(interfaces), List.of(), NOW)
        .cause();
  }

  private static Cause silent(PeerState peer) {
    return cause(Optional.of(Life.SILENT), wg("wg0", true, peer));
  }

  @Test
  void what_is_missing_at_this_end_is_said_first() {
    assertThat(cause(Optional.empty())).isEqualTo(Cause.NO_INTERFACE);
    assertThat(cause(Optional.of(Life.GONE), wg("wg0", true))).isEqualTo(Cause.NO_INTERFACE);
    assertThat(cause(Optional.empty(), wg("wg0", false))).isEqualTo(Cause.NO_INTERFACE);
    assertThat(cause(Optional.empty(), wg("wg0", true, peer("", -1, 0, "10.8.0.0/16"))))
        .isEqualTo(Cause.NO_PEER);
  }

  @Test
  void what_wireguard_knows_of_the_peer_tells_where_it_ends() {
    assertThat(silent(peer("", -1, 0, "10.9.0.0/24"))).isEqualTo(Cause.NO_ENDPOINT);
    assertThat(silent(peer("192.0.2.1:51820", -1, 0, "10.9.0.0/24"))).isEqualTo(Cause.IDLE);
    assertThat(silent(peer("192.0.2.1:51820", -1, 148, "10.9.0.0/24")))
        .isEqualTo(Cause.NO_HANDSHAKE);
    assertThat(silent(peer("192.0.2.1:51820", 179, 148, "10.9.0.0/24"))).isEqualTo(Cause.NO_ANSWER);
    assertThat(silent(peer("192.0.2.1:51820", 181, 148, "10.9.0.0/24"))).isEqualTo(Cause.STALE);
  }

  @Test
  void what_nobody_probes_may_well_work() {
    var open = wg("wg0", true, peer("192.0.2.1:51820", 10, 148, "10.9.0.0/24"));
    var idle = wg("wg0", true, peer("192.0.2.1:51820", 1000, 148, "10.9.0.0/24"));
    assertThat(cause(Optional.of(Life.UNKNOWN), open)).isEqualTo(Cause.OPEN);
    assertThat(cause(Optional.empty(), open)).isEqualTo(Cause.OPEN);
    assertThat(cause(Optional.of(Life.UNKNOWN), idle)).isEqualTo(Cause.IDLE);
    assertThat(cause(Optional.of(Life.ALIVE), idle)).isEqualTo(Cause.ALIVE);
    assertThat(cause(Optional.of(Life.RETURNING), idle)).isEqualTo(Cause.RETURNING);
    for (var cause : List.of(Cause.OPEN, Cause.IDLE, Cause.ALIVE, Cause.RETURNING)) {
      assertThat(cause.isFault()).isFalse();
    }
    assertThat(Cause.NO_ANSWER.isFault()).isTrue();
  }

  /** What is said of two whom NATs hide, of which one is seen with these ports. */
  private static String met(Optional<Integer> other, int self) {
    var meeting =
        new AgentStatus.Meeting(
            other.map(port -> new EndpointAddress("192.0.2.1", port)),
            Optional.of(new EndpointAddress("192.0.2.9", self)),
            51820,
            51821,
            Optional.empty(),
            Optional.empty());
    var peer = peer("192.0.2.1:51820", -1, 148, "10.9.0.0/24");
    var interfaces = List.of(wg("wg0", true, peer));
    return WayDiagnosis.of(
            WG0, Optional.of(Life.SILENT), Optional.of(meeting), FAR, interfaces, List.of(), NOW)
        .why()
        .toString();
  }

  @Test
  void two_that_nats_keep_apart_hear_which_nat_it_is() {
    assertThat(met(Optional.empty(), 51821)).contains("not told yet");
    assertThat(met(Optional.of(40000), 40001)).contains("neither can know");
    assertThat(met(Optional.of(40000), 51821)).startsWith("the NAT of the other end");
    assertThat(met(Optional.of(51820), 40001)).startsWith("the NAT of this end");
    assertThat(met(Optional.of(51820), 51821)).contains("never a handshake");
  }

  @Test
  void each_cause_is_said_in_words() {
    var text =
        WayDiagnosis.of(
                WG0,
                Optional.of(Life.SILENT),
                Optional.empty(),
                FAR,
                List.of(wg("wg0", true, peer("192.0.2.1:51820", -1, 148, "10.9.0.0/24"))),
                List.of(),
                NOW)
            .why();
    assertThat(text.toString()).contains("192.0.2.1:51820", "never a handshake");
  }

  @Test
  void a_way_over_a_lan_of_this_host_is_said_to_be_one() {
    var state = wg("wg0", true, peer("192.168.1.10:51820", 10, 148, "10.9.0.0/24"));
    for (var life : List.of(Life.ALIVE, Life.RETURNING, Life.UNKNOWN)) {
      for (var lan : List.of("192.168.1.0/24", "192.168.2.0/24")) {
        var found =
            WayDiagnosis.of(
                WG0,
                Optional.of(life),
                Optional.empty(),
                FAR,
                List.of(state),
                List.of(Prefix.parse(lan)),
                NOW);
        boolean near = lan.equals("192.168.1.0/24");
        assertThat(found.lan()).isEqualTo(near);
        assertThat(found.why().toString().contains("LAN")).isEqualTo(near);
        assertThat(found.cause().isFault()).isFalse();
      }
    }
  }

  @Test
  void of_two_tunnels_the_one_with_the_longer_prefix_leads_there() {
    var wide = wg("wg1", true, peer("192.0.2.1:51820", 1, 1, "0.0.0.0/0"));
    var narrow = wg("wg0", true, peer("192.0.2.1:51820", 1, 1, "10.9.0.0/24"));
    assertThat(WayDiagnosis.tunnel(FAR, List.of(wide, narrow))).contains(WG0);
    assertThat(WayDiagnosis.tunnel(IpAddress.parse("8.8.8.8"), List.of(wide, narrow)))
        .contains(new InterfaceName("wg1"));
    assertThat(WayDiagnosis.tunnel(FAR, List.of())).isEmpty();
  }
}
