package guywire.format;

import guywire.address.IpAddress;
import guywire.format.syntax.DomainName;
import guywire.guard.PlainText;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PeerConfig;
import guywire.network.Platform;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.protocol.PrivateKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Function;

/**
 * A node in each of whose fields somebody wrote what could break out of where it is written, as far
 * as the types let him.
 */
public final class HostileNode {

  /** What ends a value, a line, a block or a comment in one of the languages, and begins anew. */
  private static final String[] PIECES = {
    "'",
    "\"",
    "\\",
    "`id`",
    "$(reboot)",
    "${x}",
    "$$",
    "%n",
    "%i",
    ";",
    "&",
    "|",
    "<",
    ">",
    "#",
    "//",
    "/*",
    "*/",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "=",
    ":",
    ",",
    "!",
    "?",
    "*",
    "~",
    "-",
    "--",
    " ",
    "''",
    "\n",
    "\r",
    "\t",
    "\0",
    "\u001b[2K",
    "\u0085",
    "\u2028",
    "\u202e",
    "\u200b",
    "[Peer]",
    "PublicKey = x",
    "PostUp = reboot",
    "reboot",
    "accept comment",
    "add action=accept",
    "commit",
    "END",
    "EOF",
    "- x",
    "key: value",
    "null",
    "yes",
    "0",
    "1",
    "a",
    "wg0",
    "网络",
    "é",
    "_",
    "."
  };

  private final Random random;

  private HostileNode(long seed) {
    random = new Random(seed);
  }

  /** The node of a seed. */
  public static NodeConfig of(long seed, Platform platform) {
    return new HostileNode(seed).node(platform);
  }

  /** A text of some pieces. */
  private String text() {
    var text = new StringBuilder();
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  /** The first text that a type takes, or what is given. */
  private <T> T taken(Function<String, T> type, String usual) {
    for (int i = 0; i < 40; i++) {
      try {
        return type.apply(text());
      } catch (IllegalArgumentException e) {
        // Refused, as it should be.
      }
    }
    return type.apply(usual);
  }

  private NodeConfig node(Platform platform) {
    var name = taken(InterfaceName::new, "wg0");
    var peer =
        new PeerConfig(
            Optional.of(taken(Name::new, "peer")),
            PrivateKey.generate(random).publicKey(),
            Optional.empty(),
            Optional.of(taken(host -> new EndpointAddress(host, 51820), "peer.example")),
            SampleNodes.prefixes("10.9.0.0/24", "192.168.4.0/24"),
            25);
    var tunnel =
        new TunnelInterface(
            name,
            Optional.of(PrivateKey.generate(random)),
            Optional.empty(),
            List.of(SampleNodes.address("10.9.0.2/24")),
            OptionalInt.of(51820),
            0,
            OptionalInt.of(1420),
            new RouteTable.Auto(),
            new DnsClient(
                List.of(IpAddress.parse("10.9.0.1")), List.of(text(), text(), "a.example")),
            List.of(peer));
    var in = PacketMatch.ANY.comingIn(InterfaceMatch.of(name));
    var rules =
        List.of(
            new FilterRule(in, Verdict.ACCEPT, comment()),
            new FilterRule(in, Verdict.REJECT, comment()));
    boolean hooks = platform == Platform.LINUX;
    return new NodeConfig(
        taken(Name::new, "node"),
        platform,
        List.of(tunnel),
        List.of(),
        guywire.network.Forwarding.ON,
        guywire.network.Forwarding.ON,
        new Firewall(rules, Verdict.ACCEPT, rules, Verdict.DROP, false),
        List.of(),
        Optional.of(
            new NameServer(
                List.of(IpAddress.parse("10.9.0.2")),
                random.nextBoolean() ? text() : "home.example",
                Map.of(taken(Name::new, "nas"), List.of(IpAddress.parse("192.168.2.100"))),
                List.of(IpAddress.parse("9.9.9.9")))),
        hooks ? List.of(hook()) : List.of());
  }

  /** As an importer takes it: wg-quick ends a line at a #, and what is not plain is the owner's. */
  private Hook hook() {
    String line = taken(text -> new Hook(Hook.When.POST_UP, text), "true").command();
    String plain = PlainText.line(line).replace("#", "").strip();
    return new Hook(Hook.When.POST_UP, plain.isEmpty() ? "true" : plain);
  }

  private String comment() {
    return taken(text -> new FilterRule(PacketMatch.ANY, Verdict.DROP, text), "plain").comment();
  }

  /** The same node with nothing remarkable in any text; what is no domain's name is not written. */
  public static NodeConfig plain(NodeConfig node) {
    var tunnel = node.interfaces().getFirst();
    var peer = tunnel.peers().getFirst();
    var tame =
        new TunnelInterface(
            new InterfaceName("wg0"),
            tunnel.privateKey(),
            Optional.empty(),
            tunnel.addresses(),
            tunnel.listenPort(),
            0,
            tunnel.mtu(),
            tunnel.table(),
            new DnsClient(
                tunnel.dns().servers(),
                tunnel.dns().searchDomains().stream()
                    .filter(DomainName::is)
                    .map(domain -> "a.example")
                    .toList()),
            List.of(peer.withName(Optional.of(new Name("peer")))));
    var in = PacketMatch.ANY.comingIn(InterfaceMatch.of(tame.name()));
    var rules =
        node.firewall().input().stream()
            .map(
                rule -> new FilterRule(in, rule.verdict(), rule.comment().isEmpty() ? "" : "plain"))
            .toList();
    return new NodeConfig(
        new Name("node"),
        node.platform(),
        List.of(tame),
        List.of(),
        node.forwardIpv4(),
        node.forwardIpv6(),
        new Firewall(rules, Verdict.ACCEPT, rules, Verdict.DROP, false),
        List.of(),
        node.nameServer()
            .filter(server -> server.domain().isEmpty() || DomainName.is(server.domain()))
            .map(HostileNode::plain),
        node.hooks().stream().map(hook -> new Hook(hook.when(), "true")).toList());
  }

  private static NameServer plain(NameServer server) {
    return new NameServer(
        server.listen(),
        server.domain().isEmpty() ? "" : "home.example",
        Map.of(new Name("nas"), List.of(IpAddress.parse("192.168.2.100"))),
        server.upstream());
  }
}
