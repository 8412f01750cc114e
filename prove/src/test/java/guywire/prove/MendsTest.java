package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Hook.When;
import guywire.network.text.Finding;
import guywire.prove.HostFacts.Trait;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is proposed for a fault takes it away, and takes nothing from anybody. */
class MendsTest {

  private static final String CALLER = Disk.LAPTOP;

  private static List<String> mends(Disk disk, String code) {
    return disk.findings().stream()
        .filter(finding -> finding.code().equals(code))
        .map(finding -> finding.mend().toString())
        .toList();
  }

  private static List<String> mends(Scene scene, String code) {
    return Faults.in(scene.subject()).stream()
        .filter(finding -> finding.code().equals(code))
        .map(finding -> finding.mend().toString())
        .toList();
  }

  private static String hub(String... lines) {
    return Disk.HUB.replace("[Peer]", String.join("\n", lines) + "\n[Peer]");
  }

  private static String second(String name, String allowed) {
    return "[Peer]\nPublicKey = PUB(%s)\nAllowedIPs = %s\n".formatted(name, allowed);
  }

  @Test
  void a_secret_key_in_the_place_of_a_public_one_is_mended_by_the_public_one() {
    var disk = Disk.working().file("hub/wg0.conf", Disk.HUB);
    var wrong =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB.replace("PUB(laptop)", "KEY(laptop)"))
            .file("laptop/wg0.conf", Disk.LAPTOP);
    assertThat(mends(wrong, "F02")).singleElement().asString().contains(key("laptop"));
    assertThat(mends(disk, "F02")).isEmpty();
  }

  @Test
  void a_device_with_its_own_secret_key_as_its_peer_is_told_the_key_of_who_knows_it() {
    var own =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB)
            .file("laptop/wg0.conf", Disk.LAPTOP.replace("PUB(hub)", "KEY(laptop)"));
    assertThat(mends(own, "F02")).singleElement().asString().contains(key("hub"));
    assertThat(own.findings()).extracting(Finding::code).doesNotContain("F71");
  }

  private static String key(String name) {
    return Net.publicKey(name).toString();
  }

  @Test
  void an_address_at_two_peers_stays_with_the_one_that_has_it() {
    String both = Disk.HUB + second("nas", "10.0.0.2/32");
    String nas = CALLER.replace("KEY(laptop)", "KEY(nas)").replace("10.0.0.2/24", "10.0.0.3/24");
    var later =
        new Disk()
            .file("hub/wg0.conf", both)
            .file("laptop/wg0.conf", Disk.LAPTOP)
            .file("nas/wg0.conf", nas);
    assertThat(mends(later, "F10"))
        .containsExactly("remove 10.0.0.2/32 from line 10; it is an address of laptop");
    var nobodys =
        new Disk()
            .file(
                "hub/wg0.conf",
                Disk.HUB.replace("0.2/32", "0.2/32, 10.7.0.0/16")
                    + second("nas", "10.0.0.3/32, 10.7.0.0/16"))
            .file("laptop/wg0.conf", Disk.LAPTOP)
            .file("nas/wg0.conf", nas);
    assertThat(mends(nobodys, "F10")).singleElement().asString().contains(", or from line");
  }

  @Test
  void who_can_be_called_gets_a_port_and_who_can_t_gets_a_call() {
    assertThat(mends(quiet("1.1.1.1", ""), "F24"))
        .containsExactly(
            "at box write ListenPort = 51820 and let that UDP port in; here write Endpoint ="
                + " 1.1.1.1:51820, the address at which box is reached");
    assertThat(mends(quiet("", "192.168.9.2"), "F24"))
        .containsExactly(
            "at box write ListenPort = 51820, and let its router pass UDP 51820 on to 192.168.9.2;"
                + " here write Endpoint = ADDRESS:51820, the public address of that router");
    assertThat(mends(quiet("", ""), "F24")).singleElement().asString().contains("third host");
  }

  /**
   * A laptop and a box without an endpoint; the box has a public address, one in a LAN, or none.
   */
  private static Scene quiet(String at, String in) {
    var scene = new Scene();
    var box = scene.net.node("box").address("10.0.0.3/24").peer("laptop", "10.0.0.2/32");
    if (!at.isEmpty()) {
      box.at(at);
    } else if (!in.isEmpty()) {
      scene.net.site("home").lan("192.168.9.0/24");
      box.in("home", in);
    }
    scene.laptop().peer("box", "10.0.0.3/32");
    return scene;
  }

  @Test
  void a_lan_finds_back_by_a_route_or_by_a_masquerade_and_both_are_tried() {
    var scene = new Scene();
    scene.office();
    assertThat(mends(scene, "F45"))
        .singleElement()
        .asString()
        .contains("add a route", "masquerade");
  }

  @Test
  void a_masquerade_is_narrowed_to_the_tunnel_and_to_the_lan_that_lives_by_it() {
    String rule = "iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE";
    String router =
        """
        sites: {home: {lan: 192.168.9.0/24, hosts: {nas: 192.168.9.9}}}
        hosts: {hub: {site: home, router: true}, laptop: {roaming: true}}
        """;
    var plain =
        new Disk().file("hub/wg0.conf", hub("PostUp = " + rule)).file("laptop/wg0.conf", CALLER);
    assertThat(mends(plain, "F46"))
        .containsExactly(
            "limit it: iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j MASQUERADE");
    assertThat(mends(plain.facts(router), "F46"))
        .containsExactly(
            "limit it: iptables -t nat -A POSTROUTING -s 10.0.0.0/24,192.168.9.0/24 -o eth0 -j MASQUERADE");
  }

  @Test
  void a_masquerade_into_the_tunnel_that_carries_somebody_s_traffic_is_not_simply_removed() {
    // The laptop accepts nothing from the hub but what has the hub's address: without the rule the
    // LAN behind the hub would not get through.
    var scene = new Scene();
    scene.net.site("home").lan("192.168.9.0/24").host("nas", "192.168.9.9").router("hub");
    scene.working();
    scene.net.node("hub").in("home", "192.168.9.1");
    scene.net.site("home").at("1.1.1.1");
    scene.up("hub", "iptables -t nat -A POSTROUTING -o wg0 -j MASQUERADE");
    assertThat(mends(scene, "F46"))
        .singleElement()
        .asString()
        .contains("list the LAN among this host's AllowedIPs");
  }

  @Test
  void where_wg_quick_makes_no_routes_it_is_let_or_they_are_made_by_hand() {
    var disk =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB)
            .file("laptop/wg0.conf", CALLER.replace("10.0.0.2/24", "10.0.0.2/32\nTable = off"));
    assertThat(mends(disk, "F54"))
        .containsExactly("remove Table = off, or add PostUp = ip route add PREFIX dev %i");
    // What stands in the way of one of the two is not proposed.
    var taken =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB)
            .file(
                "laptop/wg0.conf",
                CALLER.replace(
                    "10.0.0.2/24",
                    "10.0.0.2/32\nTable = off\nPreUp = ip route add 10.0.0.0/24 via 192.168.1.1"));
    assertThat(mends(taken, "F54")).noneMatch(mend -> mend.startsWith("remove Table = off, or"));
  }

  @Test
  void of_two_interfaces_that_route_one_prefix_the_mend_keeps_what_works() {
    String other =
        """
        [Interface]
        PrivateKey = KEY(laptop-two)
        Address = 10.9.0.2/32
        [Peer]
        PublicKey = PUB(far)
        AllowedIPs = 10.0.0.0/24, 10.9.0.0/24
        Endpoint = 8.8.8.8:51820
        """;
    var disk =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB)
            .file("laptop/wg0.conf", CALLER.replace("10.0.0.2/24", "10.0.0.2/32"))
            .file("laptop/wg1.conf", other);
    assertThat(mends(disk, "F54")).containsExactly("remove 10.0.0.0/24 from the AllowedIPs of wg1");
  }

  @Test
  void what_lets_a_tunnel_through_a_firewall_is_tried_before_it_is_said() {
    var docker = new Scene();
    docker.working();
    docker.has("hub", Trait.DOCKER);
    assertThat(mends(docker, "F50")).singleElement().asString().contains("-I DOCKER-USER");
    var ufw = new Scene();
    ufw.working();
    ufw.has("hub", Trait.UFW);
    assertThat(mends(ufw, "F50")).singleElement().asString().contains("ufw route allow in on wg0");
    // Ahead of what ufw asks another rule refuses.
    ufw.up("hub", "iptables -I FORWARD -j REJECT");
    assertThat(mends(ufw, "F50"))
        .anyMatch(mend -> mend.startsWith("what helps here can't be told"));
  }

  @Test
  void a_rule_for_the_other_way_is_put_where_it_is_asked() {
    String accept = "iptables -I FORWARD -i %i -j ACCEPT";
    var open = new Scene();
    open.working().hook(When.POST_UP, accept);
    assertThat(mends(open, "F50")).containsExactly("add: iptables -A FORWARD -o wg0 -j ACCEPT");
    var shut = new Scene();
    shut.working().hook(When.POST_UP, accept).hook(When.POST_UP, "iptables -A FORWARD -j DROP");
    assertThat(mends(shut, "F50"))
        .contains(
            "add, ahead of the rule that refuses the rest: iptables -I FORWARD -o wg0 -j ACCEPT");
  }
}
