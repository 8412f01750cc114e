package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Clocks that are wrong by a day, and that are set while a network changes. */
@Timeout(600)
class WrongClockTest extends HostsAtServers {

  private static final long DAY = Duration.ofDays(1).toSeconds();

  /** What a program takes for the time of day, in place of the C library's: seconds from a file. */
  private static final String SHIFTED =
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <stdlib.h>
      #include <sys/mman.h>
      #include <sys/syscall.h>
      #include <sys/time.h>
      #include <time.h>
      #include <unistd.h>

      static volatile long *shift;

      __attribute__((constructor)) static void begin(void) {
        const char *name = getenv("CLOCK_SHIFT");
        int file = name ? open(name, O_RDONLY) : -1;
        if (file >= 0) {
          void *at = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
          if (at != MAP_FAILED) shift = at;
          close(file);
        }
      }

      int clock_gettime(clockid_t clock, struct timespec *now) {
        int said = syscall(SYS_clock_gettime, clock, now);
        if (said == 0 && shift && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
          now->tv_sec += *shift;
        return said;
      }

      int gettimeofday(struct timeval *now, void *zone) {
        struct timespec at;
        (void)zone;
        clock_gettime(CLOCK_REALTIME, &at);
        now->tv_sec = at.tv_sec;
        now->tv_usec = at.tv_nsec / 1000;
        return 0;
      }

      time_t time(time_t *now) {
        struct timespec at;
        clock_gettime(CLOCK_REALTIME, &at);
        if (now) *now = at.tv_sec;
        return at.tv_sec;
      }
      """;

  private Path shift() {
    return directory.resolve("shift");
  }

  /** The server's clock is set, if it runs; in any case it is so much ahead from now on. */
  private void set(long seconds) throws Exception {
    var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(seconds);
    try (var file =
        FileChannel.open(shift(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(bytes.flip(), 0);
    }
  }

  /** Servers that are started have a clock that can be set. */
  private void shiftable() throws Exception {
    Path source = Files.writeString(directory.resolve("shift.c"), SHIFTED);
    Path library = directory.resolve("shift.so");
    var gcc =
        new ProcessBuilder(
                "gcc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString())
            .inheritIO();
    assertThat(gcc.start().waitFor()).isZero();
    set(0);
    before = List.of("env", "LD_PRELOAD=" + library, "CLOCK_SHIFT=" + shift());
  }

  private Duration made(Asking admin) {
    String created =
        read(admin, AT + "/versions?limit=1").get("items").get(0).get("created").asString();
    return Duration.between(Instant.now(), Instant.parse(created));
  }

  /**
   * Ahead, back, behind and back: with a version, and a key that changes, just before and after.
   */
  @Test
  void a_servers_clock_is_set_by_a_day_in_the_middle_of_changes() throws Exception {
    shiftable();
    var admin = setUp();
    int mtu = FIRST_MTU;
    for (long seconds : List.of(DAY, 0L, -DAY, 0L)) {
      rotate(admin, NODES.get(random.nextInt(NODES.size())));
      change(admin, ++mtu);
      set(seconds);
      allIs(admin, mtu);
      change(admin, ++mtu);
      assertThat(made(admin).abs().minusSeconds(Math.abs(seconds)).abs())
          .as("by the server's own clock")
          .isLessThan(Duration.ofHours(1));
      allIs(admin, mtu);
    }
  }

  @Test
  void a_server_whose_clock_is_a_day_behind_when_it_starts_again_goes_on() throws Exception {
    shiftable();
    var admin = setUp();
    int mtu = FIRST_MTU;
    for (long seconds : List.of(-DAY, DAY, 0L)) {
      servers.getFirst().kill();
      set(seconds);
      servers.set(0, start(0, servers.getFirst().port()));
      change(admin, ++mtu);
      rotate(admin, NODES.get(random.nextInt(NODES.size())));
      allIs(admin, mtu);
    }
  }

  private JsonNode rotation(Asking admin, String name) {
    for (var node : read(admin, AT + "/nodes").get("items")) {
      if (node.get("name").asString().equals(name)) {
        return node.path("key-rotation");
      }
    }
    throw new AssertionError(name);
  }

  @Test
  void who_is_away_is_waited_for_although_the_servers_clock_jumps_beyond_the_grace()
      throws Exception {
    shiftable();
    var admin = setUp();
    hosts.get(1).setAway(true);
    rotate(admin, "hub");
    await(() -> rotation(admin, "hub").path("waiting").size() == 1, "the others are as far");
    set(3 * DAY);
    change(admin, FIRST_MTU + 1);
    // A version goes on in the same turn in which keys do.
    await(
        () ->
            read(admin, AT + "/versions?limit=1")
                .at("/items/0/state")
                .asString()
                .equals("everywhere"),
        "the server has looked, with its clock as it is now");
    assertThat(rotation(admin, "hub").get("state").asString()).isEqualTo("announced");
    assertThat(rotation(admin, "hub").get("waiting").toString()).isEqualTo("[\"leaf-1\"]");
    hosts.get(1).setAway(false);
    allIs(admin, FIRST_MTU + 1);
  }

  private List<String> clocks(Asking admin) {
    var found = new ArrayList<String>();
    for (var each : read(admin, AT + "/findings").get("items")) {
      if (each.get("code").asString().startsWith("clock")) {
        found.add(each.get("code").asString() + " " + each.get("node").asString());
      }
    }
    return found;
  }

  @Test
  void a_node_whose_clock_is_wrong_is_told_of_and_changes_come_to_it() throws Exception {
    var admin = setUp();
    assertThat(clocks(admin)).isEmpty();
    hosts.get(1).setClockAhead(Duration.ofDays(1));
    hosts.get(2).setClockAhead(Duration.ofDays(-1));
    await(() -> clocks(admin).size() == 2, "both are told of");
    assertThat(clocks(admin))
        .containsExactlyInAnyOrder("clock-ahead leaf-1", "clock-behind leaf-2");
    change(admin, FIRST_MTU + 1);
    rotate(admin, "leaf-1");
    allIs(admin, FIRST_MTU + 1);
    hosts.get(1).setClockAhead(Duration.ZERO);
    hosts.get(2).setClockAhead(Duration.ZERO);
    await(() -> clocks(admin).isEmpty(), "both are right again");
  }
}
