package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.input.SourceFile;
import guywire.format.shell.HookReader;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.Name;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No text makes a reader fail, hang, or show a key. */
class HostileFilesTest {

  private static final String[] PIECES = {
    "[Interface]\n",
    "[Peer]\n",
    "PrivateKey = ",
    "PublicKey=",
    "AllowedIPs = ",
    "Endpoint = ",
    "10.0.0.1/24",
    ",",
    ":51820",
    "[fe80::1%eth0]",
    "\n",
    "#",
    "=",
    "\ufeff",
    "\u0000",
    "\r\n",
    "PostUp = iptables -A FORWARD -i %i -j ACCEPT;",
    "Table = ",
    "MTU=",
    "99999999999",
    "-1",
    "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=",
    "'",
    "\"",
    ">",
    "sysctl -w ",
    "ip route add "
  };

  @Test
  void pieces_in_any_order_are_read() {
    var random = new Random(17);
    for (int i = 0; i < 3000; i++) {
      var text = new StringBuilder();
      for (int j = random.nextInt(30); j >= 0; j--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      read(text.toString());
    }
  }

  @Test
  void the_time_grows_with_the_length_only() {
    for (var piece : PIECES) {
      long start = System.nanoTime();
      read("[Interface]\n[Peer]\nAllowedIPs = " + piece.repeat(20_000));
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as(piece)
          .isLessThan(Duration.ofSeconds(10));
    }
  }

  static void read(String text) {
    var file = new SourceFile("wg0.conf", text);
    var imported = new WgQuickImporter().read(new Name("node"), List.of(file)).getFirst();
    for (var finding : imported.findings()) {
      assertThat(finding.what().toString()).isNotBlank();
    }
    HookReader.read(new InterfaceName("wg0"), imported.node().hooks());
    HookReader.read(
        new InterfaceName("wg0"),
        List.of(new Hook(Hook.When.POST_UP, text.replaceAll("[\n\0]", " "))));
  }
}
