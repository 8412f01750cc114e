package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Answer;
import guywire.prove.Condition;
import guywire.prove.Reachability;
import guywire.prove.Stop.Why;
import java.util.OptionalInt;
import java.util.Set;

/** What is expected of a pair of machines before a packet is sent. */
@FunctionalInterface
public interface Prediction {

  /** Reasons for which the sender's own kernel refuses a packet. */
  Set<Why> KEEPING = Set.of(Why.NO_ROUTE, Why.NO_SOURCE, Why.FILTERED, Why.DOWN);

  /**
   * Whether a packet from one to an address of the other arrives, and its reply comes back.
   *
   * @param port the destination port; empty for an echo request
   */
  ExpectedReach expected(
      Spot from, Spot to, IpAddress target, Transport transport, OptionalInt port);

  /** What is expected of an echo request. */
  default ExpectedReach expected(Spot from, Spot to, IpAddress target) {
    return expected(from, to, target, Transport.ICMP, OptionalInt.empty());
  }

  /** What the proof says. */
  static Prediction by(Reachability proof) {
    return (from, _, target, transport, port) -> {
      // The prover remembers what it learned and is used by one thread at a time.
      synchronized (proof) {
        var answer = proof.answer(from, target, transport, port);
        if (isKept(from, answer) && !answer.mayWork()) {
          return ExpectedReach.UNSENT;
        }
        boolean keyIsShared =
            answer.conditions().stream().anyMatch(c -> c.kind() == Condition.Kind.KEY_SHARED);
        return keyIsShared || answer.mayWork() || answer.works() && !answer.certain()
            ? ExpectedReach.DEPENDS
            : ExpectedReach.of(answer.works());
      }
    };
  }

  /** Whether the packet does not even leave the machine where it begins. */
  private static boolean isKept(Spot from, Answer answer) {
    return answer.there().stop().isPresent()
        && answer.there().hops().size() == 1
        && answer.there().stop().get().machine().equals(from.toString())
        && KEEPING.contains(answer.there().stop().get().why());
  }
}
