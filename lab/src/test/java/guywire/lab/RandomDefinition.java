package guywire.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The text of a definition that follows from a random source: 3 to 12 nodes, in sites with any kind
 * of line and of gateway, on the internet and on the road; a hub, several, a mesh or listed links;
 * IPv4, IPv6 or both; at times full tunnels through a hub or behind it, a name server, port
 * forwards, a policy. Most can be planned.
 */
final class RandomDefinition {

  private static final int MOST_NODES = 12;

  private final SplittableRandom random;
  private final StringBuilder sites = new StringBuilder();
  private final StringBuilder nodes = new StringBuilder();
  private final List<String> nodeNames = new ArrayList<>();
  private final List<String> siteNames = new ArrayList<>();
  private final List<String> hostNames = new ArrayList<>();
  private final List<String> roaming = new ArrayList<>();
  private final List<String> servers = new ArrayList<>();
  private final List<String> gates = new ArrayList<>();
  private final Overlay overlay;
  private final Shape shape;
  private final int size;

  private enum Overlay {
    IPV4("10.77.0.0/16"),
    BOTH("[10.77.0.0/16, \"fd77::/48\"]"),
    IPV6("\"fd77::/48\"");

    private final String text;

    Overlay(String text) {
      this.text = text;
    }
  }

  private enum Shape {
    HUB,
    TWO_HUBS,
    MESH,
    LINKS
  }

  private RandomDefinition(SplittableRandom random) {
    this.random = random;
    overlay = oneOf(Overlay.IPV4, Overlay.IPV4, Overlay.IPV4, Overlay.BOTH, Overlay.IPV6);
    shape = oneOf(Shape.HUB, Shape.HUB, Shape.TWO_HUBS, Shape.MESH, Shape.MESH, Shape.LINKS);
    // Small ones show the same faults for less; large ones are there, but rarer.
    size = 3 + Math.min(random.nextInt(MOST_NODES - 2), random.nextInt(MOST_NODES - 2));
  }

  /** The text that follows from the random source. */
  static String of(SplittableRandom random) {
    return new RandomDefinition(random).text();
  }

  private String text() {
    servers();
    for (int site = 0; nodeNames.size() < size && site < 4; site++) {
      if (chance(85)) {
        site(site);
      }
    }
    while (nodeNames.size() < Math.max(3, size) && (roaming.size() < 4 || nodeNames.size() < 3)) {
      roamer();
    }
    var text = new StringBuilder("network: random\n");
    line(text, "overlay: " + overlay.text);
    line(
        text,
        "topology: "
            + switch (shape) {
              case HUB, TWO_HUBS -> "hub";
              case MESH -> "mesh";
              case LINKS -> "links";
            });
    if (chance(25)) {
      line(text, "preshared-keys: true");
    }
    if (chance(10)) {
      line(text, "keepalive: " + oneOf("off", "5", "200"));
    }
    if (chance(10)) {
      line(text, "mtu: " + oneOf("1280", "1340", "1420"));
    }
    if (!sites.isEmpty()) {
      text.append("sites:\n").append(sites);
    }
    text.append("nodes:\n").append(nodes);
    if (chance(25)) {
      line(text, "dns: " + servers.getFirst());
    }
    groups(text);
    links(text);
    if (chance(40)) {
      policy(text);
    }
    return text.toString();
  }

  private void servers() {
    int count = shape == Shape.TWO_HUBS ? 2 : 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      String name = "server-" + i;
      String ipv4 = "203.0.113.%d".formatted(i + 1);
      String ipv6 = "\"2001:db8:5e::%d\"".formatted(i + 1);
      var keys = new ArrayList<String>();
      keys.add(
          "public: "
              + switch (random.nextInt(8)) {
                case 0 -> "[%s, %s]".formatted(ipv4, ipv6);
                case 1 -> "[%s, %s]".formatted(ipv6, ipv4);
                default -> ipv4;
              });
      if (i == 0 && shape != Shape.LINKS) {
        keys.add(shape == Shape.MESH ? "relay: true" : "hub: true");
      } else if (i == 1 && shape == Shape.TWO_HUBS) {
        keys.add("hub: true");
      } else if (i == 1 && chance(25)) {
        keys.add("full-tunnel: server-0");
      }
      if (chance(20)) {
        keys.add("listen: " + (1000 + random.nextInt(60_000)));
      }
      if (chance(10)) {
        keys.add("endpoint: server-%d.example.net".formatted(i));
      }
      if (chance(10)) {
        keys.add("interface: wg7");
      }
      node(name, keys);
      servers.add(name);
    }
  }

  private void site(int number) {
    String name = "site-" + number;
    String nat = oneOf("nat", "nat", "nat", "nat-random", "carrier", "public");
    boolean ipv6 = overlay != Overlay.IPV4 ? chance(70) : chance(20);
    boolean isKnown = !nat.equals("carrier") && chance(45);
    boolean manyLans = nat.startsWith("nat") && chance(20);
    String gate = "gate-" + number;
    // What a tunnel carries can't hold the public address that the tunnel is set up with.
    String duty =
        nat.equals("public")
            ? oneOf("router: ", "site: ")
            : oneOf("router: ", "router: ", "router: ", "gateway: ", "gateway: ");
    boolean isOpen = !nat.equals("public") || duty.equals("site: ");
    var keys = new ArrayList<String>();
    // Some LANs have the same addresses: all of them but the first are numbered as that one is.
    int third = nat.startsWith("nat") && chance(25) ? 11 : 10 + number;
    String lan = "192.168.%d.0/24".formatted(third);
    String host = "192.168.%d.100".formatted(third);
    String more = "172.20.%d.0/24".formatted(number);
    if (nat.equals("public")) {
      lan = "198.51.100.%d/28".formatted(16 * number);
      host = "198.51.100.%d".formatted(16 * number + 10);
    }
    var lans = new ArrayList<String>(List.of(lan));
    if (manyLans) {
      lans.add(more);
    }
    if (overlay == Overlay.IPV6 || overlay == Overlay.BOTH && chance(40)) {
      String local = "\"fd10:%d::/64\"".formatted(number);
      lans.add(ipv6 && chance(50) ? "\"2001:db8:%d:7::/64\"".formatted(100 + number) : local);
    }
    keys.add("lan: [%s]".formatted(String.join(", ", lans)));
    keys.add("internet: " + nat);
    if (isKnown) {
      keys.add("public: 192.0.2.%d".formatted(10 + number));
    }
    if (ipv6) {
      keys.add("ipv6: \"2001:db8:%d::/56\"".formatted(100 + number));
    }
    if (chance(25)) {
      keys.add("access: " + oneOf("pppoe", "ds-lite", "mobile"));
    }
    boolean isForwarded = isKnown && duty.equals("gateway: ") && chance(80);
    if (isForwarded) {
      keys.add("forward: {%d: %s}".formatted(chance(70) ? 51820 : 40_000 + number, gate));
    }
    if (chance(10)) {
      keys.add("mapping-seconds: 20");
    }
    if (!ipv6 && lans.size() == (manyLans ? 2 : 1)) {
      String hosts = "host-%1$d: %2$s".formatted(number, host);
      hostNames.add("host-" + number);
      if (manyLans) {
        hosts += ", far-%d: 172.20.%d.7".formatted(number, number);
        hostNames.add("far-" + number);
      }
      keys.add("hosts: {" + hosts + "}");
    }
    line(sites, "  %s: {%s}".formatted(name, String.join(", ", keys)));
    siteNames.add(name);
    gate(gate, name, duty, isForwarded || !nat.equals("carrier") && duty.equals("router: "));
    while (isOpen && nodeNames.size() < size && chance(35)) {
      var inside = new ArrayList<String>(List.of("site: " + name));
      fullTunnel(inside, 20);
      hub(inside);
      node("inside-%d-%d".formatted(number, nodeNames.size()), inside);
    }
  }

  private void gate(String gate, String site, String duty, boolean mayBeDialled) {
    var keys = new ArrayList<String>(List.of(duty + site));
    if (duty.equals("gateway: ")) {
      keys.add(
          oneOf(
              "static-route: true",
              "static-route: true",
              "source-nat: true",
              "source-nat: [roaming, server-0], static-route: true"));
    }
    if (chance(10) && mayBeDialled) {
      keys.add("endpoint: %s.example.net".formatted(gate));
    }
    if (chance(10)) {
      keys.add("keepalive: " + oneOf("off", "11"));
    }
    hub(keys);
    node(gate, keys);
    gates.add(gate);
  }

  private void roamer() {
    String name = "roamer-" + roaming.size();
    var keys = new ArrayList<String>();
    keys.add("roaming: " + oneOf("true", "[mobile, wifi]", "hotel", "wifi"));
    fullTunnel(keys, 30);
    hub(keys);
    node(name, keys);
    roaming.add(name);
  }

  /** Through the hub, or through a gateway: behind the hub, where the two have no tunnel. */
  private void fullTunnel(List<String> keys, int percent) {
    if (chance(percent)) {
      boolean oneHub = shape == Shape.HUB;
      boolean home = shape != Shape.LINKS && !gates.isEmpty() && chance(40);
      keys.add(
          "full-tunnel: "
              + (home ? gates.getFirst() : oneHub && chance(50) ? "true" : servers.getFirst()));
    }
  }

  private void hub(List<String> keys) {
    if (shape == Shape.TWO_HUBS && chance(40)) {
      keys.add("hub: " + servers.get(random.nextInt(2)));
    }
  }

  private void node(String name, List<String> keys) {
    line(nodes, "  %s: {%s}".formatted(name, String.join(", ", keys)));
    nodeNames.add(name);
  }

  private void groups(StringBuilder text) {
    if (roaming.size() > 1 && overlay == Overlay.IPV4 && chance(50)) {
      line(text, "groups:");
      line(
          text,
          "  mobiles: {members: [%s], addresses: 10.77.9.0/24}"
              .formatted(String.join(", ", roaming)));
    }
  }

  private void links(StringBuilder text) {
    if (shape == Shape.LINKS) {
      line(text, "links:");
      for (int i = 1; i < nodeNames.size(); i++) {
        // To a server, to which everyone can dial; at times to somebody else beside.
        String node = nodeNames.get(i);
        line(text, "  %s - %s: direct".formatted(servers.getFirst(), node));
        if (i > servers.size() && chance(30)) {
          String via = servers.getFirst();
          String other = nodeNames.get(1 + random.nextInt(i - 1));
          line(text, "  %s - %s: via %s".formatted(other, node, via));
        }
      }
    } else if (chance(20)) {
      String one = any(nodeNames);
      String other = any(nodeNames);
      if (!one.equals(other) && !servers.getFirst().equals(one)) {
        line(text, "links:");
        line(text, "  %s - %s: %s".formatted(one, other, shape == Shape.MESH ? "none" : "direct"));
      }
    }
  }

  private void policy(StringBuilder text) {
    line(text, "policy:");
    var names = new ArrayList<>(nodeNames);
    names.addAll(siteNames);
    names.addAll(hostNames);
    names.add("roaming");
    names.add("sites");
    names.removeIf(name -> name.equals("roaming") && roaming.isEmpty());
    names.removeIf(name -> name.equals("sites") && siteNames.isEmpty());
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      String one = any(names);
      String other = any(names);
      if (!one.equals(other)) {
        String verb = chance(25) ? "may not reach" : "may reach";
        String ports =
            switch (random.nextInt(6)) {
              case 0 -> " on tcp/443, icmp";
              case 1 -> " on tcp/22, udp/4000-4009";
              case 2 -> " on icmp";
              default -> "";
            };
        line(text, "  - %s %s %s%s".formatted(one, verb, other, ports));
      }
    }
    line(text, "  - %s may reach %s".formatted(any(names), chance(50) ? "all" : "nodes"));
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private String any(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  @SafeVarargs
  private <T> T oneOf(T... values) {
    return values[random.nextInt(values.length)];
  }
}
