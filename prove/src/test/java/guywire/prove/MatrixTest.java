package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress.Family;
import guywire.network.Internet.Nat;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Matrix.PairScope;
import java.util.HashMap;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The matrix by groups says what asking for every single pair says. */
class MatrixTest {

  @Test
  void spokes_of_a_hub_are_one_group_with_their_hosts_another() {
    var matrix = hub(20, true).reachability().matrix(Family.IPV4);
    assertThat(matrix.groups())
        .extracting(group -> group.spots().size())
        .containsExactlyInAnyOrder(1, 20, 20, 1);
  }

  @Test
  void members_of_a_full_mesh_are_one_group() {
    var matrix = mesh(12).reachability().matrix(Family.IPV4);
    assertThat(matrix.groups())
        .extracting(group -> group.spots().size())
        .containsExactlyInAnyOrder(12, 1);
    assertThat(matrix.cell(0, 0, PairScope.APART).orElseThrow().sample().certain()).isTrue();
  }

  @Test
  void one_broken_spoke_stands_alone() {
    var net = hub(20, false);
    net.node("odd").address("10.0.9.9/16").peer("hub", "1.1.1.1:51820", 25, "10.0.0.1/32");
    net.node("hub").peer("odd", "10.0.9.9/32");
    var matrix = net.reachability().matrix(Family.IPV4);
    assertThat(matrix.groups())
        .extracting(group -> group.spots().size())
        .containsExactlyInAnyOrder(1, 20, 1, 1);
    agrees(net.build());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void groups_say_what_every_single_pair_says(int seed) {
    for (int i = 0; i < 10; i++) {
      agrees(random(new Random(seed * 1000 + i)));
    }
  }

  @Test
  void two_thousand_spokes_make_four_groups() {
    var matrix = Reachability.of(hub(2000, true).build()).matrix(Family.IPV4);
    assertThat(matrix.groups()).hasSize(4);
  }

  @Test
  void a_node_without_an_address_has_its_row_and_its_column() {
    var net = new Net();
    net.node("hub").at("1.1.1.1").listen(51820).peer("laptop", "10.0.0.2/32");
    net.node("laptop").address("10.0.0.2/24").peer("hub", "1.1.1.1:51820", 25, "10.0.0.0/24");
    var proof = net.reachability();
    assertThat(proof.speaks(Net.spot("hub"), Family.IPV4)).isTrue();
    assertThat(proof.speaks(Net.spot("hub"), Family.IPV6)).isFalse();
    assertThat(proof.reach(Net.spot("laptop"), Net.spot("hub"), Family.IPV6)).isEmpty();
    var reach = proof.reach(Net.spot("laptop"), Net.spot("hub"), Family.IPV4).orElseThrow();
    assertThat(reach.extent()).isEqualTo(Reach.Extent.NONE);
    assertThat(reach.stop().orElseThrow().text().toString()).contains("hub has no address");
    assertThat(proof.matrix(Family.IPV4).cells())
        .anyMatch(cell -> cell.sampleTo().equals(Net.spot("hub")))
        .anyMatch(cell -> cell.sampleFrom().equals(Net.spot("hub")));
  }

  /** Holds every pair against the groups that it is in. */
  static void agrees(Network network) {
    var reachability = Reachability.of(network);
    var matrix = reachability.matrix(Family.IPV4);
    var groupOf = new HashMap<Spot, Integer>();
    for (int i = 0; i < matrix.groups().size(); i++) {
      for (var spot : matrix.groups().get(i).spots()) {
        groupOf.put(spot, i);
      }
    }
    assertThat(groupOf.keySet()).containsExactlyInAnyOrderElementsOf(reachability.spots());
    for (var from : reachability.spots()) {
      for (var to : reachability.spots()) {
        if (from.equals(to) || reachability.address(to, Family.IPV4).isEmpty()) {
          continue;
        }
        var alone =
            Reachability.of(network)
                .answer(from, to, Family.IPV4, Transport.ICMP, OptionalInt.empty())
                .orElseThrow();
        var apart = matrix.cell(groupOf.get(from), groupOf.get(to), PairScope.APART);
        var together = matrix.cell(groupOf.get(from), groupOf.get(to), PairScope.TOGETHER);
        assertThat(apart.or(() -> together)).isPresent();
        boolean agrees =
            apart.filter(cell -> same(cell.sample(), alone)).isPresent()
                || together.filter(cell -> same(cell.sample(), alone)).isPresent();
        assertThat(agrees).as("%s to %s: %s", from, to, new Journey(from, alone)).isTrue();
      }
    }
  }

  private static boolean same(Answer one, Answer other) {
    return one.works() == other.works()
        && one.arrives() == other.arrives()
        && one.mtu() == other.mtu()
        && one.there().hops().size() == other.there().hops().size()
        && one.stop().map(Stop::why).equals(other.stop().map(Stop::why))
        && one.conditions().stream()
            .map(Condition::kind)
            .toList()
            .equals(other.conditions().stream().map(Condition::kind).toList());
  }

  private static Net hub(int spokes, boolean sites) {
    var net = new Net();
    var hub = net.node("hub").at("1.1.1.1").address("10.0.0.1/16").listen(51820).forwards();
    for (int i = 0; i < spokes; i++) {
      String address = "10.0." + (1 + i / 200) + "." + (1 + i % 200);
      String lan = "172." + (16 + i / 250) + "." + (i % 250);
      var spoke = net.node("spoke-" + i).address(address + "/16");
      spoke.peer("hub", "1.1.1.1:51820", 25, "10.0.0.0/16", "172.16.0.0/12");
      if (sites) {
        net.site("site-" + i).lan(lan + ".0/24").router("spoke-" + i).host("host-" + i, lan + ".9");
        spoke.in("site-" + i, lan + ".1").forwards();
        hub.peer("spoke-" + i, address + "/32", lan + ".0/24");
      } else {
        hub.peer("spoke-" + i, address + "/32");
      }
    }
    return net;
  }

  private static Net mesh(int size) {
    var net = new Net();
    for (int i = 1; i <= size; i++) {
      var node = net.node("n" + i).at("1.1.1." + i).address("10.0.0." + i + "/24").listen(51820);
      for (int j = 1; j <= size; j++) {
        if (i != j) {
          node.peer("n" + j, "1.1.1." + j + ":51820", 0, "10.0.0." + j + "/32");
        }
      }
    }
    return net;
  }

  /** A hub with spokes, some of them gateways, some of them wrong. */
  private static Network random(Random random) {
    var net = new Net();
    int spokes = 2 + random.nextInt(5);
    var hub = net.node("hub").at("1.1.1.1").address("10.0.0.1/24").listen(51820);
    if (random.nextInt(8) > 0) {
      hub.forwards();
    }
    for (int i = 2; i < 2 + spokes; i++) {
      var spoke = net.node("s" + i).address("10.0.0." + i + (random.nextBoolean() ? "/24" : "/32"));
      int keepalive = random.nextInt(3) == 0 ? 0 : 25;
      String overlay = random.nextInt(5) == 0 ? "10.0.0.1/32" : "10.0.0.0/24";
      spoke.peer("hub", "1.1.1.1:51820", keepalive, overlay, "192.168.0.0/16");
      boolean gateway = random.nextBoolean();
      String lan = "192.168." + (random.nextInt(6) == 0 ? 2 : i);
      if (gateway) {
        var site = net.site("site" + i).lan(lan + ".0/24").host("h" + i, lan + ".9");
        site.nat(Nat.values()[random.nextInt(4)]);
        if (random.nextBoolean()) {
          site.router("s" + i);
          spoke.in("site" + i, lan + ".1");
        } else {
          spoke.in("site" + i, lan + ".2");
          if (random.nextBoolean()) {
            site.route("10.0.0.0/24", lan + ".2").route("192.168.0.0/16", lan + ".2");
          }
        }
        if (random.nextInt(4) > 0) {
          spoke.forwards();
        }
        if (random.nextInt(3) == 0) {
          spoke.masquerades();
        }
      }
      if (random.nextInt(3) == 0 && i > 2) {
        spoke.listen(51820);
        spoke.peer("s2", "", 0, "10.0.0.2/32");
        net.node("s2").peer("s" + i, "1.1.1.9:51820", 25, "10.0.0." + i + "/32");
      }
      if (gateway && random.nextInt(6) > 0) {
        hub.peer("s" + i, "10.0.0." + i + "/32", lan + ".0/24");
      } else if (random.nextInt(8) > 0) {
        hub.peer("s" + i, "10.0.0." + i + "/32");
      }
    }
    return net.build();
  }
}
