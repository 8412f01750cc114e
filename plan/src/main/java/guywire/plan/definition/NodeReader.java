package guywire.plan.definition;

import guywire.address.IpAddress;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.network.Platform;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.NodeEntry.Duty;
import guywire.plan.definition.NodeEntry.FullTunnel;
import guywire.plan.definition.NodeEntry.Placed;
import guywire.plan.definition.NodeEntry.Role;
import guywire.plan.definition.NodeEntry.Where;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the nodes of a definition. */
final class NodeReader {

  static final List<String> KEYS =
      List.of(
          "public",
          "site",
          "gateway",
          "router",
          "roaming",
          "hub",
          "relay",
          "listen",
          "endpoint",
          "address",
          "lan-address",
          "static-route",
          "source-nat",
          "full-tunnel",
          "platform",
          "interface",
          "mtu",
          "keepalive",
          "public-key",
          "private-key");

  /** What is said of a private key, which itself is never in a definition. */
  private static final String ON_DEVICE = "on-device";

  /** A host name with a dot and a letter, which is no address. */
  private static final Pattern HOST_NAME =
      Pattern.compile("(?i)(?=.*[a-z])[a-z0-9-]+(\\.[a-z0-9-]+)+");

  private static final List<String> PLACES =
      List.of("public", "site", "gateway", "router", "roaming");

  private static final List<String> PLATFORMS =
      Arrays.stream(Platform.values()).map(Platform::word).toList();

  /** Where others dial a node that says nothing else. */
  private static final int USUAL_PORT = 51820;

  private final YamlValues values;
  private final List<Mapped> mapped = new ArrayList<>();

  NodeReader(YamlValues values) {
    this.values = values;
  }

  List<NodeEntry> read(Node node) {
    var nodes = new ArrayList<NodeEntry>();
    values
        .named(node, "nodes")
        .each((key, value) ->
            values.newName(key, "node").flatMap(n -> read(n, key, value)).ifPresent(nodes::add));
    return nodes;
  }

  private Optional<NodeEntry> read(Name name, Word key, Node node) {
    var fields = values.fields(node, "node " + name, KEYS);
    var role = role(fields);
    var hub = chosenHub(fields);
    var addresses = addresses(fields, "address");
    var platform =
        fields
            .word("platform")
            .flatMap(word -> values.choice(word, "platform", PLATFORMS))
            .flatMap(Platform::tryParse)
            .orElse(Platform.LINUX);
    var listenWord = fields.word("listen");
    var port = fields.number("listen", 1, 65535);
    var listen =
        port.isPresent() && listenWord.isPresent()
            ? Optional.of(new Placed<>(port.getAsInt(), listenWord.get().place()))
            : Optional.<Placed<Integer>>empty();
    var endpoint = endpoint(fields);
    var tunnel = tunnel(fields);
    var mtu = fields.number("mtu", 576, 65455);
    var keepalive = fields.keepalive("keepalive");
    var sourceNat = sourceNat(fields);
    var fullTunnel = fullTunnel(fields);
    var publicKey = publicKey(fields);
    boolean keyOnDevice = keyOnDevice(fields);
    var where = where(name, key, fields, listen);
    return where.map(found ->
        new NodeEntry(
            name,
            key.place(),
            role,
            hub,
            found,
            endpoint,
            listen,
            addresses,
            platform,
            tunnel,
            mtu,
            keepalive,
            sourceNat,
            fullTunnel,
            publicKey,
            keyOnDevice));
  }

  /** hub: true makes a hub, hub: NAME hangs on one, relay: true relays. */
  private Role role(Fields fields) {
    fields
        .word("hub")
        .filter(word -> word.text().matches("(?i)yes|no|on|off"))
        .ifPresent(
            word -> values.findings().error("D06", word.place(), "hub-by-word", word.text()));
    boolean hub = fields.word("hub").filter(word -> word.text().equals("true")).isPresent();
    boolean relay = fields.flag("relay");
    if (hub && relay) {
      values.findings().error("D11", fields.place("relay"), "keys-apart", "hub", "relay");
    }
    return hub ? Role.HUB : relay ? Role.RELAY : Role.PLAIN;
  }

  private Optional<Ref> chosenHub(Fields fields) {
    return fields
        .node("hub")
        .flatMap(node -> values.word(node, "hub"))
        .filter(word -> !word.text().matches("(?i)true|false|yes|no|on|off"))
        .flatMap(word -> values.ref(word, "hub"));
  }

  private Optional<Where> where(
      Name name, Word key, Fields fields, Optional<Placed<Integer>> listen) {
    var said = new ArrayList<>(PLACES.stream().filter(fields::has).toList());
    if (said.size() == 2
        && said.getFirst().equals("public")
        && (said.get(1).equals("site") || said.get(1).equals("gateway"))) {
      mapped(name, said.get(1), fields, listen);
      said.removeFirst();
    }
    for (var way : List.of("gateway", "router")) {
      var flag = fields.has("site") ? fields.word(way) : Optional.<Word>empty();
      if (flag.filter(word -> word.text().equals("true")).isPresent()) {
        String site = fields.word("site").map(Word::text).orElse("SITE");
        values.findings().error("D11", fields.place(way), "duty-by-flag", name, site);
        return Optional.empty();
      }
    }
    if (said.isEmpty()) {
      values.findings().error("D04", key.place(), "node-nowhere", name);
      return Optional.empty();
    }
    if (said.size() > 1) {
      values
          .findings()
          .error("D11", fields.place(said.get(1)), "keys-apart", said.get(0), said.get(1));
      return Optional.empty();
    }
    String way = said.getFirst();
    boolean serving = way.equals("gateway") || way.equals("router");
    for (var only : List.of("source-nat", "static-route")) {
      if (fields.has(only) && !serving) {
        values.findings().error("D11", fields.place(only), "gateway-only", only);
      }
    }
    if (fields.has("static-route") && way.equals("router")) {
      values.findings().error("D11", fields.place("static-route"), "router-needs-no-route");
    }
    if (fields.has("lan-address") && (way.equals("public") || way.equals("roaming"))) {
      values.findings().error("D11", fields.place("lan-address"), "keys-apart", way, "lan-address");
    }
    if (way.equals("router") && fields.has("lan-address")) {
      values.findings().error("D11", fields.place("lan-address"), "router-lan-address");
    }
    return where(way, name, fields);
  }

  /**
   * A machine in a LAN to which the provider leads a public address: what a site's router does that
   * passes its port on.
   */
  private void mapped(Name name, String way, Fields fields, Optional<Placed<Integer>> listen) {
    for (var address : addresses(fields, "public")) {
      if (!address.value().isIpv4()) {
        values.findings().error("D06", address.place(), "public-ipv4", address.value());
        continue;
      }
      fields
          .word(way)
          .flatMap(word -> Name.tryParse(word.text()))
          .ifPresent(site ->
              mapped.add(
                  new Mapped(
                      site,
                      new Ref(name, address.place()),
                      address,
                      listen.map(Placed::value).orElse(USUAL_PORT))));
    }
  }

  /**
   * A node in a site to which a public address leads.
   *
   * @param site the site
   * @param node the node
   * @param address the public address
   * @param port the port that is passed on
   */
  record Mapped(Name site, Ref node, Placed<IpAddress> address, int port) {}

  /** The nodes in sites to which public addresses lead. */
  List<Mapped> mapped() {
    return mapped;
  }

  private Optional<Where> where(String way, Name name, Fields fields) {
    return switch (way) {
      case "public" -> Optional.of(new Where.Public(addresses(fields, "public")));
      case "roaming" -> roaming(name, fields);
      default -> inSite(way, fields);
    };
  }

  private Optional<Where> inSite(String way, Fields fields) {
    var word = fields.word(way);
    if (word.isPresent() && word.get().text().matches("true|false")) {
      values.findings().error("D06", word.get().place(), "site-by-name", way, word.get().text());
      return Optional.empty();
    }
    var lanAddresses = addresses(fields, "lan-address");
    boolean staticRoute = fields.flag("static-route");
    Duty duty =
        switch (way) {
          case "router" -> new Duty.Router();
          case "gateway" -> new Duty.Gateway(staticRoute);
          default -> new Duty.Member();
        };
    return word.flatMap(found -> values.ref(found, way))
        .map(site -> new Where.InSite(site, duty, lanAddresses));
  }

  /** roaming: true, or the kinds of network it meets. */
  private Optional<Where> roaming(Name name, Fields fields) {
    var node = fields.node("roaming");
    if (node.isEmpty()) {
      return Optional.empty();
    }
    var words = values.words(node.get(), "roaming");
    if (words.size() == 1 && words.getFirst().text().equals("true")) {
      return Optional.of(
          new Where.Roaming(List.of(AccessWords.roaming("mobile"), AccessWords.roaming("wifi"))));
    }
    if (words.size() == 1 && words.getFirst().text().equals("false")) {
      values.findings().error("D04", words.getFirst().place(), "node-nowhere", name);
      return Optional.empty();
    }
    var networks = new ArrayList<Internet>();
    for (var word : words) {
      values
          .choice(word, "roaming", AccessWords.ROAMING_WORDS)
          .map(AccessWords::roaming)
          .ifPresent(networks::add);
    }
    return networks.isEmpty() ? Optional.empty() : Optional.of(new Where.Roaming(networks));
  }

  private List<Placed<IpAddress>> addresses(Fields fields, String key) {
    var addresses = new ArrayList<Placed<IpAddress>>();
    fields
        .node(key)
        .ifPresent(node -> {
          for (var word : values.words(node, key)) {
            String host = word.text().replaceFirst(":[0-9]{1,5}$", "");
            if (key.equals("public") && HOST_NAME.matcher(host).matches()) {
              values.findings().error("D06", word.place(), "public-by-name", host);
              continue;
            }
            values.address(word, key).ifPresent(address -> add(addresses, address, key));
          }
        });
    return addresses;
  }

  private void add(List<Placed<IpAddress>> addresses, Placed<IpAddress> address, String key) {
    boolean second =
        !key.equals("lan-address")
            && addresses.stream().anyMatch(a -> a.value().family() == address.value().family());
    if (second) {
      values.findings().error("D06", address.place(), "one-per-family", key, address.value());
    } else {
      addresses.add(address);
    }
  }

  private Optional<String> endpoint(Fields fields) {
    return fields
        .word("endpoint")
        .filter(word -> {
          try {
            var unused = new EndpointAddress(word.text(), 1);
            return true;
          } catch (IllegalArgumentException e) {
            values.findings().error("D06", word.place(), "want-host", word.text());
            return false;
          }
        })
        .map(Word::text);
  }

  private Optional<PublicKey> publicKey(Fields fields) {
    return fields
        .word("public-key")
        .flatMap(word -> {
          var key = PublicKey.parse(word.text()).filter(found -> !found.isZero());
          if (key.isEmpty()) {
            // Not shown: who takes one key for the other may have written the private one.
            values.findings().error("D06", word.place(), "want-public-key");
          }
          return key;
        });
  }

  /** {@code private-key: on-device}: the device has it, and others know the public one. */
  private boolean keyOnDevice(Fields fields) {
    var word = fields.word("private-key");
    if (word.isEmpty()) {
      return false;
    }
    if (!word.get().text().equals(ON_DEVICE)) {
      // Not shown: it may be the private key itself.
      values.findings().error("D06", word.get().place(), "want-on-device");
      return false;
    }
    if (!fields.has("public-key")) {
      values.findings().error("D04", word.get().place(), "on-device-unknown");
    }
    return true;
  }

  private InterfaceName tunnel(Fields fields) {
    return fields
        .word("interface")
        .flatMap(word -> {
          var name = InterfaceName.tryParse(word.text());
          if (name.isEmpty()) {
            values.findings().error("D06", word.place(), "want-interface", word.text());
          }
          return name;
        })
        .orElse(new InterfaceName("wg0"));
  }

  private Optional<List<Ref>> sourceNat(Fields fields) {
    var node = fields.node("source-nat");
    if (node.isEmpty()) {
      return Optional.empty();
    }
    var words = values.words(node.get(), "source-nat");
    if (words.size() == 1 && words.getFirst().text().equals("false")) {
      return Optional.empty();
    }
    if (words.size() == 1 && words.getFirst().text().equals("true")) {
      return Optional.of(List.of());
    }
    return Optional.of(
        words.stream().flatMap(word -> values.ref(word, "source-nat").stream()).toList());
  }

  private Optional<FullTunnel> fullTunnel(Fields fields) {
    return fields
        .word("full-tunnel")
        .filter(word -> !word.text().equals("false"))
        .flatMap(word ->
            word.text().equals("true")
                ? Optional.of(new FullTunnel(Optional.empty(), word.place()))
                : values
                    .name(word, "full-tunnel")
                    .map(name -> new FullTunnel(Optional.of(name), word.place())));
  }
}
