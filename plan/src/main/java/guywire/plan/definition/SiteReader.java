package guywire.plan.definition;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.plan.definition.NodeEntry.Placed;
import guywire.plan.definition.SiteEntry.Forward;
import guywire.plan.definition.SiteEntry.HostEntry;
import guywire.plan.definition.SiteEntry.LanEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the sites of a definition. */
final class SiteReader {

  static final List<String> KEYS =
      List.of(
          "lan",
          "alias",
          "router",
          "virtual-address",
          "internet",
          "public",
          "ipv6",
          "access",
          "mapping-seconds",
          "hosts",
          "forward");

  private final YamlValues values;

  SiteReader(YamlValues values) {
    this.values = values;
  }

  List<SiteEntry> read(Node node) {
    var sites = new ArrayList<SiteEntry>();
    values
        .named(node, "sites")
        .each(
            (key, value) -> values.newName(key, "site").ifPresent(n -> read(n, key, value, sites)));
    return sites;
  }

  private void read(Name name, Word key, Node node, List<SiteEntry> sites) {
    var fields = values.fields(node, "site " + name, KEYS);
    var ipv6 = ipv6(fields);
    var lans = lans(name, key, fields);
    sites.add(
        new SiteEntry(
            name,
            key.place(),
            lans,
            internet(fields, ipv6),
            hosts(fields, lans),
            forwards(fields),
            inLan("virtual-address", fields, lans)));
  }

  /** Addresses that must be in one of the LANs. */
  private List<Placed<IpAddress>> inLan(String key, Fields fields, List<LanEntry> lans) {
    var found = new ArrayList<Placed<IpAddress>>();
    fields
        .node(key)
        .ifPresent(
            n -> values.words(n, key).forEach(w -> values.address(w, key).ifPresent(found::add)));
    for (var address : found) {
      if (lans.stream().noneMatch(lan -> lan.prefix().contains(address.value()))) {
        values
            .findings()
            .error("D06", address.place(), "outside-lan", key, address.value(), prefixes(lans));
      }
    }
    return found;
  }

  private List<LanEntry> lans(Name site, Word key, Fields fields) {
    var node = fields.node("lan");
    if (node.isEmpty()) {
      values.findings().error("D04", key.place(), "site-without-lan", site);
      return List.of();
    }
    var routers = new ArrayList<Placed<IpAddress>>();
    fields
        .node("router")
        .ifPresent(n ->
            values
                .words(n, "router")
                .forEach(w -> values.address(w, "router").ifPresent(routers::add)));
    var lans = new ArrayList<LanEntry>();
    var words = values.words(node.get(), "lan");
    var aliases = fields.node("alias").map(n -> values.words(n, "alias")).orElse(List.of());
    if (!aliases.isEmpty() && aliases.size() != words.size()) {
      var place = aliases.getFirst().place();
      values
          .findings()
          .error(
              "D11",
              place,
              "alias-count",
              site,
              String.valueOf(words.size()),
              String.valueOf(aliases.size()));
      aliases = List.of();
    }
    for (int i = 0; i < words.size(); i++) {
      var word = words.get(i);
      var prefix = values.prefix(word, "lan");
      if (prefix.isPresent() && prefix.get().length() > prefix.get().family().bits() - 2) {
        values.findings().error("D06", word.place(), "lan-small", prefix.get());
      } else if (prefix.isPresent()) {
        var alias =
            aliases.isEmpty()
                ? Optional.<Placed<Prefix>>empty()
                : alias(aliases.get(i), prefix.get());
        lans.add(new LanEntry(prefix.get(), router(prefix.get(), routers), word.place(), alias));
      }
    }
    for (var router : routers) {
      if (lans.stream().noneMatch(lan -> lan.prefix().contains(router.value()))) {
        values
            .findings()
            .error("D06", router.place(), "outside-lan", "router", router.value(), prefixes(lans));
      }
    }
    return lans;
  }

  private Optional<Placed<Prefix>> alias(Word word, Prefix lan) {
    var alias = values.prefix(word, "alias");
    if (alias.filter(a -> a.family() != lan.family() || a.length() != lan.length()).isPresent()) {
      values.findings().error("D06", word.place(), "alias-size", alias.get(), lan);
      return Optional.empty();
    }
    return alias.map(prefix -> new Placed<>(prefix, word.place()));
  }

  private static IpAddress router(Prefix lan, List<Placed<IpAddress>> routers) {
    return routers.stream()
        .map(Placed::value)
        .filter(lan::contains)
        .findFirst()
        .orElse(lan.address().plus(1));
  }

  private Optional<Prefix> ipv6(Fields fields) {
    return fields
        .word("ipv6")
        .flatMap(word -> {
          var prefix = values.prefix(word, "ipv6");
          if (prefix.isPresent()
              && (prefix.get().address().isIpv4() || prefix.get().length() > 64)) {
            values.findings().error("D06", word.place(), "want-site-ipv6", word.text());
            return Optional.empty();
          }
          return prefix;
        });
  }

  private Internet internet(Fields fields, Optional<Prefix> ipv6) {
    var nat =
        fields
            .word("internet")
            .flatMap(word -> values.choice(word, "internet", AccessWords.KIND_WORDS))
            .map(kind -> AccessWords.KINDS.getOrDefault(kind, Nat.KEEPS_PORTS))
            .orElse(Nat.KEEPS_PORTS);
    var address =
        fields
            .word("public")
            .flatMap(word -> values.address(word, "public"))
            .filter(found -> {
              if (nat == Nat.CARRIER) {
                values.findings().error("D11", found.place(), "carrier-public");
              } else if (!found.value().isIpv4()) {
                values.findings().error("D06", found.place(), "public-ipv4", found.value());
              }
              return nat != Nat.CARRIER && found.value().isIpv4();
            });
    int mapping = fields.number("mapping-seconds", 5, 86400).orElse(Internet.USUAL_MAPPING_SECONDS);
    return new Internet(nat, address.map(Placed::value), ipv6, access(fields), mapping);
  }

  private OptionalInt access(Fields fields) {
    var word = fields.word("access");
    if (word.isEmpty()) {
      return OptionalInt.empty();
    }
    if (word.get().text().matches("[0-9]+")) {
      return values.number(word.get(), "access", 1280, 65535);
    }
    return values
        .choice(word.get(), "access", AccessWords.LINE_WORDS)
        .map(line -> OptionalInt.of(AccessWords.LINES.getOrDefault(line, 1500)))
        .orElse(OptionalInt.empty());
  }

  private List<HostEntry> hosts(Fields fields, List<LanEntry> lans) {
    var hosts = new ArrayList<HostEntry>();
    fields
        .node("hosts")
        .ifPresent(node ->
            values
                .named(node, "hosts")
                .each((key, value) ->
                    values
                        .newName(key, "host")
                        .ifPresent(name -> hosts.add(host(name, key, value, lans)))));
    return hosts;
  }

  private HostEntry host(Name name, Word key, Node node, List<LanEntry> lans) {
    var addresses = new ArrayList<IpAddress>();
    for (var word : values.words(node, "host " + name)) {
      values
          .address(word, "host " + name)
          .ifPresent(address -> {
            if (lans.stream().anyMatch(lan -> lan.prefix().contains(address.value()))) {
              addresses.add(address.value());
            } else if (!lans.isEmpty()) {
              values
                  .findings()
                  .error("D06", word.place(), "outside-lan", name, address.value(), prefixes(lans));
            }
          });
    }
    return new HostEntry(name, addresses, key.place());
  }

  private List<Forward> forwards(Fields fields) {
    var forwards = new ArrayList<Forward>();
    fields
        .node("forward")
        .ifPresent(node ->
            values
                .named(node, "forward")
                .each((key, value) -> {
                  var port = values.number(key, "forward", 1, 65535);
                  values
                      .word(value, "forward")
                      .flatMap(word -> values.ref(word, "forward"))
                      .filter(ref -> port.isPresent())
                      .ifPresent(ref -> forwards.add(new Forward(port.getAsInt(), ref)));
                }));
    return forwards;
  }

  private static String prefixes(List<LanEntry> lans) {
    return String.join(", ", lans.stream().map(lan -> lan.prefix().toString()).toList());
  }
}
