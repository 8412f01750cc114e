package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.linux.RawSocket;
import guywire.network.Name;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the lab reads out of packets. */
class ProbePacketsTest {

  private static final long MARK = 0x1122334455667788L;

  @Test
  void an_echo_request_of_ours_is_known_by_its_stamp_and_counts_its_hops() {
    var packet = ipv4(1, SeenPacket.echoRequest(true, MARK, 20007, 3));
    assertThat(SeenPacket.passing(packet, MARK))
        .contains(new SeenPacket(SeenPacket.Kind.REQUEST, 20007, IpAddress.parse("192.0.2.1"), 61));
    assertThat(SeenPacket.passing(packet, MARK + 1)).isEmpty();
  }

  @Test
  void the_checksum_of_an_echo_request_is_right() {
    byte[] message = SeenPacket.echoRequest(true, MARK, 20007, 3);
    int sum = 0;
    for (int i = 0; i < message.length; i += 2) {
      sum += (message[i] & 0xff) << 8 | (message[i + 1] & 0xff);
    }
    assertThat((sum & 0xffff) + (sum >>> 16)).isEqualTo(0xffff);
  }

  @Test
  void of_tcp_only_the_first_packet_counts_and_the_source_port_is_the_key() {
    assertThat(SeenPacket.passing(ipv4(6, tcp(20009, 2)), MARK))
        .map(SeenPacket::key)
        .contains(20009);
    assertThat(SeenPacket.passing(ipv4(6, tcp(20009, 18)), MARK)).isEmpty();
    assertThat(SeenPacket.passing(ipv4(6, tcp(20009, 16)), MARK)).isEmpty();
  }

  @Test
  void what_is_too_short_is_not_ours() {
    byte[] whole = ipv4(17, new byte[30]).bytes();
    for (int length = 0; length <= whole.length; length++) {
      var cut =
          new RawSocket.CapturedPacket(
              new byte[0], false, false, java.util.Arrays.copyOf(whole, length));
      assertThat(SeenPacket.passing(cut, MARK)).isEmpty();
    }
  }

  @Test
  void a_question_and_its_answer_are_read_back() {
    byte[] message = DnsMessage.question(77, "nas.two-homes.internal", DnsMessage.A);
    DnsMessage.Question question = DnsMessage.readQuestion(message).orElseThrow();
    assertThat(question.name()).isEqualTo("nas.two-homes.internal");
    var addresses = List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("2001:db8::1"));
    assertThat(DnsMessage.readAnswer(DnsMessage.answer(question, DnsMessage.NO_ERROR, addresses)))
        .contains(new DnsMessage.Response(77, DnsMessage.NO_ERROR, addresses));
  }

  @Test
  void bytes_that_are_no_dns_message_are_none() {
    var random = new java.util.Random(1);
    for (int i = 0; i < 20_000; i++) {
      var bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      DnsMessage.readQuestion(bytes).ifPresent(q -> assertThat(q.id()).isBetween(0, 0xffff));
      DnsMessage.readAnswer(bytes).ifPresent(a -> assertThat(a.id()).isBetween(0, 0xffff));
    }
  }

  @Test
  void a_promised_way_may_have_other_nodes_between_its_own_but_not_another_order() {
    var passed = List.of(new Name("a"), new Name("b"), new Name("c"));
    assertThat(Probing.inOrder(List.of(new Name("a"), new Name("c")), passed)).isTrue();
    assertThat(Probing.inOrder(List.of(new Name("c"), new Name("a")), passed)).isFalse();
    assertThat(Probing.inOrder(List.of(), passed)).isTrue();
    assertThat(Probing.inOrder(List.of(new Name("d")), passed)).isFalse();
  }

  private static RawSocket.CapturedPacket ipv4(int protocol, byte[] payload) {
    var bytes =
        ByteBuffer.allocate(20 + payload.length)
            .put(0, (byte) 0x45)
            .put(8, (byte) 61)
            .put(9, (byte) protocol)
            .put(12, IpAddress.parse("192.0.2.1").bytes())
            .put(16, IpAddress.parse("192.0.2.2").bytes())
            .put(20, payload)
            .array();
    return new RawSocket.CapturedPacket(new byte[0], false, false, bytes);
  }

  private static byte[] tcp(int sourcePort, int flags) {
    return ByteBuffer.allocate(20).putShort(0, (short) sourcePort).put(13, (byte) flags).array();
  }
}
