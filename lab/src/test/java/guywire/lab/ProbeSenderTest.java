package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.Transport;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a connection is tried until it answers. Needs root. */
class ProbeSenderTest {

  private static final PlannedMachine BOX =
      new PlannedMachine(
          "tries.", Optional.empty(), Optional.empty(), false, false, List.of(), "", 0);

  private static final IpAddress HOME = IpAddress.parse("127.0.0.1");
  private static final int FIRST_KEY = 31_001;
  private static final int OTHER_KEY = 31_002;

  /** Half a connection that a failure left behind, here for good, swallows all of its port. */
  @Test
  @Timeout(60)
  void a_connection_that_hangs_is_tried_again_from_another_port() {
    try (var machine = LabMachine.start(BOX, "");
        var responder = Responder.start(machine, Transport.TCP, HOME, 7);
        var probes = ProbeListener.open(1, List.of(), List.of(), DEAF)) {
      assertThat(responder.isForeign()).isFalse();
      machine.load(
          "table inet t {\nchain input {\ntype filter hook input priority filter;\ntcp sport "
              + FIRST_KEY
              + " drop\n}\n}\n");
      var attempt = new Attempt(FIRST_KEY, machine, machine, HOME, Transport.TCP, 7);
      new ProbeSender(probes, 1, tried -> tried.renewKey(OTHER_KEY))
          .call(attempt, System.nanoTime() + 20_000_000_000L, false);
      assertThat(attempt.outcome()).isEqualTo(ProbeOutcome.REACHED);
      assertThat(attempt.key()).isEqualTo(OTHER_KEY);
    }
  }

  private static final ProbeListener.Hearer DEAF =
      new ProbeListener.Hearer() {
        @Override
        public void arrived(LabMachine machine, SeenPacket sighting) {}

        @Override
        public void passed(LabMachine machine, SeenPacket sighting) {}
      };
}
