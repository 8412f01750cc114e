package guywire.lab;

import guywire.lab.LabReport.PromiseResult;
import guywire.network.Failure;
import guywire.network.Promise;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The promises about a network of which something is down: each is tried while it is. */
final class WhileDown {

  private final Lab lab;
  private final Prediction prediction;
  private final LabListener listener;

  WhileDown(Lab lab, Prediction prediction, LabListener listener) {
    this.lab = lab;
    this.prediction = prediction;
    this.listener = listener;
  }

  /** Takes down one after the other what promises speak of, and mends it again. */
  List<PromiseResult> run(List<Promise> promises) {
    var byDown =
        promises.stream()
            .filter(promise -> !promise.down().isEmpty())
            .collect(
                Collectors.groupingBy(
                    Promise::down, java.util.LinkedHashMap::new, Collectors.toList()));
    var results = new ArrayList<PromiseResult>();
    byDown.forEach((down, meant) -> results.addAll(run(down, meant)));
    return results;
  }

  private List<PromiseResult> run(List<Failure> down, List<Promise> promises) {
    String parts = down.stream().map(WhileDown::words).collect(Collectors.joining(", "));
    listener.progress(Text.of(WhileDown.class, "step.while-down", parts), 0, 1);
    try {
      down.forEach(lab.outages()::fail);
      return new Probing(lab, prediction, ProbeOptions.NOTHING_ELSE, listener, promises, List.of())
          .onOpenTunnels()
          .run()
          .promises();
    } finally {
      lab.outages().restore();
    }
  }

  private static String words(Failure failure) {
    return failure instanceof Failure.OfLink link
        ? link.one() + " - " + link.other()
        : failure.toString();
  }
}
