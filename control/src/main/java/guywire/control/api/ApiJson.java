package guywire.control.api;

import guywire.control.change.Preview;
import guywire.control.store.AuditEntry;
import guywire.control.store.Page;
import guywire.control.store.Rollout;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.Version;
import guywire.network.text.Finding;
import guywire.prove.Journey;
import guywire.prove.Judgement;
import guywire.prove.LookupJudgement;
import guywire.prove.Matrix.Group;
import guywire.prove.NetworkDiff;
import guywire.prove.NetworkDiff.Shift;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Values as the API shows them (openapi.json). No secret has a form here. */
final class ApiJson {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** Of what is broken so many are told; the first show what the others would. */
  private static final int MOST_BROKEN = 50;

  private ApiJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  static String text(JsonNode node) {
    return MAPPER.writeValueAsString(node);
  }

  static JsonNode parse(String text) {
    return MAPPER.readTree(text);
  }

  static <T> ObjectNode page(Page<T> page, Function<T, JsonNode> form) {
    var node = object();
    var items = node.putArray("items");
    page.items().forEach(item -> items.add(form.apply(item)));
    page.next().ifPresent(next -> node.put("next", next));
    return node;
  }

  static ObjectNode network(StoredNetwork network) {
    var node = object();
    node.put("id", network.id().text());
    node.put("name", network.name().text());
    node.put("version", network.version());
    node.put("revision", network.revision());
    node.put("created", network.created().toString());
    return node;
  }

  /** All of a version but its text. */
  static ObjectNode version(Version version) {
    var node = object();
    node.put("number", version.number());
    node.put("author", version.author());
    node.put("created", version.created().toString());
    node.put("comment", version.comment());
    node.put("state", version.state().map(Rollout.State::word).orElse("everywhere"));
    node.put("word", version.word());
    return node;
  }

  static ObjectNode node(StoredNode stored) {
    var node = object();
    node.put("id", stored.id().text());
    node.put("name", stored.name().text());
    stored.publicKey().ifPresent(key -> node.put("public-key", key.toString()));
    return node;
  }

  static ObjectNode token(Token token, Function<Token, String> network) {
    var node = object();
    node.put("id", token.id());
    node.put("owner", token.owner().name().text());
    node.put("label", token.label());
    node.put("scope", token.scope().word());
    if (token.network().isPresent()) {
      node.put("network", network.apply(token));
    }
    node.put("created", token.created().toString());
    token.expires().ifPresent(at -> node.put("expires", at.toString()));
    token.usesLeft().ifPresent(left -> node.put("uses-left", left));
    token.seen().ifPresent(at -> node.put("seen", at.toString()));
    return node;
  }

  static ObjectNode audit(AuditEntry entry) {
    var node = object();
    node.put("number", entry.number());
    node.put("at", entry.at().toString());
    node.put("actor", entry.actor());
    node.put("token", entry.token());
    node.put("action", entry.action());
    if (!entry.network().isEmpty()) {
      node.put("network", entry.network());
    }
    node.put("subject", entry.subject());
    node.put("detail", entry.detail());
    return node;
  }

  static ObjectNode preview(Preview preview, Locale locale) {
    var node = object();
    node.put("lands", preview.lands());
    node.put("holds", preview.holds());
    var findings = node.putArray("findings");
    preview.findings().forEach(finding -> findings.add(finding(finding, locale)));
    var broken = broken(preview.broken(), locale);
    node.set("broken", broken);
    preview.brokenLookups().forEach(judgement -> broken.add(broken(judgement, locale)));
    preview
        .difference()
        .ifPresent(difference -> node.set("difference", difference(difference, locale)));
    node.set("refused", shifts(preview.refused(), locale));
    return node;
  }

  static ObjectNode finding(Finding finding, Locale locale) {
    var node = object();
    node.put("code", finding.code());
    node.put("severity", finding.severity().word());
    finding.node().ifPresent(name -> node.put("node", name));
    node.put("line", finding.place().line());
    node.put("column", finding.place().column());
    node.put("what", finding.what().in(locale));
    node.put("mend", finding.mend().in(locale));
    return node;
  }

  /** The first of what is broken. */
  static ArrayNode broken(List<Judgement> judgements, Locale locale) {
    var array = MAPPER.createArrayNode();
    judgements.stream()
        .limit(MOST_BROKEN)
        .forEach(judgement -> array.add(broken(judgement, locale)));
    return array;
  }

  private static ObjectNode broken(Judgement judgement, Locale locale) {
    var node = object();
    node.put("promise", judgement.promise().text());
    node.put("line", judgement.promise().place().line());
    node.put("from", judgement.promise().from().toString());
    node.put("to", judgement.promise().to().toString());
    node.put("why", judgement.why().map(why -> why.in(locale)).orElse(""));
    var journey = node.putArray("journey");
    new Journey(judgement.promise().from(), judgement.answer()).lines(locale).forEach(journey::add);
    return node;
  }

  private static ObjectNode broken(LookupJudgement judgement, Locale locale) {
    var node = object();
    node.put("promise", judgement.lookup().text());
    node.put("line", judgement.lookup().place().line());
    node.put("from", judgement.lookup().from().toString());
    node.put("to", judgement.lookup().name());
    node.put("why", judgement.why().map(why -> why.in(locale)).orElse(""));
    node.putArray("journey");
    return node;
  }

  static ObjectNode difference(NetworkDiff difference, Locale locale) {
    var node = object();
    node.set("gained", shifts(difference.gained(), locale));
    node.set("lost", shifts(difference.lost(), locale));
    var changes = node.putArray("changes");
    difference
        .changes()
        .forEach((name, list) ->
            list.forEach(change -> {
              var entry = changes.addObject();
              entry.put("node", name.text());
              entry.put("kind", change.kind().word());
              change.tunnel().ifPresent(tunnel -> entry.put("interface", tunnel.text()));
              entry.put("text", change.text().in(locale));
              entry.put("restarts", change.restarts());
            }));
    return node;
  }

  private static ArrayNode shifts(List<Shift> shifts, Locale locale) {
    var array = MAPPER.createArrayNode();
    for (var shift : shifts) {
      var entry = array.addObject();
      names(entry.putArray("from"), shift.from());
      names(entry.putArray("to"), shift.to());
      var services = entry.putArray("services");
      shift.services().forEach(kind -> services.add(kind.toString()));
      entry.put("all", shift.whole());
      shift
          .without()
          .flatMap(answer -> answer.stop())
          .ifPresent(stop -> entry.put("stop", stop.machine() + ": " + stop.text().in(locale)));
    }
    return array;
  }

  private static void names(ArrayNode array, Group group) {
    group.spots().forEach(spot -> array.add(spot.toString()));
  }
}
