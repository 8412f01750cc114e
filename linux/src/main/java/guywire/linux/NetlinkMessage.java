package guywire.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A netlink message under construction: the 16-byte {@code struct nlmsghdr}, a fixed header of the
 * family, and attributes. Numbers are in the machine's byte order unless the kernel says otherwise.
 */
final class NetlinkMessage {

  static final int HEADER_BYTES = 16;

  // Flags of struct nlmsghdr.
  static final int REQUEST = 0x1;
  static final int ACK = 0x4;
  static final int REPLACE = 0x100;
  static final int EXCLUSIVE = 0x200;
  static final int CREATE = 0x400;
  static final int APPEND = 0x800;
  static final int DUMP = 0x300;

  /** Says that an attribute holds attributes (NLA_F_NESTED). */
  static final int NESTED = 0x8000;

  private final String purpose;
  private ByteBuffer buffer = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

  /**
   * A message with its header.
   *
   * @param purpose what it is for, as exceptions say it; never holds a secret
   */
  NetlinkMessage(String purpose, int type, int flags) {
    this.purpose = purpose;
    buffer.putInt(0).putShort((short) type).putShort((short) flags).putInt(0).putInt(0);
  }

  String purpose() {
    return purpose;
  }

  NetlinkMessage u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  NetlinkMessage u16(int value) {
    room(2).putShort((short) value);
    return this;
  }

  NetlinkMessage u32(long value) {
    room(4).putInt((int) value);
    return this;
  }

  NetlinkMessage attribute(int type, byte[] value) {
    room(4).putShort((short) (4 + value.length)).putShort((short) type);
    room(value.length).put(value);
    return align();
  }

  NetlinkMessage attribute8(int type, int value) {
    return attribute(type, new byte[] {(byte) value});
  }

  NetlinkMessage attribute16(int type, int value) {
    return attribute(
        type,
        ByteBuffer.allocate(2).order(ByteOrder.nativeOrder()).putShort((short) value).array());
  }

  NetlinkMessage attribute32(int type, long value) {
    return attribute(
        type, ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt((int) value).array());
  }

  NetlinkMessage attribute(int type, InetAddress address) {
    return attribute(type, address.getAddress());
  }

  /** A string that ends with a zero byte. */
  NetlinkMessage attribute(int type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return attribute(type, Arrays.copyOf(bytes, bytes.length + 1));
  }

  /** An attribute whose value is written by {@code body}. */
  NetlinkMessage nest(int type, Consumer<NetlinkMessage> body) {
    int start = buffer.position();
    u16(0).u16(type);
    body.accept(this);
    buffer.putShort(start, (short) (buffer.position() - start));
    return align();
  }

  int length() {
    return buffer.position();
  }

  /** The finished bytes under this sequence number. */
  byte[] bytes(int sequence) {
    buffer.putInt(0, buffer.position()).putInt(8, sequence);
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /** Overwrites what was written: messages may carry keys. */
  void erase() {
    Arrays.fill(buffer.array(), (byte) 0);
  }

  private NetlinkMessage align() {
    while (buffer.position() % 4 != 0) {
      u8(0);
    }
    return this;
  }

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      ByteBuffer larger =
          ByteBuffer.allocate((buffer.capacity() + bytes) * 2).order(ByteOrder.nativeOrder());
      larger.put(buffer.flip());
      erase();
      buffer = larger;
    }
    return buffer;
  }
}
