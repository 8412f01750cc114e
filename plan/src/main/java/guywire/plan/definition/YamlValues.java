package guywire.plan.definition;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.InterfaceAddress;
import guywire.network.Name;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.NodeEntry.Placed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Turns YAML nodes into values with types. Whatever is not of the type becomes a finding, and the
 * value is left out, so that reading goes on to the next error.
 *
 * @param file the file's name in messages
 * @param findings where errors go
 */
record YamlValues(String file, Findings findings) {

  /** Words of the sentences of policy and expectations, and groups that are always there. */
  static final Set<String> RESERVED =
      Set.of(
          "all",
          "nodes",
          "sites",
          "roaming",
          "internet",
          "and",
          "each",
          "other",
          "on",
          "via",
          "keeping",
          "source",
          "as",
          "over",
          "to",
          "from",
          "may",
          "not",
          "reach",
          "reaches",
          "is",
          "are",
          "blocked",
          "resolve",
          "resolves",
          "none",
          "direct",
          "directly");

  /** Where a node stands. */
  Place place(Node node) {
    return YamlFile.place(file, node.getStartMark());
  }

  /** The text of a scalar that isn't empty. */
  Optional<Word> word(Node node, String what) {
    if (node instanceof ScalarNode scalar
        && !scalar.getTag().equals(Tag.NULL)
        && !scalar.getValue().isBlank()) {
      return Optional.of(new Word(scalar.getValue().strip(), place(node)));
    }
    findings.error("D05", place(node), "want-text", what);
    return Optional.empty();
  }

  /** The words of a list: a YAML sequence of scalars, or one scalar with commas. */
  List<Word> words(Node node, String what) {
    var words = new ArrayList<Word>();
    if (node instanceof SequenceNode sequence) {
      sequence.getValue().forEach(item -> word(item, what).ifPresent(words::add));
    } else if (node instanceof MappingNode) {
      findings.error("D05", place(node), "want-list", what);
    } else {
      word(node, what).ifPresent(whole -> split(whole, words));
    }
    return words;
  }

  private static void split(Word whole, List<Word> words) {
    int start = 0;
    for (var part : whole.text().split(",", -1)) {
      if (!part.isBlank()) {
        int column = whole.place().column() + start + part.length() - part.stripLeading().length();
        var place = new Place(whole.place().file(), whole.place().line(), column);
        words.add(new Word(part.strip(), place));
      }
      start += part.length() + 1;
    }
  }

  /** A mapping with these keys only, each once. */
  Fields fields(Node node, String what, Collection<String> keys) {
    return Fields.of(this, node, what, Optional.of(keys));
  }

  /** A mapping whose keys are names the owner chose. */
  Fields named(Node node, String what) {
    return Fields.of(this, node, what, Optional.empty());
  }

  /** true or false. */
  Optional<Boolean> flag(Node node, String what) {
    return word(node, what)
        .flatMap(word ->
            switch (word.text()) {
              case "true" -> Optional.of(true);
              case "false" -> Optional.of(false);
              default -> {
                findings.error("D06", word.place(), "want-flag", what, word.text());
                yield Optional.empty();
              }
            });
  }

  /** A whole number within bounds. */
  OptionalInt number(Node node, String what, int least, int most) {
    var word = word(node, what);
    if (word.isEmpty()) {
      return OptionalInt.empty();
    }
    return number(word.get(), what, least, most);
  }

  /** A whole number within bounds. */
  OptionalInt number(Word word, String what, int least, int most) {
    if (word.text().matches("0|[1-9][0-9]{0,8}")) {
      int value = Integer.parseInt(word.text());
      if (least <= value && value <= most) {
        return OptionalInt.of(value);
      }
    }
    findings.error(
        "D06",
        word.place(),
        "want-number",
        what,
        String.valueOf(least),
        String.valueOf(most),
        word.text());
    return OptionalInt.empty();
  }

  /** Seconds, or off: 0. */
  OptionalInt keepalive(Node node) {
    var word = word(node, "keepalive");
    if (word.isEmpty() || word.get().text().equals("off")) {
      return word.isEmpty() ? OptionalInt.empty() : OptionalInt.of(0);
    }
    return number(word.get(), "keepalive", 1, 65535);
  }

  /** An IPv4 or IPv6 address. */
  Optional<Placed<IpAddress>> address(Word word, String what) {
    var address = IpAddress.tryParse(word.text());
    if (address.isEmpty()) {
      findings.error("D06", word.place(), "want-address", what, word.text());
    }
    return address.map(value -> new Placed<>(value, word.place()));
  }

  /** A prefix whose host bits are zero. */
  Optional<Prefix> prefix(Word word, String what) {
    var prefix = Prefix.tryParse(word.text());
    int slash = word.text().indexOf('/');
    if (prefix.isPresent() && slash >= 0) {
      return prefix;
    }
    var masked =
        InterfaceAddress.tryParse(word.text())
            .filter(address -> slash >= 0)
            .map(address -> address.prefix().toString());
    if (masked.isPresent()) {
      findings.error("D06", word.place(), "host-bits", what, word.text(), masked.get());
    } else {
      findings.error("D06", word.place(), "want-prefix", what, word.text());
    }
    return Optional.empty();
  }

  /** A name the owner gives to something. */
  Optional<Name> newName(Word word, String what) {
    if (RESERVED.contains(word.text())) {
      findings.error("D07", word.place(), "name-reserved", word.text());
      return Optional.empty();
    }
    return name(word, what);
  }

  /** A name. */
  Optional<Name> name(Word word, String what) {
    var name = Name.tryParse(word.text());
    if (name.isEmpty()) {
      findings.error("D07", word.place(), "want-name", what, word.text(), suggestion(word.text()));
    }
    return name;
  }

  /** A name where it is used; whether it exists is seen later. */
  Optional<Ref> ref(Word word, String what) {
    return name(word, what).map(name -> new Ref(name, word.place()));
  }

  /** Names where they are used. */
  List<Ref> refs(Node node, String what) {
    return words(node, what).stream().flatMap(word -> ref(word, what).stream()).toList();
  }

  /** One of some words. */
  Optional<String> choice(Word word, String what, Collection<String> choices) {
    if (choices.contains(word.text())) {
      return Optional.of(word.text());
    }
    String all = String.join(", ", choices);
    Closest.to(word.text(), choices)
        .ifPresentOrElse(
            near ->
                findings.error("D06", word.place(), "choice-near", what, word.text(), all, near),
            () -> findings.error("D06", word.place(), "choice", what, word.text(), all));
    return Optional.empty();
  }

  /** The nearest name that would be allowed. */
  private static String suggestion(String text) {
    return Name.near(text).map(Name::text).orElse("home-1");
  }
}
