package guywire.linux;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The attributes of a received netlink message: checked once, then read by type. */
final class Attributes {

  /** The type's bits without the flags "nested" and "network byte order". */
  private static final int TYPE_MASK = 0x3fff;

  private record Entry(int type, ByteBuffer value) {}

  private final List<Entry> entries;

  private Attributes(List<Entry> entries) {
    this.entries = entries;
  }

  /** Splits what is left of the buffer; a damaged tail is left out. */
  static Attributes of(ByteBuffer buffer) {
    var entries = new ArrayList<Entry>();
    int at = buffer.position();
    while (buffer.limit() - at >= 4) {
      int length = buffer.getShort(at) & 0xffff;
      int type = buffer.getShort(at + 2) & TYPE_MASK;
      if (length < 4 || at + length > buffer.limit()) {
        break;
      }
      entries.add(new Entry(type, buffer.slice(at + 4, length - 4).order(ByteOrder.nativeOrder())));
      at += (length + 3) & ~3;
    }
    return new Attributes(entries);
  }

  /** The value of the last attribute of this type. */
  Optional<ByteBuffer> value(int type) {
    return entries.reversed().stream()
        .filter(entry -> entry.type == type)
        .map(entry -> entry.value.duplicate().order(ByteOrder.nativeOrder()))
        .findFirst();
  }

  /** The values of all attributes, in order: for arrays. */
  List<ByteBuffer> values() {
    return entries.stream()
        .map(entry -> entry.value.duplicate().order(ByteOrder.nativeOrder()))
        .toList();
  }

  /** The attributes inside the attribute of this type; none if it is absent. */
  Attributes nested(int type) {
    return value(type).map(Attributes::of).orElseGet(() -> new Attributes(List.of()));
  }

  Optional<Long> u32(int type) {
    return value(type).filter(v -> v.remaining() >= 4).map(v -> v.getInt(0) & 0xffffffffL);
  }

  long u64(int type) {
    return value(type).filter(v -> v.remaining() >= 8).map(v -> v.getLong(0)).orElse(0L);
  }

  int u16(int type) {
    return value(type).filter(v -> v.remaining() >= 2).map(v -> v.getShort(0) & 0xffff).orElse(0);
  }

  int u8(int type) {
    return value(type).filter(v -> v.remaining() >= 1).map(v -> v.get(0) & 0xff).orElse(0);
  }

  Optional<byte[]> bytes(int type) {
    return value(type).map(Attributes::bytes);
  }

  Optional<String> text(int type) {
    return bytes(type)
        .map(b -> {
          int end = 0;
          while (end < b.length && b[end] != 0) {
            end++;
          }
          return new String(b, 0, end, StandardCharsets.UTF_8);
        });
  }

  Optional<InetAddress> address(int type) {
    return bytes(type).filter(b -> b.length == 4 || b.length == 16).map(Attributes::address);
  }

  static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
    }
  }

  static byte[] bytes(ByteBuffer value) {
    var bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    return bytes;
  }
}
