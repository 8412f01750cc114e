package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InnerPacketTest {

  @ParameterizedTest
  @CsvSource({
    // version, claimed length field, bytes there, result
    "4, 20, 20, 20", "4, 40, 48, 40", "4, 41, 40, -1", "4, 19, 64, -1", "4, 20, 19, -1",
    "6, 0, 40, 40", "6, 8, 48, 48", "6, 9, 48, -1", "6, 0, 39, -1", "5, 20, 64, -1",
    "0, 20, 64, -1", "6, 65535, 65575, 65575"
  })
  void the_header_says_how_long_the_packet_is(int version, int claimed, int length, int result) {
    var packet = new byte[length + 3];
    packet[3] = (byte) (version << 4);
    int field = version == 4 ? 2 : 4;
    packet[3 + field] = (byte) (claimed >>> 8);
    packet[3 + field + 1] = (byte) claimed;
    assertThat(InnerPacket.check(MemorySegment.ofArray(packet), 3, length)).isEqualTo(result);
  }

  @Test
  void nothing_is_no_packet() {
    assertThat(InnerPacket.check(MemorySegment.ofArray(new byte[0]), 0, 0))
        .isEqualTo(InnerPacket.INVALID);
  }

  @ParameterizedTest
  @CsvSource({
    // RFC 6040 section 4.1: inner, outer
    "0, 0",
    "1, 1",
    "2, 2",
    "3, 2"
  })
  void the_outer_mark_follows_the_inner_one_but_hides_congestion(int inner, int outer) {
    assertThat(Ecn.encapsulate(ipv4(inner), 0)).isEqualTo(outer);
    assertThat(Ecn.encapsulate(ipv6(inner), 0)).isEqualTo(outer);
  }

  @ParameterizedTest
  @CsvSource({
    // RFC 6040 section 4.2: inner, outer, result
    "0, 0, 0", "0, 1, 0", "0, 2, 0", "0, 3, 0", "1, 0, 1", "1, 1, 1", "1, 2, 1", "1, 3, 3",
    "2, 0, 2", "2, 1, 1", "2, 2, 2", "2, 3, 3", "3, 0, 3", "3, 1, 3", "3, 2, 3", "3, 3, 3"
  })
  void congestion_met_outside_is_told_inside(int inner, int outer, int result) {
    MemorySegment v4 = ipv4(inner);
    Ecn.decapsulate(0xb8 | outer, v4, 0);
    assertThat(Station.bytes(v4, 1, 1)[0] & 0xff).isEqualTo(0xa4 | result);
    assertThat(checksum(v4)).isEqualTo(0xffff);

    MemorySegment v6 = ipv6(inner);
    Ecn.decapsulate(outer, v6, 0);
    byte[] bytes = Station.bytes(v6, 0, 4);
    assertThat(bytes).containsExactly(0x6a, 0x45 | result << 4, 0x67, 0x89);
  }

  @ParameterizedTest
  @CsvSource({"0, false, 0", "1, true, 3", "2, true, 3", "3, true, 3"})
  void congestion_here_is_told_to_those_who_have_agreed_to_it(int inner, boolean told, int result) {
    MemorySegment v4 = ipv4(inner);
    assertThat(Ecn.mark(v4, 0)).isEqualTo(told);
    assertThat(Station.bytes(v4, 1, 1)[0] & 0xff).isEqualTo(0xa4 | result);
    assertThat(checksum(v4)).isEqualTo(0xffff);

    MemorySegment v6 = ipv6(inner);
    assertThat(Ecn.mark(v6, 0)).isEqualTo(told);
    assertThat(Station.bytes(v6, 0, 4)).containsExactly(0x6a, 0x45 | result << 4, 0x67, 0x89);
  }

  private static MemorySegment ipv4(int ecn) {
    byte[] packet = Station.packet(Station.inner(1), Station.inner(2), 40, 1);
    packet[1] = (byte) (0xa4 | ecn);
    MemorySegment segment = MemorySegment.ofArray(packet);
    int sum = ~checksum(segment) & 0xffff;
    packet[10] = (byte) (sum >>> 8);
    packet[11] = (byte) sum;
    assertThat(checksum(segment)).isEqualTo(0xffff);
    return segment;
  }

  private static MemorySegment ipv6(int ecn) {
    var packet = new byte[40];
    packet[0] = 0x6a;
    packet[1] = (byte) (0x45 | ecn << 4);
    packet[2] = 0x67;
    packet[3] = (byte) 0x89;
    return MemorySegment.ofArray(packet);
  }

  /** The one's complement sum of an IPv4 header: 0xffff if its checksum is right. */
  private static int checksum(MemorySegment packet) {
    byte[] header = Station.bytes(packet, 0, 20);
    int sum = 0;
    for (int i = 0; i < 20; i += 2) {
      sum += (header[i] & 0xff) << 8 | (header[i + 1] & 0xff);
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (sum & 0xffff) + (sum >>> 16);
  }
}
