package guywire.tunnel.cipher;

import guywire.linux.Memory;
import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;
import guywire.tunnel.machine.Sums;

/** Has an engine seal and open message after message where they lie. */
final class EachCipher implements MessageCipher {

  private final Aead engine;
  private long firstPacket;
  private int stride;

  EachCipher(Aead engine) {
    this.engine = engine;
  }

  @Override
  public void prepare(
      AeadKey key, long messages, int stride, int packetBytes, int written, int count, long notes) {
    lie(messages, stride);
  }

  @Override
  public long fill(int index, int offset, long from, int length) {
    return Sums.copyAndSum(from, head(index) + offset, length);
  }

  @Override
  public void seal(AeadKey key, long messages, int stride, int packetBytes, int count, long notes) {
    for (int i = 0; i < count; i++) {
      long message = messages + (long) i * stride;
      long packet = message + Message.DATA_HEADER_LENGTH;
      long counter = Message.counter(Memory.ALL, message);
      engine.seal(key, counter, Memory.ALL, packet, packetBytes, Memory.ALL, packet);
    }
  }

  @Override
  public long open(AeadKey key, long messages, int stride, int packetBytes, int count) {
    lie(messages, stride);
    int sealed = packetBytes + Aead.TAG_LENGTH;
    long right = 0;
    for (int i = 0; i < count; i++) {
      long packet = head(i);
      long counter = Message.counter(Memory.ALL, packet - Message.DATA_HEADER_LENGTH);
      if (engine.open(key, counter, Memory.ALL, packet, sealed, Memory.ALL, packet)) {
        right |= 1L << i;
      }
    }
    return right;
  }

  @Override
  public long head(int index) {
    return firstPacket + (long) index * stride;
  }

  @Override
  public long take(int index, int offset, long to, int length) {
    long from = head(index) + offset;
    return from == to ? Sums.sum(from, length) : Sums.copyAndSum(from, to, length);
  }

  private void lie(long messages, int stride) {
    firstPacket = messages + Message.DATA_HEADER_LENGTH;
    this.stride = stride;
  }
}
