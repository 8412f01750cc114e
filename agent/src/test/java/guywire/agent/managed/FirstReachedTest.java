package guywire.agent.managed;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who of several is there, where some say no and some say nothing. */
@Timeout(60)
class FirstReachedTest {

  /** So long that a test ends before whoever waits for it. */
  private static final Duration FOR_EVER = Duration.ofMinutes(10);

  private static final FirstReached SOON = new FirstReached(Duration.ofMillis(20), FOR_EVER);
  private static final FirstReached NEVER = new FirstReached(FOR_EVER, FOR_EVER);

  private static ServerSocket open(String address, int port) throws Exception {
    return new ServerSocket(port, 50, InetAddress.getByName(address));
  }

  private static String url(String host, int port) {
    return "https://" + host + ":" + port;
  }

  @Test
  void who_says_nothing_is_not_waited_for() throws Exception {
    try (var silent = new SilentPort("127.0.0.21", 0);
        var other = new SilentPort("127.0.0.22", 0);
        var there = open("127.0.0.23", 0)) {
      var urls =
          List.of(
              url("127.0.0.21", silent.port()),
              url("127.0.0.22", other.port()),
              url("127.0.0.23", there.getLocalPort()));
      assertThat(SOON.among(urls)).hasValue(2);
      assertThat(SOON.among(urls.reversed())).hasValue(0);
    }
  }

  @Test
  void the_first_one_is_taken_if_it_is_there() throws Exception {
    try (var one = open("127.0.0.21", 0);
        var other = open("127.0.0.22", one.getLocalPort())) {
      var urls =
          List.of(url("127.0.0.21", one.getLocalPort()), url("127.0.0.22", other.getLocalPort()));
      for (int i = 0; i < 50; i++) {
        assertThat(NEVER.among(urls)).hasValue(0);
      }
    }
  }

  @Test
  void after_who_refuses_the_next_is_tried_at_once() throws Exception {
    int free;
    try (var once = open("127.0.0.21", 0)) {
      free = once.getLocalPort();
    }
    try (var there = open("127.0.0.22", 0)) {
      var urls =
          List.of(
              url("127.0.0.21", free),
              url("no-such-name.invalid", free),
              url("127.0.0.21", free),
              url("127.0.0.22", there.getLocalPort()));
      assertThat(NEVER.among(urls)).hasValue(3);
      assertThat(NEVER.among(urls.subList(0, 3))).as("nobody is left").isEmpty();
      assertThat(NEVER.among(List.of())).isEmpty();
    }
  }

  @Test
  void it_is_given_up_in_time_and_when_the_thread_is_to_end() throws Exception {
    try (var silent = new SilentPort("127.0.0.21", 0)) {
      var urls = List.of(url("127.0.0.21", silent.port()), url("127.0.0.21", silent.port()));
      assertThat(new FirstReached(Duration.ofMillis(20), Duration.ofMillis(100)).among(urls))
          .isEmpty();
      var found = new OptionalInt[] {OptionalInt.of(7)};
      var thread = Thread.ofVirtual().start(() -> found[0] = SOON.among(urls));
      thread.interrupt();
      thread.join();
      assertThat(found[0]).isEmpty();
    }
  }

  @Test
  void an_address_of_ipv6_is_one_as_well() throws Exception {
    try (var there = open("::1", 0)) {
      assertThat(SOON.among(List.of(url("[::1]", there.getLocalPort())))).hasValue(0);
    }
  }
}
