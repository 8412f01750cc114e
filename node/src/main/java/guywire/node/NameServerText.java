package guywire.node;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.NameServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The file by which the name server's process is told what to do, one thing a line: {@code listen
 * ADDRESS}, {@code domain NAME}, {@code host LABEL ADDRESS}, {@code upstream ADDRESS}.
 */
final class NameServerText {

  private NameServerText() {}

  static String format(NameServer server) {
    var lines = new ArrayList<String>();
    server.listen().forEach(address -> lines.add("listen " + address));
    lines.add("domain " + server.domain());
    var sorted = new TreeMap<String, List<IpAddress>>();
    server.records().forEach((label, addresses) -> sorted.put(label.text(), addresses));
    sorted.forEach((label, addresses) ->
        addresses.forEach(address -> lines.add("host " + label + " " + address)));
    server.upstream().forEach(address -> lines.add("upstream " + address));
    return String.join("\n", lines) + "\n";
  }

  /**
   * Reads what {@link #format} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static NameServer parse(String text) {
    var listen = new ArrayList<IpAddress>();
    var upstream = new ArrayList<IpAddress>();
    Map<Name, List<IpAddress>> records = new LinkedHashMap<>();
    String domain = "";
    for (var line : text.lines().toList()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "listen" -> listen.add(IpAddress.parse(words[1]));
        case "domain" -> domain = words[1];
        case "host" ->
            records
                .computeIfAbsent(new Name(words[1]), _ -> new ArrayList<>())
                .add(IpAddress.parse(words[2]));
        case "upstream" -> upstream.add(IpAddress.parse(words[1]));
        default -> throw new IllegalArgumentException("not a line of a name server: " + line);
      }
    }
    return new NameServer(listen, domain, records, upstream);
  }
}
