package guywire.lab;

import guywire.network.config.Network;
import guywire.network.definition.Definition;
import guywire.network.plan.KeyStore;
import guywire.network.plan.Planner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A network that follows from a seed: sites with one NAT or another, servers, gateways, roaming
 * devices, a hub or a mesh, at times a policy; and in many of them something broken on purpose.
 *
 * @param seed what it follows from
 * @param text its definition
 * @param broken what was broken in the plan
 * @param network the plan
 */
record RandomNetwork(long seed, String text, List<String> broken, Network network) {

  private static final String[] NATS = {"nat", "nat", "nat-random", "carrier"};

  /** The network of a seed; empty if its definition can't work, which the planner says. */
  static Optional<RandomNetwork> of(long seed) {
    var random = new SplittableRandom(seed);
    String text = definition(random);
    var reading = Definition.parse("seed-" + seed, text);
    var definition =
        reading
            .definition()
            .orElseThrow(() -> new AssertionError(text + "\n" + reading.findings()));
    return Planner.plan(definition, KeyStore.ofSeed(seed))
        .network()
        .map(planned -> {
          var breaking = new Breaking(planned, random);
          int faults = random.nextInt(10) < 4 ? 0 : 1 + random.nextInt(3);
          for (int i = 0; i < faults; i++) {
            breaking.breakSomething();
          }
          return new RandomNetwork(seed, text, breaking.broken(), breaking.network());
        });
  }

  private static String definition(SplittableRandom random) {
    boolean mesh = random.nextInt(3) == 0;
    boolean dualStack = random.nextInt(4) == 0;
    var text = new StringBuilder("network: random\n");
    text.append(dualStack ? "overlay: [10.77.0.0/16, \"fd77::/48\"]\n" : "overlay: 10.77.0.0/16\n");
    text.append("topology: ").append(mesh ? "mesh\n" : "hub\n");
    if (random.nextInt(4) == 0) {
      text.append("preshared-keys: true\n");
    }
    var names = new ArrayList<String>();
    int sites = random.nextInt(3);
    if (sites > 0) {
      text.append("sites:\n");
      for (int site = 0; site < sites; site++) {
        String nat = NATS[random.nextInt(NATS.length)];
        text.append(
            "  site-%d: {lan: 192.168.%d.0/24, internet: %s, hosts: {host-%d: 192.168.%d.100}}\n"
                .formatted(site, 10 + site, nat, site, 10 + site));
        names.add("site-" + site);
      }
    }
    text.append("nodes:\n");
    int servers = 1 + random.nextInt(2);
    for (int i = 0; i < servers; i++) {
      String role = i > 0 ? "" : mesh ? ", relay: true" : ", hub: true";
      text.append("  server-%d: {public: 203.0.%d.1%s}\n".formatted(i, 113 + i, role));
      names.add("server-" + i);
    }
    for (int site = 0; site < sites; site++) {
      text.append("  gate-%d: {%s}\n".formatted(site, gate(random, site)));
      names.add("gate-" + site);
      if (random.nextInt(3) == 0) {
        text.append("  inside-%d: {site: site-%d}\n".formatted(site, site));
        names.add("inside-" + site);
      }
    }
    int roaming = random.nextInt(3);
    for (int i = 0; i < roaming; i++) {
      text.append("  roamer-%d: {roaming: true}\n".formatted(i));
      names.add("roamer-" + i);
    }
    if (random.nextInt(3) == 0) {
      policy(random, names, text);
    }
    return text.toString();
  }

  private static String gate(SplittableRandom random, int site) {
    return switch (random.nextInt(4)) {
      case 0 -> "gateway: site-" + site + ", static-route: true";
      case 1 -> "gateway: site-" + site + ", source-nat: true";
      default -> "router: site-" + site;
    };
  }

  private static void policy(SplittableRandom random, List<String> names, StringBuilder text) {
    text.append("policy:\n");
    int lines = 1 + random.nextInt(4);
    for (int i = 0; i < lines; i++) {
      String one = names.get(random.nextInt(names.size()));
      String other = names.get(random.nextInt(names.size()));
      if (!one.equals(other)) {
        String verb = random.nextInt(4) == 0 ? " may not reach " : " may reach ";
        String ports = random.nextInt(4) == 0 ? " on tcp/7, icmp" : "";
        text.append("  - ").append(one).append(verb).append(other).append(ports).append('\n');
      }
    }
    text.append("  - roaming, ").append(names.getFirst()).append(" may reach all\n");
  }

  @Override
  public String toString() {
    return "seed " + seed + (broken.isEmpty() ? "" : ", broken: " + String.join("; ", broken));
  }
}
