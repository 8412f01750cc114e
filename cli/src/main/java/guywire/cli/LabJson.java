package guywire.cli;

import guywire.lab.LabOptions;
import guywire.lab.LabReport;
import guywire.network.Failure;
import guywire.network.Network;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A lab's report as JSON. */
final class LabJson {

  private LabJson() {}

  static ObjectNode of(
      Network network,
      LabOptions options,
      LabReport report,
      Set<Failure> failures,
      Optional<LabReport> failed) {
    var node = Json.object();
    node.put("network", network.name().text());
    node.put("tunnel", options.tunnels().word());
    node.put("apply", options.apply().word());
    node.put("holds", report.holds() && failed.map(LabReport::holds).orElse(true));
    var promises = node.putArray("promises");
    for (var result : report.promises()) {
      var entry = promises.addObject();
      var promise = result.promise();
      entry.put("text", promise.text());
      entry.put("place", promise.place().toString());
      entry.put("from", promise.from().toString());
      entry.put("to", promise.to().toString());
      entry.put("target", promise.target().toString());
      entry.put("transport", promise.transport().word());
      promise.port().ifPresent(port -> entry.put("port", port));
      entry.put("arrives", promise.arrives());
      entry.put("kept", result.kept());
      entry.put("outcome", result.outcome().word());
      result.sourceSeen().ifPresent(source -> entry.put("source-seen", source.toString()));
      var via = entry.putArray("via");
      result.via().forEach(name -> via.add(name.text()));
      entry.put("millis", round(result.millis()));
      promise.withinMillis().ifPresent(millis -> entry.put("within-millis", millis));
      result
          .gap()
          .ifPresent(gap -> {
            entry.put("gap-millis", round(gap.longestMillis()));
            entry.put("lost", gap.lost());
            var before = entry.putArray("via-before");
            gap.before().forEach(name -> before.add(name.text()));
            gap.stream()
                .ifPresent(stream -> {
                  entry.put("stream-goes-on", stream.goesOn());
                  entry.put("stream-still-millis", round(stream.stillMillis()));
                });
          });
    }
    var lookups = node.putArray("lookups");
    for (var result : report.lookups()) {
      var entry = lookups.addObject();
      entry.put("text", result.lookup().text());
      entry.put("place", result.lookup().place().toString());
      entry.put("from", result.lookup().from().toString());
      entry.put("name", result.lookup().name());
      entry.put("kept", result.kept());
      var answer = entry.putArray("answer");
      result.answer().forEach(address -> answer.add(address.toString()));
    }
    matrix(node.putArray("matrix"), report);
    failed.ifPresent(other -> {
      var entry = node.putObject("failed");
      var parts = entry.putArray("parts");
      failures.stream().map(Object::toString).sorted().forEach(parts::add);
      matrix(entry.putArray("matrix"), other);
    });
    report
        .speed()
        .ifPresent(speed -> {
          var entry = node.putObject("speed");
          entry.put("from", speed.from().toString());
          entry.put("to", speed.to().toString());
          entry.put("bits-per-second", Math.round(speed.bitsPerSecond()));
          entry.put("millis", round(speed.millis()));
        });
    var roaming = node.putArray("roaming");
    for (var change : report.roaming()) {
      var entry = roaming.addObject();
      entry.put("node", change.node().text());
      entry.put("to", change.to().toString());
      entry.put("lived", change.lived());
      entry.put("silent-millis", round(change.millis()));
    }
    return node;
  }

  private static void matrix(ArrayNode matrix, LabReport report) {
    for (var cell : report.matrix()) {
      var entry = matrix.addObject();
      entry.put("from", cell.from().toString());
      entry.put("to", cell.to().toString());
      entry.put("target", cell.target().toString());
      entry.put("expected", cell.expected().word());
      entry.put("outcome", cell.outcome().word());
      entry.put("agrees", cell.agrees());
      entry.put("millis", round(cell.millis()));
    }
  }

  private static double round(double millis) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.3f", millis));
  }
}
