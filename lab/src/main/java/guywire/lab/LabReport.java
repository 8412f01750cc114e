package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Lookup;
import guywire.network.Name;
import guywire.network.Promise;
import guywire.network.Spot;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a lab measured.
 *
 * @param promises every promise of the network, in its order
 * @param lookups every promised look-up of a name
 * @param matrix every pair of machines that could talk
 * @param speed throughput and round-trip time of one pair, if measured
 * @param roaming what became of a connection while its roaming end changed networks, each change
 */
public record LabReport(
    List<PromiseResult> promises,
    List<LookupResult> lookups,
    List<MeasuredCell> matrix,
    Optional<MeasuredSpeed> speed,
    List<RoamedConnection> roaming) {

  /** Copies the lists. */
  public LabReport {
    promises = List.copyOf(promises);
    lookups = List.copyOf(lookups);
    matrix = List.copyOf(matrix);
    roaming = List.copyOf(roaming);
  }

  /** The same with the results of more promises, all in this order. */
  LabReport with(List<PromiseResult> more, List<Promise> order) {
    var place = new HashMap<Promise, Integer>();
    order.forEach(promise -> place.putIfAbsent(promise, place.size()));
    var all =
        Stream.concat(promises.stream(), more.stream())
            .sorted(Comparator.comparingInt(result -> place.getOrDefault(result.promise(), 0)))
            .toList();
    return new LabReport(all, lookups, matrix, speed, roaming);
  }

  /** Whether all is as promised and as predicted. */
  public boolean holds() {
    return promises.stream().allMatch(PromiseResult::kept)
        && lookups.stream().allMatch(LookupResult::kept)
        && matrix.stream().allMatch(MeasuredCell::agrees)
        && roaming.stream().allMatch(RoamedConnection::lived);
  }

  /** How much was tried in vain: it could not be sent, or this machine was too slow to tell. */
  public long unmeasured() {
    return promises.stream().filter(result -> !result.isMeasured()).count()
        + matrix.stream().filter(cell -> !cell.agrees() && !cell.outcome().isMeasured()).count();
  }

  /** The pairs for which the packets say something else than the prediction. */
  public List<MeasuredCell> disagreements() {
    return matrix.stream().filter(cell -> !cell.agrees() && cell.outcome().isMeasured()).toList();
  }

  /**
   * A promise and what came of it.
   *
   * @param promise the promise
   * @param kept whether it holds
   * @param outcome what became of the packets
   * @param sourceSeen the source address that the far end saw, if anything arrived
   * @param via the nodes that the packets passed, in order
   * @param millis how long the first answer took, or 0
   * @param gap what the failure cost, if that was measured
   */
  public record PromiseResult(
      Promise promise,
      boolean kept,
      ProbeOutcome outcome,
      Optional<IpAddress> sourceSeen,
      List<Name> via,
      double millis,
      Optional<Gap> gap) {
    /** Copies the list. */
    public PromiseResult {
      via = List.copyOf(via);
    }

    /**
     * The same, held against the time that was promised. A time that is too long on a machine that
     * was late itself says nothing, nor does none.
     */
    PromiseResult with(Optional<Gap> measured) {
      boolean inTime =
          measured
              .filter(cost -> cost.longestMillis() <= promise.withinMillis().orElseThrow())
              .isPresent();
      boolean unknown = measured.map(Gap::tooSlow).orElse(true);
      return new PromiseResult(
          promise,
          kept && inTime,
          kept && !inTime && unknown ? ProbeOutcome.NOT_MEASURED : outcome,
          sourceSeen,
          via,
          millis,
          measured);
    }

    /** Whether what was tried says anything: kept, or broken by what packets did. */
    public boolean isMeasured() {
      return kept || outcome.isMeasured();
    }
  }

  /**
   * What a failure cost a flow that was under way.
   *
   * @param longestMillis how long nothing came of it at most, in milliseconds
   * @param lost how many of its packets were not answered
   * @param before the nodes that its packets passed until then, in order
   * @param tooSlow whether this machine was so late meanwhile that a long time says nothing
   * @param stream what it cost a TCP stream beside it; empty where none could be opened before
   */
  public record Gap(
      double longestMillis,
      long lost,
      List<Name> before,
      boolean tooSlow,
      Optional<StreamGap> stream) {
    /** Copies the list. */
    public Gap {
      before = List.copyOf(before);
    }
  }

  /**
   * What a failure cost a TCP stream that was under way. TCP sends again what was lost, later each
   * time, so it stands still longer than nothing passes.
   *
   * @param goesOn whether bytes of it pass again
   * @param stillMillis how long none came back at most, in milliseconds
   */
  public record StreamGap(boolean goesOn, double stillMillis) {}

  /**
   * A promised look-up and what came of it.
   *
   * @param lookup the promise
   * @param answer the addresses that came, in any order
   */
  public record LookupResult(Lookup lookup, List<IpAddress> answer) {
    /** Copies the list. */
    public LookupResult {
      answer = List.copyOf(answer);
    }

    /** Whether the answer is the promised one. */
    public boolean kept() {
      return Set.copyOf(answer).equals(Set.copyOf(lookup.addresses()));
    }
  }

  /**
   * A pair of machines.
   *
   * @param from who sent
   * @param to who was meant
   * @param target the address used
   * @param expected what the proof says of it
   * @param outcome what became of the packets
   * @param millis the round-trip time in milliseconds, or 0
   */
  public record MeasuredCell(
      Spot from,
      Spot to,
      IpAddress target,
      ExpectedReach expected,
      ProbeOutcome outcome,
      double millis) {

    /** Whether packets and prediction say the same. */
    public boolean agrees() {
      return expected.fits(outcome);
    }
  }

  /**
   * How fast one pair is.
   *
   * @param from who sent
   * @param to who received
   * @param bitsPerSecond the TCP payload that arrived
   * @param millis the median round-trip time of an idle echo request in milliseconds
   */
  public record MeasuredSpeed(Spot from, Spot to, double bitsPerSecond, double millis) {}

  /**
   * A roaming node that changed networks in mid-connection.
   *
   * @param node the node
   * @param to the other end of its TCP connection
   * @param lived whether the connection went on
   * @param millis how long it was silent in milliseconds
   */
  public record RoamedConnection(Name node, Spot to, boolean lived, double millis) {}
}
