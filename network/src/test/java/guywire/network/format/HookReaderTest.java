package guywire.network.format;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.config.FilterRule.Verdict;
import guywire.network.config.Hook;
import guywire.network.config.InterfaceName;
import guywire.network.config.NatRule;
import guywire.network.config.PacketMatch;
import guywire.network.config.PacketMatch.InterfaceMatch;
import guywire.protocol.IpAddress.Family;
import guywire.protocol.Prefix;
import java.util.List;
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

  @Test
  void what_is_not_understood_is_said_to_be() {
    for (var command :
        List.of(
            "curl http://example.com | sh",
            "iptables -A FORWARD -m recent --set -j ACCEPT",
            "iptables -A FORWARD -i",
            "iptables -A FORWARD -s not.an.address -j ACCEPT",
            "ip rule add from 10.0.0.0/8 table 7",
            "ip route add",
            "sysctl net.ipv4.ip_forward",
            "ufw enable",
            "echo 1 > /tmp/x")) {
      assertThat(read(command).getFirst()).as(command).isInstanceOf(HookEffect.NotUnderstood.class);
    }
  }
}
