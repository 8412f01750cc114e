package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import guywire.network.Spot;
import org.junit.jupiter.api.Test;

class NetworkDiffTest {

  private static Net hub(String... spokes) {
    var net = new Net();
    net.node("hub").at("1.1.1.1").address("10.0.0.1/24").listen(51820).forwards();
    for (var spoke : spokes) {
      String address = "10.0.0." + spoke.charAt(0) % 50;
      net.node("hub").peer(spoke, address + "/32");
      net.node(spoke).address(address + "/24").peer("hub", "1.1.1.1:51820", 25, "10.0.0.0/24");
    }
    return net;
  }

  @Test
  void the_same_network_differs_in_nothing() {
    var diff = NetworkDiff.of(hub("a", "b").build(), hub("a", "b").build());
    assertThat(diff.gained()).isEmpty();
    assertThat(diff.lost()).isEmpty();
    assertThat(diff.changes()).isEmpty();
  }

  @Test
  void a_new_device_changes_the_hub_and_itself_only() {
    var diff = NetworkDiff.of(hub("a", "b").build(), hub("a", "b", "c").build());
    assertThat(diff.changes().keySet()).containsExactlyInAnyOrder(new Name("hub"), new Name("c"));
    assertThat(diff.changes().get(new Name("hub")))
        .singleElement()
        .satisfies(change -> {
          assertThat(change.restarts()).isFalse();
          assertThat(change.text().toString()).isEqualTo("new peer c (10.0.0.49/32)");
        });
    assertThat(diff.lost()).isEmpty();
    assertThat(diff.gained()).isNotEmpty();
  }

  @Test
  void who_is_cut_off_is_said_with_the_packet_that_shows_it() {
    var narrow = hub("a", "b");
    narrow.node("d").address("10.0.0.50/24").peer("hub", "1.1.1.1:51820", 25, "10.0.0.1/32");
    narrow.node("hub").peer("d", "10.0.0.50/32");
    var diff = NetworkDiff.of(hub("a", "b", "d").build(), narrow.build());
    assertThat(diff.lost())
        .anySatisfy(shift -> {
          assertThat(shift.from().spots()).contains(new Spot.Node(new Name("a")));
          assertThat(shift.without().orElseThrow().works()).isFalse();
        });
  }
}
