package guywire.format.syntax;

import guywire.address.Prefix;
import guywire.format.syntax.RouterOsFile.Item;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the entries of a router's menus are once all commands of its files have run, one after the
 * other. A command that changes entries of which can't be told which they are stays what it is. Not
 * safe for use by several threads.
 */
public final class RouterOsEntries {

  /** So often entries are compared with what commands look for; then commands stay as they are. */
  private static final int MOST_LOOKS = 1_000_000;

  private static final String INTERFACES = "/interface";

  private static final Set<String> CHANGES =
      Set.of("set", "unset", "remove", "move", "disable", "enable");

  /** What a property is that an entry does not name. */
  private static final Map<String, String> UNSET =
      Map.of("disabled", "no", "action", "accept", "distance", "1", "routing-table", "main");

  /** Properties that an entry does not have where it does not name them. */
  private static final Set<String> ABSENT =
      Set.of(
          "name",
          "comment",
          "interface",
          "public-key",
          "list",
          "chain",
          "address",
          "gateway",
          "src-address",
          "dst-address",
          "src-address-list",
          "dst-address-list",
          "in-interface",
          "out-interface",
          "in-interface-list",
          "out-interface-list",
          "protocol",
          "dst-port",
          "jump-target",
          "connection-state");

  /** An entry, or a command that stays, as it is now. */
  private static final class Slot {
    private Item item;
    private boolean gone;

    Slot(Item item) {
      this.item = item;
    }
  }

  private final Map<String, List<Slot>> menus = new LinkedHashMap<>();

  /** The entries of a menu that have a name. */
  private final Map<String, Map<String, List<Slot>>> named = new HashMap<>();

  private int looks;

  private RouterOsEntries() {}

  /** The entries that commands leave, each as one that is added. */
  public static RouterOsFile after(List<Item> commands) {
    var entries = new RouterOsEntries();
    commands.forEach(entries::run);
    var left = new ArrayList<Item>();
    for (var slots : entries.menus.values()) {
      slots.stream().filter(slot -> !slot.gone).forEach(slot -> left.add(slot.item));
    }
    return new RouterOsFile(left);
  }

  private List<Slot> menu(String menu) {
    return menus.computeIfAbsent(menu, _ -> new ArrayList<>());
  }

  private void run(Item command) {
    if (command.command().equals("add")) {
      add(command);
      return;
    }
    boolean singles = command.command().equals("set") && aim(command).isEmpty();
    var found =
        CHANGES.contains(command.command()) && !singles
            ? found(command)
            : Optional.<List<Slot>>empty();
    boolean done = found.isPresent() && change(command, found.get());
    if (!done) {
      keep(new Slot(command));
    }
  }

  private void keep(Slot slot) {
    menu(slot.item.menu()).add(slot);
    slot.item
        .get("name")
        .ifPresent(name ->
            named
                .computeIfAbsent(slot.item.menu(), _ -> new HashMap<>())
                .computeIfAbsent(name, _ -> new ArrayList<>())
                .add(slot));
  }

  /** Adds an entry, ahead of the one that it names. */
  private void add(Item item) {
    var before = item.get("place-before");
    var slot = new Slot(item);
    if (before.isEmpty()) {
      keep(slot);
      return;
    }
    var slots = menu(item.menu());
    var at =
        before.get().equals("0")
            ? Optional.of(0)
            : found(item.menu(), before.get())
                .flatMap(those -> those.stream().findFirst())
                .map(slots::indexOf);
    looks += slots.size();
    if (at.isEmpty() || looks > MOST_LOOKS) {
      keep(slot);
      return;
    }
    var placed = new LinkedHashMap<>(item.properties());
    placed.remove("place-before");
    slot.item = new Item(item.menu(), "add", item.flags(), placed, item.place());
    slots.add(at.get(), slot);
  }

  /** What a command says that it changes. */
  private static Optional<String> aim(Item command) {
    return command.get("numbers").or(() -> command.flags().stream().findFirst());
  }

  private Optional<List<Slot>> found(Item command) {
    return aim(command).flatMap(aim -> found(command.menu(), aim));
  }

  /** The entries of a menu that a word means; empty if that can't be told. */
  private Optional<List<Slot>> found(String menu, String aim) {
    if (aim.startsWith("[")) {
      return sought(menu, aim);
    }
    var those = new ArrayList<Slot>();
    for (var name : aim.split(",")) {
      var own = byName(menu, name);
      if (name.matches("[0-9]*|\\*.*") || own.isEmpty()) {
        return Optional.empty();
      }
      those.addAll(own);
    }
    return Optional.of(those);
  }

  private List<Slot> byName(String menu, String name) {
    var those = new ArrayList<>(named(menu, name));
    if (menu.equals(INTERFACES)) {
      // The menu of all interfaces has those of each kind.
      looks += named.size();
      named.keySet().stream()
          .filter(kind -> kind.startsWith(INTERFACES + "/"))
          .forEach(kind -> those.addAll(named(kind, name)));
    }
    return those;
  }

  private List<Slot> named(String menu, String name) {
    return named.getOrDefault(menu, Map.of()).getOrDefault(name, List.of()).stream()
        .filter(slot -> !slot.gone && slot.item.command().equals("add"))
        .toList();
  }

  /** The entries that {@code [find ...]} finds. */
  private Optional<List<Slot>> sought(String menu, String aim) {
    var words =
        aim.endsWith("]")
            ? RouterOsFile.words(aim.substring(1, aim.length() - 1))
            : Optional.<List<String>>empty();
    if (words.isEmpty() || words.get().isEmpty() || !words.get().getFirst().equals("find")) {
      return Optional.empty();
    }
    var asked = new ArrayList<Asked>();
    for (var word : words.get().subList(1, words.get().size())) {
      if (!Set.of("where", "and", "&&").contains(word)) {
        var one = Asked.of(word);
        if (one.isEmpty()) {
          return Optional.empty();
        }
        asked.add(one.get());
      }
    }
    boolean byName = asked.size() == 1 && asked.getFirst().isName();
    var candidates = byName ? byName(menu, asked.getFirst().value()) : menu(menu);
    looks += candidates.size();
    if (looks > MOST_LOOKS) {
      return Optional.empty();
    }
    var those = new ArrayList<Slot>();
    for (var slot : candidates) {
      if (slot.gone || !slot.item.command().equals("add")) {
        continue;
      }
      boolean all = true;
      for (var one : asked) {
        var meant = one.means(slot.item);
        if (meant.isEmpty()) {
          return Optional.empty();
        }
        all &= meant.get();
      }
      if (all) {
        those.add(slot);
      }
    }
    return Optional.of(those);
  }

  /** A condition of {@code find}. */
  private record Asked(String property, String relation, String value) {

    private static final Pattern CONDITION = Pattern.compile("([a-z0-9-]+)(!=|=|~)([^$\\[]*)");

    static Optional<Asked> of(String word) {
      if (word.equals("disabled") || word.equals("!disabled")) {
        return Optional.of(new Asked("disabled", "=", word.startsWith("!") ? "no" : "yes"));
      }
      var parts = CONDITION.matcher(word);
      if (!parts.matches()) {
        return Optional.empty();
      }
      var asked = new Asked(parts.group(1), parts.group(2), parts.group(3));
      boolean plain = !asked.relation().equals("~") || asked.value().matches("\\^[A-Za-z0-9 _:-]+");
      return plain ? Optional.of(asked) : Optional.empty();
    }

    boolean isName() {
      return property.equals("name") && relation.equals("=");
    }

    /** Whether an entry is meant; empty if that can't be told. */
    Optional<Boolean> means(Item item) {
      return item.get(property)
          .or(() -> unset(item))
          .map(text ->
              switch (relation) {
                case "~" -> text.startsWith(value.substring(1));
                case "!=" -> !isAlike(text);
                default -> isAlike(text);
              });
    }

    private Optional<String> unset(Item item) {
      if (property.equals("dst-address") && item.menu().endsWith("/route")) {
        return Optional.of(item.menu().startsWith("/ipv6") ? "::/0" : "0.0.0.0/0");
      }
      return Optional.ofNullable(UNSET.get(property))
          .or(() -> ABSENT.contains(property) ? Optional.of("") : Optional.empty());
    }

    private boolean isAlike(String text) {
      var prefix = Prefix.tryParse(text);
      return text.equals(value) || prefix.isPresent() && prefix.equals(Prefix.tryParse(value));
    }
  }

  /** Does what a command says with entries; false if that can't be told. */
  private boolean change(Item command, List<Slot> those) {
    switch (command.command()) {
      case "remove" -> those.forEach(slot -> slot.gone = true);
      case "disable" ->
          those.forEach(slot -> put(slot, Map.of("disabled", "yes"), command.place()));
      case "enable" -> those.forEach(slot -> put(slot, Map.of("disabled", "no"), command.place()));
      case "set" -> {
        var wanted = new LinkedHashMap<>(command.properties());
        wanted.remove("numbers");
        // Others go on calling it by the name that it had.
        wanted.remove("name");
        // A tunnel that is not here may be on the router, made by other means.
        boolean elsewhere = those.isEmpty() && command.menu().equals("/interface/wireguard");
        if (elsewhere || command.flags().size() > 1) {
          return false;
        }
        those.forEach(slot -> put(slot, wanted, command.place()));
      }
      case "move" -> {
        var to = command.get("destination").or(() -> command.flags().stream().skip(1).findFirst());
        if (!to.equals(Optional.of("0"))) {
          return those.isEmpty();
        }
        var slots = menu(command.menu());
        looks += slots.size();
        slots.removeAll(Set.copyOf(those));
        slots.addAll(0, those);
      }
      default -> {
        return those.isEmpty();
      }
    }
    return true;
  }

  private static void put(Slot slot, Map<String, String> wanted, Place place) {
    var old = slot.item;
    var properties = new LinkedHashMap<>(old.properties());
    var changes = new LinkedHashMap<>(old.changes());
    wanted.forEach((property, value) -> {
      properties.put(property, value);
      changes.remove(property);
      changes.put(property, place);
    });
    slot.item = new Item(old.menu(), "add", old.flags(), properties, old.place(), changes);
  }
}
