package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What listens on all machines of a lab at once, while it is slow to hear. Needs root. */
class ProbeListenerTest {

  private static final long MARK = 0x1122334455667788L;
  private static final IpAddress HOME = IpAddress.parse("127.0.0.1");
  private static final int FIRST = 0x10001;
  private static final int SECOND = 0x10002;

  private static PlannedMachine box(String name) {
    return new PlannedMachine(
        name, Optional.empty(), Optional.empty(), false, false, List.of(), "", 0);
  }

  /**
   * Stands still at the first packet, and is slow with each, as a thread that gets no processor.
   */
  private static final class SlowHearer implements ProbeListener.Hearer {
    final CountDownLatch stands = new CountDownLatch(1);
    final CountDownLatch goesOn = new CountDownLatch(1);
    final Set<Integer> heard = ConcurrentHashMap.newKeySet();

    @Override
    public void arrived(LabMachine machine, SeenPacket sighting) {
      stands.countDown();
      try {
        goesOn.await();
        TimeUnit.MILLISECONDS.sleep(100);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      heard.add(sighting.key());
    }

    @Override
    public void passed(LabMachine machine, SeenPacket sighting) {}
  }

  @Test
  @Timeout(60)
  void what_arrived_before_the_end_is_told() throws InterruptedException {
    var hearer = new SlowHearer();
    try (var one = LabMachine.start(box("one."), "");
        var other = LabMachine.start(box("other."), "")) {
      var probes = ProbeListener.open(MARK, List.of(one, other), List.of(), hearer);
      whileItStands(probes, hearer, one, other, probes::close);
    }
    assertThat(hearer.heard).containsExactlyInAnyOrder(FIRST, SECOND);
  }

  @Test
  @Timeout(60)
  void who_asks_knows_all_that_arrived_before() throws InterruptedException {
    var hearer = new SlowHearer();
    try (var one = LabMachine.start(box("one."), "");
        var other = LabMachine.start(box("other."), "");
        var probes = ProbeListener.open(MARK, List.of(one, other), List.of(), hearer)) {
      var known = ConcurrentHashMap.<Integer>newKeySet();
      whileItStands(
          probes,
          hearer,
          one,
          other,
          () -> {
            probes.catchUp();
            known.addAll(hearer.heard);
          });
      assertThat(known).containsExactlyInAnyOrder(FIRST, SECOND);
    }
  }

  /** What arrives at the other machine was not there yet when the wait for packets ended. */
  private static void whileItStands(
      ProbeListener probes, SlowHearer hearer, LabMachine one, LabMachine other, Runnable asks)
      throws InterruptedException {
    probes.echo(one, HOME, FIRST, 0);
    hearer.stands.await();
    probes.echo(other, HOME, SECOND, 0);
    var asking = Thread.ofPlatform().start(asks);
    while (asking.getState() != Thread.State.WAITING
        && asking.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    hearer.goesOn.countDown();
    asking.join();
  }
}
