package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The connections of hosts are cut while networks and keys change: hosts come back, hear what they
 * have missed, and each change comes to everybody.
 */
@Timeout(600)
class CutConnectionsTest extends HostsAtServers {

  private static final int ROUNDS = 8;

  /** More than an order has, with what TLS adds. */
  private static final int MOST_BYTES = 6000;

  @Test
  void connections_that_are_cut_in_the_middle_of_messages_lose_nothing() throws Exception {
    var proxy = new CuttingProxy();
    between = Optional.of(proxy);
    var admin = setUp();
    int mtu = FIRST_MTU;
    for (int round = 1; round <= ROUNDS; round++) {
      mtu++;
      boolean towardsHosts = random.nextInt(3) > 0;
      int bytes = random.nextInt(MOST_BYTES);
      String node = NODES.get(random.nextInt(NODES.size()));
      System.out.printf("round %d: cut after %d bytes, %s%n", round, bytes, towardsHosts);
      proxy.cutAfter(towardsHosts, bytes);
      if (round % 2 == 0) {
        rotate(admin, node);
      }
      change(admin, mtu);
      await(() -> converged(admin), "all are what they shall be after a cut");
    }
    assertThat(proxy.cuts()).as("cut, indeed").isGreaterThan(ROUNDS / 2);
    allIs(admin, mtu);
  }

  /** As when a cable is pulled, or a router forgets: neither end hears that it is over. */
  @Tag("long")
  @Test
  void connections_that_die_without_a_word_stop_no_change() throws Exception {
    var proxy = new CuttingProxy();
    between = Optional.of(proxy);
    var admin = setUp();
    proxy.silence();
    change(admin, FIRST_MTU + 1);
    allIs(admin, FIRST_MTU + 1);
    for (var node : read(admin, AT + "/nodes").get("items")) {
      assertThat(node.at("/live/online").asBoolean()).as(node.toString()).isTrue();
    }
    change(admin, FIRST_MTU + 2);
    allIs(admin, FIRST_MTU + 2);
  }
}
