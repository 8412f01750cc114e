package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.agent.UnsentPackets.Brought;
import guywire.agent.UnsentPackets.Found;
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

  private static final Brought NONE = Brought.NONE;

  private final UnsentPackets unsent = new UnsentPackets();

  private static WireGuardDevice device(long sent, Map<String, Long> drops) {
    var peer =
        new WireGuardPeer(
            PEER, Optional.empty(), Optional.empty(), List.of(), 0, Optional.empty(), 0, sent);
    return new WireGuardDevice(Optional.empty(), 0, 0, List.of(peer), new TreeMap<>(drops));
  }

  private static UnsentPackets.Counters counters(long taken, long packets, long refused) {
    return new UnsentPackets.Counters(0, 0, taken, packets, refused);
  }

  private boolean kernel(long refused, int own) {
    return unsent.look(
            WG0, counters(0, 0, refused), device(0, Map.of()), false, own, own * 80L, NONE)
        != Found.NOTHING;
  }

  private boolean guywire(long refused, int own) {
    return unsent.look(
            WG0,
            counters(0, 0, 0),
            device(0, Map.of("no-endpoint", refused, "no-peer", 7 * refused)),
            true,
            own,
            own * 80L,
            NONE)
        != Found.NOTHING;
  }

  private boolean other(long taken, long packets, long sent, int own) {
    return unsent.look(
            WG0, counters(taken, packets, 0), device(sent, Map.of()), true, own, own * 76L, NONE)
        != Found.NOTHING;
  }

  @Test
  void what_the_kernel_counts_is_read_from_its_line() {
    assertThat(UnsentPackets.Counters.of("  11 1 0 0 0 0 0 0   2520  30 5 3 0 0 0 0"))
        .isEqualTo(new UnsentPackets.Counters(11, 1, 2520, 30, 8));
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
  void what_was_dropped_for_another_reason_was_for_nobody() {
    unsent.look(WG0, counters(0, 0, 0), device(0, Map.of()), true, 0, 0, NONE);
    var found =
        unsent.look(WG0, counters(48, 1, 0), device(0, Map.of("no-peer", 1L)), true, 0, 0, NONE);
    assertThat(found).isEqualTo(Found.NOTHING);
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
                    counters(taken, packets, 0),
                    device(sent, Map.of()),
                    true,
                    own,
                    own * 76L,
                    NONE)
                != Found.NOTHING;
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

  private Found found(long refused, int own, long brought) {
    return unsent.look(
        WG0,
        counters(0, 0, 0),
        device(0, Map.of("no-endpoint", refused)),
        true,
        own,
        own * 80L,
        new Brought(brought, brought * 100));
  }

  @Test
  void what_may_have_been_passed_on_is_told_from_what_began_here() {
    assertThat(found(0, 0, 0)).isEqualTo(Found.NOTHING);
    assertThat(found(3, 0, 3)).isEqualTo(Found.PERHAPS_PROBES);
    assertThat(found(8, 1, 1))
        .as("one is ours, one came now, and three may have come just before the last look")
        .isEqualTo(Found.PERHAPS_PROBES);
    assertThat(found(12, 0, 2)).as("four, of which three came").isEqualTo(Found.TRAFFIC);
    assertThat(found(12, 0, 9)).as("what came went elsewhere").isEqualTo(Found.NOTHING);
  }

  @Test
  void bytes_tell_it_where_a_program_does_not_count_what_it_drops() {
    look(0, 0, Brought.NONE);
    assertThat(look(84, 1, new Brought(1, 116))).isEqualTo(Found.PERHAPS_PROBES);
    assertThat(look(1284, 2, Brought.NONE))
        .as("a larger one than any that came")
        .isEqualTo(Found.TRAFFIC);
  }

  private Found look(long taken, long packets, Brought brought) {
    return unsent.look(WG0, counters(taken, packets, 0), device(0, Map.of()), true, 0, 0, brought);
  }

  @Test
  void an_interface_that_counts_anew_brought_nothing() {
    var before = UnsentPackets.Counters.of(" 500 5 0 0 0 0 0 0 0 0 0 0 0 0 0 0");
    var after = UnsentPackets.Counters.of(" 900 7 0 0 0 0 0 0 0 0 0 0 0 0 0 0");
    assertThat(Brought.between(before, after))
        .isEqualTo(new Brought(2, 400 + 2 * UnsentPackets.SEALED_BYTES));
    assertThat(Brought.between(after, before)).isEqualTo(Brought.NONE);
  }
}
