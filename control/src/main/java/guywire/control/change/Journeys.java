package guywire.control.change;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.network.Failure;
import guywire.network.Spot;
import guywire.prove.Answer;
import guywire.prove.Journey;
import guywire.prove.Outages;
import guywire.prove.Reachability;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who reaches whom in a network as it is now, or would with parts of it down, by the prover. Safe
 * for use by several threads.
 */
public final class Journeys {

  /** One at a time, beside those who change networks: whoever only looks never holds them up. */
  private final WorkSlots slots = new WorkSlots(1, 10);

  /** What is answered. */
  public sealed interface Told {
    /** The way of the packet. */
    record Way(Journey journey) implements Told {}

    /** The network has nothing by this name. */
    record Unknown(String word) implements Told {}
  }

  /** Answers a question about a network. */
  public Told ask(NewestVersion newest, ReachQuestion question) {
    var unknown = unknown(newest, question.down());
    if (unknown.isPresent()) {
      return new Told.Unknown(unknown.get());
    }
    var failures = failures(newest, question.down());
    return slots.when(() -> answer(Reachability.of(newest.network(), failures), question));
  }

  /** The first of these words that means nothing that can be down. */
  public Optional<String> unknown(NewestVersion newest, List<String> down) {
    return down.stream()
        .filter(word -> Failure.named(newest.network(), word).isEmpty())
        .findFirst();
  }

  /** Who loses reach while these parts are down; of words that mean nothing none is. */
  public Outages.Loss loss(NewestVersion newest, List<String> down) {
    var failures = failures(newest, down);
    return slots.when(() -> Outages.during(newest.network(), failures));
  }

  private static Set<Failure> failures(NewestVersion newest, List<String> down) {
    var failures = new LinkedHashSet<Failure>();
    down.forEach(word -> Failure.named(newest.network(), word).ifPresent(failures::add));
    return failures;
  }

  /** Who reaches whom, all of it, and which promises hold. */
  public Access access(NewestVersion newest) {
    return slots.when(() -> Access.of(newest));
  }

  private static Told answer(Reachability reachability, ReachQuestion question) {
    var from = reachability.spot(question.from());
    if (from.isEmpty()) {
      return new Told.Unknown(question.from());
    }
    var to = reachability.spot(question.to());
    Optional<Answer> answer =
        to.isPresent()
            ? toSpot(reachability, from.get(), to.get(), question)
            : IpAddress.tryParse(question.to())
                .map(target ->
                    reachability.answer(from.get(), target, question.transport(), question.port()));
    return answer
        .<Told>map(found -> new Told.Way(new Journey(from.get(), found)))
        .orElseGet(() -> new Told.Unknown(question.to()));
  }

  /** To its address of a family that both speak; if there is none, to the first that it has. */
  private static Optional<Answer> toSpot(
      Reachability reachability, Spot from, Spot to, ReachQuestion question) {
    return Arrays.stream(Family.values())
        .filter(family -> reachability.speaks(to, family))
        .min((one, other) ->
            Boolean.compare(reachability.speaks(from, other), reachability.speaks(from, one)))
        .flatMap(
            family -> reachability.answer(from, to, family, question.transport(), question.port()));
  }
}
