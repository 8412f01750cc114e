package guywire.lab;

import guywire.lab.LabReport.Gap;
import guywire.lab.LabReport.StreamGap;
import guywire.network.Failure;
import guywire.network.Name;
import guywire.network.Promise;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What a failure costs flows and TCP streams that are under way when it comes: something goes down
 * for real, and how long nothing comes of a flow is how long its pair was cut off.
 */
final class Downtime {

  private static final long SECOND = 1_000_000_000L;

  /** A first handshake that is lost is tried again after some 5 s, and again. */
  private static final long FIRST_ANSWER_NANOS = 16 * SECOND;

  /** An agent notices traffic within this time; one that sees none does not look at its ways. */
  private static final long NOTICED_NANOS = 2 * SECOND;

  /** A flow whose last answer is no older than this goes on. */
  private static final long ALIVE_NANOS = 300_000_000L;

  private static final long LOOK_EVERY_NANOS = 10_000_000L;

  private final Lab lab;
  private final MachineLag lag;
  private final Map<Promise, List<Name>> before;

  /**
   * Failures of a lab.
   *
   * @param before the nodes that each pair's packets passed while all was whole
   */
  Downtime(Lab lab, MachineLag lag, Map<Promise, List<Name>> before) {
    this.lab = lab;
    this.lag = lag;
    this.before = before;
  }

  /**
   * Takes parts down while a flow and a stream run for each promise, and waits until each goes on
   * again.
   */
  Map<Promise, Gap> fail(List<Failure> down, List<Promise> promises) {
    try (var begun = SteadyFlows.begin(lab, promises)) {
      var flows = begun.all();
      await(FIRST_ANSWER_NANOS, () -> goOn(flows));
      return fail(down, promises, flows);
    }
  }

  private Map<Promise, Gap> fail(
      List<Failure> down, List<Promise> promises, Map<Promise, SteadyFlow> flows) {
    try (var streams = TcpStreams.begin(lab, promises)) {
      await(NOTICED_NANOS, () -> false);
      var lostBefore = new LinkedHashMap<Promise, Long>();
      flows.forEach((promise, flow) -> {
        lostBefore.put(promise, flow.unanswered());
        flow.silence().begin();
      });
      streams.all().values().forEach(stream -> stream.silence().begin());
      var watch = lag.watch();
      long start = System.nanoTime();
      down.forEach(lab.outages()::fail);
      // What was on its way when it went down may still arrive.
      await(NOTICED_NANOS, () -> false);
      long most = promises.stream().mapToLong(promise -> within(promise)).max().orElse(0);
      await(2 * most + 5 * SECOND, () -> goOn(flows) && streamsGoOn(streams));
      long end = System.nanoTime();
      boolean tooSlow = watch.stretch().isTooSlow();
      var gaps = new LinkedHashMap<Promise, Gap>();
      flows.forEach((promise, flow) -> {
        long nanos = Math.min(flow.silence().longest(end), end - start);
        long lost = Math.max(0, flow.unanswered() - lostBefore.getOrDefault(promise, 0L));
        gaps.put(
            promise,
            new Gap(
                nanos / 1e6,
                lost,
                before.getOrDefault(promise, List.of()),
                tooSlow,
                Optional.ofNullable(streams.all().get(promise))
                    .map(stream -> cost(stream.silence(), start, end))));
      });
      return gaps;
    }
  }

  private static StreamGap cost(Silence stream, long start, long end) {
    return new StreamGap(
        stream.current(end) < ALIVE_NANOS, Math.min(stream.longest(end), end - start) / 1e6);
  }

  private static boolean streamsGoOn(TcpStreams streams) {
    long now = System.nanoTime();
    return streams.all().values().stream()
        .allMatch(stream -> stream.silence().current(now) < ALIVE_NANOS);
  }

  private static long within(Promise promise) {
    return promise.withinMillis().orElseThrow() * 1_000_000;
  }

  private static boolean goOn(Map<Promise, SteadyFlow> flows) {
    long now = System.nanoTime();
    return flows.values().stream().allMatch(flow -> flow.silence().current(now) < ALIVE_NANOS);
  }

  /** Waits until something is so, or a time is over that is longer on a busy machine. */
  private void await(long nanos, BooleanSupplier so) {
    long until = System.nanoTime() + (long) (nanos * lag.factor());
    while (!so.getAsBoolean() && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }
}
