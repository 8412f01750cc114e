package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.input.Command;
import guywire.format.shell.HookReader;
import guywire.format.shell.ShellWords;
import guywire.network.Attachment;
import guywire.network.Forwarding;
import guywire.network.HostPorts;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.network.Site;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import guywire.prove.Facts.NameFacts;
import guywire.prove.HostFacts.Trait;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads what is known of hosts and sites beside their files:
 *
 * <pre>
 * sites:
 *   office: {lan: 172.19.50.0/24, internet: nat, public: 198.51.100.7, mtu: 1492,
 *            hosts: {jenkins: 172.19.50.9}, routes: {10.9.0.0/16: 172.19.50.2}, forwards: {51820: 172.19.50.2}}
 * hosts:
 *   ecs: {public: 203.0.113.1, interfaces: [eth0], has: [docker], forwards: true}
 *   gw: {site: office, address: 172.19.50.2, forwards: ipv4, rules: [iptables -P FORWARD DROP],
 *        interfaces: {eth0: internet, eth1: {lan: 172.19.50.0/24, metric: 100}}}
 *   router-b: {site: home-b, router: true}
 *   phone: {roaming: true}
 * names:
 *   vpn.example.com: {addresses: [203.0.113.1], dynamic: true}
 * </pre>
 *
 * <p>What can't be read becomes a finding, and is left out.
 */
public final class FactsFile {

  private static final int MOST_CHARACTERS = 1 << 20;

  private static final Set<String> SITE_KEYS =
      Set.of("lan", "router", "internet", "public", "ipv6", "mtu", "hosts", "routes", "forwards");
  private static final Set<String> HOST_KEYS =
      Set.of(
          "public",
          "site",
          "address",
          "router",
          "roaming",
          "interfaces",
          "has",
          "forwards",
          "mtu",
          "rules");

  private static final Set<String> PORT_KEYS = Set.of("lan", "internet", "metric");

  private final String file;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<Name, Name> routers = new HashMap<>();
  private FactsLines lines = new FactsLines();

  private FactsFile(String file) {
    this.file = file;
  }

  /**
   * Reads facts from text.
   *
   * @param file what to call it in messages
   * @param text the YAML
   */
  public static Facts parse(String file, String text) {
    return new FactsFile(file).read(text);
  }

  private Facts read(String text) {
    var settings =
        LoadSettings.builder()
            .setCodePointLimit(MOST_CHARACTERS)
            .setMaxAliasesForCollections(0)
            .setLabel(file)
            .build();
    @Nullable Object root;
    try {
      var deep = FactsLines.tooDeep(settings, text);
      if (deep.isPresent()) {
        add(deep.getAsInt(), "facts.deep", String.valueOf(FactsLines.MOST_LEVELS));
        return new Facts(Map.of(), List.of(), findings);
      }
      root = new Load(settings).loadFromString(text);
      lines = FactsLines.of(settings, text);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      add(line, "facts.yaml", String.valueOf(e.getProblem()));
      return new Facts(Map.of(), List.of(), findings);
    } catch (YamlEngineException | IndexOutOfBoundsException | NumberFormatException e) {
      // The library lets the latter two through for some malformed escapes.
      wrong("facts.yaml", String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
      return new Facts(Map.of(), List.of(), findings);
    }
    var top = map(root, "", Set.of("sites", "hosts", "names"));
    var hosts = new HashMap<Name, HostFacts>();
    var sites = map(top.get("sites"), "sites");
    for (var entry : map(top.get("hosts"), "hosts").entrySet()) {
      name(entry.getKey(), "hosts")
          .ifPresent(name -> hosts.put(name, host(name, entry.getValue(), sites)));
    }
    var read = new ArrayList<Site>();
    for (var entry : sites.entrySet()) {
      name(entry.getKey(), "sites").ifPresent(name -> read.add(site(name, entry.getValue())));
    }
    var names = new HashMap<String, NameFacts>();
    for (var entry : map(top.get("names"), "names").entrySet()) {
      names.put(entry.getKey().toLowerCase(Locale.ROOT), nameFacts(entry));
    }
    var places = new HashMap<Name, Place>();
    hosts.keySet().forEach(name -> places.put(name, new Place(file, lines.of("hosts." + name), 0)));
    return new Facts(hosts, read, names, places, findings);
  }

  /** An address, a list of them, or a mapping that says more. */
  private NameFacts nameFacts(Map.Entry<String, Object> entry) {
    String path = "names." + entry.getKey();
    if (!(entry.getValue() instanceof Map<?, ?>)) {
      return new NameFacts(addresses(entry.getValue(), path), false);
    }
    var fields = map(entry.getValue(), path, Set.of("addresses", "dynamic"));
    return new NameFacts(
        addresses(fields.get("addresses"), path + ".addresses"), flag(fields, "dynamic", path));
  }

  private HostFacts host(Name name, @Nullable Object value, Map<String, Object> sites) {
    String path = "hosts." + name;
    var fields = map(value, path, HOST_KEYS);
    var ports = ports(fields.get("interfaces"), path + ".interfaces");
    var interfaces =
        ports.isEmpty()
            ? list(fields.get("interfaces")).stream().map(String::valueOf).toList()
            : ports.stream().map(port -> port.name().text()).toList();
    var traits = EnumSet.noneOf(Trait.class);
    for (var word : list(fields.get("has"))) {
      var trait = trait(String.valueOf(word));
      if (trait.isEmpty()) {
        wrong("facts.trait", path + ".has", String.valueOf(word), traits());
      }
      trait.ifPresent(traits::add);
    }
    return new HostFacts(
        attachment(name, path, fields, sites),
        interfaces,
        ports,
        forwarding(fields.get("forwards"), "ipv4", path),
        forwarding(fields.get("forwards"), "ipv6", path),
        number(fields.get("mtu"), path + ".mtu", 576, 65535),
        traits,
        rules(fields.get("rules"), path + ".rules"));
  }

  /** Interfaces by name, each with where it leads: internet, a LAN, several, or a mapping. */
  private List<HostPorts.Port> ports(@Nullable Object value, String path) {
    var ports = new ArrayList<HostPorts.Port>();
    if (!(value instanceof Map<?, ?>)) {
      return ports;
    }
    for (var entry : map(value, path).entrySet()) {
      String here = path + "." + entry.getKey();
      var name = InterfaceName.tryParse(entry.getKey());
      if (name.isEmpty()) {
        wrong("facts.interface", here, entry.getKey());
        continue;
      }
      var fields =
          entry.getValue() instanceof Map<?, ?>
              ? map(entry.getValue(), here, PORT_KEYS)
              : Map.<String, Object>of("lan", entry.getValue());
      boolean uplink = flag(fields, "internet", here);
      var lans = new ArrayList<Prefix>();
      for (var word : list(fields.get("lan"))) {
        var lan = Prefix.tryParse(String.valueOf(word));
        if (word.equals("internet")) {
          uplink = true;
        } else if (lan.isPresent()) {
          lans.add(lan.get());
        } else {
          wrong("facts.prefix", here, String.valueOf(word));
        }
      }
      var metric = number(fields.get("metric"), here + ".metric", 0, 65535);
      ports.add(new HostPorts.Port(name.get(), uplink, lans, metric));
    }
    return ports;
  }

  /** Commands as they are typed, or rules as {@code iptables -S} prints them. */
  private List<Command> rules(@Nullable Object value, String path) {
    var rules = new ArrayList<Command>();
    for (var line : list(value)) {
      String text = String.valueOf(line).strip();
      String command = text.startsWith("-") ? "iptables " + text : text;
      if (!text.isEmpty()) {
        var read = ShellWords.first(new Place(file, lines.of(path, text), 0), command);
        if (HookReader.read(0, List.of(read)).isEmpty()) {
          wrong("facts.rule", path, text);
        }
        rules.add(read);
      }
    }
    return rules;
  }

  private Optional<Attachment> attachment(
      Name name, String path, Map<String, Object> fields, Map<String, Object> sites) {
    if (fields.containsKey("site")) {
      var site = name(String.valueOf(fields.get("site")), path + ".site");
      if (site.isEmpty() || !sites.containsKey(site.get().text())) {
        wrong("facts.site", path + ".site", String.valueOf(fields.get("site")));
        return Optional.empty();
      }
      if (flag(fields, "router", path)) {
        routers.put(site.get(), name);
      }
      return Optional.of(
          new Attachment.InSite(name, site.get(), addresses(fields.get("address"), path)));
    }
    if (fields.containsKey("public")) {
      var addresses = addresses(fields.get("public"), path + ".public");
      return addresses.isEmpty()
          ? Optional.empty()
          : Optional.of(new Attachment.Direct(name, addresses));
    }
    if (flag(fields, "roaming", path)) {
      return Optional.of(
          new Attachment.Roaming(name, List.of(line(Nat.KEEPS_PORTS, Optional.empty()))));
    }
    return Optional.empty();
  }

  private static Internet line(Nat nat, Optional<IpAddress> address) {
    return new Internet(
        nat, address, Optional.empty(), OptionalInt.empty(), Internet.USUAL_MAPPING_SECONDS);
  }

  private Site site(Name name, @Nullable Object value) {
    String path = "sites." + name;
    var fields = map(value, path, SITE_KEYS);
    var routers0 = addresses(fields.get("router"), path + ".router");
    var lans = new ArrayList<Site.Lan>();
    for (var word : list(fields.get("lan"))) {
      var prefix = Prefix.tryParse(String.valueOf(word)).filter(p -> !p.isHost());
      if (prefix.isEmpty()) {
        wrong("facts.prefix", path + ".lan", String.valueOf(word));
        continue;
      }
      var router =
          routers0.stream()
              .filter(prefix.get()::contains)
              .findFirst()
              .orElse(prefix.get().address().plus(1));
      lans.add(new Site.Lan(prefix.get(), router));
    }
    var hosts = new ArrayList<Site.LanHost>();
    map(fields.get("hosts"), path + ".hosts")
        .forEach((host, address) ->
            name(host, path + ".hosts")
                .ifPresent(
                    n -> hosts.add(new Site.LanHost(n, addresses(address, path + ".hosts")))));
    var internet =
        new Internet(
            nat(fields.get("internet"), path),
            addresses(fields.get("public"), path + ".public").stream().findFirst(),
            Optional.ofNullable(fields.get("ipv6"))
                .flatMap(prefix -> Prefix.tryParse(String.valueOf(prefix))),
            number(fields.get("mtu"), path + ".mtu", 576, 65535),
            Internet.USUAL_MAPPING_SECONDS);
    return new Site(
        name,
        lans,
        internet,
        Optional.ofNullable(routers.get(name)),
        hosts,
        routes(fields.get("routes"), path + ".routes"),
        forwards(fields.get("forwards"), path + ".forwards"));
  }

  private List<Site.LanRoute> routes(@Nullable Object value, String path) {
    var routes = new ArrayList<Site.LanRoute>();
    for (var entry : map(value, path).entrySet()) {
      var to = Prefix.tryParse(entry.getKey());
      var via = IpAddress.tryParse(String.valueOf(entry.getValue()));
      if (to.isPresent() && via.isPresent()) {
        routes.add(new Site.LanRoute(to.get(), via.get()));
      } else {
        wrong("facts.prefix", path, entry.getKey());
      }
    }
    return routes;
  }

  private List<Site.PortForward> forwards(@Nullable Object value, String path) {
    var forwards = new ArrayList<Site.PortForward>();
    for (var entry : map(value, path).entrySet()) {
      String text = String.valueOf(entry.getValue());
      int colon = text.lastIndexOf(':');
      var outside = number(entry.getKey(), path, 1, 65535);
      var inside = colon < 0 ? outside : number(text.substring(colon + 1), path, 1, 65535);
      var to = IpAddress.tryParse(colon < 0 ? text : text.substring(0, colon));
      if (outside.isPresent() && inside.isPresent() && to.isPresent()) {
        forwards.add(new Site.PortForward(outside.getAsInt(), to.get(), inside.getAsInt()));
      } else {
        wrong("facts.address", path, text);
      }
    }
    return forwards;
  }

  private Nat nat(@Nullable Object value, String path) {
    return switch (String.valueOf(value == null ? "nat" : value)) {
      case "nat" -> Nat.KEEPS_PORTS;
      case "nat-random" -> Nat.RANDOM_PORTS;
      case "carrier" -> Nat.CARRIER;
      case "public", "routed" -> Nat.NONE;
      default -> {
        wrong("facts.internet", path + ".internet", String.valueOf(value));
        yield Nat.KEEPS_PORTS;
      }
    };
  }

  /** True or false for both families, or the families that are forwarded. */
  private Forwarding forwarding(@Nullable Object value, String family, String path) {
    if (value == null) {
      return Forwarding.UNSTATED;
    }
    if (value instanceof Boolean on) {
      return on ? Forwarding.ON : Forwarding.OFF;
    }
    var families = list(value).stream().map(String::valueOf).toList();
    if (!Set.of("ipv4", "ipv6").containsAll(families)) {
      wrong("facts.forwards", path + ".forwards", String.valueOf(value));
      return Forwarding.UNSTATED;
    }
    return families.contains(family) ? Forwarding.ON : Forwarding.OFF;
  }

  /** True or false; false if nothing is said. */
  private boolean flag(Map<String, Object> fields, String key, String path) {
    var value = fields.get(key);
    if (value != null && !(value instanceof Boolean)) {
      wrong("facts.flag", path + "." + key, String.valueOf(value));
    }
    return Boolean.TRUE.equals(value);
  }

  private static Optional<Trait> trait(String word) {
    for (var trait : Trait.values()) {
      if (trait.word().equals(word.toLowerCase(Locale.ROOT))) {
        return Optional.of(trait);
      }
    }
    return Optional.empty();
  }

  private static String traits() {
    return String.join(", ", EnumSet.allOf(Trait.class).stream().map(Trait::word).toList());
  }

  private OptionalInt number(@Nullable Object value, String path, int least, int most) {
    if (value == null) {
      return OptionalInt.empty();
    }
    String text = String.valueOf(value);
    if (text.matches("[0-9]{1,6}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return OptionalInt.of(number);
      }
    }
    wrong("facts.number", path, text, String.valueOf(least), String.valueOf(most));
    return OptionalInt.empty();
  }

  private List<IpAddress> addresses(@Nullable Object value, String path) {
    var addresses = new ArrayList<IpAddress>();
    for (var word : list(value)) {
      var address = IpAddress.tryParse(String.valueOf(word));
      if (address.isEmpty()) {
        wrong("facts.address", path, String.valueOf(word));
      }
      address.ifPresent(addresses::add);
    }
    return addresses;
  }

  private static List<?> list(@Nullable Object value) {
    return value == null ? List.of() : value instanceof List<?> many ? many : List.of(value);
  }

  private Optional<Name> name(String text, String path) {
    var name = Name.tryParse(text);
    if (name.isEmpty()) {
      wrong("facts.name", path, text);
    }
    return name;
  }

  private Map<String, Object> map(@Nullable Object value, String path) {
    return map(value, path, Set.of());
  }

  /** The fields of a mapping; nothing counts as an empty one. */
  private Map<String, Object> map(@Nullable Object value, String path, Set<String> known) {
    var fields = new LinkedHashMap<String, Object>();
    if (value instanceof Map<?, ?> map) {
      for (var entry : map.entrySet()) {
        String key = String.valueOf(entry.getKey());
        if (!known.isEmpty() && !known.contains(key)) {
          wrong("facts.key", path.isEmpty() ? key : path + "." + key);
        } else if (entry.getValue() != null) {
          fields.put(key, entry.getValue());
        }
      }
    } else if (value != null) {
      wrong("facts.mapping", path.isEmpty() ? file : path);
    }
    return fields;
  }

  /** Notes what is wrong at a path, with the word that is if there is one. */
  private void wrong(String key, String path, Object... words) {
    var arguments = new ArrayList<Object>(List.of(path));
    arguments.addAll(List.of(words));
    int line = words.length == 0 ? lines.of(path) : lines.of(path, String.valueOf(words[0]));
    add(line, key, arguments.toArray());
  }

  private void add(int line, String key, Object... arguments) {
    findings.add(
        new Finding(
            "A02",
            Severity.ERROR,
            Optional.empty(),
            new Place(file, line, 0),
            Text.of(FactsFile.class, key, arguments),
            Text.of(FactsFile.class, key + ".mend", arguments)));
  }
}
