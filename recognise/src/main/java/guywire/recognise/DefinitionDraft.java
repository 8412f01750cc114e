package guywire.recognise;

import guywire.address.IpAddress;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.network.Platform;
import guywire.network.text.Text;
import guywire.plan.definition.Definition;
import guywire.plan.definition.Definition.Topology;
import guywire.recognise.DefinitionWriter.Field;
import guywire.recognise.FoundAttachment.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Writes down as a definition what was recognised.
 *
 * <p>Not safe for use by several threads.
 */
final class DefinitionDraft {

  /** Kinds of phones and computers by the names that people give them. */
  private static final Map<Platform, Pattern> NAMED =
      Map.of(
          Platform.IOS, Pattern.compile(".*(iphone|ipad|ios).*"),
          Platform.ANDROID, Pattern.compile(".*(android|pixel|galaxy).*"),
          Platform.MACOS, Pattern.compile(".*(macbook|macos|imac|mac-?mini).*"),
          Platform.WINDOWS, Pattern.compile(".*windows.*"));

  private static final Map<Nat, String> NATS =
      Map.of(Nat.NONE, "public", Nat.RANDOM_PORTS, "nat-random", Nat.CARRIER, "carrier");

  private final Name network;
  private final Addressing addressing;
  private final FoundUnderlay surroundings;
  private final FoundTopology shape;
  private final FoundSettings settings;
  private final Optional<FoundSettings.Names> names;
  private final Set<Name> held;
  private final List<Member> order;

  /**
   * A draft.
   *
   * @param held the members whose private keys need not stay on their devices alone
   */
  DefinitionDraft(
      Name network,
      List<Member> members,
      Addressing addressing,
      FoundUnderlay surroundings,
      FoundTopology shape,
      FoundSettings settings,
      Set<Name> held) {
    this.network = network;
    this.addressing = addressing;
    this.surroundings = surroundings;
    this.shape = shape;
    this.settings = settings;
    this.names = settings.names();
    this.held = held;
    this.order = new ArrayList<>(members);
    order.sort(Comparator.comparingInt(this::turn));
  }

  /** Hubs first, then what is public, then site by site, then who roams. */
  private int turn(Member member) {
    if (shape.hubs().contains(member)) {
      return 0;
    }
    var attachment = surroundings.attachment(member);
    return switch (attachment.kind()) {
      case PUBLIC -> 1;
      case ROUTER, GATEWAY, INSIDE ->
          2
              + attachment.site().map(surroundings.sites()::indexOf).orElse(0) * 2
              + (attachment.serves() ? 0 : 1);
      case ROAMING -> Integer.MAX_VALUE;
    };
  }

  /** The members in the order they are written. */
  List<Member> order() {
    return order;
  }

  /** The definition, with a policy if one is needed. */
  DefinitionWriter sheet(Optional<List<String>> policy) {
    var sheet = new DefinitionWriter();
    sheet.comment(RecognitionNotes.text("head.imported"));
    sheet.top("network", DefinitionWriter.value(network.text()), List.of());
    sheet.top(
        "overlay", DefinitionWriter.values(List.copyOf(addressing.overlay().values())), List.of());
    if (shape.topology() == Topology.LINKS) {
      sheet.top("topology", "links", List.of(RecognitionNotes.text("comment.links")));
    }
    settings.mtu().ifPresent(mtu -> sheet.top("mtu", String.valueOf(mtu), List.of()));
    if (settings.keepalive() != Definition.USUAL_KEEPALIVE_SECONDS) {
      sheet.top("keepalive", String.valueOf(settings.keepalive()), List.of());
    }
    if (settings.areAllPreshared()) {
      sheet.top("preshared-keys", "true", List.of());
    }
    sites(sheet);
    sheet.heading("nodes");
    order.forEach(member -> node(sheet, member));
    links(sheet);
    names.ifPresent(known -> dns(sheet, known));
    policy.ifPresent(lines -> {
      var comment = RecognitionNotes.text("comment.policy");
      if (lines.isEmpty()) {
        sheet.gap();
        sheet.top("policy", "[]", List.of(comment));
      } else {
        sheet.heading("policy", comment);
        lines.forEach(sheet::item);
      }
    });
    return sheet;
  }

  private void sites(DefinitionWriter sheet) {
    if (surroundings.sites().isEmpty()) {
      return;
    }
    sheet.heading("sites");
    for (var site : surroundings.sites()) {
      var fields = new ArrayList<Field>();
      fields.add(new Field("lan", DefinitionWriter.values(site.lans())));
      if (!site.known().equals(site.lans())) {
        fields.add(new Field("alias", DefinitionWriter.values(site.known())));
      }
      if (!site.routers().isEmpty()) {
        fields.add(new Field("router", DefinitionWriter.values(site.routers())));
      }
      var line = site.line();
      Optional.ofNullable(NATS.get(line.nat()))
          .ifPresent(word -> fields.add(new Field("internet", word)));
      site.publicAddress()
          .filter(address -> line.nat() != Nat.CARRIER)
          .ifPresent(address -> fields.add(new Field("public", address.toString())));
      line.ipv6()
          .ifPresent(
              prefix -> fields.add(new Field("ipv6", DefinitionWriter.value(prefix.toString()))));
      line.mtu().ifPresent(mtu -> fields.add(new Field("access", String.valueOf(mtu))));
      if (line.mappingSeconds() != Internet.USUAL_MAPPING_SECONDS) {
        fields.add(new Field("mapping-seconds", String.valueOf(line.mappingSeconds())));
      }
      if (!site.hosts().isEmpty()) {
        fields.add(new Field("hosts", flow(site.hosts())));
      }
      if (!site.forwards().isEmpty()) {
        fields.add(new Field("forward", flow(site.forwards())));
      }
      sheet.entry(site.name().text(), fields, false, site.comments());
    }
  }

  private static String flow(Map<?, ?> map) {
    var texts = new ArrayList<String>();
    map.forEach((key, value) ->
        texts.add(
            key
                + ": "
                + (value instanceof List<?> list
                    ? DefinitionWriter.values(list)
                    : DefinitionWriter.value(value.toString()))));
    return "{" + String.join(", ", texts) + "}";
  }

  private void node(DefinitionWriter sheet, Member member) {
    var attachment = surroundings.attachment(member);
    var fields = new ArrayList<Field>();
    if (shape.hubs().contains(member)) {
      fields.add(new Field("hub", "true"));
    }
    where(member, attachment, fields);
    shape
        .hubOf(member)
        .filter(hub -> !hub.equals(firstHub()))
        .ifPresent(hub -> fields.add(new Field("hub", DefinitionWriter.value(hub.name().text()))));
    attachment
        .endpoint()
        .ifPresent(host -> fields.add(new Field("endpoint", DefinitionWriter.value(host))));
    if (isPortFree(member)) {
      settings
          .listen(member)
          .ifPresent(port -> fields.add(new Field("listen", String.valueOf(port))));
    }
    var own = addressing.of(member);
    if (!own.isEmpty()) {
      fields.add(new Field("address", DefinitionWriter.values(own)));
    }
    settings
        .exit(member)
        .ifPresent(exit ->
            fields.add(
                new Field(
                    "full-tunnel",
                    shape.hubOf(member).equals(Optional.of(exit))
                        ? "true"
                        : DefinitionWriter.value(exit.name().text()))));
    var comments = new ArrayList<>(attachment.comments());
    platform(member, fields, comments);
    if (!member.interfaceName().text().equals("wg0")) {
      fields.add(new Field("interface", DefinitionWriter.value(member.interfaceName().text())));
    }
    if (settings.mtu().isEmpty()) {
      settings.mtu(member).ifPresent(mtu -> fields.add(new Field("mtu", String.valueOf(mtu))));
    }
    settings
        .keepalive(member)
        .ifPresent(seconds -> {
          if (seconds != settings.keepalive()) {
            fields.add(new Field("keepalive", seconds == 0 ? "off" : String.valueOf(seconds)));
          }
        });
    member
        .key()
        .ifPresent(key -> {
          // Also where the private one is kept: should that be lost, no other is made in its place.
          fields.add(new Field("public-key", key.toString()));
          if (!held.contains(member.name())) {
            fields.add(new Field("private-key", "on-device"));
          }
        });
    boolean broad = order.stream().anyMatch(each -> each.key().isPresent());
    sheet.entry(member.name().text(), fields, broad, comments);
  }

  private Member firstHub() {
    return order.stream().filter(shape.hubs()::contains).findFirst().orElseThrow();
  }

  private void where(Member member, FoundAttachment attachment, List<Field> fields) {
    String site =
        attachment.site().map(found -> DefinitionWriter.value(found.name().text())).orElse("");
    switch (attachment.kind()) {
      case PUBLIC ->
          fields.add(new Field("public", DefinitionWriter.values(attachment.publicAddresses())));
      case ROUTER -> fields.add(new Field("router", site));
      case GATEWAY -> fields.add(new Field("gateway", site));
      case INSIDE -> fields.add(new Field("site", site));
      case ROAMING ->
          fields.add(
              new Field("roaming", GivenNames.isCarried(member.name().text()) ? "true" : "wifi"));
    }
    if (attachment.kind() != Kind.ROUTER && !attachment.lanAddresses().isEmpty()) {
      fields.add(new Field("lan-address", DefinitionWriter.values(attachment.lanAddresses())));
    }
    if (attachment.hasStaticRoute()) {
      fields.add(new Field("static-route", "true"));
    }
    if (attachment.serves()) {
      attachment
          .sourceNat()
          .ifPresent(senders ->
              fields.add(
                  new Field(
                      "source-nat",
                      senders.isEmpty()
                          ? "true"
                          : DefinitionWriter.values(
                              senders.stream().map(sender -> sender.name().text()).toList()))));
    }
  }

  /** Behind one router no two may listen on the same port: the first of them keeps it. */
  private boolean isPortFree(Member member) {
    var attachment = surroundings.attachment(member);
    for (var other : order) {
      if (other == member) {
        return true;
      }
      if (attachment.site().isPresent()
          && surroundings.attachment(other).site().equals(attachment.site())
          && settings.listen(other).equals(settings.listen(member))) {
        return false;
      }
    }
    return true;
  }

  private void platform(Member member, List<Field> fields, List<Text> comments) {
    var said = member.config().map(node -> node.platform()).orElse(Platform.LINUX);
    if (said != Platform.LINUX) {
      fields.add(new Field("platform", said.word()));
      return;
    }
    boolean passesOn =
        shape.hubs().contains(member)
            || surroundings.attachment(member).serves()
            || settings.isExit(member);
    String name = member.name().text().toLowerCase(Locale.ROOT);
    NAMED.entrySet().stream()
        .filter(entry -> !passesOn && entry.getValue().matcher(name).matches())
        .filter(entry -> member.config().map(node -> node.hooks().isEmpty()).orElse(true))
        .map(entry -> entry.getKey().word())
        .sorted()
        .findFirst()
        .ifPresent(word -> fields.add(new Field("platform", word)));
  }

  private void links(DefinitionWriter sheet) {
    var lines = new LinkedHashMap<String, String>();
    shape
        .links()
        .forEach((way, pairs) -> LinkLines.of(pairs).forEach(ends -> lines.put(ends, way)));
    if (!settings.areAllPreshared() && !settings.presharedKeys().isEmpty()) {
      var said = new HashSet<>(shape.links().values().stream().flatMap(List::stream).toList());
      settings
          .presharedKeys()
          .keySet()
          .forEach(pair -> {
            String ends = pair.one().name() + " - " + pair.other().name();
            if (!said.contains(pair)) {
              lines.put(ends, "{preshared-key: true}");
            }
          });
      withKeys(lines);
    }
    if (!lines.isEmpty()) {
      sheet.heading("links");
      lines.forEach((ends, way) -> sheet.entry(ends, way, List.of()));
    }
  }

  /** Links that are said anyway get their pre-shared key one by one. */
  private void withKeys(Map<String, String> lines) {
    shape
        .links()
        .forEach((way, pairs) -> {
          if (pairs.stream().noneMatch(settings.presharedKeys()::containsKey)) {
            return;
          }
          LinkLines.of(pairs).forEach(lines::remove);
          for (var pair : pairs) {
            boolean shared = settings.presharedKeys().containsKey(pair);
            lines.put(
                pair.one().name() + " - " + pair.other().name(),
                shared ? "{way: " + way + ", preshared-key: true}" : way);
          }
        });
  }

  private void dns(DefinitionWriter sheet, FoundSettings.Names known) {
    var usual = new HashSet<Member>();
    for (var member : order) {
      boolean asks =
          surroundings.attachment(member).kind() == Kind.ROAMING
              || settings.exit(member).isPresent();
      // Of those without a file nobody knows; they get what others like them get.
      if (asks && member != known.server() && !member.isGhost()) {
        usual.add(member);
      }
    }
    String server = DefinitionWriter.value(known.server().name().text());
    boolean plain = known.upstream().isEmpty() && known.records().isEmpty();
    plain &= known.domain().filter(domain -> !domain.equals(network + ".internal")).isEmpty();
    plain &= usual.equals(Set.copyOf(known.clients()));
    if (plain) {
      sheet.gap();
      sheet.top("dns", server, List.of());
      return;
    }
    sheet.heading("dns");
    sheet.entry("server", server, List.of());
    known
        .domain()
        .ifPresent(domain -> sheet.entry("domain", DefinitionWriter.value(domain), List.of()));
    known.upstream().ifPresent(all -> sheet.entry("upstream", bracketed(all), List.of()));
    if (!usual.equals(Set.copyOf(known.clients())) && !known.clients().isEmpty()) {
      var clients = known.clients().stream().map(member -> member.name().text()).toList();
      sheet.entry("clients", bracketed(clients), List.of());
    }
    if (!known.records().isEmpty()) {
      sheet.entry("records", flow(known.records()), List.of());
    }
  }

  private static String bracketed(List<?> values) {
    return "["
        + String.join(
            ", ",
            values.stream()
                .map(v ->
                    v instanceof IpAddress ? v.toString() : DefinitionWriter.value(v.toString()))
                .toList())
        + "]";
  }
}
