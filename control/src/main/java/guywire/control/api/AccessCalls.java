package guywire.control.api;

import guywire.address.IpAddress.Family;
import guywire.control.change.Access;
import guywire.control.change.ChangeOutcome;
import guywire.control.change.Changes;
import guywire.control.change.Cut;
import guywire.control.change.Journeys;
import guywire.control.change.NewestVersion;
import guywire.control.change.Proposal;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.Version;
import guywire.network.text.Place;
import guywire.plan.definition.Definition;
import guywire.plan.definition.DefinitionText;
import guywire.plan.definition.DefinitionText.Sentences;
import guywire.plan.definition.ExpectLine;
import guywire.plan.definition.PolicyLine;
import guywire.prove.Journey;
import guywire.prove.Matrix.PairScope;
import guywire.prove.Reach;
import guywire.prove.Reach.Extent;
import guywire.prove.Stop;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** Who may reach whom: what is open, the sentences that say so, and what would come of others. */
final class AccessCalls {

  private static final int LONGEST_SENTENCE = 1000;
  private static final int MOST_SENTENCES = 2000;

  /** More names nobody chooses from a list. */
  private static final int MOST_NAMES = 1000;

  private final Database database;
  private final Changes changes;
  private final Journeys journeys;

  AccessCalls(Database database, Changes changes, Journeys journeys) {
    this.database = database;
    this.changes = changes;
    this.journeys = journeys;
  }

  Reply show(Call call) {
    var newest =
        changes
            .desired()
            .newest(call.about())
            .orElseThrow(() -> Problem.of(422, "no-longer-works"));
    return Reply.ok(form(newest, journeys.access(newest), call.locale()));
  }

  private static ObjectNode form(NewestVersion newest, Access access, Locale locale) {
    var form = ApiJson.object();
    form.put("version", newest.version());
    var groups = form.putArray("groups");
    for (var group : access.groups()) {
      var one = groups.addObject();
      group.name().ifPresent(name -> one.put("name", name));
      var members = one.putArray("members");
      group.spots().forEach(spot -> members.add(spot.toString()));
    }
    form.put("groups-left-out", access.left());
    var cells = form.putArray("cells");
    access.cells().forEach(cell -> put(cells.addObject(), cell, locale));
    var definition = newest.definition();
    definition
        .policy()
        .ifPresent(lines -> {
          var policy = form.putArray("policy");
          for (PolicyLine line : lines) {
            policy.add(sentence(line.text(), line.place(), access, locale));
          }
        });
    var expect = form.putArray("expect");
    for (ExpectLine line : definition.expect()) {
      expect.add(sentence(line.text(), line.place(), access, locale));
    }
    var names = form.putArray("names");
    names(definition)
        .limit(MOST_NAMES)
        .forEach(name -> names.addObject().put("name", name.name()).put("kind", name.kind()));
    return form;
  }

  private static void put(ObjectNode one, Access.Cell cell, Locale locale) {
    one.put("from", cell.from());
    one.put("to", cell.to());
    one.put("same-place", cell.scope() == PairScope.TOGETHER);
    one.put("open", extent(cell.reaches().values()));
    one.put("services", services(cell.reaches()));
    one.put("from-sample", cell.one().toString());
    one.put("to-sample", cell.other().toString());
    cell.reaches().values().stream()
        .flatMap(reach -> reach.stop().stream())
        .findFirst()
        .map(Stop::text)
        .ifPresent(why -> one.put("why", why.in(locale)));
  }

  /** How much is open at all addresses: where that differs, some of it. */
  private static String extent(Collection<Reach> reaches) {
    if (reaches.stream().anyMatch(reach -> reach.extent() == Extent.DEPENDS)) {
      return "depends";
    }
    var extents = reaches.stream().map(Reach::extent).distinct().toList();
    return extents.size() == 1
        ? extents.getFirst().name().toLowerCase(Locale.ROOT)
        : Extent.SOME.name().toLowerCase(Locale.ROOT);
  }

  /** What is open, for each family by itself where that differs. */
  private static String services(Map<Family, Reach> reaches) {
    var distinct = reaches.values().stream().map(Reach::services).distinct().toList();
    return distinct.size() == 1
        ? distinct.getFirst()
        : reaches.entrySet().stream()
            .filter(entry -> !entry.getValue().services().isEmpty())
            .map(entry ->
                (entry.getKey() == Family.IPV4 ? "IPv4 " : "IPv6 ") + entry.getValue().services())
            .collect(Collectors.joining("; "));
  }

  private static ObjectNode sentence(String text, Place place, Access access, Locale locale) {
    var form = ApiJson.object();
    form.put("text", text);
    form.put("line", place.line());
    Optional.ofNullable(access.tests().get(place))
        .ifPresent(tested -> {
          form.put("state", tested.verdict().name().toLowerCase(Locale.ROOT));
          tested.why().ifPresent(why -> form.put("why", why.in(locale)));
          tested
              .shown()
              .ifPresent(shown -> {
                var journey = form.putArray("journey");
                new Journey(shown.promise().from(), shown.answer())
                    .lines(locale)
                    .forEach(journey::add);
              });
        });
    return form;
  }

  private record Called(String name, String kind) {}

  /** What a sentence can name: what stands for many first. */
  private static Stream<Called> names(Definition definition) {
    return Stream.of(
            Stream.of("all", "nodes", "sites", "roaming", "internet")
                .map(word -> new Called(word, "word")),
            definition.groups().stream().map(group -> new Called(group.name().text(), "group")),
            definition.sites().stream().map(site -> new Called(site.name().text(), "site")),
            definition.nodes().stream().map(node -> new Called(node.name().text(), "node")),
            definition.sites().stream()
                .flatMap(site -> site.hosts().stream())
                .map(host -> new Called(host.name().text(), "host")))
        .flatMap(some -> some);
  }

  /** What would come of other sentences, and the text that says them. */
  Reply preview(Call call) {
    var body = call.body();
    long expected =
        body.number("expected-version", 1, Long.MAX_VALUE)
            .orElseThrow(() -> Problem.of(400, "missing", "expected-version"));
    var policy = body.texts("policy", LONGEST_SENTENCE, MOST_SENTENCES);
    var expect = body.texts("expect", LONGEST_SENTENCE, MOST_SENTENCES);
    List<Cut> cuts = NetworkCalls.cuts(body);
    body.complete();
    String now =
        database
            .read(session -> new Networks(session).version(call.about().id(), expected))
            .map(Version::definition)
            .orElseThrow(() -> Problem.of(409, "outdated", String.valueOf(call.about().version())));
    String text =
        new DefinitionText(now)
            .saying(Sentences.POLICY, policy)
            .flatMap(changed -> changed.saying(Sentences.EXPECT, expect))
            .map(DefinitionText::text)
            .orElseThrow(() -> Problem.of(409, "sentences-not-editable"));
    var outcome = changes.preview(call.about(), new Proposal(text, expected, "", cuts));
    if (!(outcome instanceof ChangeOutcome.Seen seen)) {
      return NetworkCalls.outcome(call, outcome);
    }
    var form = ApiJson.object();
    form.put("definition", text);
    form.set("preview", ApiJson.preview(seen.preview(), call.locale()));
    return Reply.ok(form);
  }
}
