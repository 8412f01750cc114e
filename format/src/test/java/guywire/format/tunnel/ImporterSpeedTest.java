package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Large files are read in a time that grows with their length, not with its square. */
class ImporterSpeedTest {

  private static final int PREFIXES = 130_000;
  private static final String KEY = PrivateKey.generate(new Random(3)).base64();
  private static final String PEER = PrivateKey.generate(new Random(4)).publicKey().toString();

  @Test
  void wg_quick() {
    check(
        new WgQuickImporter(),
        "wg0.conf",
        "[Interface]\nPrivateKey="
            + KEY
            + "\n[Peer]\nPublicKey="
            + PEER
            + "\nAllowedIPs="
            + joined(",")
            + "\n");
    check(
        new WgQuickImporter(),
        "wg0.conf",
        "[Interface]\nPrivateKey="
            + KEY
            + "\n[Peer]\nPublicKey="
            + PEER
            + "\n"
            + lines("AllowedIPs = %s"));
  }

  @Test
  void openwrt() {
    String head = "set network.wg0=interface\nset network.wg0.proto='wireguard'\n";
    String peer = "set network.p=wireguard_wg0\nset network.p.public_key='" + PEER + "'\n";
    check(
        new OpenWrtImporter(),
        "x.uci",
        head
            + peer
            + "set network.p.route_allowed_ips='1'\n"
            + lines("add_list network.p.allowed_ips='%s'"));
  }

  @Test
  void networkd() {
    String head =
        "[NetDev]\nName=wg0\nKind=wireguard\n[WireGuard]\nRouteTable=main\n[WireGuardPeer]\nPublicKey="
            + PEER
            + "\n";
    check(new NetworkdImporter(), "wg0.netdev", head + "AllowedIPs=" + joined(",") + "\n");
    check(new NetworkdImporter(), "wg0.netdev", head + lines("AllowedIPs=%s"));
  }

  @Test
  void network_manager() {
    check(
        new NetworkManagerImporter(),
        "wg0.nmconnection",
        "[connection]\ntype=wireguard\nid=wg0\n[wireguard]\n[wireguard-peer."
            + PEER
            + "]\nallowed-ips="
            + joined(";")
            + "\n");
  }

  @Test
  void routeros() {
    check(
        new RouterOsImporter(),
        "x.rsc",
        "/interface/wireguard/add name=wg0\n/interface/wireguard/peers/add interface=wg0 public-key=\""
            + PEER
            + "\" allowed-address="
            + joined(",")
            + "\n");
  }

  @Test
  void dump() {
    check(
        new WgDumpImporter(),
        "x.dump",
        "wg0\t"
            + KEY
            + "\t(none)\t51820\toff\nwg0\t"
            + PEER
            + "\t(none)\t(none)\t"
            + joined(",")
            + "\t0\t0\t0\toff\n");
  }

  @Test
  void proxmox() {
    check(
        new ProxmoxImporter(),
        "fabrics.cfg",
        "wireguard_fabric: f\nwireguard_node: f_a\n\trole internal\n\tinterfaces name=wg0,listen_port=1\n\tpeers type=external,node=b,iface=wg0\nwireguard_node: f_b\n\trole external\n\tpublic_key "
            + PEER
            + "\n"
            + lines("\tallowed_ips %s"));
  }

  private static void check(Importer importer, String name, String text) {
    var files = List.of(new SourceFile(name, text));
    long best = Long.MAX_VALUE;
    // Time on the processor, because other work may share it; the first run pays for the compiler.
    for (int run = 0; run < 4 && best > 1_000_000_000L; run++) {
      long start = processorNanos();
      var read = importer.read(new Name("node"), files).getFirst();
      best = Math.min(best, processorNanos() - start);
      assertThat(read.node().interfaces().getFirst().peers().getFirst().allowedIps())
          .hasSize(PREFIXES);
    }
    assertThat(best).as("nanoseconds for " + name).isLessThan(1_000_000_000L);
  }

  /** How long this thread has run, from the first field of its schedstat (proc(5)). */
  private static long processorNanos() {
    try {
      String text = Files.readString(Path.of("/proc/thread-self/schedstat"));
      return Long.parseLong(text.substring(0, text.indexOf(' ')));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String prefix(int number) {
    return "10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255) + "/32";
  }

  private static String joined(String separator) {
    return IntStream.range(0, PREFIXES)
        .mapToObj(ImporterSpeedTest::prefix)
        .collect(Collectors.joining(separator));
  }

  private static String lines(String form) {
    return IntStream.range(0, PREFIXES)
        .mapToObj(number -> form.replace("%s", prefix(number)) + "\n")
        .collect(Collectors.joining());
  }
}
