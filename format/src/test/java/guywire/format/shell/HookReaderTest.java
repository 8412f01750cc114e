package guywire.format.shell;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.Command;
import guywire.format.input.HookEffect;
import guywire.network.Doubt;
import guywire.network.FilterRule.Verdict;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.RoutingPolicy;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HookReaderTest {

  private static List<HookEffect> read(String command) {
    return HookReader.read(new InterfaceName("wg0"), List.of(new Hook(Hook.When.POST_UP, command)));
  }

  @Test
  void the_usual_line_of_a_server() {
    var effects =
        read(
            "sysctl -w net.ipv4.ip_forward=1; iptables -A FORWARD -i %i -j ACCEPT && iptables -t"
                + " nat -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j MASQUERADE");
    assertThat(effects).hasSize(3);
    assertThat(effects.get(0))
        .isInstanceOfSatisfying(
            HookEffect.Forwards.class,
            forwards -> {
              assertThat(forwards.family()).isEqualTo(Family.IPV4);
              assertThat(forwards.on()).isTrue();
            });
    assertThat(effects.get(1))
        .isInstanceOfSatisfying(
            HookEffect.Filters.class,
            filters -> {
              assertThat(filters.change()).isEqualTo(HookEffect.Change.APPEND);
              assertThat(filters.chain()).isEqualTo(HookEffect.Chain.FORWARD);
              assertThat(filters.rule().verdict()).isEqualTo(Verdict.ACCEPT);
              assertThat(filters.rule().match().in())
                  .contains(InterfaceMatch.of(new InterfaceName("wg0")));
            });
    assertThat(effects.get(2))
        .isInstanceOfSatisfying(
            HookEffect.Rewrites.class,
            rewrites ->
                assertThat(rewrites.rule())
                    .isEqualTo(
                        new NatRule.Masquerade(
                            PacketMatch.ANY
                                .goingOut(InterfaceMatch.of(new InterfaceName("eth0")))
                                .from(List.of(Prefix.parse("10.0.0.0/24"))))));
  }

  @Test
  void other_ways_to_say_it() {
    assertThat(read("echo 0 > /proc/sys/net/ipv4/ip_forward").getFirst())
        .isInstanceOfSatisfying(
            HookEffect.Forwards.class, forwards -> assertThat(forwards.on()).isFalse());
    assertThat(read("sysctl net.ipv4.conf.all.rp_filter=1").getFirst())
        .isInstanceOf(HookEffect.Setting.class);
    assertThat(read("ip route add 192.168.9.0/24 via 10.0.0.7 dev %i").getFirst())
        .isInstanceOf(HookEffect.Routes.class);
    assertThat(read("ufw route allow in on wg0 out on eth0").getFirst())
        .isInstanceOf(HookEffect.Filters.class);
    assertThat(read("ufw allow 51820/udp").getFirst()).isInstanceOf(HookEffect.Filters.class);
    assertThat(
            read("iptables -t mangle -A FORWARD -o %i -p tcp --tcp-flags SYN,RST SYN -j TCPMSS"
                    + " --clamp-mss-to-pmtu")
                .getFirst())
        .isInstanceOf(HookEffect.Clamps.class);
    assertThat(
            read(
                "iptables -I FORWARD 1 ! -i eth0 -m conntrack --ctstate ESTABLISHED,RELATED -m"
                    + " comment --comment 'a; b' -j ACCEPT"))
        .hasSize(1)
        .first()
        .isInstanceOf(HookEffect.Filters.class);
  }

  /** What several hooks do in their order, each told in a word or by its rule. */
  private static List<String> all(String... commands) {
    var hooks = Arrays.stream(commands).map(c -> new Hook(Hook.When.POST_UP, c)).toList();
    return HookReader.read(new InterfaceName("wg0"), hooks).stream()
        .map(effect ->
            switch (effect) {
              case HookEffect.Filters f ->
                  f.change() + " " + f.chain() + " " + told(f.rule().match()) + f.rule().verdict();
              case HookEffect.Rewrites r -> r.change() + " " + told(r.rule());
              case HookEffect.Routes r -> "route " + r.route().to();
              default -> effect.getClass().getSimpleName();
            })
        .toList();
  }

  private static String told(PacketMatch match) {
    return match.in().map(in -> "in " + in.name() + " ").orElse("")
        + match.out().map(out -> "out " + (out.negated() ? "!" : "") + out.name() + " ").orElse("")
        + match.from().stream().map(from -> "from " + from + " ").collect(Collectors.joining())
        + (match.connections() == PacketMatch.Connections.ANY ? "" : match.connections() + " ");
  }

  private static String told(NatRule rule) {
    return rule.getClass().getSimpleName()
        + " "
        + told(rule.match())
        + switch (rule) {
          case NatRule.Masquerade masquerade -> "";
          case NatRule.Source source -> source.to();
          case NatRule.Destination target -> target.to() + ":" + target.port().orElse(0);
          case NatRule.Map map -> map.real() + " as " + map.shown();
        };
  }

  @Test
  void nft_commands_are_read_as_iptables_lines_are() {
    assertThat(
            all(
                "nft add table inet wg",
                "nft 'add chain inet wg fwd { type filter hook forward priority 0; policy accept; }'",
                "nft add rule inet wg fwd iifname %i accept",
                "nft insert rule inet filter forward oifname \"%i\" ct state related,established"
                    + " counter accept",
                "nft add rule ip filter INPUT udp dport 51820 drop",
                "nft add rule ip nat postrouting ip saddr 10.0.0.0/24 oifname != %i masquerade",
                "nft add rule ip nat POSTROUTING oifname eth0 snat to 192.0.2.1",
                "nft add rule ip nat prerouting iifname %i tcp dport 80 dnat to 192.168.1.9:8080",
                "nft add rule inet filter forward tcp flags syn tcp option maxseg size set rt mtu"))
        .containsExactly(
            "Harmless",
            "Harmless",
            "APPEND FORWARD in wg0 ACCEPT",
            "Presumes",
            "INSERT FORWARD out wg0 ESTABLISHED ACCEPT",
            "Presumes",
            "APPEND INPUT from 0.0.0.0/0 DROP",
            "Presumes",
            "APPEND Masquerade out !wg0 from 10.0.0.0/24 ",
            "Presumes",
            "APPEND Source out eth0 192.0.2.1",
            "Presumes",
            "APPEND Destination in wg0 192.168.1.9:8080",
            "Presumes",
            "Clamps");
  }

  @Test
  void a_semicolon_of_nft_survives_the_shell() {
    assertThat(
            all(
                "nft add table ip x; nft add chain ip x y { type filter hook input priority 0 \\; }; nft"
                    + " add rule ip x y iifname %i drop"))
        .containsExactly("Harmless", "Harmless", "APPEND INPUT in wg0 from 0.0.0.0/0 DROP");
  }

  @Test
  void what_an_nft_command_says_beyond_that_is_not_guessed() {
    assertThat(
            all(
                "nft -f /etc/x.nft",
                "nft add rule inet x own iifname wg0 accept",
                "nft add rule inet x forward limit rate 5/second accept",
                "nft add rule inet",
                "nft"))
        .containsOnly("NotUnderstood", "Presumes");
  }

  @Test
  void a_prefix_map_is_one_rule_of_the_two_that_iptables_needs() {
    assertThat(
            all(
                "iptables -t nat -A PREROUTING -i %i -d 10.101.1.0/24 -j NETMAP --to 192.168.1.0/24",
                "iptables -t nat -A POSTROUTING -o %i -s 192.168.1.0/24 -j NETMAP --to 10.101.1.0/24",
                "iptables -C FORWARD -i %i -j ACCEPT || iptables -I FORWARD -i %i -j ACCEPT"))
        .containsExactly(
            "APPEND Map in wg0 192.168.1.0/24 as 10.101.1.0/24",
            "Harmless",
            "Harmless",
            "INSERT FORWARD in wg0 from 0.0.0.0/0 ACCEPT");
  }

  @Test
  void the_default_route_of_ipv6_is_not_that_of_ipv4() {
    assertThat(all("ip -6 route add default dev %i", "ip route add default dev %i"))
        .containsExactly("route ::/0", "route 0.0.0.0/0");
  }

  @Test
  void wg_itself_is_harmless_unless_it_changes_peers_or_ports() {
    assertThat(all("wg set %i private-key /etc/wireguard/key", "wg show %i"))
        .containsOnly("Harmless");
    assertThat(all("wg set %i peer x allowed-ips 0.0.0.0/0", "wg syncconf %i /tmp/x"))
        .containsOnly("NotUnderstood");
  }

  @Test
  void what_is_not_understood_is_said_to_be() {
    for (var command :
        List.of(
            "sh /etc/wireguard/up.sh",
            "iptables -A FORWARD -s not.an.address -j ACCEPT",
            "ip route add",
            "sysctl net.ipv4.ip_forward",
            "ufw enable",
            "echo 1 > /sys/kernel/x")) {
      assertThat(read(command).getFirst()).as(command).isInstanceOf(HookEffect.NotUnderstood.class);
    }
  }

  @Test
  void of_a_rule_that_is_not_wholly_understood_is_kept_for_whom_it_can_be() {
    var read =
        read("iptables -A FORWARD -i wg0 ! -s 10.0.0.7 -m recent --set -j ACCEPT").getFirst();
    assertThat(read).isInstanceOf(HookEffect.Unclear.class);
    var unclear = (HookEffect.Unclear) read;
    assertThat(unclear.stage()).isEqualTo(Doubt.Stage.FORWARD);
    assertThat(unclear.verdict()).contains(Verdict.ACCEPT);
    assertThat(unclear.match().in().orElseThrow().name().text()).isEqualTo("wg0");
    assertThat(unclear.match().from()).containsExactly(Prefix.ALL_IPV4);
    var rule =
        (HookEffect.Unclear) read("ip rule add from 10.0.0.0/8 uidrange 1-9 table 7").getFirst();
    assertThat(rule.stage()).isEqualTo(Doubt.Stage.ROUTING);
    assertThat(rule.match().from()).containsExactly(Prefix.parse("10.0.0.0/8"));
  }

  @Test
  void a_rule_that_chooses_a_table_and_the_routes_of_that_table_are_understood() {
    var rule =
        (HookEffect.Rule)
            read("ip rule add not from 10.0.0.0/8 fwmark 0x5/0xf iif wg0 lookup 7 pref 90")
                .getFirst();
    assertThat(rule.added()).isTrue();
    assertThat(rule.rule().inverted()).isTrue();
    assertThat(rule.rule().from()).contains(Prefix.parse("10.0.0.0/8"));
    assertThat(rule.rule().mark()).contains(new RoutingPolicy.Mark(5, 15));
    assertThat(rule.rule().in().orElseThrow().text()).isEqualTo("wg0");
    assertThat(rule.rule().table()).contains("7");
    assertThat(rule.rule().priority()).hasValue(90);
    var discards = (HookEffect.Rule) read("ip -6 rule add to fd00::/8 prohibit").getFirst();
    assertThat(discards.rule().table()).isEmpty();
    assertThat(discards.rule().family()).isEqualTo(Family.IPV6);
    var usual = (HookEffect.Rule) read("ip rule del from 10.0.0.1 table 254").getFirst();
    assertThat(usual.added()).isFalse();
    assertThat(usual.rule().table()).contains("main");
    var route =
        (HookEffect.Routes)
            read("ip route add default via 10.0.0.1 dev wg0 onlink table vpn").getFirst();
    assertThat(route.table()).isEqualTo("vpn");
    assertThat(route.isMain()).isFalse();
    assertThat(read("ip route flush table 7").getFirst())
        .isInstanceOf(HookEffect.TableFlushed.class);
  }

  @Test
  void what_makes_a_chain_drop_is_a_policy() {
    for (var command :
        List.of(
            "iptables -P FORWARD DROP",
            "ufw default deny routed",
            "nft add chain inet x y '{ type filter hook forward priority 0; policy drop; }'")) {
      assertThat(read(command).getLast()).as(command).isInstanceOf(HookEffect.Policy.class);
    }
  }

  @Test
  void what_belongs_to_an_option_of_iptables_is_no_word_of_its_own() {
    for (var command :
        List.of(
            "iptables -w 5 -A FORWARD -i wg0 -j DROP",
            "iptables --wait 5 -A FORWARD -i wg0 -j DROP",
            "iptables -w5 -A FORWARD -i wg0 -j DROP",
            "iptables -w -A FORWARD -i wg0 -j DROP",
            "iptables -A FORWARD -i wg0 -j DROP -w 3",
            "iptables -w 5 -W 1000 -A FORWARD -i wg0 -j DROP",
            "iptables -A FORWARD -i wg0 -j DROP -c 1 2",
            "iptables -A FORWARD -i wg0 -j DROP --set-counters 1,2",
            "iptables --table=filter --append FORWARD --in-int wg0 --jump DROP",
            "iptables -A FORWARD -iwg0 -jDROP",
            "iptables -A FORWARD -i wg0 -s 0/0 -j DROP 2>/dev/null",
            "iptables -A FORWARD -i wg0 -j DROP >/dev/null 2>&1",
            "iptables -t filter -I FORWARD 1 -i wg0 -j DROP")) {
      assertThat(read(command)).as(command).hasSize(1);
      assertThat(read(command).getFirst())
          .as(command)
          .isInstanceOfSatisfying(
              HookEffect.Filters.class,
              filters -> {
                assertThat(filters.chain()).isEqualTo(HookEffect.Chain.FORWARD);
                assertThat(told(filters.rule().match())).isEqualTo("in wg0 from 0.0.0.0/0 ");
                assertThat(filters.rule().verdict()).isEqualTo(Verdict.DROP);
              });
    }
    assertThat(all("iptables -t nat -w 10 -A POSTROUTING -o eth0 -j SNAT --to 192.0.2.1"))
        .containsExactly("APPEND Source out eth0 192.0.2.1");
    assertThat(all("iptables -A FORWARD -s 10.0.0.0/255.255.255.0 -j DROP"))
        .containsExactly("APPEND FORWARD from 10.0.0.0/24 DROP");
    assertThat(all("iptables -A FORWARD -m limit --limit 5/min -i wg0 -j DROP"))
        .containsExactly("Unclear");
  }

  @Test
  void what_iptables_or_the_kernel_refuses_fails() {
    for (var command :
        List.of(
            "iptables -A FORWARD -i",
            "iptables -A FORWARD -i wg0 eth0 -j DROP",
            "iptables -A FORWARD -s fd00::2 -j DROP",
            "ip6tables -A FORWARD -s 10.8.0.2 -j DROP",
            "iptables -A FORWARD -s 10.8.0.2/40 -j DROP",
            "iptables -A FORWARD -p foo -j DROP",
            "iptables -A FORWARD -p tcp --dport 99999 -j DROP",
            "iptables -A FORWARD --dport 22 -p tcp -j DROP",
            "iptables -A FORWARD -m multiport --dports 22 -j DROP",
            "iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHD -j ACCEPT",
            "iptables -A FORWARD --ctstate NEW -j DROP",
            "iptables -A FORWARD -j REJECT --reject-with tcp-reset",
            "iptables -A FORWARD -j REJECT --reject-with icmp-foo",
            "iptables -A FORWARD -j accept",
            "iptables -P FORWARD REJECT",
            "iptables -P FORWARD drop",
            "iptables -t nat -A FORWARD -j DROP",
            "iptables -A POSTROUTING -o eth0 -j MASQUERADE",
            "iptables -A FORWARD -i eth0 -j MASQUERADE",
            "iptables -t nat -A POSTROUTING -o eth0 -j SNAT",
            "iptables -A FORWARD -i averyverylonginterfacename -j DROP",
            "iptables -a FORWARD -j DROP",
            "iptables -A FORWARD -w x -j DROP",
            "iptables -A FORWARD -j DROP -j ACCEPT",
            "iptables -I FORWARD 0 -j DROP",
            "iptables -m comment -A FORWARD -j DROP",
            "false",
            "true && false",
            "exit 1")) {
      assertThat(all(command)).as(command).contains("Fails");
      assertThat(all(command + "; true")).as(command).contains("Fails");
      assertThat(all(command + " || true")).as(command).doesNotContain("Fails");
    }
  }

  @Test
  void what_can_fail_by_what_is_on_the_host_is_not_understood() {
    for (var command :
        List.of(
            "iptables -A FORWARDS -i wg0 -j DROP",
            "iptables -A FORWARD -j NOSUCH",
            "iptables -I FORWARD 7 -j ACCEPT",
            "iptables -C FORWARD -i wg0 -j ACCEPT",
            "iptables -A FORWARD -s host.example -j DROP",
            "iptables -A FORWARD -o $(cat /etc/uplink) -j ACCEPT",
            "modprobe something",
            "tc qdisc add dev wg0 root netem loss 100%",
            "ping -c1 10.8.0.2")) {
      assertThat(all(command)).as(command).containsOnly("NotUnderstood");
    }
    assertThat(all("iptables -N own", "iptables -A FORWARD -j own"))
        .containsExactly("Harmless", "Unclear");
    assertThat(all("tc qdisc replace dev wg0 root cake bandwidth 50mbit"))
        .containsExactly("Harmless");
  }

  @Test
  void a_command_runs_as_the_one_before_it_ended() {
    String drop = "iptables -A FORWARD -i wg0 -j DROP";
    String dropped = "APPEND FORWARD in wg0 from 0.0.0.0/0 DROP";
    assertThat(all("[ -f /etc/x ] && " + drop)).containsExactly("NotUnderstood", "NotUnderstood");
    assertThat(all("test -f /etc/x || " + drop)).containsExactly("Harmless", "NotUnderstood");
    assertThat(all("[ -f /etc/x ] && " + drop + "; true"))
        .containsExactly("Harmless", "NotUnderstood", "Harmless");
    assertThat(all("true || " + drop)).containsExactly("Harmless");
    assertThat(all("false || " + drop)).containsExactly("Harmless", dropped);
    assertThat(all("iptables -C FORWARD -i wg0 -j DROP || " + drop))
        .containsExactly("Harmless", dropped);
    assertThat(all(drop + " || exit 1; exit 0; false")).containsExactly(dropped);
    assertThat(all("false & " + drop)).containsExactly("Harmless", dropped);
  }

  /** What is shown of a command can be typed again: what was one word stays one. */
  @Test
  void a_command_keeps_its_words() {
    String command = "iptables -A INPUT -i wg0 -m comment --comment 'no new ones' -j DROP";
    assertThat(read(command)).first().extracting(one -> one.source().command()).isEqualTo(command);
    var words = List.of("b c", "it's", "semi;colon", "back\\slash", "*", "~", "#no", "$HOME/x y");
    assertThat(ShellWords.commands(Command.line(words))).containsExactly(words);
  }
}
