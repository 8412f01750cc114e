package guywire.tunnel.cipher;

import guywire.linux.Memory;
import guywire.protocol.Message;
import java.util.Objects;

/**
 * Messages that a cipher works on: of one length, one behind the other. What is asked of them is
 * held against what was said of them, and that against the memory in which they lie: a wrong number
 * is an {@link IndexOutOfBoundsException} before anything is touched. Confined to one thread.
 */
final class Batch {

  /** No packet is longer. */
  static final int LONGEST = 1 << 16;

  private long firstPacket;
  private int stride;
  private int packetBytes;
  private int count;

  /**
   * Takes messages for those asked about from now on.
   *
   * @throws IndexOutOfBoundsException unless they are one to {@link MessageCipher#MOST}, do not
   *     overlap, and lie in one piece of memory
   */
  void lie(long messages, int stride, int packetBytes, int count) {
    Objects.checkIndex(count - 1, MessageCipher.MOST);
    check(messages, stride, packetBytes, count);
    firstPacket = messages + Message.DATA_HEADER_LENGTH;
    this.stride = stride;
    this.packetBytes = packetBytes;
    this.count = count;
  }

  /** Makes sure of any number of messages, without taking them. */
  static void check(long messages, int stride, int packetBytes, int count) {
    Objects.checkIndex(packetBytes, LONGEST + 1);
    if (count < 1 || stride < packetBytes + Message.DATA_OVERHEAD) {
      throw new IndexOutOfBoundsException(
          count + " messages of " + packetBytes + " bytes, " + stride + " apart");
    }
    long all = (count - 1L) * stride + packetBytes + Message.DATA_OVERHEAD;
    Memory.check(messages, all + MessageCipher.HEAD_BYTES);
  }

  long firstPacket() {
    return firstPacket;
  }

  int stride() {
    return stride;
  }

  int count() {
    return count;
  }

  /** Where a packet begins. */
  long packet(int index) {
    return firstPacket + (long) Objects.checkIndex(index, count) * stride;
  }

  /** Where a piece of a packet begins, all of which must be in it. */
  long piece(int index, int offset, int length) {
    return packet(index) + Objects.checkFromIndexSize(offset, length, packetBytes);
  }
}
