package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageTest {

  @ParameterizedTest
  @CsvSource({
    "1, 148, 1", "1, 147, 0", "1, 149, 0", "2, 92, 2", "2, 93, 0", "3, 64, 3", "3, 63, 0",
    "4, 32, 4", "4, 31, 0", "4, 33, 4", "4, 1500, 4", "0, 148, 0", "5, 64, 0", "1, 0, 0"
  })
  void type_and_length_must_agree(int type, int length, int expected) {
    var message = new byte[length + 4];
    message[2] = (byte) type;
    assertThat(Message.type(MemorySegment.ofArray(message), 2, length)).isEqualTo(expected);
  }

  @Test
  void the_three_bytes_after_the_type_are_zero() {
    for (int at = 1; at < 4; at++) {
      var message = new byte[148];
      message[0] = 1;
      message[at] = 1;
      assertThat(Message.type(MemorySegment.ofArray(message), 0, 148)).isEqualTo(Message.INVALID);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // length, MTU, padded
    "0, 1420, 0",
    "1, 1420, 16",
    "16, 1420, 16",
    "17, 1420, 32",
    "1408, 1420, 1408",
    "1409, 1420, 1420",
    "1420, 1420, 1420",
    "1421, 1420, 1436",
    "2840, 1420, 2840",
    "2830, 1420, 2840",
    "1409, 0, 1424",
    "65535, 0, 65536",
    "5, 20, 16",
    "18, 20, 20"
  })
  void padding_never_exceeds_the_mtu(int length, int mtu, int padded) {
    assertThat(Message.paddedLength(length, mtu)).isEqualTo(padded);
  }

  @Test
  void a_data_header_is_written_as_it_is_read() {
    MemorySegment message = MemorySegment.ofArray(new byte[40]);
    Message.writeDataHeader(message, 4, 0xa1b2c3d4, 0x1122334455667788L);
    assertThat(Station.bytes(message, 4, 16))
        .isEqualTo(HexFormat.of().parseHex("04000000d4c3b2a18877665544332211"));
    assertThat(Message.type(message, 4, 36)).isEqualTo(Message.DATA);
    assertThat(Message.receiver(message, 4)).isEqualTo(0xa1b2c3d4);
    assertThat(Message.counter(message, 4)).isEqualTo(0x1122334455667788L);
  }

  @Test
  void a_timestamp_grows_with_time_and_tells_16_milliseconds_at_most() {
    byte[] label = Tai64n.of(Instant.parse("1970-01-01T00:00:01.999999999Z"));
    assertThat(label).isEqualTo(HexFormat.of().parseHex("400000000000000b3b000000"));
    Instant time = Instant.parse("2026-01-02T03:04:05Z");
    assertThat(Tai64n.isAfter(Tai64n.of(time.plusNanos(1 << 24)), Tai64n.of(time))).isTrue();
    assertThat(Tai64n.isAfter(Tai64n.of(time.plusNanos(1000)), Tai64n.of(time))).isFalse();
    assertThat(Tai64n.isAfter(Tai64n.of(time.plusSeconds(1)), Tai64n.of(time))).isTrue();
    // A byte that passes 127 on the way is no smaller for it.
    Instant before = Instant.ofEpochSecond(0x7fffff - 10);
    assertThat(Tai64n.isAfter(Tai64n.of(before.plusSeconds(1)), Tai64n.of(before))).isTrue();
  }
}
