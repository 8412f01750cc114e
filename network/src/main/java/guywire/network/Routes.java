package guywire.network;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The routes that the allowed IPs of an interface bring, as wg-quick installs them: longest prefix
 * first, and none that a connected route of the interface covers already.
 *
 * <p>With {@link RouteTable.Number} every prefix goes into that table as it is. With {@link
 * RouteTable.Auto} they go into the main table, except 0.0.0.0/0 and ::/0: such a default route
 * goes into a table of its own, numbered like the firewall mark; two rules of the family lead there
 * every packet that has not the mark and no route longer than /0 in the main table. With {@link
 * RouteTable.Onward} it is not among these routes ({@link #onward}).
 *
 * @param installed the prefixes routed to the interface in the main (or the numbered) table
 * @param marked the families whose default route is reached by rules on the firewall mark
 */
public record Routes(List<Prefix> installed, Set<Family> marked) {

  /** The mark, and number of the table, that wg-quick begins with when the file names none. */
  public static final long USUAL_MARK = 51820;

  /** Copies the collections. */
  public Routes {
    installed = List.copyOf(installed);
    marked = Set.copyOf(marked);
  }

  /** The routes of an interface with these peers, addresses and table. */
  public static Routes of(TunnelInterface tunnel) {
    return of(tunnel, Cryptokeys.of(tunnel));
  }

  /** The families whose default route is reached by rules on the firewall mark. */
  public static Set<Family> marked(TunnelInterface tunnel, Cryptokeys cryptokeys) {
    var marked = EnumSet.noneOf(Family.class);
    if (tunnel.table() instanceof RouteTable.Auto) {
      for (var family : Family.values()) {
        if (cryptokeys.owners().containsKey(new Prefix(family.any(), 0))) {
          marked.add(family);
        }
      }
    }
    return marked;
  }

  /** The default routes that only what comes from some sources takes: {@link RouteTable.Onward}. */
  public static List<Prefix> onward(TunnelInterface tunnel, Cryptokeys cryptokeys) {
    return tunnel.table() instanceof RouteTable.Onward
        ? cryptokeys.owners().keySet().stream().filter(Prefix::isDefault).sorted().toList()
        : List.of();
  }

  /** As {@link #onward(TunnelInterface, Cryptokeys)}. */
  public static List<Prefix> onward(TunnelInterface tunnel) {
    return onward(tunnel, Cryptokeys.of(tunnel));
  }

  /** As {@link #of(TunnelInterface)}, where the owners of the prefixes are known already. */
  public static Routes of(TunnelInterface tunnel, Cryptokeys cryptokeys) {
    if (tunnel.table() instanceof RouteTable.Off || tunnel.table().isSpare()) {
      return new Routes(List.of(), Set.of());
    }
    var longestFirst = new ArrayList<>(cryptokeys.owners().keySet());
    longestFirst.sort((one, other) -> Integer.compare(other.length(), one.length()));
    if (tunnel.table() instanceof RouteTable.Number) {
      return new Routes(longestFirst, Set.of());
    }
    var connected =
        tunnel.addresses().stream()
            .map(InterfaceAddress::prefix)
            .filter(prefix -> !prefix.isHost())
            .toList();
    var installed = new ArrayList<Prefix>();
    for (var prefix : longestFirst) {
      if (!prefix.isDefault() && !isCovered(prefix, connected)) {
        installed.add(prefix);
      }
    }
    return new Routes(installed, marked(tunnel, cryptokeys));
  }

  private static boolean isCovered(Prefix prefix, List<Prefix> connected) {
    for (var covering : connected) {
      if (covering.contains(prefix)) {
        return true;
      }
    }
    return false;
  }
}
