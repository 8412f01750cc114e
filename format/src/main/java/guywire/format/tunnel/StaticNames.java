package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.NameServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names that a router keeps for its own name server, which answers on all of the router's
 * addresses and asks elsewhere for other names; where, its files don't say of the tunnel's.
 */
final class StaticNames {

  private final Map<Name, List<IpAddress>> records = new LinkedHashMap<>();
  private final Map<String, Integer> domains = new LinkedHashMap<>();

  /** Adds what the router keeps; a name or address that can't be one is left out. */
  void add(String name, String address) {
    int dot = name.indexOf('.');
    var label = Name.tryParse(dot < 0 ? name : name.substring(0, dot));
    var found = IpAddress.tryParse(address);
    if (label.isPresent() && found.isPresent()) {
      records.computeIfAbsent(label.get(), n -> new ArrayList<>()).add(found.get());
      domains.merge(dot < 0 ? "" : name.substring(dot + 1), 1, Integer::sum);
    }
  }

  boolean isEmpty() {
    return records.isEmpty();
  }

  /** Sets up the node's name server, on the addresses of its tunnels; without a tunnel, none. */
  void serve(NodeDraft draft) {
    var listen =
        draft.tunnels().stream()
            .flatMap(tunnel -> tunnel.addresses().stream())
            .map(own -> own.address())
            .toList();
    if (!listen.isEmpty()) {
      String usual =
          domains.entrySet().stream()
              .max(Map.Entry.comparingByValue())
              .map(Map.Entry::getKey)
              .orElse("");
      draft.nameServer(new NameServer(listen, usual, records, List.of()));
    }
  }
}
