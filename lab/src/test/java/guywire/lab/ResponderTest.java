package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.Transport;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What listens on a machine of a lab. Needs root. */
class ResponderTest {

  private static final PlannedMachine BOX =
      new PlannedMachine(
          "listens.", Optional.empty(), Optional.empty(), false, false, List.of(), "", 0);

  private static final IpAddress HOME = IpAddress.parse("127.0.0.1");

  /** Promises while one thing is down are tried right after those while another was. */
  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"TCP", "UDP"})
  @Timeout(60)
  void a_port_is_free_as_soon_as_its_listener_is_closed(Transport transport) {
    try (var machine = LabMachine.start(BOX, "")) {
      for (int i = 0; i < 3000; i++) {
        try (var responder = Responder.start(machine, transport, HOME, 7)) {
          assertThat(responder.isForeign()).as("round %d", i).isFalse();
        }
      }
    }
  }

  @Test
  @Timeout(30)
  void what_listens_there_already_stays() {
    try (var machine = LabMachine.start(BOX, "");
        var first = Responder.start(machine, Transport.UDP, HOME, 7);
        var second = Responder.start(machine, Transport.UDP, HOME, 7)) {
      assertThat(first.isForeign()).isFalse();
      assertThat(second.isForeign()).isTrue();
    }
  }

  /**
   * A process that is started while a socket is closed holds it for a moment longer; here another
   * socket does.
   */
  @Test
  @Timeout(30)
  void a_port_that_was_ours_is_waited_for() throws Exception {
    try (var machine = LabMachine.start(BOX, "")) {
      Responder.start(machine, Transport.UDP, HOME, 7).close();
      var held = machine.namespace().call(DatagramChannel::open);
      held.bind(SocketAddresses.of(HOME, 7));
      var holder =
          Thread.ofVirtual()
              .start(() -> {
                try (held) {
                  LockSupport.parkNanos(100_000_000L);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      try (var responder = Responder.start(machine, Transport.UDP, HOME, 7)) {
        assertThat(responder.isForeign()).isFalse();
      }
      holder.join();
    }
  }
}
