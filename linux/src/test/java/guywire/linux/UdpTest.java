package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UdpTest {

  private static final int SEGMENT = 1000;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_super_datagram_arrives_as_it_was_sent_with_its_addresses(boolean ipv6) {
    try (UdpSocket from = UdpSocket.open(ipv6, 0);
        UdpSocket to = UdpSocket.open(ipv6, 0)) {
      assertThat(from.canSegment()).isTrue();
      assertThat(to.setGro(true)).isTrue();
      long data = Memory.allocate(1 << 16);
      int length = 40 * SEGMENT + 17;
      for (int i = 0; i < length; i++) {
        Memory.putByte(data + i, i * 31);
      }
      var sender = new UdpSender(new Region());
      if (ipv6) {
        sender.to6(0, 1, 0, to.port());
        sender.from(0, 1);
      } else {
        sender.to4(0x7f000001, to.port());
        sender.from(0, 0x7f000001);
      }
      long before = Clock.unixNanos();
      assertThat(sender.send(from, data, length, SEGMENT, 0x8a)).isEqualTo(length);

      var receiver = new UdpReceiver(8, new Region());
      var poll = new Poll(to.fd());
      int received = 0;
      while (received < length) {
        assertThat(poll.await(2_000_000_000L)).isTrue();
        int count = receiver.receive(to);
        for (int i = 0; i < count; i++) {
          assertThat(receiver.segmentBytes(i)).isEqualTo(Math.min(SEGMENT, receiver.length(i)));
          assertThat(receiver.tos(i)).isEqualTo(0x8a);
          assertThat(receiver.arrivalUnixNanos(i)).isBetween(before, Clock.unixNanos());
          assertThat(receiver.port(i)).isEqualTo(from.port());
          assertThat(receiver.isIpv6(i)).isEqualTo(ipv6);
          assertThat(receiver.low(i)).isEqualTo(ipv6 ? 1 : 0x7f000001L);
          assertThat(receiver.hasLocal(i)).isTrue();
          assertThat(receiver.localLow(i)).isEqualTo(ipv6 ? 1 : 0x7f000001L);
          for (int j = 0; j < receiver.length(i); j += 97) {
            assertThat(Memory.getByte(receiver.address(i) + j))
                .isEqualTo(Memory.getByte(data + received + j));
          }
          received += receiver.length(i);
        }
      }
      assertThat(received).isEqualTo(length);
      assertThat(receiver.receive(to)).isEqualTo(-Errno.EAGAIN);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_tail_is_one_more_datagram_and_not_counted(boolean ipv6) {
    try (UdpSocket from = UdpSocket.open(ipv6, 0);
        UdpSocket to = UdpSocket.open(ipv6, 0)) {
      long data = Memory.allocate(1 << 16);
      var sender = new UdpSender(new Region());
      if (ipv6) {
        sender.to6(0, 1, 0, to.port());
      } else {
        sender.to4(0x7f000001, to.port());
      }
      assertThat(sender.sendTailed(from, data, 3 * SEGMENT, SEGMENT, 0)).isEqualTo(3 * SEGMENT);
      assertThat(sender.send(from, data, SEGMENT, SEGMENT, 0)).isEqualTo(SEGMENT);

      var receiver = new UdpReceiver(8, new Region());
      var lengths = new java.util.ArrayList<Integer>();
      var poll = new Poll(to.fd());
      while (lengths.size() < 5) {
        assertThat(poll.await(2_000_000_000L)).isTrue();
        int count = receiver.receive(to);
        for (int i = 0; i < count; i++) {
          lengths.add(receiver.length(i));
        }
      }
      assertThat(lengths).containsExactly(SEGMENT, SEGMENT, SEGMENT, UdpSender.TAIL_BYTES, SEGMENT);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_port_in_use_is_refused(boolean ipv6) {
    try (UdpSocket first = UdpSocket.open(ipv6, 0)) {
      assertThatThrownBy(() -> UdpSocket.open(ipv6, first.port()).close())
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
    }
  }
}
