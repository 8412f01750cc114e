package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From which of its addresses a host with several sends. Routing alone would choose the first. */
@Timeout(60)
class SourceAddressTest {

  private static Pair pair(boolean ipv6) {
    var guywire = Pair.Program.guywire();
    Pair pair = new Pair(guywire, guywire).configured(ipv6, 1420);
    try {
      pair.b.ip("addr", "add", second(ipv6) + (ipv6 ? "/128" : "/32"), "dev", "cable", "nodad");
      if (ipv6) {
        // Else the newest address is the one that routing chooses.
        pair.b.ip("addr", "change", second(true) + "/128", "dev", "cable", "preferred_lft", "0");
      }
      Pair.await("the tunnel to know every address", () -> changesAreKnown(pair.b));
      String endpoint = endpoint(second(ipv6));
      pair.a.wg("set", "IF", "peer", pair.b.key.publicKey().toString(), "endpoint", endpoint);
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      assertThat(endpoints(pair)).contains(endpoint);
      return pair;
    } catch (Throwable e) {
      pair.close();
      throw e;
    }
  }

  /**
   * Whether no more changes of addresses are to come, and the tunnel has read those that came: each
   * makes it choose its sources anew. An interface's link-local address is tentative for a second
   * or two (RFC 4862, section 5.4) and changes then.
   */
  private static boolean changesAreKnown(Pair.Host host) {
    return host.ip("-6", "addr", "show", "tentative").isBlank()
        && host.attempt("cat", "/proc/net/netlink")
            .output()
            .lines()
            .skip(1)
            .allMatch(socket -> socket.trim().split("\\s+")[4].equals("0"));
  }

  private static String first(boolean ipv6) {
    return ipv6 ? "fd09::2" : "10.9.0.2";
  }

  private static String second(boolean ipv6) {
    return ipv6 ? "fd09::200" : "10.9.0.200";
  }

  private static String endpoint(String address) {
    return (address.contains(":") ? "[" + address + "]" : address) + ":1002";
  }

  /** Where a saw b send from last. */
  private static String endpoints(Pair pair) {
    return pair.a.wg("show", "IF", "endpoints");
  }

  private static boolean pingsBack(Pair pair) {
    return Pair.pings(pair.b, "10.10.0.1");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void replies_leave_from_the_address_that_was_written_to_also_of_many_at_once(boolean ipv6)
      throws Exception {
    try (Pair pair = pair(ipv6)) {
      // Streams arrive many datagrams at a time (GRO); what is sent of its own accord too.
      Streams.exchange(pair, "10.10.0.2");
      assertThat(endpoints(pair)).contains(endpoint(second(ipv6)));
      assertThat(pingsBack(pair)).isTrue();
      assertThat(endpoints(pair)).contains(endpoint(second(ipv6)));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void when_the_address_disappears_another_one_is_taken_at_once(boolean ipv6) {
    try (Pair pair = pair(ipv6)) {
      pair.b.ip("addr", "del", second(ipv6) + (ipv6 ? "/128" : "/32"), "dev", "cable");
      assertThat(pingsBack(pair)).isTrue();
      assertThat(endpoints(pair)).contains(endpoint(first(ipv6)));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void when_routes_change_routing_chooses_anew(boolean ipv6) {
    try (Pair pair = pair(ipv6)) {
      String elsewhere = ipv6 ? "fd77::/64" : "192.0.2.0/24";
      pair.b.ip("route", "add", elsewhere, "dev", "cable");
      Pair.await(
          "the other address",
          () -> pingsBack(pair) && endpoints(pair).contains(endpoint(first(ipv6))));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void another_mark_or_port_lets_routing_choose_anew(boolean ipv6) {
    try (Pair pair = pair(ipv6)) {
      pair.b.wg("set", "IF", "fwmark", "9");
      assertThat(pingsBack(pair)).isTrue();
      assertThat(endpoints(pair)).contains(endpoint(first(ipv6)));
    }
  }
}
