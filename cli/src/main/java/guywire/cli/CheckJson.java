package guywire.cli;

import guywire.address.IpAddress.Family;
import guywire.network.Network;
import guywire.network.text.Finding;
import guywire.prove.Judgement;
import guywire.prove.LookupJudgement;
import guywire.prove.Matrix;
import guywire.prove.Outages.Outage;
import guywire.prove.Reachability;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.node.ObjectNode;

/** A proof as JSON, written piece by piece: who reaches whom by groups, as in the table. */
final class CheckJson {

  private final JsonGenerator out;
  private final Locale locale;

  CheckJson(JsonGenerator out, Locale locale) {
    this.out = out;
    this.locale = locale;
  }

  void write(
      Network network,
      List<Finding> findings,
      Reachability proof,
      List<Judgement> judgements,
      Optional<List<Outage>> outages,
      boolean holds) {
    out.writeStartObject();
    out.writeName("network").writeString(network.name().text());
    out.writeName("holds").writeBoolean(holds);
    out.writeName("findings").writeStartArray();
    findings.forEach(finding -> out.writePOJO(Json.finding(finding, locale)));
    out.writeEndArray();
    groups(proof);
    matrix(proof);
    out.writeName("promises").writeStartArray();
    judgements.forEach(judgement -> out.writePOJO(promise(judgement)));
    out.writeEndArray();
    out.writeName("lookups").writeStartArray();
    proof.lookups().forEach(judgement -> out.writePOJO(lookup(judgement)));
    out.writeEndArray();
    outages.ifPresent(all -> {
      out.writeName("outages").writeStartArray();
      all.forEach(outage -> out.writePOJO(outage(outage)));
      out.writeEndArray();
    });
    out.writeEndObject();
  }

  private static ObjectNode outage(Outage outage) {
    var entry = Json.object();
    entry.put("failure", outage.failure().toString());
    var cut = entry.putArray("cut");
    outage.cut().stream()
        .map(cell -> List.of(cell.sampleFrom().toString(), cell.sampleTo().toString()))
        .distinct()
        .forEach(pair -> cut.addObject().put("from", pair.getFirst()).put("to", pair.getLast()));
    var breaks = entry.putArray("breaks");
    outage.broken().stream()
        .map(judgement -> judgement.promise().text())
        .distinct()
        .forEach(breaks::add);
    return entry;
  }

  /** The groups have the same numbers in both families. */
  private void groups(Reachability proof) {
    out.writeName("groups").writeStartArray();
    for (var group : proof.matrix(Family.IPV4).groups()) {
      out.writeStartArray();
      group.spots().forEach(spot -> out.writeString(spot.toString()));
      out.writeEndArray();
    }
    out.writeEndArray();
  }

  private void matrix(Reachability proof) {
    out.writeName("matrix").writeStartArray();
    for (var family : Family.values()) {
      for (var cell : proof.matrix(family).cells()) {
        proof
            .reach(cell.sampleFrom(), cell.sampleTo(), family)
            .ifPresent(reach -> {
              var entry = cell(family, cell);
              entry.put("reach", reach.extent().name().toLowerCase(Locale.ROOT));
              var open = entry.putArray("open");
              var shut = entry.putArray("shut");
              reach
                  .answers()
                  .forEach((kind, answer) -> (answer.works() ? open : shut).add(kind.toString()));
              reach.stop().ifPresent(stop -> entry.set("stop", Json.text(stop.text(), locale)));
              out.writePOJO(entry);
            });
      }
    }
    out.writeEndArray();
  }

  private static ObjectNode cell(Family family, Matrix.Cell cell) {
    var entry = Json.object();
    entry.put("family", family == Family.IPV4 ? "ipv4" : "ipv6");
    entry.put("from", cell.from());
    entry.put("to", cell.to());
    entry.put("scope", cell.scope().name().toLowerCase(Locale.ROOT));
    entry.put("sample-from", cell.sampleFrom().toString());
    entry.put("sample-to", cell.sampleTo().toString());
    return entry;
  }

  private ObjectNode promise(Judgement judgement) {
    var entry = Json.object();
    var promise = judgement.promise();
    entry.put("text", promise.text());
    entry.put("place", promise.place().toString());
    entry.put("from", promise.from().toString());
    entry.put("to", promise.to().toString());
    entry.put("arrives", promise.arrives());
    entry.put("verdict", judgement.verdict().name().toLowerCase(Locale.ROOT));
    judgement.why().ifPresent(why -> entry.put("why", why.in(locale)));
    entry.set("packet", AnswerJson.of(promise.from(), judgement.answer(), locale));
    return entry;
  }

  private ObjectNode lookup(LookupJudgement judgement) {
    var entry = Json.object();
    entry.put("text", judgement.lookup().text());
    entry.put("place", judgement.lookup().place().toString());
    entry.put("from", judgement.lookup().from().toString());
    entry.put("name", judgement.lookup().name());
    entry.put("verdict", judgement.verdict().name().toLowerCase(Locale.ROOT));
    judgement.why().ifPresent(why -> entry.put("why", why.in(locale)));
    return entry;
  }
}
