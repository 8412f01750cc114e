package guywire.format.tunnel;

import guywire.format.syntax.DomainName;
import guywire.network.Hook;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import java.util.ArrayList;
import java.util.List;

/** Writes an interface in the language of wg-quick. */
final class WgQuickText {

  private WgQuickText() {}

  /**
   * The file of an interface. It holds the private key, where the value carries it.
   *
   * @param tunnel the interface
   * @param hooks the commands to be run with it
   */
  static String of(TunnelInterface tunnel, List<Hook> hooks) {
    var text = new StringBuilder("[Interface]\n");
    tunnel.privateKey().ifPresent(key -> set(text, "PrivateKey", key.base64()));
    tunnel.listenPort().ifPresent(port -> set(text, "ListenPort", port));
    if (tunnel.firewallMark() != 0) {
      set(text, "FwMark", "0x" + Long.toHexString(tunnel.firewallMark()));
    }
    list(text, "Address", tunnel.addresses());
    var dns = new ArrayList<Object>(tunnel.dns().servers());
    tunnel.dns().searchDomains().stream().filter(DomainName::is).forEach(dns::add);
    list(text, "DNS", dns);
    tunnel.mtu().ifPresent(mtu -> set(text, "MTU", mtu));
    switch (tunnel.table()) {
      case RouteTable.Auto automatic -> {}
      case RouteTable.Off _,
          RouteTable.Chosen _,
          RouteTable.ToGateway _,
          RouteTable.FromLan _,
          RouteTable.Onward _ ->
          set(text, "Table", "off");
      case RouteTable.Number table -> set(text, "Table", table.number());
    }
    var all = new ArrayList<>(Onwards.of(tunnel).map(Onwards::hooks).orElse(List.of()));
    all.addAll(hooks);
    for (var hook : all) {
      set(text, hook.when().key(), hook.command());
    }
    for (var peer : tunnel.peers()) {
      text.append('\n');
      peer.name().ifPresent(name -> text.append("# ").append(name).append('\n'));
      text.append("[Peer]\n");
      set(text, "PublicKey", peer.publicKey());
      peer.presharedKey().ifPresent(key -> set(text, "PresharedKey", key.base64()));
      peer.endpoint().ifPresent(endpoint -> set(text, "Endpoint", endpoint));
      list(text, "AllowedIPs", peer.allowedIps());
      if (peer.keepaliveSeconds() > 0) {
        set(text, "PersistentKeepalive", peer.keepaliveSeconds());
      }
    }
    return text.toString();
  }

  private static void set(StringBuilder text, String key, Object value) {
    text.append(key).append(" = ").append(value).append('\n');
  }

  /** A list in one line; none at all if it is empty, because an empty value is refused. */
  private static void list(StringBuilder text, String key, List<?> values) {
    if (!values.isEmpty()) {
      set(text, key, String.join(", ", values.stream().map(Object::toString).toList()));
    }
  }
}
