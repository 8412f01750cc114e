package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Condition;
import guywire.prove.Reachability;
import java.util.OptionalInt;

/** What is expected of a pair of machines before a packet is sent. */
@FunctionalInterface
public interface Prediction {

  /**
   * Whether an echo request from one to an address of the other arrives, and its reply comes back.
   */
  Expected expected(Spot from, Spot to, IpAddress target);

  /** What the proof says. */
  static Prediction by(Reachability proof) {
    return (from, _, target) -> {
      // The prover remembers what it learned and is used by one thread at a time.
      synchronized (proof) {
        var answer = proof.answer(from, target, Transport.ICMP, OptionalInt.empty());
        boolean keyIsShared =
            answer.conditions().stream().anyMatch(c -> c.kind() == Condition.Kind.KEY_SHARED);
        return keyIsShared || answer.works() && !answer.certain()
            ? Expected.DEPENDS
            : Expected.of(answer.works());
      }
    };
  }
}
