package guywire.format.syntax;

import guywire.format.input.SourceFile;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * OpenWrt's configuration, from files of /etc/config, from {@code uci export}, or from the commands
 * of {@code uci batch} (also as lines of a shell script that begin with {@code uci}).
 *
 * <p>Not safe for use by several threads.
 */
public final class UciFile {

  /** A value where it stands. */
  public record Value(String text, Place place) {}

  /** A section: its type, its name if it has one, its options; of a plain option the last wins. */
  public static final class Section {
    private final String type;
    private final String name;
    private final Place place;
    private final Map<String, List<Value>> options = new LinkedHashMap<>();

    private Section(String type, String name, Place place) {
      this.type = type;
      this.name = name;
      this.place = place;
    }

    /** The type, such as {@code zone}. */
    public String type() {
      return type;
    }

    /** The name; empty for an anonymous section. */
    public String name() {
      return name;
    }

    /** Where it begins. */
    public Place place() {
      return place;
    }

    /** The options by name. */
    public Map<String, List<Value>> options() {
      return options;
    }

    /** The value of an option; of a list its last item. */
    public Optional<Value> option(String option) {
      return Optional.ofNullable(options.get(option)).map(List::getLast);
    }

    /** The text of an option, or what it is when unset. */
    public String text(String option, String unset) {
      return option(option).map(Value::text).orElse(unset);
    }

    /** The items of a list. */
    public List<Value> list(String option) {
      return options.getOrDefault(option, List.of());
    }

    private void without(String option, String item) {
      var left = list(option).stream().filter(value -> !value.text().equals(item)).toList();
      options.remove(option);
      if (!left.isEmpty()) {
        options.put(option, new ArrayList<>(left));
      }
    }

    /** Whether a switch is on. */
    public boolean isOn(String option, boolean unset) {
      return option(option)
          .map(value -> List.of("1", "yes", "on", "true", "enabled").contains(value.text()))
          .orElse(unset);
    }
  }

  private final Notes notes;
  private final Map<String, List<Section>> configurations = new LinkedHashMap<>();
  private final Map<String, Section> named = new LinkedHashMap<>();
  private final List<Value> others = new ArrayList<>();
  private Optional<Section> open = Optional.empty();

  /** Commands that change a router and are not carried out when reading. */
  private static final Set<String> OTHERS =
      Set.of(
          "rename",
          "reorder",
          "revert",
          "import",
          "iptables",
          "ip6tables",
          "nft",
          "ip",
          "tc",
          "sysctl");

  /** One without sections; what is wrong with files is added to the notes. */
  public UciFile(Notes notes) {
    this.notes = notes;
  }

  /** The sections of a configuration file, in order. */
  public List<Section> sections(String configuration) {
    return configurations.getOrDefault(configuration, List.of());
  }

  /** Whether anything of a configuration file was there. */
  public boolean has(String configuration) {
    return configurations.containsKey(configuration);
  }

  /** Commands among the files that are not carried out when reading. */
  public List<Value> others() {
    return List.copyOf(others);
  }

  /** Reads a file of either form. */
  public void read(SourceFile file) {
    String configuration = configuration(file);
    int number = 0;
    open = Optional.empty();
    for (var line : file.content().split("\r?\n", -1)) {
      number++;
      var words = UciWords.of(line);
      var place = new Place(file.name(), number, 1);
      if (words.isEmpty()) {
        notes.error("F66", place, "uci.quote");
        continue;
      }
      if (!words.get().isEmpty()) {
        configuration = line(words.get(), configuration, place);
      }
    }
  }

  /** Which file of /etc/config this is: by its name, else by the sections only one of them has. */
  private static String configuration(SourceFile file) {
    String name = file.lastName();
    for (var known : List.of("network", "firewall", "dhcp")) {
      if (name.equals(known)) {
        return known;
      }
    }
    boolean firewall =
        file.content()
            .lines()
            .map(String::strip)
            .anyMatch(line -> line.matches("config (zone|forwarding|defaults)\\b.*"));
    return firewall ? "firewall" : "network";
  }

  private String line(List<String> words, String configuration, Place place) {
    String first = words.getFirst();
    switch (first) {
      case "package" -> {
        open = Optional.empty();
        return words.size() > 1 ? words.get(1) : configuration;
      }
      case "config" -> {
        if (words.size() > 1) {
          begin(configuration, words.get(1), words.size() > 2 ? words.get(2) : "", place);
        }
      }
      case "option", "list" -> {
        if (words.size() != 3 || open.isEmpty()) {
          notes.error("F66", place, "uci.line");
        } else {
          put(open.get(), words.get(1), words.get(2), first.equals("list"), place);
        }
      }
      default -> command(words, place);
    }
    return configuration;
  }

  private Section begin(String configuration, String type, String name, Place place) {
    var known = Optional.ofNullable(name.isEmpty() ? null : named.get(configuration + "." + name));
    var section = known.orElseGet(() -> new Section(type, name, place));
    if (known.isEmpty()) {
      configurations.computeIfAbsent(configuration, c -> new ArrayList<>()).add(section);
      if (!name.isEmpty()) {
        named.put(configuration + "." + name, section);
      }
    }
    open = Optional.of(section);
    return section;
  }

  private static void put(Section section, String option, String text, boolean list, Place place) {
    var values = section.options.computeIfAbsent(option, o -> new ArrayList<>());
    if (!list) {
      values.clear();
    }
    values.add(new Value(text, place));
  }

  /** {@code [uci] set|add_list network.wg0.option=value}, {@code add network type}. */
  private void command(List<String> words, Place place) {
    int at = 0;
    while (at < words.size() && (words.get(at).equals("uci") || words.get(at).startsWith("-"))) {
      at++;
    }
    String verb = at < words.size() ? words.get(at) : "";
    String argument = at + 1 < words.size() ? words.get(at + 1) : "";
    switch (verb) {
      case "set", "add_list" -> assign(argument, verb.equals("add_list"), place);
      case "add" -> {
        if (at + 2 < words.size()) {
          begin(argument, words.get(at + 2), "", place);
        }
      }
      case "delete" -> delete(argument);
      case "del_list" -> deleteItem(argument);
      default -> {
        String program = verb.substring(verb.lastIndexOf('/') + 1);
        if (OTHERS.contains(program)) {
          notes.info("F66", place, "uci.other", program);
          others.add(new Value(program, place));
        }
      }
    }
  }

  private void assign(String argument, boolean list, Place place) {
    int equals = argument.indexOf('=');
    var path = (equals < 0 ? argument : argument.substring(0, equals)).split("\\.", 3);
    if (equals < 0 || path.length < 2) {
      notes.error("F66", place, "uci.line");
      return;
    }
    String value = argument.substring(equals + 1);
    if (path.length == 2) {
      begin(path[0], value, path[1], place);
      return;
    }
    var section = find(path[0], path[1]);
    if (section.isEmpty()) {
      notes.error("F66", place, "uci.no-section", FileValues.shown(path[0] + "." + path[1]));
    } else {
      put(section.get(), path[2], value, list, place);
    }
  }

  private void delete(String argument) {
    var path = argument.split("\\.", 3);
    var section = path.length < 2 ? Optional.<Section>empty() : find(path[0], path[1]);
    if (section.isEmpty()) {
      return;
    }
    if (path.length == 3) {
      section.get().options.remove(path[2]);
      return;
    }
    configurations.getOrDefault(path[0], new ArrayList<>()).remove(section.get());
    named.remove(path[0] + "." + section.get().name(), section.get());
    open = open.filter(one -> one != section.get());
  }

  private void deleteItem(String argument) {
    int equals = argument.indexOf('=');
    var path = (equals < 0 ? argument : argument.substring(0, equals)).split("\\.", 3);
    if (equals > 0 && path.length == 3) {
      String item = argument.substring(equals + 1);
      find(path[0], path[1]).ifPresent(section -> section.without(path[2], item));
    }
  }

  /** A section by name, or the last or n-th of a type: {@code @wireguard_wg0[-1]}. */
  private Optional<Section> find(String configuration, String name) {
    if (!name.startsWith("@")) {
      return Optional.ofNullable(named.get(configuration + "." + name));
    }
    int bracket = name.indexOf('[');
    if (bracket < 0 || !name.endsWith("]")) {
      return Optional.empty();
    }
    String type = name.substring(1, bracket);
    String digits = name.substring(bracket + 1, name.length() - 1);
    // The section just added is the usual one, and finding it need not look at all the others.
    if (digits.equals("-1") && open.filter(section -> section.type.equals(type)).isPresent()) {
      return open;
    }
    var ofType = sections(configuration).stream().filter(s -> s.type.equals(type)).toList();
    if (!digits.matches("-?[0-9]{1,6}")) {
      return Optional.empty();
    }
    int index = Integer.parseInt(digits);
    index = index < 0 ? ofType.size() + index : index;
    return index >= 0 && index < ofType.size() ? Optional.of(ofType.get(index)) : Optional.empty();
  }
}
