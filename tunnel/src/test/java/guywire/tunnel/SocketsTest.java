package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.linux.UdpSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One port for both families, in a network namespace with very few free ones. */
class SocketsTest {

  private static Pair pair;

  @BeforeAll
  static void start() {
    pair = new Pair(Pair.Program.guywire(), Pair.Program.guywire());
    pair.a.attempt("sysctl", "-qw", "net.ipv4.ip_local_port_range=40000 40003");
  }

  @AfterAll
  static void stop() {
    pair.close();
  }

  private static Sockets open(int port) {
    var log = new Log(Log.Level.ERROR, "test", System.err);
    return pair.a.namespace.call(() -> Sockets.open(port, 0, new Offloads("", log), log));
  }

  private static UdpSocket taken(boolean ipv6, int port) {
    return pair.a.namespace.call(() -> UdpSocket.open(ipv6, port));
  }

  @Test
  void both_families_listen_on_the_same_port() {
    try (Sockets sockets = open(0)) {
      assertThat(sockets.of(false).port()).isEqualTo(sockets.port());
      assertThat(sockets.of(true).port()).isEqualTo(sockets.port());
      assertThat(sockets.of(false).isIpv6()).isFalse();
      assertThat(sockets.of(true).isIpv6()).isTrue();
    }
  }

  @Test
  void a_free_port_of_one_family_that_is_taken_in_the_other_is_passed_over() {
    try (UdpSocket one = taken(true, 40_000);
        UdpSocket two = taken(true, 40_001);
        UdpSocket three = taken(true, 40_003)) {
      for (int i = 0; i < 20; i++) {
        try (Sockets sockets = open(0)) {
          assertThat(sockets.port()).isEqualTo(40_002);
        }
      }
    }
  }

  @Test
  void a_wanted_port_that_is_taken_in_either_family_is_refused() {
    for (boolean ipv6 : new boolean[] {false, true}) {
      try (UdpSocket other = taken(ipv6, 4000)) {
        assertThatThrownBy(() -> open(4000).close())
            .isInstanceOfSatisfying(
                LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
      }
    }
    open(4000).close();
  }
}
