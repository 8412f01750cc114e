package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An interface that is set down and up again, and a cable that comes and goes. */
@Timeout(60)
class LinkFlapTest {

  private static final int TIMES = 10;

  @Test
  void the_first_packet_after_the_interface_came_up_is_answered() {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      for (int i = 0; i < TIMES; i++) {
        pair.a.ip("link", "set", pair.a.interfaceName, "down");
        pair.a.ip("link", "set", pair.a.interfaceName, "up");
        // One echo request, also where its handshake came too soon after the last and is repeated.
        var ping = pair.a.attempt("ping", "-c", "1", "-W", "8", "10.10.0.2");
        assertThat(ping.code()).as("time %d: %s", i, ping.output()).isZero();
      }
      assertThat(UapiClient.request(pair.a.socket(), "get=1\n\n"))
          .as("answers by sessions of before")
          .doesNotContain("dropped_unknown_session");
    }
  }
}
