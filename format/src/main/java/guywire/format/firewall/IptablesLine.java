package guywire.format.firewall;

import guywire.format.syntax.Notes;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The words of one iptables command as the program itself takes them apart.
 *
 * @param options its options in their order
 * @param refusal why the program refuses the words, if it surely does
 * @param open whether an extension is named of which nothing is known here, so that it is not known
 *     either what belongs to it
 */
record IptablesLine(List<Option> options, Optional<Text> refusal, boolean open) {

  /**
   * One option.
   *
   * @param name its letter ({@code -A}), or its long name if it has none ({@code --dport})
   * @param values the words that belong to it
   * @param not whether an exclamation mark stands before it
   */
  record Option(String name, List<String> values, boolean not) {
    /** Copies the list. */
    Option {
      values = List.copyOf(values);
    }

    /** The first word of it; empty if it has none. */
    String value() {
      return values.isEmpty() ? "" : values.getFirst();
    }

    boolean is(String... names) {
      return List.of(names).contains(name);
    }
  }

  /** Copies the list. */
  IptablesLine {
    options = List.copyOf(options);
  }

  /** Takes words apart. */
  static IptablesLine of(List<String> words) {
    return new Reader(words).read();
  }

  /** The value of the last of these options. */
  Optional<String> last(String name) {
    return options.stream()
        .filter(option -> option.name().equals(name))
        .reduce((one, other) -> other)
        .map(Option::value);
  }

  /** The extensions that are named. */
  Set<String> matches() {
    var names = new HashSet<String>();
    options.stream().filter(one -> one.is("-m")).forEach(one -> names.add(one.value()));
    return names;
  }

  /** Not safe for use by several threads. */
  private static final class Reader {
    private final List<String> words;
    private final List<Option> options = new ArrayList<>();
    private final Set<String> loaded = new HashSet<>();
    private int at;
    private boolean not;
    private boolean open;
    // After a target that may be an extension, options that nobody here knows may be its own.
    private boolean lenient;

    Reader(List<String> words) {
      this.words = words;
    }

    IptablesLine read() {
      while (at < words.size()) {
        String word = words.get(at++);
        var refusal =
            isExpanded(word)
                ? opened()
                : word.equals("!")
                    ? invert()
                    : word.startsWith("--") && word.length() > 2
                        ? named(word)
                        : word.length() > 1 && word.startsWith("-")
                            ? letters(word)
                            : open || lenient
                                ? Optional.<Text>empty()
                                : refused("hook.bad-word", word);
        if (refusal.isPresent()) {
          return new IptablesLine(options, refusal, open);
        }
      }
      return new IptablesLine(options, Optional.empty(), open);
    }

    /** Of a word that the shell replaces it is not known how many words it becomes. */
    private static boolean isExpanded(String word) {
      return word.startsWith("$") || word.startsWith("`");
    }

    private Optional<Text> opened() {
      open = true;
      return Optional.empty();
    }

    private Optional<Text> invert() {
      if (not) {
        return refused("hook.bad-word", "!");
      }
      not = true;
      return Optional.empty();
    }

    private Optional<Text> named(String word) {
      int equals = word.indexOf('=');
      String name = word.substring(2, equals < 0 ? word.length() : equals);
      var option = IptablesOptions.named(name, loaded);
      if (option.isEmpty()) {
        if (!open && !lenient) {
          return unknown(name);
        }
        while (hasValue()) {
          at++;
        }
        not = false;
        return Optional.empty();
      }
      var attached =
          equals < 0 ? Optional.<String>empty() : Optional.of(word.substring(equals + 1));
      return take(option.get().name(), option.get().words(), attached);
    }

    private static Optional<Text> unknown(String name) {
      var those = IptablesOptions.havingOption(name);
      return those.isEmpty()
          ? refused("hook.bad-option", "--" + name)
          : name.endsWith("port") && those.contains("udp")
              ? refused("hook.port-without-transport")
              : refused("hook.needs-before", "--" + name, String.join(", ", those));
    }

    private Optional<Text> letters(String word) {
      for (int i = 1; i < word.length(); i++) {
        var count = IptablesOptions.letter(word.charAt(i));
        String name = "-" + word.charAt(i);
        if (count.isEmpty() || word.charAt(i) == '0') {
          return refused("hook.bad-option", name);
        }
        boolean rest = i + 1 < word.length();
        if (count.get() != 0) {
          return take(
              name,
              count.get(),
              rest ? Optional.of(word.substring(i + 1)) : Optional.<String>empty());
        }
        options.add(new Option(name, List.of(), not));
      }
      not = false;
      return Optional.empty();
    }

    private Optional<Text> take(String name, int count, Optional<String> attached) {
      var values = new ArrayList<String>(attached.stream().toList());
      if (count == IptablesOptions.OPTIONAL && values.isEmpty() && hasValue()) {
        values.add(words.get(at++));
      }
      while (values.size() < count) {
        boolean first = values.isEmpty() && at < words.size();
        if (!first && !hasValue()) {
          return refused("hook.no-value", name);
        }
        values.add(words.get(at++));
      }
      more(name, values);
      options.add(new Option(name, values, not));
      not = false;
      load(name, values);
      return Optional.empty();
    }

    /** What may follow the first value. */
    private void more(String name, List<String> values) {
      boolean two = Set.of("-P", "-E", "-R").contains(name);
      boolean numbered =
          Set.of("-I", "-D", "-L", "-S", "-Z").contains(name)
              && !values.isEmpty()
              && hasValue()
              && words.get(at).matches("[0-9]+");
      boolean counters = name.equals("-c") && !values.getFirst().contains(",");
      if ((two || numbered || counters) && hasValue()) {
        values.add(words.get(at++));
      }
    }

    private void load(String name, List<String> values) {
      if (name.equals("-p")) {
        loaded.add(IptablesProtocols.extension(values.getFirst()));
      } else if (Set.of("-m", "-j", "-g").contains(name)) {
        loaded.add(values.getFirst());
        open |= name.equals("-m") && !IptablesOptions.isExtension(values.getFirst());
        // A target in capitals that is none of those known may be an extension or a chain.
        lenient |=
            name.equals("-j")
                && !IptablesOptions.isExtension(values.getFirst())
                && values.getFirst().equals(values.getFirst().toUpperCase(Locale.ROOT));
      }
    }

    private boolean hasValue() {
      return at < words.size() && !words.get(at).startsWith("-") && !words.get(at).equals("!");
    }

    private static Optional<Text> refused(String key, Object... arguments) {
      return Optional.of(Notes.text(key, arguments));
    }
  }
}
