package guywire.plan.definition;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.network.text.Findings;
import guywire.plan.definition.Definition.OverlayEntry;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.Definition.Topology;
import guywire.plan.definition.NodeEntry.Placed;
import guywire.plan.definition.NodeEntry.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads a whole definition: file, tree, entries, names; every error on the way is kept. */
final class DefinitionReader {

  static final List<String> KEYS =
      List.of(
          "network",
          "overlay",
          "topology",
          "sites",
          "nodes",
          "groups",
          "links",
          "dns",
          "policy",
          "expect",
          "mtu",
          "keepalive",
          "preshared-keys");

  static final List<String> DNS_KEYS =
      List.of("server", "domain", "upstream", "clients", "records");

  static final List<String> GROUP_KEYS = List.of("members", "addresses");

  private static final List<String> TOPOLOGIES = List.of("hub", "mesh", "links");

  private final Findings findings;
  private final YamlValues values;

  private DefinitionReader(String file, Findings findings) {
    this.findings = findings;
    this.values = new YamlValues(file, findings);
  }

  static ReadDefinition read(Path file) {
    var findings = new Findings(Definition.class);
    return YamlFile.load(file, findings)
        .map(text -> parse(file.toString(), text))
        .orElseGet(() -> new ReadDefinition(Optional.empty(), findings.sorted()));
  }

  static ReadDefinition parse(String file, String text) {
    var findings = new Findings(Definition.class);
    var definition =
        YamlFile.compose(file, text, findings)
            .flatMap(root -> new DefinitionReader(file, findings).definition(root));
    return new ReadDefinition(definition.filter(d -> !findings.hasErrors()), findings.sorted());
  }

  private Optional<Definition> definition(Node root) {
    var fields = values.fields(root, "definition", KEYS);
    for (var key : List.of("network", "overlay", "nodes")) {
      if (!fields.has(key) && root instanceof MappingNode) {
        findings.error("D04", fields.place(), "key-missing", key);
      }
    }
    var name = fields.word("network").flatMap(word -> values.name(word, "network"));
    var reader = new NodeReader(values);
    var nodes = fields.node("nodes").map(reader::read).orElse(List.of());
    var sites =
        fields.node("sites").map(new SiteReader(values)::read).orElse(List.of()).stream()
            .map(site -> withMapped(site, reader.mapped()))
            .toList();
    var definition =
        new Definition(
            name.orElse(new Name("unnamed")),
            fields.place("network"),
            overlay(fields),
            topology(fields, nodes),
            fields.number("mtu", 576, 65455),
            fields.keepalive("keepalive").orElse(Definition.USUAL_KEEPALIVE_SECONDS),
            fields.flag("preshared-keys"),
            sites,
            nodes,
            fields.node("groups").map(this::groups).orElse(List.of()),
            fields.node("links").map(new LinkReader(values)::read).orElse(List.of()),
            fields.node("dns").flatMap(node -> dns(node, name)),
            fields.node("policy").map(this::policy),
            fields.node("expect").map(this::expect).orElse(List.of()));
    NameCheck.check(definition, findings);
    return name.map(found -> definition);
  }

  /** A site whose router passes on what is meant for its nodes' public addresses. */
  private SiteEntry withMapped(SiteEntry site, List<NodeReader.Mapped> all) {
    var entry = site;
    for (var mapped : all) {
      if (!mapped.site().equals(site.name())) {
        continue;
      }
      var known = entry.internet().publicAddress();
      if (known.filter(other -> !other.equals(mapped.address().value())).isPresent()) {
        findings.error("D11", mapped.address().place(), "two-publics", site.name(), known.get());
        continue;
      }
      var old = entry.internet();
      var forwards = new ArrayList<>(entry.forwards());
      forwards.add(new SiteEntry.Forward(mapped.port(), mapped.node()));
      entry =
          new SiteEntry(
              entry.name(),
              entry.place(),
              entry.lans(),
              new Internet(
                  old.nat(),
                  Optional.of(mapped.address().value()),
                  old.ipv6(),
                  old.mtu(),
                  old.mappingSeconds()),
              entry.hosts(),
              forwards,
              entry.virtualAddresses());
    }
    return entry;
  }

  private List<OverlayEntry> overlay(Fields fields) {
    var overlay = new ArrayList<OverlayEntry>();
    fields
        .node("overlay")
        .ifPresent(node -> {
          for (var word : values.words(node, "overlay")) {
            values
                .prefix(word, "overlay")
                .ifPresent(p -> add(overlay, new OverlayEntry(p, word.place())));
          }
        });
    return overlay;
  }

  private void add(List<OverlayEntry> overlay, OverlayEntry entry) {
    var prefix = entry.prefix();
    if (overlay.stream().anyMatch(other -> other.prefix().family() == prefix.family())) {
      findings.error("D06", entry.place(), "one-per-family", "overlay", prefix);
    } else if (prefix.length() > prefix.family().bits() - 2) {
      findings.error("D06", entry.place(), "overlay-small", prefix);
    } else {
      overlay.add(entry);
    }
  }

  private Topology topology(Fields fields, List<NodeEntry> nodes) {
    boolean hub = nodes.stream().anyMatch(node -> node.role() == Role.HUB);
    return fields
        .word("topology")
        .flatMap(word -> values.choice(word, "topology", TOPOLOGIES))
        .map(word -> {
          if (word.equals("hub") && !hub) {
            findings.error("D04", fields.place("topology"), "hub-missing");
          }
          return Topology.valueOf(word.toUpperCase(Locale.ROOT));
        })
        .orElse(hub ? Topology.HUB : Topology.MESH);
  }

  private List<GroupEntry> groups(Node node) {
    var groups = new ArrayList<GroupEntry>();
    values
        .named(node, "groups")
        .each((key, value) ->
            values.newName(key, "group").ifPresent(name -> groups.add(group(name, key, value))));
    return groups;
  }

  /** A list of members, or a mapping that also gives them a range of addresses. */
  private GroupEntry group(Name name, Word key, Node node) {
    String what = "group " + name;
    var ranges = new ArrayList<Placed<Prefix>>();
    List<Ref> members;
    if (node instanceof MappingNode) {
      var fields = values.fields(node, what, GROUP_KEYS);
      members = fields.node("members").map(n -> values.refs(n, what)).orElse(List.of());
      fields
          .node("addresses")
          .ifPresent(n -> {
            for (var word : values.words(n, "addresses")) {
              values
                  .prefix(word, "addresses")
                  .ifPresent(prefix -> ranges.add(new Placed<>(prefix, word.place())));
            }
          });
    } else {
      members = values.refs(node, what);
    }
    if (members.isEmpty()) {
      findings.error("D04", key.place(), "group-empty", name);
    }
    return new GroupEntry(name, key.place(), members, ranges);
  }

  /** dns: SERVER, or a mapping that says more. */
  private Optional<DnsEntry> dns(Node node, Optional<Name> network) {
    var place = values.place(node);
    String domain = network.map(name -> name + ".internal").orElse("internal");
    if (!(node instanceof MappingNode)) {
      return values
          .word(node, "dns")
          .flatMap(word -> values.ref(word, "dns"))
          .map(server ->
              new DnsEntry(
                  server, domain, DnsEntry.USUAL_UPSTREAM, Optional.empty(), Map.of(), place));
    }
    var fields = values.fields(node, "dns", DNS_KEYS);
    if (!fields.has("server")) {
      findings.error("D04", place, "key-missing", "server");
    }
    var upstream =
        fields.node("upstream").map(n -> addresses(n, "upstream")).orElse(DnsEntry.USUAL_UPSTREAM);
    var clients = fields.node("clients").map(n -> values.refs(n, "clients"));
    var chosen = fields.word("domain").flatMap(this::domain).orElse(domain);
    var records = fields.node("records").map(this::records).orElse(Map.of());
    return fields
        .word("server")
        .flatMap(word -> values.ref(word, "server"))
        .map(server -> new DnsEntry(server, chosen, upstream, clients, records, place));
  }

  private Optional<String> domain(Word word) {
    if (word.text().length() <= 200
        && List.of(word.text().split("\\.", -1)).stream()
            .allMatch(l -> Name.tryParse(l).isPresent())) {
      return Optional.of(word.text());
    }
    findings.error("D06", word.place(), "want-domain", word.text());
    return Optional.empty();
  }

  private Map<Name, List<IpAddress>> records(Node node) {
    var records = new LinkedHashMap<Name, List<IpAddress>>();
    values
        .named(node, "records")
        .each((key, value) ->
            values
                .name(key, "records")
                .ifPresent(name -> records.put(name, addresses(value, key.text()))));
    return records;
  }

  private List<IpAddress> addresses(Node node, String what) {
    return values.words(node, what).stream()
        .flatMap(word -> values.address(word, what).stream())
        .map(Placed::value)
        .toList();
  }

  private List<PolicyLine> policy(Node node) {
    return lines(node, "policy").stream()
        .flatMap(line -> SentenceReader.policy(values, line).stream())
        .toList();
  }

  private List<ExpectLine> expect(Node node) {
    return lines(node, "expect").stream()
        .flatMap(line -> SentenceReader.expect(values, line).stream())
        .toList();
  }

  /** The items of a YAML sequence; commas belong to the sentences. */
  private List<Word> lines(Node node, String what) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue().stream()
          .flatMap(item -> values.word(item, what).stream())
          .toList();
    }
    findings.error("D05", values.place(node), "want-lines", what);
    return List.of();
  }
}
