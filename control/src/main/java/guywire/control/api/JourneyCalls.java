package guywire.control.api;

import guywire.control.change.Changes;
import guywire.control.change.Journeys;
import guywire.control.change.NewestVersion;
import guywire.control.change.ReachQuestion;
import guywire.network.Name;
import guywire.network.PeerConfig;
import guywire.network.Transport;
import guywire.plan.definition.NodeEntry;
import guywire.prove.Condition;
import guywire.prove.Journey;
import guywire.prove.Stop;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** What a network looks like, and who reaches whom in it. */
final class JourneyCalls {

  private static final int LONGEST_WORD = 200;
  private static final int MOST_DOWN = 20;

  /** In a mesh there are as many as pairs: nobody sees more than these on a map. */
  private static final int MOST_LINKS = 5000;

  private final Changes changes;
  private final Journeys journeys;

  JourneyCalls(Changes changes, Journeys journeys) {
    this.changes = changes;
    this.journeys = journeys;
  }

  Reply ask(Call call) {
    var body = call.body();
    String from = body.needed("from", LONGEST_WORD);
    String to = body.needed("to", LONGEST_WORD);
    var word = body.text("transport", LONGEST_WORD);
    var port =
        body.number("port", 1, 65_535)
            .map(number -> OptionalInt.of(number.intValue()))
            .orElse(OptionalInt.empty());
    var down = body.texts("down", LONGEST_WORD, MOST_DOWN);
    body.complete();
    var transport = transport(word, port);
    var newest = newest(call);
    return switch (journeys.ask(newest, new ReachQuestion(from, to, transport, port, down))) {
      case Journeys.Told.Way way ->
          Reply.ok(journey(newest.version(), way.journey(), call.locale()));
      case Journeys.Told.Unknown unknown -> throw Problem.of(422, "unknown-spot", unknown.word());
    };
  }

  /** Who is cut off while parts of the network are down. */
  Reply loss(Call call) {
    var down = call.body().texts("down", LONGEST_WORD, MOST_DOWN);
    call.body().complete();
    var newest = newest(call);
    var unknown = journeys.unknown(newest, down);
    if (unknown.isPresent()) {
      throw Problem.of(422, "unknown-spot", unknown.get());
    }
    var loss = journeys.loss(newest, down);
    var form = ApiJson.object();
    form.put("version", newest.version());
    var lost = form.putArray("lost");
    for (var one : loss.lost()) {
      var entry = lost.addObject();
      var from = entry.putArray("from");
      one.from().forEach(spot -> from.add(spot.toString()));
      var to = entry.putArray("to");
      one.to().forEach(spot -> to.add(spot.toString()));
      one.shown().stop().ifPresent(stop -> entry.put("why", stop.text().in(call.locale())));
    }
    form.put("machines-left-out", loss.left());
    form.set("broken", ApiJson.broken(loss.broken(), call.locale()));
    return Reply.ok(form);
  }

  private static Transport transport(Optional<String> word, OptionalInt port) {
    var usual = port.isPresent() ? Transport.TCP : Transport.ICMP;
    var transport =
        word.isEmpty()
            ? Optional.of(usual)
            : Arrays.stream(Transport.values())
                .filter(one -> one.word().equals(word.get()))
                .findFirst();
    return transport
        .filter(one -> port.isPresent() == (one != Transport.ICMP))
        .orElseThrow(() -> Problem.of(400, "bad-transport"));
  }

  private NewestVersion newest(Call call) {
    return changes
        .desired()
        .newest(call.about())
        .orElseThrow(() -> Problem.of(422, "no-longer-works"));
  }

  private static ObjectNode journey(long version, Journey journey, Locale locale) {
    var answer = journey.answer();
    var why =
        answer
            .stop()
            .map(Stop::text)
            .or(() -> answer.conditions().stream().findFirst().map(Condition::text));
    var node = ApiJson.object();
    node.put("version", version);
    node.put("reaches", answer.works());
    node.put("certain", answer.conditions().isEmpty());
    node.put("why", why.map(text -> text.in(locale)).orElse(""));
    var lines = node.putArray("journey");
    journey.lines(locale).forEach(lines::add);
    var way = node.putArray("way");
    answer.there().hops().forEach(hop -> way.add(hop.machine()));
    return node;
  }

  Reply map(Call call) {
    var newest = newest(call);
    var map = ApiJson.object();
    map.put("version", newest.version());
    var sites = map.putArray("sites");
    for (var site : newest.network().underlay().sites()) {
      var form = sites.addObject().put("name", site.name().text());
      var lans = form.putArray("lans");
      site.lans().forEach(lan -> lans.add(lan.prefix().toString()));
      var hosts = form.putArray("hosts");
      site.hosts().forEach(host -> hosts.add(host.name().text()));
    }
    var nodes = map.putArray("nodes");
    newest.definition().nodes().forEach(node -> nodes.add(node(node)));
    var all = links(newest);
    var links = map.putArray("links");
    all.stream().limit(MOST_LINKS).forEach(link -> link.forEach(links.addArray()::add));
    map.put("links-left-out", Math.max(0, all.size() - MOST_LINKS));
    return Reply.ok(map);
  }

  private static ObjectNode node(NodeEntry entry) {
    var form = ApiJson.object();
    form.put("name", entry.name().text());
    form.put("role", entry.role().name().toLowerCase(Locale.ROOT));
    form.put(
        "place",
        switch (entry.where()) {
          case NodeEntry.Where.Public _ -> "public";
          case NodeEntry.Where.InSite _ -> "site";
          case NodeEntry.Where.Roaming _ -> "roaming";
        });
    entry.site().ifPresent(site -> form.put("site", site.text()));
    form.put("serves-lan", entry.servesLan());
    return form;
  }

  /** Who are each other's peers, each pair once and in order. */
  private static List<List<String>> links(NewestVersion newest) {
    var said = new HashSet<List<Name>>();
    for (var node : newest.network().nodes()) {
      for (var tunnel : node.interfaces()) {
        tunnel.peers().stream()
            .map(PeerConfig::name)
            .flatMap(Optional::stream)
            .forEach(peer -> said.add(List.of(node.name(), peer)));
      }
    }
    return said.stream()
        .filter(pair -> pair.getFirst().compareTo(pair.getLast()) < 0)
        .filter(pair -> said.contains(List.of(pair.getLast(), pair.getFirst())))
        .map(pair -> List.of(pair.getFirst().text(), pair.getLast().text()))
        .sorted((one, other) -> String.join("/", one).compareTo(String.join("/", other)))
        .collect(Collectors.toList());
  }
}
