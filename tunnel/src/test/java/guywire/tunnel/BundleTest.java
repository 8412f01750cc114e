package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.Region;
import guywire.linux.UdpSender;
import guywire.protocol.AeadKey;
import guywire.protocol.Keypair;
import guywire.protocol.Path;
import guywire.tunnel.cipher.Engines;
import guywire.tunnel.cipher.MessageCipher;
import org.junit.jupiter.api.Test;

/** What may lie behind what in one super-datagram: only the last may be shorter. */
class BundleTest {

  private static final int LONG = 1424;
  private static final int SHORT = 736;
  private static final int OVERHEAD = 32;

  private final Bundle bundle = new Bundle(new Region());
  private final MessageCipher cipher = MessageCipher.each(Engines.single(new Region()));
  private final Sessions sessions = new Sessions();
  private final Keypair keypair = sessions.keypair();
  private long next;
  private final Path path = keypair.peer().path();

  @Test
  void behind_longer_messages_there_is_room_for_one_shorter_and_then_for_none() {
    add(LONG);
    add(LONG);
    assertThat(room(SHORT)).isEqualTo(1);
    add(SHORT);
    assertThat(room(SHORT)).isZero();
    assertThat(room(16)).isZero();
    assertThat(bundle.isFull(UdpSender.MAX_SEGMENTS)).isTrue();
  }

  @Test
  void behind_messages_there_is_room_for_many_of_their_length_and_for_no_longer_one() {
    add(SHORT);
    assertThat(room(SHORT)).isEqualTo(UdpSender.MAX_SEGMENTS - 1);
    assertThat(room(LONG)).isZero();
  }

  @Test
  void nothing_has_room_where_super_datagrams_came_out_of_use_meanwhile() {
    add(SHORT);
    add(SHORT);
    assertThat(room(SHORT, 1)).isZero();
    assertThat(bundle.isFull(1)).isTrue();
  }

  @Test
  void a_message_longer_than_a_datagram_has_no_room_ever() {
    assertThat(room(65_520)).isZero();
  }

  @Test
  void there_is_no_room_behind_a_gap_of_counters() {
    add(LONG);
    next++;
    assertThat(room(LONG)).isZero();
  }

  @Test
  void messages_that_are_sealed_as_they_must_be_may_leave() {
    add(LONG);
    add(LONG);
    add(SHORT);
    Sealed sealed = bundle.seal();
    assertThat(sealed).isNotNull();
    assertThat(sealed.length()).isEqualTo(2 * (LONG + OVERHEAD) + SHORT + OVERHEAD);
    assertThat(sealed.segmentBytes()).isEqualTo(LONG + OVERHEAD);
  }

  @Test
  void nothing_of_what_may_leave_is_left_when_the_bundle_is_used_anew() {
    add(LONG);
    Sealed sealed = bundle.seal();
    bundle.clear();
    assertThat(sealed.length()).isZero();
    add(LONG);
    assertThat(sealed.length()).isZero();
  }

  /** As it was done before the rule of {@link Bundle#room}: bytes of packets left in plain. */
  @Test
  void several_shorter_messages_behind_a_longer_one_do_not_leave_even_if_somebody_adds_them() {
    add(LONG);
    add(SHORT);
    add(SHORT);
    assertThat(bundle.seal()).isNull();
  }

  @Test
  void a_longer_message_behind_a_shorter_one_does_not_leave() {
    add(SHORT);
    add(LONG);
    assertThat(bundle.seal()).isNull();
  }

  @Test
  void a_counter_that_was_used_does_not_leave_again() {
    long counter = keypair.reserve(2);
    add(counter, LONG);
    add(counter + 1, LONG);
    assertThat(bundle.seal()).isNotNull();
    for (long used : new long[] {counter, counter + 1}) {
      bundle.clear();
      add(used, LONG);
      assertThat(bundle.seal()).isNull();
    }
  }

  @Test
  void a_counter_that_nobody_reserved_does_not_leave() {
    add(keypair.reserve(1) + 1, LONG);
    assertThat(bundle.seal()).isNull();
  }

  @Test
  void counters_with_a_gap_do_not_leave() {
    long counter = keypair.reserve(3);
    add(counter, LONG);
    add(counter + 2, LONG);
    assertThat(bundle.seal()).isNull();
  }

  @Test
  void a_message_that_no_cipher_has_sealed_does_not_leave() {
    var idle = new Bundle(new Region());
    long counter = keypair.reserve(1);
    idle.beginPlain(new SealsNothing(), keypair, path, 0, counter, LONG);
    idle.finish(LONG, LONG);
    assertThat(idle.seal()).isNull();
  }

  /** A cipher that says it has sealed. */
  private static final class SealsNothing implements MessageCipher {

    @Override
    public void prepare(
        AeadKey key, long messages, int stride, int bytes, int written, int count, long notes) {}

    @Override
    public long fill(int index, int offset, long from, int length) {
      return 0;
    }

    @Override
    public void seal(AeadKey key, long messages, int stride, int bytes, int count, long notes) {}

    @Override
    public long open(AeadKey key, long messages, int stride, int bytes, int count) {
      return 0;
    }

    @Override
    public long head(int index) {
      return 0;
    }

    @Override
    public long take(int index, int offset, long to, int length) {
      return 0;
    }
  }

  private int room(int padded) {
    return room(padded, UdpSender.MAX_SEGMENTS);
  }

  private int room(int padded, int most) {
    return bundle.room(keypair, path, 0, next, padded + OVERHEAD, most);
  }

  private void add(int padded) {
    add(keypair.reserve(1), padded);
  }

  private void add(long counter, int padded) {
    next = counter + 1;
    bundle.beginPlain(cipher, keypair, path, 0, counter, padded);
    bundle.finish(padded, padded);
  }
}
