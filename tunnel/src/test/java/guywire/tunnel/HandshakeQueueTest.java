package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.Memory;
import guywire.linux.ReceivedDatagrams;
import guywire.linux.Wakeup;
import guywire.protocol.Endpoint;
import guywire.protocol.Message;
import guywire.protocol.Path;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What waits in the queue comes out as it was put in, and nothing of it is kept. */
@Timeout(30)
class HandshakeQueueTest {

  private static final int COLLECTIONS = 20;

  private final long message = Memory.allocate(Message.INITIATION_LENGTH);

  /** A buffer from 192.0.2.7 port 5000 that came to 198.51.100.1 on interface 3. */
  private static ReceivedDatagrams batch() {
    return (ReceivedDatagrams)
        Proxy.newProxyInstance(
            ReceivedDatagrams.class.getClassLoader(),
            new Class<?>[] {ReceivedDatagrams.class},
            (_, method, _) ->
                switch (method.getName()) {
                  case "low" -> 0xc000_0207L;
                  case "localLow" -> 0xc633_6401L;
                  case "high", "localHigh" -> 0L;
                  case "port" -> 5000;
                  case "localIndex" -> 3;
                  case "tos" -> 2;
                  case "isIpv6" -> false;
                  case "hasLocal" -> true;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private HandshakeQueue.Waiting passed(HandshakeQueue queue) {
    assertThat(queue.offer(Message.INITIATION, message, Message.INITIATION_LENGTH, batch(), 0))
        .isTrue();
    return Objects.requireNonNull(queue.poll());
  }

  @Test
  void a_message_keeps_its_way_and_its_traffic_class() {
    try (var control = new Wakeup()) {
      HandshakeQueue.Waiting waiting = passed(new HandshakeQueue(control));
      Path path = waiting.path();
      assertThat(path.endpoint()).isEqualTo(Endpoint.tryParse("192.0.2.7:5000").orElseThrow());
      assertThat(path.source()).hasToString("198.51.100.1");
      assertThat(path.sourceInterface()).isEqualTo(3);
      assertThat(waiting.trafficClass()).isEqualTo(2);
      assertThat(waiting.length()).isEqualTo(Message.INITIATION_LENGTH);
    }
  }

  /**
   * Else each object that a flood makes is taken for one that lasts, and the heap fills with them.
   */
  @Test
  void a_place_that_is_used_again_holds_nothing_of_what_waited_there() {
    try (var control = new Wakeup()) {
      var queue = new HandshakeQueue(control);
      WeakReference<Path> path = new WeakReference<>(passed(queue).path());
      for (int i = 0; i < COLLECTIONS && path.get() != null; i++) {
        System.gc();
      }
      assertThat(path.get()).isNull();
      assertThat(queue.size()).isZero();
    }
  }
}
