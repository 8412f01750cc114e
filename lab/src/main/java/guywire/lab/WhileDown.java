package guywire.lab;

import guywire.lab.LabReport.Gap;
import guywire.lab.LabReport.PromiseResult;
import guywire.network.Failure;
import guywire.network.Name;
import guywire.network.Promise;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** The promises about a network of which something is down: each is tried while it is. */
final class WhileDown {

  private static final long AGAIN_NANOS = 1_000_000_000L;

  private final Lab lab;
  private final Prediction prediction;
  private final LabListener listener;

  WhileDown(Lab lab, Prediction prediction, LabListener listener) {
    this.lab = lab;
    this.prediction = prediction;
    this.listener = listener;
  }

  /**
   * Takes down one after the other what promises speak of, and mends it again. What says how long
   * it may take comes first: it needs agents that use their best ways, to which they come back only
   * a minute after a failure.
   */
  List<PromiseResult> run(List<Promise> promises) {
    var byDown =
        promises.stream()
            .filter(promise -> !promise.down().isEmpty())
            .sorted((a, b) ->
                Boolean.compare(b.withinMillis().isPresent(), a.withinMillis().isPresent()))
            .collect(Collectors.groupingBy(Promise::down, LinkedHashMap::new, Collectors.toList()));
    var timed = promises.stream().filter(promise -> promise.withinMillis().isPresent()).toList();
    var results = new ArrayList<PromiseResult>();
    try (var lag = MachineLag.start()) {
      var whole = ways(timed);
      byDown.forEach((down, meant) -> {
        var measured = meant.stream().filter(timed::contains).toList();
        boolean comparable = results.isEmpty() || areBack(measured, whole);
        var interruption = new Downtime(lab, lag, whole);
        results.addAll(
            run(down, meant, measured, comparable ? Optional.of(interruption) : Optional.empty()));
      });
    }
    return results;
  }

  private List<PromiseResult> run(
      List<Failure> down,
      List<Promise> promises,
      List<Promise> timed,
      Optional<Downtime> interruption) {
    String parts = down.stream().map(WhileDown::words).collect(Collectors.joining(", "));
    listener.progress(Text.of(WhileDown.class, "step.while-down", parts), 0, 1);
    try {
      Map<Promise, Gap> gaps = Map.of();
      if (!timed.isEmpty() && interruption.isPresent()) {
        gaps = interruption.get().fail(down, timed);
      } else {
        down.forEach(lab.outages()::fail);
      }
      lab.outages().awaitShared();
      var results = new ArrayList<PromiseResult>();
      for (var result : probed(promises)) {
        boolean isTimed = result.promise().withinMillis().isPresent();
        results.add(
            isTimed ? result.with(Optional.ofNullable(gaps.get(result.promise()))) : result);
      }
      return results;
    } finally {
      lab.outages().restore();
    }
  }

  private List<PromiseResult> probed(List<Promise> promises) {
    return new Probing(lab, prediction, ProbeOptions.NOTHING_ELSE, listener, promises, List.of())
        .onOpenTunnels()
        .run()
        .promises();
  }

  /** The nodes that packets pass now. */
  private Map<Promise, List<Name>> ways(List<Promise> promises) {
    var ways = new LinkedHashMap<Promise, List<Name>>();
    if (!promises.isEmpty()) {
      // Which way is promised is said of the time after, so it is not waited for here.
      probed(promises.stream().map(Promise::byAnyWay).toList())
          .forEach(result -> ways.put(result.promise(), result.via()));
    }
    var found = new LinkedHashMap<Promise, List<Name>>();
    promises.forEach(
        promise -> found.put(promise, ways.getOrDefault(promise.byAnyWay(), List.of())));
    return found;
  }

  /** Waits until packets pass what they passed when all was whole; whether they do in time. */
  private boolean areBack(List<Promise> promises, Map<Promise, List<Name>> whole) {
    if (promises.isEmpty()) {
      return true;
    }
    // Agents look at better ways only of pairs with traffic, and a single probe is too little.
    try (var _ = SteadyFlows.begin(lab, promises)) {
      long until = System.nanoTime() + Probing.SETTLED_NANOS;
      while (System.nanoTime() - until < 0) {
        var now = ways(promises);
        if (whole.entrySet().containsAll(now.entrySet())) {
          return true;
        }
        LockSupport.parkNanos(AGAIN_NANOS);
      }
      return false;
    }
  }

  private static String words(Failure failure) {
    return failure instanceof Failure.OfLink link
        ? link.one() + " - " + link.other()
        : failure.toString();
  }
}
