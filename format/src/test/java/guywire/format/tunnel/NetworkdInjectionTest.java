package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.HostileNode;
import guywire.format.Program;
import guywire.format.syntax.DomainName;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile text in every field, read by the real systemd-networkd: it has nothing to say about the
 * files, and what it makes of a host differs from the plain node's by the values alone.
 */
class NetworkdInjectionTest {

  private static final int SEEDS = 60;

  /** Each of these has a namespace and a networkd of its own. */
  private static final int HOSTS = 8;

  @TempDir Path directory;

  private static void write(NodeConfig node, Path to, String ending, String as) throws Exception {
    Files.createDirectories(to);
    for (var file : new NetworkdRenderer().render(node, Locale.ENGLISH).files()) {
      if (file.path().endsWith(ending)) {
        Files.writeString(to.resolve(as + ending), file.text());
      }
    }
  }

  /** Whether we say that networkd does not take the interface's name. */
  private static boolean isRefused(NodeConfig node) {
    return new NetworkdRenderer()
        .render(node, Locale.ENGLISH).findings().stream()
            .anyMatch(note -> note.code().equals("F67"));
  }

  @Test
  void no_line_of_any_file_is_one_that_it_does_not_know_and_we_say_which_names_it_refuses()
      throws Exception {
    var refused = new TreeSet<String>();
    for (int seed = 0; seed < SEEDS; seed++) {
      var node = HostileNode.of(seed, Platform.NETWORKD);
      write(node, directory, ".netdev", "a" + seed);
      write(node, directory, ".network", "a" + seed);
      if (isRefused(node)) {
        refused.add("a" + seed);
      }
    }
    Files.writeString(directory.resolve("wrong.netdev"), "[NetDev]\nName=x\nKind=dummy\nreboot\n");
    refused.add("wrong");
    var said = Networkd.reading(directory).output().lines().toList();
    assertThat(said).filteredOn(line -> line.endsWith(": loaded \"wireguard\"")).isNotEmpty();
    assertThat(
            said.stream()
                .filter(line -> line.startsWith("/run/systemd/network/"))
                .map(line -> line.replaceFirst("/run/systemd/network/(\\w+)[.].*", "$1")))
        .as(String.join("\n", said))
        .isSubsetOf(refused)
        .containsAll(refused);
  }

  @Test
  void it_gives_a_host_the_same_addresses_routes_and_servers() throws Exception {
    var seeds =
        IntStream.range(0, SEEDS)
            .filter(seed -> !isRefused(HostileNode.of(seed, Platform.NETWORKD)))
            .limit(HOSTS)
            .toArray();
    var all = new StringBuilder();
    for (int seed : seeds) {
      var hostile = HostileNode.of(seed, Platform.NETWORKD);
      all.append(host("h" + seed, hostile));
      all.append(host("p" + seed, HostileNode.plain(hostile)));
    }
    assertThat(Program.run("sh", "-c", all + "wait").output()).isEmpty();
    for (int seed : seeds) {
      var tunnel = HostileNode.of(seed, Platform.NETWORKD).interfaces().getFirst();
      var domains = tunnel.dns().searchDomains().stream().filter(DomainName::is).toList();
      assertThat(seen("h" + seed))
          .as("seed %d, interface %s", seed, tunnel.name())
          .isEqualTo(
              seen("p" + seed).stream()
                  .map(line -> line.startsWith("DOMAINS=") ? domainsOf(domains) : line)
                  .toList());
    }
  }

  private static String domainsOf(List<String> domains) {
    return "DOMAINS=" + String.join(" ", domains);
  }

  private List<String> seen(String host) throws Exception {
    var seen = new ArrayList<String>(Files.readAllLines(directory.resolve(host + ".seen")));
    assertThat(seen).as(host).anyMatch(line -> line.startsWith("192.168.4.0/24 "));
    return seen;
  }

  /**
   * Lets networkd set up a link of the tunnel's name until the last route is there, and keeps what
   * became of it. Any link does: the name is all that networkd matches by.
   */
  private String host(String host, NodeConfig node) throws Exception {
    String name = node.interfaces().getFirst().name().text();
    write(node, directory.resolve(host), ".network", "x");
    return """
    unshare -n -m sh -c '%s
      ip link add "%s" type veth peer name other-end && ip link set other-end up
      timeout 15 $networkd > %s.log 2>&1 & pid=$!
      tries=0
      state=/run/systemd/netif/links/$(cat "/sys/class/net/%2$s/ifindex")
      until ip route | grep -q "^192.168.4.0/24 " && grep -q "^DOMAINS=" $state 2> %3$s.wait
      do
        tries=$((tries + 1)); [ $tries -lt 100 ] || break
        sleep 0.1
      done
      {
        ip -4 -o address show dev "%2$s" | cut -d " " -f 6-9
        ip route
        ip rule
        grep -e "^[A-Z_]*DOMAINS=" -e "^DNS" -e "^NTP" -e "^LLMNR" -e "^MDNS" -e "^REQ" $state
      } | sed "s/ dev %2$s / dev TUNNEL /" > %3$s.seen
      kill $pid
    ' &
    """
        .formatted(Networkd.with(directory.resolve(host)), name, directory.resolve(host));
  }
}
