package guywire.agent.mapping;

import static guywire.agent.mapping.SimulatedRouter.ADDRESS;
import static guywire.agent.mapping.SimulatedRouter.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.agent.mapping.PortMapping.State;
import guywire.network.EndpointAddress;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A router is asked for a port, in virtual time. */
class PortMapperTest {

  private static final int PORT = 51820;
  private static final EndpointAddress OPEN = new EndpointAddress("198.51.100.7", PORT);

  private final SimulatedRouter router = new SimulatedRouter(PORT);

  private void isMappedBy(MappingProtocol protocol) {
    assertThat(router.mapping())
        .isEqualTo(
            new PortMapping(
                PORT, State.MAPPED, Optional.of(protocol), Optional.of(OPEN), Optional.empty()));
  }

  private long count(String what) {
    return router.heard.stream().filter(what::equals).count();
  }

  @Test
  void pcp_is_asked_first_and_once_is_enough() {
    router.plug().pass(1);
    isMappedBy(MappingProtocol.PCP);
    assertThat(router.heard).containsExactly("pcp");
  }

  @Test
  void who_does_not_know_pcp_is_asked_by_nat_pmp_and_then_by_upnp() {
    router.pcp = false;
    router.plug().pass(4);
    isMappedBy(MappingProtocol.NAT_PMP);
    var other = new SimulatedRouter(PORT);
    other.pcp = false;
    other.pmp = false;
    other.plug().pass(8);
    assertThat(other.mapping().protocol()).contains(MappingProtocol.UPNP);
    assertThat(other.mapping().open()).contains(OPEN);
  }

  @Test
  void who_says_that_it_knows_another_version_is_not_waited_for() {
    router.pcp = false;
    router.pmp = false;
    router.saysOtherVersion = true;
    router.plug().pass(0.5);
    isMappedBy(MappingProtocol.UPNP);
  }

  @Test
  void the_first_version_of_upnp_is_spoken_too() {
    router.pcp = false;
    router.pmp = false;
    router.igd = 1;
    router.plug().pass(8);
    isMappedBy(MappingProtocol.UPNP);
    assertThat(router.heard).contains("AddPortMapping").doesNotContain("AddAnyPortMapping");
  }

  @Test
  void upnp_takes_another_port_if_that_is_another_s_and_no_end_if_there_is_no_lease() {
    router.pcp = false;
    router.pmp = false;
    router.igd = 1;
    router.permanentOnly = true;
    router.taken = PORT;
    router.plug().pass(8);
    assertThat(router.mapping().open().map(EndpointAddress::port))
        .hasValueSatisfying(port -> assertThat(port).isBetween(49152, 65535).isNotEqualTo(PORT));
    router.release();
    assertThat(router.heard).endsWith("DeletePortMapping");
  }

  @Test
  void lost_datagrams_are_sent_again() {
    router.loseNext = 3;
    router.plug().pass(3);
    isMappedBy(MappingProtocol.PCP);
  }

  @Test
  void an_answer_by_pcp_that_comes_late_is_taken() {
    router.delay = 5 * SECOND;
    router.pmp = false;
    router.upnp = false;
    router.plug().pass(6);
    isMappedBy(MappingProtocol.PCP);
  }

  @Test
  void a_lease_is_renewed_at_half_of_its_time_for_a_day_with_few_words() {
    router.plug().pass(86_400);
    isMappedBy(MappingProtocol.PCP);
    assertThat(router.mappings.get(PORT).until()).isGreaterThan(router.now);
    assertThat(count("pcp")).isBetween(24L, 50L);
    assertThat(router.heard).containsOnly("pcp");
  }

  @Test
  void a_renewal_that_fails_leaves_the_lease_for_its_time_and_another_protocol_takes_over() {
    router.plug().pass(1);
    router.pcp = false;
    router.pmp = false;
    router.pass(1800);
    isMappedBy(MappingProtocol.PCP);
    router.pass(30);
    isMappedBy(MappingProtocol.UPNP);
    router.upnp = false;
    router.pass(3700);
    assertThat(router.mapping().state()).isEqualTo(State.UNANSWERED);
  }

  @Test
  void a_router_that_started_anew_and_says_so_is_asked_again_at_once() {
    router.plug().pass(600);
    router.reboot();
    router.announce();
    router.pass(2);
    assertThat(router.mappings).containsKey(PORT);
    assertThat(count("pcp")).isEqualTo(2);
  }

  @Test
  void an_announcement_without_a_new_start_costs_nothing_and_forged_ones_little() {
    router.plug().pass(600);
    router.announce();
    router.pass(1);
    assertThat(count("pcp")).isEqualTo(1);
    for (int i = 0; i < 1000; i++) {
      byte[] forged = new byte[24];
      forged[0] = 2;
      forged[1] = (byte) 0x80;
      router.mapper.heard(ADDRESS, RouterRequest.PORT, forged, router.now);
      router.pass(0.1);
    }
    assertThat(count("pcp")).isLessThan(15);
    isMappedBy(MappingProtocol.PCP);
  }

  @Test
  void a_router_that_forgot_in_silence_is_found_out_at_the_next_renewal_for_all_ports() {
    var two = new SimulatedRouter(PORT, 51821);
    two.plug().pass(600);
    two.mapper.heard(ADDRESS, RouterRequest.PORT, new byte[0], two.now);
    two.reboot();
    two.pass(1300);
    assertThat(two.mappings).containsOnlyKeys(PORT, 51821);
  }

  @Test
  void a_refusal_is_said_and_asked_about_ever_more_seldom() {
    router.refusal = 2;
    router.upnpRefusal = 606;
    router.plug().pass(20);
    assertThat(router.mapping().state()).isEqualTo(State.REFUSED);
    assertThat(router.mapping().reason()).contains(606);
    router.pass(86_400);
    assertThat(count("pcp")).isBetween(10L, 40L);
    router.refusal = 0;
    router.pass(3700);
    isMappedBy(MappingProtocol.PCP);
  }

  @Test
  void a_router_that_answers_nothing_is_left_alone_soon() {
    router.pcp = false;
    router.pmp = false;
    router.upnp = false;
    router.plug().pass(0.1);
    assertThat(router.mapping().state()).isEqualTo(State.ASKED);
    router.pass(15);
    assertThat(router.mapping().state()).isEqualTo(State.UNANSWERED);
    int words = router.heard.size();
    router.pass(250);
    assertThat(router.heard).hasSize(words).hasSizeLessThan(40);
  }

  @Test
  void a_router_that_is_itself_behind_a_nat_is_not_used_and_keeps_no_mapping() {
    for (int way = 0; way < 3; way++) {
      var inner = new SimulatedRouter(PORT);
      inner.external = IpAddress.parse(way == 1 ? "10.0.0.7" : "100.64.3.4");
      inner.pcp = way == 0;
      inner.pmp = way == 1;
      inner.plug().pass(12);
      assertThat(inner.mapping().state()).isEqualTo(State.PRIVATE);
      assertThat(inner.mapping().open()).isEmpty();
      assertThat(inner.mapping().external().map(EndpointAddress::host))
          .contains(inner.external.toString());
      assertThat(inner.mappings).as("by way %d", way).isEmpty();
    }
  }

  @Test
  void who_has_a_public_address_asks_nobody_and_who_loses_its_router_has_no_mapping() {
    var open = new AskedGateway(ADDRESS, IpAddress.parse("198.51.100.9"), "eth0", 2);
    router.mapper.gateway(Optional.of(open), router.now);
    router.pass(100);
    assertThat(router.heard).isEmpty();
    assertThat(router.mapper.mappings()).isEmpty();
    assertThat(router.mapper.deadline()).isEqualTo(Long.MAX_VALUE);
    router.plug().pass(1);
    isMappedBy(MappingProtocol.PCP);
    router.mapper.gateway(Optional.empty(), router.now);
    assertThat(router.mapper.mappings()).isEmpty();
  }

  @Test
  void another_router_is_asked_anew_and_one_in_doubt_once_more() {
    router.plug().pass(1);
    router.mapper.doubted(router.now);
    router.pass(1);
    assertThat(count("pcp")).isEqualTo(2);
    var next = new AskedGateway(ADDRESS, SimulatedRouter.SELF, "eth1", 3);
    router.mapper.gateway(Optional.of(next), router.now);
    assertThat(router.mapping().state()).isEqualTo(State.ASKED);
    router.pass(1);
    assertThat(count("pcp")).isEqualTo(3);
  }

  @Test
  void what_was_granted_is_given_back_at_the_end() {
    for (int way = 0; way < 3; way++) {
      var each = new SimulatedRouter(PORT);
      each.pcp = way == 0;
      each.pmp = way == 1;
      each.plug().pass(12);
      assertThat(each.mappings).containsKey(PORT);
      each.release();
      assertThat(each.mappings).isEmpty();
      assertThat(each.mapper.deadline()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void an_agent_that_was_killed_comes_back_with_the_same_nonce() {
    router.plug().pass(1);
    var again = new PortMapper(List.of(PORT), SimulatedRouter.SECRET);
    again.gateway(Optional.of(SimulatedRouter.GATEWAY), router.now);
    assertThat(((RouterDeed.Send) again.advance(router.now).getFirst()).bytes())
        .isEqualTo(
            RouterRequest.pcp(
                SimulatedRouter.GATEWAY, router.mappings.get(PORT).nonce(), PORT, PORT, 3600));
  }

  @Test
  void nobody_is_believed_but_the_router_with_the_nonce_and_the_port() {
    router.pcp = false;
    router.pmp = false;
    router.upnp = false;
    router.plug().pass(0.1);
    var nonce = MappingNonce.of(SimulatedRouter.SECRET, SimulatedRouter.GATEWAY, PORT);
    var lie = IpAddress.parse("203.0.113.66");
    byte[] good = SimulatedRouter.pcpAnswer(0, 3600, 5, nonce, PORT, 7, lie);
    byte[] otherNonce = SimulatedRouter.pcpAnswer(0, 3600, 5, new MappingNonce(1, 2), PORT, 7, lie);
    byte[] otherPort = SimulatedRouter.pcpAnswer(0, 3600, 5, nonce, PORT + 1, 7, lie);
    byte[] noPort = SimulatedRouter.pcpAnswer(0, 3600, 5, nonce, PORT, 0, lie);
    router.mapper.heard(IpAddress.parse("192.168.7.9"), RouterRequest.PORT, good, router.now);
    router.mapper.heard(ADDRESS, RouterRequest.PORT + 1, good, router.now);
    router.mapper.heard(ADDRESS, RouterRequest.PORT, otherNonce, router.now);
    router.mapper.heard(ADDRESS, RouterRequest.PORT, otherPort, router.now);
    assertThat(router.mapping().state()).isEqualTo(State.ASKED);
    router.mapper.heard(ADDRESS, RouterRequest.PORT, noPort, router.now);
    assertThat(router.mapping().state()).isNotEqualTo(State.MAPPED);
    router.mapper.heard(ADDRESS, RouterRequest.PORT, good, router.now);
    assertThat(router.mapping().open()).contains(new EndpointAddress("203.0.113.66", 7));
  }

  @Test
  void whatever_a_router_answers_it_is_not_asked_without_end() {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      var mad = new SimulatedRouter(PORT, 51821);
      mad.plug();
      for (int i = 0; i < 200; i++) {
        mad.pcp = random.nextBoolean();
        mad.pmp = random.nextBoolean();
        mad.upnp = random.nextBoolean();
        mad.saysOtherVersion = random.nextInt(4) == 0;
        mad.refusal = random.nextInt(3) == 0 ? 1 + random.nextInt(13) : 0;
        mad.upnpRefusal = random.nextInt(3) == 0 ? 400 + random.nextInt(400) : 0;
        mad.delay = random.nextLong(8 * SECOND);
        mad.lifetime = random.nextInt(4) == 0 ? random.nextInt(60) : 7200;
        mad.loseNext = random.nextInt(4);
        mad.taken = random.nextBoolean() ? PORT : -1;
        mad.permanentOnly = random.nextBoolean();
        mad.external =
            IpAddress.parse(
                random.nextInt(5) == 0 ? "10.1.1.1" : "198.51.100." + random.nextInt(9));
        if (random.nextInt(5) == 0) {
          mad.reboot();
          mad.announce();
        }
        mad.pass(random.nextInt(300));
        assertThat(mad.mapper.deadline()).as("seed %d", seed).isGreaterThan(mad.now);
        for (var mapping : mad.mapper.mappings()) {
          assertThat(mapping.open().flatMap(EndpointAddress::address))
              .as("seed %d", seed)
              .isNotEqualTo(Optional.of(IpAddress.parse("10.1.1.1")));
        }
      }
      // 30,000 s on the average, two ports.
      assertThat(mad.heard.size()).as("seed %d", seed).isLessThan(20_000);
      mad.pcp = true;
      mad.refusal = 0;
      mad.lifetime = 7200;
      mad.delay = SECOND / 100;
      mad.loseNext = 0;
      mad.external = IpAddress.parse("198.51.100.7");
      mad.pass(11_000);
      assertThat(mad.mapper.mappings())
          .as("seed %d", seed)
          .allMatch(mapping -> mapping.state() == State.MAPPED);
    }
  }
}
