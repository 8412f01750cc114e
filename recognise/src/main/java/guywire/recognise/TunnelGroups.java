package guywire.recognise;

import guywire.format.input.Imported;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.PeerConfig;
import guywire.network.TunnelInterface;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The tunnels of files, and which of them belong to one network: those that share keys. */
final class TunnelGroups {

  /**
   * One tunnel of one host.
   *
   * @param host what the host's files say
   * @param tunnel the tunnel
   */
  record End(Imported host, TunnelInterface tunnel) {
    Name hostName() {
      return host.node().name();
    }

    /** Whether its peers include this key. */
    boolean lists(Optional<PublicKey> key) {
      return key.isPresent()
          && tunnel.peers().stream().map(PeerConfig::publicKey).anyMatch(key.get()::equals);
    }
  }

  /** An interface that a rule of a hook names, such as {@code -i wg0}. */
  private static final Pattern NAMED = Pattern.compile("-[io] (wg[a-z0-9_-]*)");

  private TunnelGroups() {}

  /** The networks in files, each with its tunnels, in the order of the files. */
  static List<List<End>> networks(HostFiles given) {
    var ends = new ArrayList<End>();
    for (var host : given.hosts()) {
      var named = named(host);
      named.node().interfaces().forEach(tunnel -> ends.add(new End(named, tunnel)));
    }
    var parents = new HashMap<Object, Object>();
    for (var end : ends) {
      Object own = end.tunnel().publicKey().<Object>map(key -> key).orElse(end);
      join(parents, own, end);
      end.tunnel().peers().forEach(peer -> join(parents, own, peer.publicKey()));
    }
    var networks = new LinkedHashMap<Object, List<End>>();
    for (var end : ends) {
      networks.computeIfAbsent(root(parents, end), key -> new ArrayList<>()).add(end);
    }
    var all = List.copyOf(networks.values());
    // A tunnel that nobody knows and that knows nobody is no network, unless it is all there is.
    var real =
        all.stream()
            .filter(one -> one.size() > 1 || !one.getFirst().tunnel().peers().isEmpty())
            .toList();
    return real.isEmpty() ? all : real;
  }

  private static Object root(Map<Object, Object> parents, Object of) {
    Object at = of;
    while (true) {
      Object up = parents.getOrDefault(at, at);
      if (up == at || up.equals(at)) {
        return at;
      }
      // Halving the way keeps it short.
      parents.put(at, parents.getOrDefault(up, up));
      at = up;
    }
  }

  private static void join(Map<Object, Object> parents, Object one, Object other) {
    Object a = root(parents, one);
    Object b = root(parents, other);
    if (!a.equals(b)) {
      parents.put(b, a);
    }
  }

  /**
   * A file that is called like its host ({@code phone.conf}) was not called so on the host, where
   * it would name the interface. The interface is then the one its rules name, or wg0.
   */
  private static Imported named(Imported host) {
    var node = host.node();
    if (node.interfaces().size() != 1) {
      return host;
    }
    var tunnel = node.interfaces().getFirst();
    String label = tunnel.name().text().toLowerCase(Locale.ROOT);
    boolean byFile = Name.near(label).filter(node.name()::equals).isPresent();
    if (!byFile || !host.places().whole().file().endsWith(tunnel.name() + ".conf")) {
      return host;
    }
    var real = new InterfaceName("wg0");
    for (var hook : node.hooks()) {
      var matcher = NAMED.matcher(hook.command());
      if (matcher.find()) {
        real = InterfaceName.tryParse(matcher.group(1)).orElse(real);
      }
    }
    return renamed(host, real);
  }

  private static Imported renamed(Imported host, InterfaceName real) {
    var node = host.node();
    var old = node.interfaces().getFirst();
    return new Imported(
        node.withInterfaces(List.of(old.withName(real))),
        RenamedPlaces.places(host.places(), old.name(), real),
        host.findings(),
        host.commands());
  }
}
