package guywire.cli;

import guywire.network.Network;
import guywire.network.Transport;
import guywire.network.text.Finding;
import guywire.prove.Judgement;
import guywire.prove.Reachability;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/** A proof as JSON. */
final class CheckJson {

  private CheckJson() {}

  static ObjectNode of(
      Network network,
      List<Finding> findings,
      Reachability proof,
      List<Judgement> judgements,
      boolean holds,
      Locale locale) {
    var node = Json.object();
    node.put("network", network.name().text());
    node.put("holds", holds);
    Json.put(node, findings, locale);
    var matrix = node.putArray("matrix");
    for (var from : proof.spots()) {
      for (var to : proof.spots()) {
        if (from.equals(to)) {
          continue;
        }
        for (var target : proof.addresses(to)) {
          var answer = proof.answer(from, target, Transport.ICMP, OptionalInt.empty());
          var entry = matrix.addObject();
          entry.put("from", from.toString());
          entry.put("to", to.toString());
          entry.put("target", target.toString());
          entry.put("works", answer.works());
          entry.put("certain", answer.certain());
          answer.stop().ifPresent(stop -> entry.put("stop", stop.text().in(locale)));
        }
      }
    }
    var promises = node.putArray("promises");
    for (var judgement : judgements) {
      var entry = promises.addObject();
      entry.put("text", judgement.promise().text());
      entry.put("place", judgement.promise().place().toString());
      entry.put("from", judgement.promise().from().toString());
      entry.put("to", judgement.promise().to().toString());
      entry.put("verdict", judgement.verdict().name().toLowerCase(Locale.ROOT));
      judgement.why().ifPresent(why -> entry.put("why", why.in(locale)));
      entry.set("packet", AnswerJson.of(judgement.promise().from(), judgement.answer(), locale));
    }
    var lookups = node.putArray("lookups");
    for (var judgement : proof.lookups()) {
      var entry = lookups.addObject();
      entry.put("text", judgement.lookup().text());
      entry.put("place", judgement.lookup().place().toString());
      entry.put("from", judgement.lookup().from().toString());
      entry.put("name", judgement.lookup().name());
      entry.put("verdict", judgement.verdict().name().toLowerCase(Locale.ROOT));
      judgement.why().ifPresent(why -> entry.put("why", why.in(locale)));
    }
    return node;
  }
}
