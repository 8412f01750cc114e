package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.linux.Netlink;
import guywire.linux.Region;
import guywire.linux.Tun;
import guywire.protocol.Endpoint;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import guywire.protocol.PublicKey;
import guywire.tunnel.cipher.Engines;
import guywire.tunnel.cipher.MessageCipher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done when the kernel refuses a datagram, before any news of routes arrive. */
@Timeout(60)
class TransmitterTest {

  private static Pair pair;
  private static Tunnel tunnel;

  @BeforeAll
  static void start() {
    pair = new Pair(Pair.Program.guywire(), Pair.Program.guywire());
    tunnel =
        pair.a.namespace.call(() -> {
          var log = new Log(Log.Level.ERROR, "test", System.err);
          var made =
              new Tunnel(
                  Tun.open("gttrans"),
                  new Engines("jce", log::error, log::verbose),
                  new Offloads("", log),
                  Sharing.ONE_THREAD,
                  log);
          made.start();
          try (Netlink netlink = Netlink.open()) {
            netlink.setUp(netlink.index("gttrans"));
          }
          return made;
        });
    Pair.await("sockets", () -> tunnel.sockets() != Sockets.NONE);
  }

  @AfterAll
  static void stop() {
    tunnel.close();
    pair.close();
  }

  @ParameterizedTest
  @CsvSource({
    "10.9.0.2, 10.9.0.99, 1", "10.9.0.2, 10.9.0.99, 3",
    "fd09::2, fd09::99, 1", "fd09::2, fd09::99, 3"
  })
  void a_source_address_that_is_not_ours_is_forgotten_and_the_datagrams_sent_without_it(
      String to, String source, int segments) {
    var endpoint = new Endpoint(IpAddress.parse(to), 1002);
    var path = new Path(endpoint, IpAddress.parse(source), 0);
    Peer peer = tunnel.device().addPeer(PublicKey.of(new byte[32])).orElseThrow();
    peer.roam(path);
    var sessions = new Sessions();
    var bundle = new Bundle(new Region());
    long counter = sessions.keypair().reserve(segments);
    for (int i = 0; i < segments; i++) {
      bundle.beginPlain(
          MessageCipher.each(Engines.single(new Region())),
          sessions.keypair(),
          path,
          0,
          counter + i,
          112);
      bundle.finish(112, 112);
    }
    Sealed sealed = bundle.seal();
    int sent = new Transmitter(tunnel).send(peer, path, sealed, 0);
    assertThat(sent).isEqualTo(segments * 144);
    assertThat(peer.path()).isEqualTo(Path.to(endpoint));
  }
}
