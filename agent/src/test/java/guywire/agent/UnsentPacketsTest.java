package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.InterfaceName;
import guywire.node.WireGuardDevice;
import guywire.node.WireGuardPeer;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What counters tell of packets to peers that would have to call. */
class UnsentPacketsTest {

  private static final InterfaceName WG0 = new InterfaceName("wg0");
  private static final PublicKey PEER = PrivateKey.generate(new SecureRandom()).publicKey();

  private final UnsentPackets unsent = new UnsentPackets();

  private static WireGuardDevice device(long sent, Map<String, Long> drops) {
    var peer =
        new WireGuardPeer(
            PEER, Optional.empty(), Optional.empty(), List.of(), 0, Optional.empty(), 0, sent);
    return new WireGuardDevice(Optional.empty(), 0, 0, List.of(peer), new TreeMap<>(drops));
  }

  private boolean kernel(long refused, int own) {
    return unsent.look(
        WG0, new UnsentPackets.Counters(0, 0, refused), device(0, Map.of()), false, own, own * 80L);
  }

  private boolean guywire(long refused, int own) {
    return unsent.look(
        WG0,
        new UnsentPackets.Counters(0, 0, 0),
        device(0, Map.of("no-endpoint", refused, "no-peer", 7 * refused)),
        true,
        own,
        own * 80L);
  }

  private boolean other(long taken, long packets, long sent, int own) {
    return unsent.look(
        WG0,
        new UnsentPackets.Counters(taken, packets, 0),
        device(sent, Map.of()),
        true,
        own,
        own * 76L);
  }

  @Test
  void what_the_kernel_counts_is_read_from_its_line() {
    assertThat(UnsentPackets.Counters.of("  11 1 0 0 0 0 0 0   2520  30 5 3 0 0 0 0"))
        .isEqualTo(new UnsentPackets.Counters(2520, 30, 8));
  }

  @Test
  void the_kernels_errors_count_but_for_our_own() {
    assertThat(kernel(40, 0)).as("nothing is known at first").isFalse();
    assertThat(kernel(40, 0)).isFalse();
    assertThat(kernel(43, 3)).isFalse();
    assertThat(kernel(44, 0)).isTrue();
    assertThat(kernel(50, 5)).isTrue();
    assertThat(kernel(0, 0)).as("an interface that was made anew").isFalse();
  }

  @Test
  void our_own_tunnel_says_why_it_dropped_them() {
    assertThat(guywire(0, 0)).isFalse();
    assertThat(guywire(2, 2)).isFalse();
    assertThat(guywire(3, 0)).isTrue();
    assertThat(guywire(3, 0)).isFalse();
  }

  @Test
  void what_another_program_took_and_sent_nobody_counts() {
    assertThat(other(1000, 10, 1320, 0)).isFalse();
    assertThat(other(2000, 20, 2640, 0)).as("all were sent").isFalse();
    assertThat(other(2084, 21, 2640, 0)).isTrue();
    assertThat(other(2128, 22, 2640, 1)).isFalse();
    assertThat(other(2228, 23, 2640, 1)).as("ours hides no other").isTrue();
  }

  /**
   * Random mixtures of packets to peers that can be reached, of handshakes, and of our own messages
   * and others' packets to one that must call.
   */
  @Test
  void header_and_tag_of_what_was_sent_hide_nothing() {
    for (long seed = 0; seed < 2_000; seed++) {
      var random = new SplittableRandom(seed);
      var watched = new UnsentPackets();
      long taken = 0;
      long packets = 0;
      long sent = 0;
      long hidden = 0;
      for (int look = 0; look < 20; look++) {
        long filled = 0;
        for (int packet = random.nextInt(12); packet > 0; packet--) {
          int length = random.nextInt(20, 1421);
          taken += length;
          packets++;
          sent += Math.ceilDiv(length, 16) * 16 + 32;
          filled += Math.ceilDiv(length, 16) * 16 - length;
        }
        int own = look == 0 ? 0 : random.nextInt(9);
        taken += own * 44L;
        packets += own;
        long unsent = 0;
        for (int packet = Math.max(0, random.nextInt(-3, 4)); packet > 0; packet--) {
          int length = random.nextInt(180, 1421);
          taken += length;
          packets++;
          unsent += length + 32;
        }
        boolean seen =
            watched.look(
                WG0,
                new UnsentPackets.Counters(taken, packets, 0),
                device(sent, Map.of()),
                true,
                own,
                own * 76L);
        // What hides a message of ours lets it be expected at the next look.
        if (unsent == 0 || look > 0 && unsent > filled + hidden) {
          assertThat(seen)
              .as("seed %d, look %d, %d bytes unsent, %d filled up", seed, look, unsent, filled)
              .isEqualTo(unsent > 0);
        }
        hidden = filled;
      }
    }
  }

  @Test
  void a_message_of_ours_that_a_busy_program_takes_late_is_no_traffic() {
    guywire(0, 0);
    assertThat(guywire(0, 2)).isFalse();
    assertThat(guywire(2, 0)).isFalse();
    assertThat(guywire(3, 0)).as("but only once").isTrue();
  }
}
