package guywire.tunnel.cipher;

import guywire.linux.Memory;
import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;
import guywire.tunnel.machine.Sums;

/** Has an engine seal and open message after message where they lie. */
final class EachCipher implements MessageCipher {

  private final Aead engine;
  private final Batch batch = new Batch();

  EachCipher(Aead engine) {
    this.engine = engine;
  }

  @Override
  public void prepare(
      AeadKey key, long messages, int stride, int packetBytes, int written, int count, long notes) {
    batch.lie(messages, stride, packetBytes, count);
    batch.piece(0, 0, written);
  }

  @Override
  public long fill(int index, int offset, long from, int length) {
    Memory.check(from, length);
    return Sums.copyAndSum(from, batch.piece(index, offset, length), length);
  }

  @Override
  public void seal(AeadKey key, long messages, int stride, int packetBytes, int count, long notes) {
    Batch.check(messages, stride, packetBytes, count);
    for (int i = 0; i < count; i++) {
      long message = messages + (long) i * stride;
      long packet = message + Message.DATA_HEADER_LENGTH;
      long counter = Message.counter(Memory.ALL, message);
      engine.seal(key, counter, Memory.ALL, packet, packetBytes, Memory.ALL, packet);
    }
  }

  @Override
  public long open(AeadKey key, long messages, int stride, int packetBytes, int count) {
    batch.lie(messages, stride, packetBytes, count);
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
    return batch.packet(index);
  }

  @Override
  public long take(int index, int offset, long to, int length) {
    long from = batch.piece(index, offset, length);
    Memory.check(to, length);
    return from == to ? Sums.sum(from, length) : Sums.copyAndSum(from, to, length);
  }
}
