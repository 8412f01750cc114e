package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.text.Finding;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Faults of what scripts run and guides tell people to type. */
class CommandFaultsTest extends FaultTest {

  static Stream<FaultCase> cases() {
    return Stream.of(
        script("F08.made", "wg genkey | tee privatekey", "umask 077\nwg genkey | tee privatekey"),
        script("F08.made", "wg genpsk > psk", "wg genpsk > psk\nchmod 600 psk"),
        script("F38.tcp", "ufw allow 51820/tcp", "ufw allow 51820/tcp\nufw allow 51820/udp"),
        script(
            "F38.tcp",
            "firewall-cmd --permanent --add-port=51820/tcp",
            "firewall-cmd --permanent --add-port=443/tcp"),
        script(
            "F43.unread",
            "echo net.ipv4.ip_forward=1 > /etc/sysctl.d/90-wg.conf\nsysctl -p",
            "echo net.ipv4.ip_forward=1 > /etc/sysctl.d/90-wg.conf\nsysctl --system"),
        script("F60.probe", "ping -M do -s 1412 -c 5 10.0.0.2", "ping -M do -s 1392 10.0.0.2"),
        script("F60.probe", "ping -M do -s 1472 10.0.0.2", "ping -M do -s 1472 2.2.2.2"),
        new FaultCase(
            "F64",
            "F64",
            () -> onLaptop("wg syncconf wg0 <(wg-quick strip wg0)").findings(),
            () -> onHub("wg syncconf wg0 <(wg-quick strip wg0)").findings()),
        new FaultCase(
            "F65",
            "F65",
            () ->
                onHub("wg set wg0 peer " + Net.publicKey("new") + " allowed-ips 10.0.0.3/32")
                    .findings(),
            () ->
                onHub("wg set wg0 peer " + Net.publicKey("laptop") + " allowed-ips 10.0.0.2/32")
                    .findings()),
        script(
            "F66.setconf",
            "wg setconf wg0 /etc/wireguard/wg0.conf",
            "wg-quick strip wg0 | sudo wg setconf wg0 /dev/stdin"),
        script("F68.module", "modprobe wireguard-dynamic-debug", "modprobe wireguard"),
        script("F68.boot", "wg-quick up wg0", "wg-quick up wg0\nsystemctl enable wg-quick@wg0"));
  }

  private static FaultCase script(String message, String shows, String silent) {
    return new FaultCase(
        message.substring(0, 3),
        message,
        () -> onHub(shows).findings(),
        () -> onHub(silent).findings());
  }

  private static Disk onHub(String script) {
    return Disk.working().file("hub/setup.sh", "#!/bin/sh\n" + script + "\n");
  }

  private static Disk onLaptop(String script) {
    return Disk.working().file("laptop/setup.sh", "#!/bin/sh\n" + script + "\n");
  }

  private static List<String> shown(Disk disk) {
    return disk.findings().stream().map(CommandFaultsTest::shown).toList();
  }

  private static String shown(Finding finding) {
    return finding.code() + " " + finding.node().orElse("-") + " " + finding.place();
  }

  @Test
  void a_finding_names_the_line_of_the_script() {
    assertThat(shown(onHub("\n# probe\nping -s 1472 \\\n  10.0.0.2")))
        .contains("F60 hub hub/setup.sh:4");
  }

  @Test
  void what_a_script_sets_up_counts_for_its_host() {
    var subject =
        onHub(
                """
                sysctl -w net.ipv4.ip_forward=1
                cat > /etc/sysctl.d/90-wg.conf <<'EOF'
                net.ipv6.conf.all.forwarding = 1
                EOF
                iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
                apt-get install -y wireguard
                """)
            .subject();
    var hub = subject.network().node(new Name("hub")).orElseThrow();
    assertThat(hub.forwardIpv4()).isEqualTo(Forwarding.ON);
    assertThat(hub.forwardIpv6()).isEqualTo(Forwarding.ON);
    assertThat(hub.nat()).hasSize(1);
    assertThat(Faults.in(subject))
        .extracting(CommandFaultsTest::shown)
        .contains("F46 hub hub/setup.sh:6")
        .as("what is not understood in a script is no business of ours")
        .noneMatch(line -> line.startsWith("F74") || line.startsWith("F51"));
  }

  @Test
  void a_script_can_write_the_tunnel_itself() {
    var disk =
        new Disk()
            .file("laptop/wg0.conf", Disk.LAPTOP)
            .file(
                "hub/setup.sh",
                "#!/bin/bash\ncat > /etc/wireguard/wg0.conf <<EOF\n"
                    + Disk.HUB.replace("51820", "51821")
                    + "EOF\nsystemctl enable wg-quick@wg0\n");
    assertThat(disk.subject().network().nodes()).hasSize(2);
    assertThat(shown(disk)).contains("F25 laptop laptop/wg0.conf:7:12");
  }

  @Test
  void a_guide_is_for_no_host_and_its_settings_for_none() {
    var disk =
        Disk.working()
            .file(
                "guide/guide.md",
                """
                # How to

                Then add this to the file `/etc/syslog.conf`:
                ```cfg
                net.ipv4.ip_forward = 1
                ```
                and try:
                ```shell
                sudo modprobe wireguard-debug ping -s 1472 10.0.0.2
                ```
                A file like this is not for anybody in particular:
                ```ini
                [Interface]
                PrivateKey = <yours>
                ```
                """);
    assertThat(disk.subject().network().nodes()).hasSize(2);
    assertThat(shown(disk))
        .contains(
            "F43 guide guide/guide.md:5:1", "F68 - guide/guide.md:9", "F60 - guide/guide.md:9")
        .noneMatch(line -> line.startsWith("F09"));
  }
}
