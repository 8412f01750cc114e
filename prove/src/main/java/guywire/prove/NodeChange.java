package guywire.prove;

import guywire.address.Prefix;
import guywire.network.Cryptokeys;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.InterfaceName;
import guywire.network.LanEndpoint;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PeerConfig;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One thing in which two configurations of a node differ. No secret is in it.
 *
 * @param kind what differs
 * @param tunnel the tunnel interface it is about, if it is about one
 * @param peer the peer it is about, by name or else by public key; empty if it is about none
 * @param before what it was, where a value can be shown; empty for nothing
 * @param after what it is
 */
public record NodeChange(
    Kind kind, Optional<InterfaceName> tunnel, String peer, String before, String after) {

  /** What can differ. */
  public enum Kind {
    NODE_NEW,
    NODE_GONE,
    PLATFORM,
    TUNNEL_NEW,
    TUNNEL_GONE,
    KEY,
    ADDRESSES,
    PORT,
    MARK,
    MTU,
    TABLE,
    DNS,
    PEER_NEW,
    PEER_GONE,
    PRESHARED_KEY,
    ENDPOINT,
    KEEPALIVE,
    ALLOWED_NEW,
    ALLOWED_GONE,
    ROUTES,
    FORWARDING,
    FIREWALL,
    NAT,
    NAME_SERVER,
    FORWARDS,
    HOOKS;

    /** The word in reports, such as {@code allowed-new}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Whether sessions begin anew: for a moment nothing passes. */
  public boolean restarts() {
    return switch (kind) {
      case NODE_GONE, TUNNEL_GONE, KEY, PRESHARED_KEY -> true;
      default -> false;
    };
  }

  /** What people read. */
  public Text text() {
    String name = tunnel.map(InterfaceName::text).orElse("");
    String key = "diff." + kind.word();
    return switch (kind) {
      case TUNNEL_NEW, TUNNEL_GONE -> Text.of(NodeChange.class, key, name);
      case PLATFORM, ADDRESSES, PORT, MARK, MTU -> Text.of(NodeChange.class, key, after, before);
      case PEER_NEW, ENDPOINT, KEEPALIVE, ALLOWED_NEW ->
          Text.of(NodeChange.class, key, peer, after);
      case ALLOWED_GONE -> Text.of(NodeChange.class, key, peer, before);
      case PEER_GONE, PRESHARED_KEY -> Text.of(NodeChange.class, key, peer);
      default -> Text.of(NodeChange.class, key);
    };
  }

  /** Whatever differs between two configurations of one node; empty if they are the same. */
  public static List<NodeChange> between(NodeConfig before, NodeConfig after) {
    return new Comparison(before, after).changes;
  }

  /** A node that is in one network only. */
  static NodeChange ofNode(Kind kind) {
    return new NodeChange(kind, Optional.empty(), "", "", "");
  }

  private static final class Comparison {
    private final List<NodeChange> changes = new ArrayList<>();

    Comparison(NodeConfig before, NodeConfig after) {
      node(Kind.PLATFORM, before.platform().word(), after.platform().word());
      var old = new LinkedHashMap<InterfaceName, TunnelInterface>();
      before.interfaces().forEach(tunnel -> old.put(tunnel.name(), tunnel));
      for (var tunnel : after.interfaces()) {
        var was = Optional.ofNullable(old.remove(tunnel.name()));
        was.ifPresentOrElse(
            found -> tunnel(found, tunnel),
            () -> add(Kind.TUNNEL_NEW, Optional.of(tunnel.name()), "", "", ""));
      }
      old.keySet().forEach(name -> add(Kind.TUNNEL_GONE, Optional.of(name), "", "", ""));
      node(Kind.ROUTES, before.routes(), after.routes());
      node(
          Kind.FORWARDING,
          List.of(before.forwardIpv4(), before.forwardIpv6()),
          List.of(after.forwardIpv4(), after.forwardIpv6()));
      unseen(Kind.FIREWALL, plain(before.firewall()), plain(after.firewall()));
      unseen(Kind.NAT, before.nat(), after.nat());
      unseen(Kind.NAME_SERVER, before.nameServer(), after.nameServer());
      unseen(Kind.FORWARDS, before.forwards(), after.forwards());
      unseen(Kind.HOOKS, before.hooks(), after.hooks());
    }

    /** What a filter does, without the reasons of its rules. */
    private static Firewall plain(Firewall filter) {
      return new Firewall(
          plain(filter.input(), filter.inputDefault()),
          filter.inputDefault(),
          plain(filter.forward(), filter.forwardDefault()),
          filter.forwardDefault(),
          plain(filter.output(), Verdict.ACCEPT),
          filter.clampMss());
    }

    private static List<FilterRule> plain(List<FilterRule> rules, Verdict otherwise) {
      var plain = new ArrayList<FilterRule>();
      rules.forEach(rule -> plain.add(new FilterRule(rule.match(), rule.verdict(), "")));
      var rest = new FilterRule(PacketMatch.ANY, otherwise, "");
      while (!plain.isEmpty() && plain.getLast().equals(rest)) {
        plain.removeLast();
      }
      return plain;
    }

    private void add(
        Kind kind, Optional<InterfaceName> tunnel, String peer, String before, String after) {
      changes.add(new NodeChange(kind, tunnel, peer, before, after));
    }

    private void node(Kind kind, Object before, Object after) {
      differ(kind, Optional.empty(), before, after);
    }

    /** Differs, but is too long to be shown. */
    private void unseen(Kind kind, Object before, Object after) {
      if (!before.equals(after)) {
        add(kind, Optional.empty(), "", "", "");
      }
    }

    private void differ(Kind kind, Optional<InterfaceName> tunnel, Object before, Object after) {
      if (!Objects.equals(before, after)) {
        add(kind, tunnel, "", words(before), words(after));
      }
    }

    private void tunnel(TunnelInterface before, TunnelInterface after) {
      var name = Optional.of(after.name());
      differ(Kind.KEY, name, before.publicKey(), after.publicKey());
      differ(Kind.ADDRESSES, name, before.addresses(), after.addresses());
      differ(Kind.PORT, name, before.listenPort(), after.listenPort());
      differ(Kind.MARK, name, before.firewallMark(), after.firewallMark());
      differ(Kind.MTU, name, before.mtu(), after.mtu());
      differ(Kind.TABLE, name, before.table(), after.table());
      differ(Kind.DNS, name, before.dns(), after.dns());
      var old = new LinkedHashMap<>(Cryptokeys.of(before).peers());
      for (var peer : Cryptokeys.of(after).peers().values()) {
        Optional.ofNullable(old.remove(peer.publicKey()))
            .ifPresentOrElse(
                was -> peer(name, was, peer),
                () -> add(Kind.PEER_NEW, name, named(peer), "", words(peer.allowedIps())));
      }
      old.values().forEach(peer -> add(Kind.PEER_GONE, name, named(peer), "", ""));
    }

    private void peer(Optional<InterfaceName> tunnel, PeerConfig before, PeerConfig after) {
      String name = named(after);
      if (!before.presharedKey().equals(after.presharedKey())) {
        add(Kind.PRESHARED_KEY, tunnel, name, "", "");
      }
      if (!before.endpoint().equals(after.endpoint())) {
        add(Kind.ENDPOINT, tunnel, name, words(before.endpoint()), words(after.endpoint()));
      }
      if (!before.inLan().equals(after.inLan())) {
        add(
            Kind.ENDPOINT,
            tunnel,
            name,
            words(before.inLan().map(LanEndpoint::endpoint)),
            words(after.inLan().map(LanEndpoint::endpoint)));
      }
      if (before.keepaliveSeconds() != after.keepaliveSeconds()) {
        add(
            Kind.KEEPALIVE,
            tunnel,
            name,
            words(before.keepaliveSeconds()),
            words(after.keepaliveSeconds()));
      }
      var added = new ArrayList<Prefix>(after.allowedIps());
      added.removeAll(Set.copyOf(before.allowedIps()));
      var removed = new ArrayList<Prefix>(before.allowedIps());
      removed.removeAll(Set.copyOf(after.allowedIps()));
      if (!added.isEmpty()) {
        add(Kind.ALLOWED_NEW, tunnel, name, "", words(added));
      }
      if (!removed.isEmpty()) {
        add(Kind.ALLOWED_GONE, tunnel, name, words(removed), "");
      }
    }

    private static String named(PeerConfig peer) {
      return peer.name().map(Object::toString).orElse(peer.publicKey().toString());
    }

    private static String words(Object value) {
      return switch (value) {
        case List<?> list when list.isEmpty() -> "-";
        case List<?> list -> String.join(", ", list.stream().map(Object::toString).toList());
        case OptionalInt number -> number.isPresent() ? String.valueOf(number.getAsInt()) : "-";
        case Optional<?> other -> other.map(Object::toString).orElse("-");
        default -> value.toString();
      };
    }
  }
}
