package guywire.plan.definition;

import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.LinkEntry.LinkPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the links of a definition: {@code a, b - c: via d}. */
final class LinkReader {

  static final List<String> KEYS = List.of("way", "mtu", "preshared-key", "keepalive");

  private static final String VIA = "via ";
  private static final String SPARE = "direct or via ";

  private final YamlValues values;

  LinkReader(YamlValues values) {
    this.values = values;
  }

  List<LinkEntry> read(Node node) {
    var links = new ArrayList<LinkEntry>();
    values.named(node, "links").each((key, value) -> read(key, value).ifPresent(links::add));
    return links;
  }

  private Optional<LinkEntry> read(Word key, Node node) {
    int dash = key.text().indexOf(" - ");
    boolean two = dash >= 0;
    if (two && key.text().indexOf(" - ", dash + 3) >= 0) {
      values.findings().error("D10", key.place(), "link-ends", key.text());
      return Optional.empty();
    }
    var left = names(key, 0, two ? dash : key.text().length());
    var right = two ? names(key, dash + 3, key.text().length()) : List.<Ref>of();
    if (left.isEmpty() || (two && right.isEmpty())) {
      values.findings().error("D10", key.place(), "link-ends", key.text());
      return Optional.empty();
    }
    if (!(node instanceof MappingNode)) {
      return values
          .word(node, "link " + key.text())
          .flatMap(this::way)
          .map(way ->
              new LinkEntry(
                  left,
                  right,
                  way,
                  OptionalInt.empty(),
                  Optional.empty(),
                  OptionalInt.empty(),
                  key.place()));
    }
    var fields = values.fields(node, "link " + key.text(), KEYS);
    var way = fields.word("way").flatMap(this::way).orElse(new LinkPath.Usual());
    var psk =
        fields.has("preshared-key")
            ? Optional.of(fields.flag("preshared-key"))
            : Optional.<Boolean>empty();
    return Optional.of(
        new LinkEntry(
            left,
            right,
            way,
            fields.number("mtu", 576, 65455),
            psk,
            fields.keepalive("keepalive"),
            key.place()));
  }

  private Optional<LinkPath> way(Word word) {
    var text = word.text();
    if (text.equals("direct")) {
      return Optional.of(new LinkPath.Direct(Optional.empty()));
    }
    if (text.equals("none")) {
      return Optional.of(new LinkPath.None());
    }
    if (text.startsWith(SPARE) && !text.substring(SPARE.length()).isBlank()) {
      return relay(word, SPARE).map(ref -> new LinkPath.Direct(Optional.of(ref)));
    }
    if (text.startsWith(VIA) && !text.substring(VIA.length()).isBlank()) {
      return relay(word, VIA).map(LinkPath.Via::new);
    }
    values.findings().error("D10", word.place(), "link-way", text);
    return Optional.empty();
  }

  /** The node that is named behind some words. */
  private Optional<Ref> relay(Word word, String words) {
    var relay = word.text().substring(words.length()).strip();
    var place = shifted(word.place(), word.text().length() - relay.length());
    return values.ref(new Word(relay, place), "via");
  }

  private List<Ref> names(Word key, int from, int to) {
    var refs = new ArrayList<Ref>();
    int at = from;
    for (var part : key.text().substring(from, to).split(",", -1)) {
      if (!part.isBlank()) {
        int lead = part.length() - part.stripLeading().length();
        var word = new Word(part.strip(), shifted(key.place(), at + lead));
        values.ref(word, "link").ifPresent(refs::add);
      }
      at += part.length() + 1;
    }
    return refs;
  }

  private static Place shifted(Place place, int columns) {
    return new Place(place.file(), place.line(), place.column() + columns);
  }
}
