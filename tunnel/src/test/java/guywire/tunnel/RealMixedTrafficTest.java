package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.tunnel.cipher.Engines;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fifteen flows of the kernel's own and echo requests in fragments, all at once, between real hosts
 * ({@code mixed.c}): every byte is checked where it arrives, and every datagram outside is searched
 * for plaintext and for a counter that was used before.
 */
@Timeout(120)
class RealMixedTrafficTest {

  private static final int MILLIS = 3000;

  /** Of each TCP stream, in kilobytes a second: what wireguard-go carries without loss. */
  private static final int PACE = 300;

  private static final int UNLIMITED = 0;

  /** The flow whose datagrams are of any length: fragments and whole ones may overtake. */
  private static final String ANY_LENGTH = "udp4-0";

  @TempDir private static Path directory;
  private static String mixed;

  /** What lies between the two ends. */
  enum Shape {
    ONE_TUNNEL(2),
    A_HUB(3),
    A_TUNNEL_IN_A_TUNNEL(4);

    private final int programs;

    Shape(int programs) {
      this.programs = programs;
    }
  }

  /** What a line of a program's says: words and numbers in turn. */
  private record Account(Map<String, Long> numbers) {

    static Account of(String line) {
      String[] words = line.trim().split(" ");
      var numbers = new HashMap<String, Long>();
      for (int i = words.length % 2; i + 1 < words.length; i += 2) {
        numbers.put(words[i], Long.valueOf(words[i + 1]));
      }
      return new Account(numbers);
    }

    long get(String word) {
      return numbers.get(word);
    }
  }

  @BeforeAll
  static void compile() throws IOException {
    mixed = CProgram.compile("mixed", directory);
  }

  @ParameterizedTest
  @EnumSource
  void at_a_pace_all_arrives_as_it_was_sent_and_nothing_of_it_is_seen_outside(Shape shape)
      throws IOException {
    carry(shape, Pair.Program.guywire(), PACE);
  }

  static Stream<Arguments> engines() {
    return Engines.present().stream()
        .flatMap(engine -> Stream.of(Shape.values()).map(s -> Arguments.of(engine.name(), s)));
  }

  @ParameterizedTest
  @MethodSource("engines")
  @Tag("long")
  void with_each_engine_at_a_pace_and_as_fast_as_it_goes(String engine, Shape shape)
      throws IOException {
    var program = Pair.Program.guywire(Map.of("GUYWIRE_ENGINE", engine));
    carry(shape, program, PACE);
    carry(shape, program, UNLIMITED);
  }

  private static void carry(Shape shape, Pair.Program program, int pace) throws IOException {
    try (var town = new Town()) {
      String near = town.host("a");
      String far = town.host("b");
      String watched = build(town, shape, program, near, far);
      Pair.await(
          "an answer", () -> Town.attempt(near, "ping", "-c1", "-W1", "10.10.0.2").code() == 0);
      Process receiver = town.launch(far, mixed, "far", "10.10.0.2", "fd10::2");
      Process watcher = town.launch(watched, watching(shape));
      try (BufferedReader received = receiver.inputReader();
          BufferedReader seen = watcher.inputReader()) {
        assertThat(received.readLine()).isEqualTo("ready");
        assertThat(seen.readLine()).isEqualTo("ready");
        var sent =
            Town.attempt(
                near, mixed, "near", "10.10.0.2", "fd10::2", String.valueOf(MILLIS), "" + pace);
        String said = sent.output() + received.lines().toList() + drops(town, near, far);
        assertThat(sent.code()).as(said).isZero();
        watcher.getOutputStream().close();
        check(sent.output(), pace, said);
        Account outside = Account.of(seen.readLine());
        assertThat(outside.get("messages")).as("data messages seen").isGreaterThan(1000);
        assertThat(outside.get("plaintext")).as("datagrams with plaintext").isZero();
        assertThat(outside.get("repeated")).as("counters used twice").isZero();
        assertThat(outside.get("malformed")).as("datagrams that are no messages").isZero();
      }
    }
  }

  private static String[] watching(Shape shape) {
    return shape == Shape.A_HUB
        ? new String[] {mixed, "watch", "cable1", "cable2"}
        : new String[] {mixed, "watch", "cable1"};
  }

  /** Sets all up; answers on which host the datagrams outside can be seen. */
  private static String build(
      Town town, Shape shape, Pair.Program program, String near, String far) {
    for (String host : List.of(near, far)) {
      // Who may send echo requests without being root: everybody.
      Town.attempt(host, "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647");
    }
    return shape == Shape.A_HUB
        ? throughHub(town, program, near, far)
        : direct(town, shape, program, near, far);
  }

  private static String direct(
      Town town, Shape shape, Pair.Program program, String near, String far) {
    boolean nested = shape == Shape.A_TUNNEL_IN_A_TUNNEL;
    town.cable(near, far, 1, nested ? 1600 : 1500);
    var tunnels = new ArrayList<Town.Tunnel>();
    for (int i = 0; i < shape.programs; i++) {
      tunnels.add(town.serve(i % 2 == 0 ? near : far, program));
    }
    town.awaitTunnels();
    int outer = nested ? 11 : 10;
    join(tunnels.get(0), tunnels.get(1), outer, "10.9.1.2", nested ? 1500 : 1420);
    if (nested) {
      join(tunnels.get(2), tunnels.get(3), 10, "10.11.0.2", 1420);
    }
    return near;
  }

  private static void join(
      Town.Tunnel near, Town.Tunnel far, int network, String address, int mtu) {
    near.listen(1000 + network);
    far.listen(2000 + network);
    near.knows(far, address + ":" + (2000 + network), ips(network, 2));
    far.knows(near, "", ips(network, 1));
    far.up(network, 2, mtu);
    near.up(network, 1, mtu);
  }

  private static String ips(int network, int number) {
    return "10." + network + ".0." + number + "/32,fd" + network + "::" + number + "/128";
  }

  private static String throughHub(Town town, Pair.Program program, String near, String far) {
    String hub = town.host("h");
    town.cable(hub, near, 1, 1500);
    town.cable(hub, far, 2, 1500);
    Town.attempt(hub, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    Town.Tunnel middle = town.serve(hub, program);
    List<Town.Tunnel> ends = List.of(town.serve(near, program), town.serve(far, program));
    town.awaitTunnels();
    middle.listen(1009);
    for (int i = 0; i < ends.size(); i++) {
      middle.knows(ends.get(i), "", ips(10, i + 1));
    }
    middle.up(10, 9, 1420);
    for (int i = 0; i < ends.size(); i++) {
      ends.get(i).listen(1001 + i);
      ends.get(i).knows(middle, "10.9." + (i + 1) + ".1:1009", "10.10.0.0/24,fd10::/64");
      ends.get(i).up(10, i + 1, 1420);
    }
    return hub;
  }

  private static void check(String output, int pace, String said) {
    List<String> lines = output.lines().toList();
    assertThat(lines).as(said).hasSize(17);
    for (String line : lines) {
      Account flow = Account.of(line);
      assertThat(flow.get("sent")).as(said).isPositive();
      assertThat(flow.get("wrong")).as(said).isZero();
      if (!line.startsWith(ANY_LENGTH)) {
        assertThat(flow.get("reordered")).as(said).isZero();
      }
      if (pace != UNLIMITED || line.startsWith("tcp")) {
        assertThat(flow.get("lost")).as(said).isZero();
      }
    }
    if (pace == UNLIMITED && lines.stream().anyMatch(line -> Account.of(line).get("lost") > 0)) {
      assertThat(said).as("a loss has a reason").containsPattern("(dropped_|Errors|Fails)");
    }
  }

  /** What the tunnels and the kernel counted as lost. */
  private static String drops(Town town, String near, String far) {
    var all = new StringBuilder();
    for (Town.Tunnel tunnel : town.tunnels()) {
      UapiClient.request(tunnel.socket(), "get=1\n\n")
          .lines()
          .filter(line -> line.startsWith("dropped_"))
          .filter(line -> !line.startsWith("dropped_no_"))
          .forEach(line -> all.append('\n').append(tunnel.name).append(' ').append(line));
    }
    for (String host : List.of(near, far)) {
      Town.attempt(host, "nstat", "-as")
          .output()
          .lines()
          .filter(line -> line.matches("(Udp6?RcvbufErrors|Udp6?InErrors|Ip6?ReasmFails).*"))
          .forEach(line -> all.append('\n').append(host).append(' ').append(line));
    }
    return all.toString();
  }
}
