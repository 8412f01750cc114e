package guywire.control.join;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.join.Orders.Order;
import guywire.control.store.KeyRotation;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One who follows looks for himself only where what he was told does not suffice. */
class FollowerTest {

  private static final Duration AT_ONCE = Duration.ofMillis(1);

  private final Random random = new Random(5);
  private final NodeId host = NodeId.random(random);
  private final NetworkId network = NetworkId.random(random);
  private Optional<Order> truth = Optional.of(order(1, KeyRotation.State.WANTED));
  private int looks;
  private final Follower follower = new Follower(host, network, this::look, _ -> {});

  private Optional<Order> look() {
    looks++;
    return truth;
  }

  private Order order(long revision, KeyRotation.State state) {
    var rotation =
        new KeyRotation(network, host, state, Optional.empty(), 1, Instant.EPOCH, Instant.EPOCH);
    return new Order(revision, Optional.empty(), Optional.empty(), Optional.of(rotation));
  }

  @BeforeEach
  void begin() throws InterruptedException {
    assertThat(follower.next(AT_ONCE)).isEqualTo(truth);
    assertThat(looks).isOne();
  }

  @Test
  void an_order_that_is_told_several_times_before_it_is_taken_is_not_looked_up() throws Exception {
    var newer = Optional.of(order(2, KeyRotation.State.ANNOUNCED));
    follower.hear(newer);
    follower.hear(newer);
    follower.hear(Optional.of(order(2, KeyRotation.State.ANNOUNCED)));
    assertThat(follower.next(AT_ONCE)).isEqualTo(newer);
    follower.hear(newer);
    assertThat(follower.next(AT_ONCE)).isEqualTo(newer);
    assertThat(looks).isOne();
  }

  @Test
  void of_two_orders_of_one_revision_the_newer_one_is_looked_up() throws Exception {
    truth = Optional.of(order(2, KeyRotation.State.SWITCHED));
    follower.hear(Optional.of(order(2, KeyRotation.State.ANNOUNCED)));
    follower.hear(truth);
    assertThat(follower.next(AT_ONCE)).isEqualTo(truth);
    assertThat(looks).isEqualTo(2);
  }

  @Test
  void an_older_order_is_none() throws Exception {
    var newer = Optional.of(order(3, KeyRotation.State.ANNOUNCED));
    follower.hear(newer);
    follower.hear(Optional.of(order(2, KeyRotation.State.SWITCHED)));
    assertThat(follower.next(AT_ONCE)).isEqualTo(newer);
    assertThat(looks).isOne();
  }
}
