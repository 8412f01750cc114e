package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many may hold the control socket at once, and for how long who says nothing may. */
class UapiConnectionsTest {

  private static final int MOST = 64;

  private static final class Held implements AutoCloseable {
    private final List<SocketChannel> channels = new ArrayList<>();

    SocketChannel one(Pair pair, String text) throws IOException {
      SocketChannel channel = UapiClient.connect(pair.a.socket());
      channels.add(channel);
      UapiClient.send(channel, text);
      return channel;
    }

    @Override
    public void close() throws IOException {
      for (var channel : channels) {
        channel.close();
      }
    }
  }

  private static Pair pair() {
    return new Pair(Pair.Program.guywire(), Pair.Program.guywire());
  }

  private static boolean answers(Pair pair) {
    try (var one = UapiClient.connect(pair.a.socket())) {
      UapiClient.send(one, "get=1\n\n");
      return UapiClient.answer(one).contains("errno=0");
    } catch (IOException e) {
      // Refused, and the other side had ended before the request was written.
      return false;
    }
  }

  @Test
  void a_connection_too_many_is_ended_at_once_and_a_place_that_is_left_is_free() throws Exception {
    try (var pair = pair();
        var held = new Held()) {
      for (int i = 0; i < MOST; i++) {
        // Each has been taken when it has its answer.
        assertThat(UapiClient.answer(held.one(pair, "get=1\n\n"))).contains("errno=0");
      }
      assertThat(answers(pair)).isFalse();
      held.channels.getFirst().close();
      Pair.await("the place that was left", () -> answers(pair));
    }
  }

  @Test
  @Tag("hours")
  @Timeout(300)
  void who_says_nothing_for_two_minutes_is_sent_away_whatever_he_had_begun() throws Exception {
    try (var pair = pair();
        var held = new Held()) {
      var begun = List.of("", "se", "set=1\nprivate_key=", "get=1\n\n");
      for (String text : begun) {
        held.one(pair, text);
      }
      UapiClient.answer(held.channels.getLast());
      for (var channel : held.channels) {
        UapiClient.answer(channel);
      }
      assertThat(answers(pair)).isTrue();
    }
  }
}
