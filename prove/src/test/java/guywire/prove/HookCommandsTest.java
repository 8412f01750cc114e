package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import guywire.network.Transport;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/**
 * What the commands of hooks do to packets; and where a command is not understood, which answers
 * depend on it. What the real programs do was measured in namespaces.
 */
class HookCommandsTest {

  private static final String HUB =
      """
      [Interface]
      PrivateKey = KEY(hub)
      Address = 10.9.0.1/24
      ListenPort = 51820
      PostUp = sysctl -w net.ipv4.ip_forward=1
      %s
      [Peer]
      PublicKey = PUB(a)
      AllowedIPs = 10.9.0.2/32
      [Peer]
      PublicKey = PUB(b)
      AllowedIPs = 10.9.0.3/32
      """;

  private static final String CLIENT =
      """
      [Interface]
      PrivateKey = KEY(%s)
      Address = %s/24
      [Peer]
      PublicKey = PUB(hub)
      AllowedIPs = 10.9.0.0/24
      Endpoint = 203.0.113.1:51820
      PersistentKeepalive = 25
      """;

  private static Disk disk(String lines, String facts) {
    return new Disk()
        .file("hub/wg0.conf", HUB.formatted(lines))
        .file("a/wg0.conf", CLIENT.formatted("a", "10.9.0.2"))
        .file("b/wg0.conf", CLIENT.formatted("b", "10.9.0.3"))
        .facts(
            """
            hosts:
              hub: {public: 203.0.113.1, interfaces: [eth0]%s}
              a: {roaming: true}
              b: {roaming: true}
            """
                .formatted(facts));
  }

  private static Answer answer(Disk disk, String from, String to, Transport transport) {
    var port = transport == Transport.ICMP ? OptionalInt.empty() : OptionalInt.of(443);
    return Reachability.of(disk.subject().network())
        .answer(Net.spot(from), Net.ip(to), transport, port);
  }

  /** How a ping from one client to the other through the hub fares. */
  private static String ping(String... commands) {
    return said(answer(disk(lines(commands), ""), "a", "10.9.0.3", Transport.ICMP));
  }

  private static String lines(String... commands) {
    return "PostUp = " + String.join("\nPostUp = ", commands);
  }

  private static String said(Answer answer) {
    return answer.mayWork()
        ? "perhaps not"
        : !answer.works() ? "no" : answer.certain() ? "yes" : "perhaps";
  }

  @Test
  void a_policy_decides_what_no_rule_does() {
    assertThat(ping("iptables -P FORWARD DROP")).isEqualTo("no");
    assertThat(ping("iptables -P FORWARD DROP", "iptables -A FORWARD -i wg0 -j ACCEPT"))
        .isEqualTo("yes");
    assertThat(ping("iptables -P FORWARD DROP", "iptables -P FORWARD ACCEPT")).isEqualTo("yes");
    assertThat(ping("ip6tables -P FORWARD DROP")).isEqualTo("yes");
    assertThat(ping("iptables -A FORWARD -i wg0 -j DROP", "iptables -F FORWARD")).isEqualTo("yes");
    assertThat(
            ping(
                "nft add table ip f",
                "nft add chain ip f c { type filter hook forward priority 0 \\; policy drop \\; }"))
        .isEqualTo("no");
  }

  @Test
  void a_rule_for_a_kind_of_icmp_is_for_that_kind() {
    String drops = "iptables -A FORWARD -p icmp --icmp-type %s -j DROP";
    assertThat(ping(drops.formatted("echo-request"))).isEqualTo("no");
    assertThat(ping(drops.formatted("8"))).isEqualTo("no");
    assertThat(ping(drops.formatted("echo-reply"))).isEqualTo("no");
    assertThat(ping(drops.formatted("timestamp-request"))).isEqualTo("yes");
    var disk = disk(lines(drops.formatted("echo-request")), "");
    assertThat(said(answer(disk, "a", "10.9.0.3", Transport.TCP))).isEqualTo("yes");
  }

  @Test
  void a_range_of_addresses_is_understood() {
    String drops = "iptables -I FORWARD -m iprange --src-range %s -j DROP";
    assertThat(ping(drops.formatted("10.9.0.2-10.9.0.2"))).isEqualTo("no");
    assertThat(ping(drops.formatted("10.9.0.1-10.9.0.5"))).isEqualTo("no");
    assertThat(ping(drops.formatted("10.9.0.4-10.9.0.200"))).isEqualTo("yes");
  }

  @Test
  void a_route_that_discards_discards() {
    assertThat(ping("ip route add blackhole 10.9.0.3/32")).isEqualTo("no");
    assertThat(ping("ip route add unreachable 10.9.0.3")).isEqualTo("no");
    assertThat(ping("ip route add blackhole 10.9.0.0/16")).isEqualTo("yes");
    assertThat(ping("ip route add blackhole 10.9.0.0/24 metric 1")).isEqualTo("yes");
    assertThat(ping("ip route add blackhole 10.9.0.3/32", "ip route del blackhole 10.9.0.3/32"))
        .isEqualTo("yes");
  }

  @Test
  void a_route_that_is_there_before_ends_the_set_up() {
    var disk = disk("PreUp = ip route add blackhole 10.9.0.3/32", "");
    assertThat(Reachability.of(disk.subject().network()).comesUp(new Name("hub"), Net.WG0))
        .as("wg-quick adds no route for what the address covers")
        .isTrue();
    var wide =
        new Disk()
            .file(
                "hub/wg0.conf",
                HUB.formatted("PreUp = ip route add blackhole 192.168.7.0/24")
                    .replace("10.9.0.3/32", "10.9.0.3/32, 192.168.7.0/24"));
    var reach = Reachability.of(wide.subject().network());
    assertThat(reach.comesUp(new Name("hub"), Net.WG0)).isFalse();
    assertThat(wide.findings())
        .anySatisfy(finding -> {
          assertThat(finding.code()).isIn("F54", "F75");
          assertThat(finding.place().line()).isEqualTo(12);
        });
  }

  @Test
  void ufw_asks_its_own_rules_in_the_order_they_were_added() {
    String facts = ", has: [ufw], forwards: true";
    var denied =
        disk(
            lines(
                "ufw allow 51820/udp",
                "ufw route deny in on wg0 from 10.9.0.2",
                "ufw route allow in on wg0"),
            facts);
    assertThat(said(answer(denied, "a", "10.9.0.3", Transport.ICMP))).isEqualTo("no");
    var inserted =
        disk(
            lines(
                "ufw allow 51820/udp",
                "ufw route deny in on wg0 from 10.9.0.2",
                "ufw route insert 1 allow in on wg0 from 10.9.0.0/24 out on wg0"),
            facts);
    assertThat(said(answer(inserted, "a", "10.9.0.3", Transport.ICMP))).isEqualTo("yes");
    assertThat(inserted.findings())
        .extracting(finding -> finding.code())
        .doesNotContain("F50", "F74");
  }

  @Test
  void what_is_not_understood_makes_the_answers_that_it_could_change_depend_on_it() {
    assertThat(ping("/etc/wireguard/up.sh")).isEqualTo("perhaps");
    assertThat(ping("ip rule add from 10.9.0.2 table 99")).isEqualTo("perhaps");
    assertThat(ping("ip rule add from 10.9.0.77 table 99")).isEqualTo("yes");
    assertThat(ping("ip route add 10.9.0.3/32 via 192.0.2.1 table 99")).isEqualTo("perhaps");
    assertThat(ping("iptables -A FORWARD -i %i -j MINE")).isEqualTo("perhaps");
    assertThat(ping("iptables -A FORWARD -i eth0 -j MINE"))
        .as("it fails without the chain")
        .isEqualTo("perhaps");
    assertThat(ping("iptables -N MINE", "iptables -A FORWARD -i eth0 -j MINE")).isEqualTo("yes");
    assertThat(ping("iptables -I FORWARD -m set --match-set bad src -j DROP")).isEqualTo("perhaps");
    assertThat(ping("iptables -A FORWARD -i eth0 -m set --match-set bad src -j DROP"))
        .isEqualTo("yes");
    assertThat(ping("iptables -I FORWARD -m set --match-set good src -j ACCEPT")).isEqualTo("yes");
  }

  @Test
  void what_is_not_understood_may_let_through_as_well() {
    String drops = "iptables -A FORWARD -i wg0 -j DROP";
    String accepts = "iptables -A FORWARD -m set --match-set good src -j ACCEPT";
    assertThat(ping(accepts, drops)).isEqualTo("perhaps not");
    assertThat(ping(drops, accepts)).as("the rule before decides").isEqualTo("no");
    assertThat(ping(drops, "iptables -I FORWARD -m set --match-set bad src -j DROP"))
        .isEqualTo("no");
    assertThat(ping(drops, "/etc/wireguard/up.sh")).isEqualTo("perhaps not");
  }

  @Test
  void the_answer_names_the_line() {
    var answer = answer(disk(lines("/etc/wireguard/up.sh"), ""), "a", "10.9.0.3", Transport.ICMP);
    assertThat(answer.conditions())
        .extracting(one -> one.text().in(Locale.ENGLISH))
        .anyMatch(text -> text.contains("hub/wg0.conf:6") && text.contains("/etc/wireguard/up.sh"));
    assertThat(answer.conditions())
        .extracting(one -> one.text().in(Locale.SIMPLIFIED_CHINESE))
        .anyMatch(text -> text.contains("hub/wg0.conf:6"));
  }

  @Test
  void the_guard_against_leaks_leaves_what_the_tunnel_sends_alone() {
    String guard =
        "PostUp = iptables -I OUTPUT ! -o %i -m mark ! --mark $(wg show %i fwmark) -m addrtype !"
            + " --dst-type LOCAL -j REJECT\n[Peer]";
    var disk =
        new Disk()
            .file("hub/wg0.conf", HUB.formatted(""))
            .file(
                "c/wg0.conf",
                CLIENT
                    .formatted("b", "10.9.0.3")
                    .replace("10.9.0.0/24", "0.0.0.0/0")
                    .replace("[Peer]", guard))
            .facts("hosts: {hub: {public: 203.0.113.1}, c: {roaming: true}}");
    assertThat(said(answer(disk, "c", "10.9.0.1", Transport.ICMP))).isEqualTo("yes");
  }

  @Test
  void what_the_host_sends_itself_passes_its_output_chain() {
    String rule = "iptables -A OUTPUT -o wg0 -d 10.9.0.3 -j DROP";
    assertThat(ping(rule)).isEqualTo("yes");
    assertThat(said(answer(disk(lines(rule), ""), "hub", "10.9.0.3", Transport.ICMP)))
        .isEqualTo("no");
  }

  @Test
  void rules_of_the_facts_that_are_not_understood_are_doubts_at_their_line() {
    var disk = disk("", ", rules: [-A FORWARD -m set --match-set bad src -j DROP]");
    assertThat(said(answer(disk, "a", "10.9.0.3", Transport.ICMP))).isEqualTo("perhaps");
  }

  @Test
  void what_fails_by_its_words_takes_the_interface_away() {
    for (var command :
        List.of(
            "iptables -A FORWARD -s fd00::2 -j ACCEPT",
            "ip6tables -A FORWARD -s 10.9.0.2 -j ACCEPT",
            "iptables -P FORWARD REJECT",
            "iptables -A FORWARD -p foo -j ACCEPT",
            "iptables -A FORWARD -j REJECT --reject-with tcp-reset")) {
      assertThat(ping(command)).as(command).isEqualTo("no");
    }
    assertThat(ping("iptables -w 5 -A FORWARD -i %i -j ACCEPT")).isEqualTo("yes");
  }

  @Test
  void what_fails_by_what_the_host_has_or_lacks_is_open() {
    for (var command :
        List.of(
            "iptables -D FORWARD -i wg9 -j ACCEPT",
            "iptables -C FORWARD -i wg9 -j ACCEPT",
            "iptables -I FORWARD 7 -j ACCEPT",
            "ip route add 10.99.0.0/16 via 10.77.0.1",
            "ip route del 10.99.0.0/16 dev eth0",
            "nft add rule inet filter forward accept",
            "sysctl -w net.ipv4.nosuch=1",
            "sysctl -w net.ipv4.conf.%i.forwarding=0",
            "[ -f /etc/x ] && iptables -A FORWARD -j ACCEPT",
            "tc qdisc add dev %i root netem loss 100%")) {
      assertThat(ping(command)).as(command).isEqualTo("perhaps");
      assertThat(disk(lines(command), "").findings())
          .as(command)
          .anyMatch(finding -> finding.code().equals("F74"));
    }
    for (var command :
        List.of(
            "iptables -D FORWARD -i wg9 -j ACCEPT || true",
            "ip route add 10.99.0.0/16 via 10.9.0.2",
            "nft add table ip x; nft add chain ip x forward; nft add rule ip x forward accept",
            "sysctl -w net.ipv4.conf.all.send_redirects=0",
            "[ -f /etc/x ] && true; true")) {
      assertThat(ping(command)).as(command).isEqualTo("yes");
    }
  }

  @Test
  void a_device_that_the_facts_do_not_name_is_not_there() {
    assertThat(ping("ip route add 10.99.0.0/16 dev eth9")).isEqualTo("no");
    assertThat(ping("ip route add 10.99.0.0/16 dev eth0")).isEqualTo("yes");
    assertThat(ping("sysctl -w net.ipv4.conf.eth9.rp_filter=0")).isEqualTo("no");
  }

  @Test
  void what_names_its_own_interface_before_that_is_there_fails() {
    String early = "PreUp = ip route add 10.99.0.0/16 dev %i";
    assertThat(said(answer(disk(early, ""), "a", "10.9.0.3", Transport.ICMP))).isEqualTo("no");
  }

  @Test
  void ipv6_that_a_hook_switches_off_is_no_certain_way() {
    String off = "sysctl -w net.ipv6.conf.all.disable_ipv6=1";
    assertThat(ping(off)).isEqualTo("yes");
    var disk =
        new Disk()
            .file(
                "hub/wg0.conf",
                HUB.formatted(lines(off))
                    .replace("10.9.0.1/24", "10.9.0.1/24, fd00::1/64")
                    .replace("10.9.0.2/32", "10.9.0.2/32, fd00::2/128"))
            .file(
                "a/wg0.conf",
                CLIENT
                    .formatted("a", "10.9.0.2")
                    .replace("10.9.0.2/24", "10.9.0.2/24, fd00::2/64")
                    .replace("10.9.0.0/24", "10.9.0.0/24, fd00::/64"))
            .facts("hosts: {hub: {public: 203.0.113.1}, a: {roaming: true}}");
    assertThat(said(answer(disk, "a", "fd00::1", Transport.ICMP))).isNotIn("yes", "no");
  }

  @Test
  void a_packet_that_a_hook_stops_names_its_line() {
    for (var command :
        List.of("iptables -P FORWARD DROP", "iptables -A FORWARD -i wg0 -j REJECT")) {
      var answer = answer(disk(lines(command), ""), "a", "10.9.0.3", Transport.ICMP);
      assertThat(answer.there().stop().orElseThrow().text().in(Locale.ENGLISH))
          .as(command)
          .contains("hub/wg0.conf:6", command);
    }
    assertThat(ping("iptables -A FORWARD -j DROP", "iptables -D FORWARD -j DROP")).isEqualTo("yes");
  }

  @Test
  void services_that_are_started_may_filter() {
    for (var command :
        List.of("systemctl restart nftables", "systemctl stop own", "service x start")) {
      assertThat(ping(command)).as(command).isEqualTo("perhaps");
    }
    for (var command :
        List.of("systemctl restart dnsmasq", "systemctl daemon-reload", "systemctl enable own")) {
      assertThat(ping(command)).as(command).isEqualTo("yes");
    }
  }

  @Test
  void a_host_that_answers_no_ping_passes_on_those_of_others() {
    String ignore = "sysctl -w net.ipv4.icmp_echo_ignore_all=1";
    assertThat(ping(ignore)).isEqualTo("yes");
    var disk = disk(lines(ignore), "");
    assertThat(said(answer(disk, "a", "10.9.0.1", Transport.ICMP))).isEqualTo("perhaps");
    assertThat(said(answer(disk, "a", "10.9.0.1", Transport.TCP))).isEqualTo("yes");
  }

  @Test
  void iptables_masquerades_ipv4_alone() {
    String masquerade = lines("iptables -t nat -A POSTROUTING -j MASQUERADE");
    String client =
        CLIENT
            .formatted("a", "10.9.0.2")
            .replace("10.9.0.2/24", "10.9.0.2/24, fd00::2/64")
            .replace("10.9.0.0/24", "0.0.0.0/0, ::/0");
    String hub =
        HUB.replace("10.9.0.1/24", "10.9.0.1/24, fd00::1/64")
            .replace("10.9.0.2/32", "10.9.0.2/32, fd00::2/128")
            .replace(
                "net.ipv4.ip_forward=1", "net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
    for (boolean both : new boolean[] {false, true}) {
      var disk =
          new Disk()
              .file(
                  "hub/wg0.conf",
                  hub.formatted(
                      masquerade
                          + (both ? masquerade.replace("PostUp = ip", "\nPostUp = ip6") : "")))
              .file("a/wg0.conf", client)
              .facts("hosts: {hub: {public: [203.0.113.1, '2001:db8::1']}, a: {roaming: true}}");
      var reach = Reachability.of(disk.subject().network());
      var four =
          reach.answer(
              Net.spot("a"),
              guywire.network.Spot.Outside.IPV4,
              Transport.ICMP,
              OptionalInt.empty());
      var six =
          reach.answer(
              Net.spot("a"),
              guywire.network.Spot.Outside.IPV6,
              Transport.ICMP,
              OptionalInt.empty());
      assertThat(four.there().arrived()).isTrue();
      assertThat(six.works()).as("both " + both).isEqualTo(both);
    }
  }

  @Test
  void a_route_of_the_kernel_that_is_taken_away_is_missed() {
    String del = "PostUp = ip route del 10.9.0.0/24 dev %i\n[Peer]";
    var disk =
        new Disk()
            .file("hub/wg0.conf", HUB.formatted(""))
            .file("a/wg0.conf", CLIENT.formatted("a", "10.9.0.2").replace("[Peer]", del))
            .file("b/wg0.conf", CLIENT.formatted("b", "10.9.0.3"))
            .facts("hosts: {hub: {public: 203.0.113.1}, a: {roaming: true}, b: {roaming: true}}");
    assertThat(said(answer(disk, "a", "10.9.0.3", Transport.ICMP))).isEqualTo("perhaps");
  }

  @Test
  void what_is_loaded_from_elsewhere_or_taken_out_is_not_known() {
    for (var command : List.of("sysctl --system", "modprobe -r wireguard", "iptables -E A B")) {
      assertThat(ping(command)).as(command).isEqualTo("perhaps");
    }
  }
}
