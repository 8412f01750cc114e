package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.UdpSender;
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

  private final Bundle bundle = new Bundle();
  private final MessageCipher cipher = MessageCipher.each(Engines.single());
  private final Sessions sessions = new Sessions();
  private final Keypair keypair = sessions.keypair();
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

  private int room(int padded) {
    return room(padded, UdpSender.MAX_SEGMENTS);
  }

  private int room(int padded, int most) {
    return bundle.room(keypair, path, 0, padded + OVERHEAD, most);
  }

  private void add(int padded) {
    bundle.beginPlain(cipher, keypair, path, 0, keypair.reserve(1), padded);
    bundle.finish(padded, padded);
  }
}
