package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A plan does what its definition says: for random definitions, who reaches whom according to the
 * prover is who may reach whom according to the policy, read here once more in the plainest way.
 */
class PlannedNetworksTest {

  /** A random definition, and what is known about it. */
  private static final class Draft {

    private final SplittableRandom random;
    private final StringBuilder sites = new StringBuilder();
    private final StringBuilder nodes = new StringBuilder();
    private final List<String> names = new ArrayList<>();
    private final List<String> policy = new ArrayList<>();

    /** The site of each host and of each node in one. */
    private final Map<String, String> site = new TreeMap<>();

    /** Whether hosts of a site are reached, and whether they reach others. */
    private final Map<String, Boolean> served = new TreeMap<>();

    private final Map<String, Boolean> starts = new TreeMap<>();

    Draft(long seed) {
      random = new SplittableRandom(seed);
    }

    String yaml() {
      boolean hubs = random.nextBoolean();
      int servers = random.nextInt(1, 4);
      for (int i = 0; i < servers; i++) {
        String role =
            i == 0 || random.nextInt(3) == 0 ? (hubs ? ", hub: true" : ", relay: true") : "";
        add("server" + i, "public: 203.0.113." + (i + 1) + role);
      }
      int count = random.nextInt(0, 4);
      for (int i = 0; i < count; i++) {
        site("site" + i, i);
      }
      for (int i = random.nextInt(0, 3); i > 0; i--) {
        add("phone" + i, "roaming: " + pick("true", "wifi", "[hotel, mobile]"));
      }
      boolean both = random.nextInt(3) == 0;
      var yaml = new StringBuilder("network: n\n");
      yaml.append("overlay: ").append(both ? "[10.9.0.0/24, fd00:9::/64]" : "10.9.0.0/24");
      yaml.append("\nnodes:\n").append(nodes);
      if (!sites.isEmpty()) {
        yaml.append("sites:\n").append(sites);
      }
      if (random.nextBoolean()) {
        yaml.append("policy:\n");
        for (int i = random.nextInt(1, 5); i > 0; i--) {
          policy.add(line());
          yaml.append("  - ").append(policy.getLast()).append('\n');
        }
      }
      return yaml.toString();
    }

    private void add(String name, String where) {
      names.add(name);
      nodes.append("  %s: {%s}\n".formatted(name, where));
    }

    private void site(String name, int i) {
      String lan = "10.%d.%d.0/24".formatted(20 + i, random.nextInt(256));
      String host = "host" + i;
      String address = lan.replace(".0/24", ".77");
      String internet =
          pick(
              "internet: nat",
              "internet: nat-random",
              "internet: carrier",
              "public: 198.51.100." + (i + 1));
      sites.append(
          "  %s: {lan: %s, %s, hosts: {%s: %s}}\n".formatted(name, lan, internet, host, address));
      names.add(name);
      names.add(host);
      site.put(name, name);
      site.put(host, name);
      int duty = random.nextInt(4);
      String node = "gate" + i;
      switch (duty) {
        case 0 -> add(node, "router: " + name);
        case 1 -> add(node, "gateway: " + name + ", static-route: true");
        case 2 -> add(node, "gateway: " + name + ", source-nat: true");
        default -> add(node, "site: " + name);
      }
      site.put(node, name);
      served.put(name, duty < 3);
      starts.put(name, duty < 2);
    }

    private String line() {
      String services = pick("", "", " on tcp/22", " on icmp, tcp/20-30", " on tcp");
      String verb = random.nextInt(4) == 0 ? " may not reach " : " may reach ";
      return some() + verb + some() + services;
    }

    private String some() {
      if (random.nextInt(5) == 0) {
        return "all";
      }
      String first = names.get(random.nextInt(names.size()));
      return random.nextBoolean() ? first : first + ", " + names.get(random.nextInt(names.size()));
    }

    private String pick(String... choices) {
      return choices[random.nextInt(choices.length)];
    }

    /** What the definition promises for a connection between two machines of different places. */
    boolean allows(String from, String to, Transport transport, int port) {
      boolean hostFrom = from.startsWith("host");
      boolean hostTo = to.startsWith("host");
      if ((hostFrom && !starts.getOrDefault(site.get(from), false))
          || (hostTo && !served.getOrDefault(site.get(to), false))) {
        return false;
      }
      for (var line : policy) {
        var parts = line.split(" may (not )?reach ");
        var ends = parts[1].split(" on ");
        if (names(parts[0], from)
            && names(ends[0], to)
            && (ends.length == 1 || fits(ends[1], transport, port))) {
          return !line.contains(" not ");
        }
      }
      return policy.isEmpty();
    }

    private boolean names(String list, String name) {
      var wanted = List.of(list.split(", "));
      return wanted.contains("all")
          || wanted.contains(name)
          || (name.startsWith("host") && wanted.contains(site.get(name)));
    }

    private static boolean fits(String services, Transport transport, int port) {
      for (var service : services.split(", ")) {
        var parts = service.split("[/-]");
        if (parts[0].equals(transport.word())
            && (parts.length == 1
                || (Integer.parseInt(parts[1]) <= port
                    && port <= Integer.parseInt(parts[parts.length - 1])))) {
          return true;
        }
      }
      return false;
    }
  }

  @Test
  @Timeout(60)
  void who_reaches_whom_is_who_may() {
    long first = Long.getLong("guywire.seed", 1);
    int checked = 0;
    for (long seed = first; seed < first + 250; seed++) {
      var draft = new Draft(seed);
      String yaml = draft.yaml();
      var reading = Definition.parse("random.yaml", yaml);
      assertThat(reading.findings()).as(yaml).isEmpty();
      var planned = Planner.plan(reading.definition().orElseThrow(), KeyStore.ofSeed(seed));
      if (planned.findings().stream().anyMatch(finding -> finding.code().equals("D38"))) {
        // The policy forbids what happens within one LAN: no plan can do that.
        continue;
      }
      assertThat(planned.findings()).as("seed %d%n%s", seed, yaml).isEmpty();
      checked += check(seed, yaml, draft, planned.network().orElseThrow());
    }
    assertThat(checked).isGreaterThan(10_000);
  }

  private static int check(long seed, String yaml, Draft draft, Network network) {
    var reachability = Reachability.of(network);
    var spots =
        reachability.spots().stream().filter(spot -> !(spot instanceof Spot.Outside)).toList();
    int checked = 0;
    for (var from : spots) {
      for (var to : spots) {
        String one = from.toString();
        String other = to.toString();
        boolean neighbours =
            draft.site.containsKey(one) && draft.site.get(one).equals(draft.site.get(other));
        if (from.equals(to) || neighbours) {
          continue;
        }
        for (var target : reachability.addresses(to)) {
          if (reachability.address(from, target.family()).isEmpty()) {
            continue;
          }
          for (var transport : List.of(Transport.ICMP, Transport.TCP)) {
            var port = transport == Transport.ICMP ? OptionalInt.empty() : OptionalInt.of(22);
            var answer = reachability.answer(from, target, transport, port);
            boolean allowed = draft.allows(one, other, transport, 22);
            assertThat(allowed ? answer.works() && answer.conditions().isEmpty() : answer.arrives())
                .as(
                    "seed %d: %s to %s (%s) %s%n%s%s",
                    seed, one, other, target, transport, yaml, answer)
                .isEqualTo(allowed);
            checked++;
          }
        }
      }
    }
    return checked;
  }
}
