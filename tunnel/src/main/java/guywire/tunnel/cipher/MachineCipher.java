package guywire.tunnel.cipher;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;
import guywire.tunnel.machine.KeyStreams;
import guywire.tunnel.machine.Routines;

/**
 * ChaCha20-Poly1305 in machine code of our own, several messages at a time. Fast at once: nothing
 * has to be compiled.
 */
/*
 * Messages of one length, one behind the other, are worked on in groups of up to eight. First the key
 * stream of all of them is made in a scratch buffer, blocks of different messages side by side; a packet
 * is then copied in or out with the stream added and summed on the way; the tags are made with a message
 * in each element of the registers. A group's stream stays in the first-level cache meanwhile. Few long
 * messages have their tags made one by one.
 *
 * There is a class for each set of instructions, so that the compiler knows the code that it calls.
 */
abstract class MachineCipher implements MessageCipher {

  private static final int LONG_MESSAGE = 256;

  private final KeyStreams streams;
  private final long addresses;
  private final long lowTags;
  private final long highTags;
  private final long single;
  private final long heads;
  private final Batch batch = new Batch();

  private int written;
  private long ahead;

  MachineCipher(Routines code, Region memory) {
    streams = new KeyStreams(code, memory);
    addresses = memory.allocate(Routines.TABLE_BYTES);
    lowTags = memory.allocate(Routines.RESULT_BYTES);
    highTags = lowTags + MOST * 8;
    single = memory.allocate(Routines.RESULT_BYTES);
    heads = memory.allocate(MOST * HEAD_BYTES);
  }

  /** The machine code, the same each time. */
  abstract Routines code();

  @Override
  public final void willFillFrom(long address) {
    ahead = address;
  }

  @Override
  public final void prepare(
      AeadKey key, long messages, int stride, int packetBytes, int written, int count, long notes) {
    encryptWritten();
    Memory.check(notes, (long) count * NOTE_BYTES);
    batch.lie(messages, stride, packetBytes, count);
    batch.piece(0, 0, written);
    streams.make(code(), key, messages, stride, packetBytes, count, ahead == 0 ? messages : ahead);
    this.written = written;
    ahead = 0;
    for (int i = 0; i < count; i++) {
      long stream = streams.first() + (long) i * streams.stride();
      long note = notes + (long) i * NOTE_BYTES;
      for (int at = 0; at < NOTE_BYTES; at += 8) {
        Memory.putLong(note + at, Memory.getLong(stream + at));
      }
    }
  }

  /**
   * Encrypts what was written in place; all at once, for bytes just written one by one can't yet be
   * read together.
   */
  private void encryptWritten() {
    int bytes = written;
    if (bytes > 0) {
      written = 0;
      code()
          .add(
              batch.firstPacket(),
              batch.stride(),
              streams.at(0, 0),
              streams.stride(),
              bytes,
              batch.count());
    }
  }

  @Override
  public final long fill(int index, int offset, long from, int length) {
    long to = batch.piece(index, offset, length);
    return code().encryptAndSum(from, to, length, streams.at(index, offset));
  }

  @Override
  public final void seal(
      AeadKey key, long messages, int stride, int packetBytes, int count, long notes) {
    encryptWritten();
    Batch.check(messages, stride, packetBytes, count);
    for (int done = 0; done < count; done += MOST) {
      long body = messages + (long) done * stride + Message.DATA_HEADER_LENGTH;
      int group = Math.min(MOST, count - done);
      tags(body, stride, notes + (long) done * NOTE_BYTES, NOTE_BYTES, packetBytes, group);
      for (int i = 0; i < group; i++) {
        long tag = body + (long) i * stride + packetBytes;
        Memory.putLong(tag, Memory.getLong(lowTags + 8L * i));
        Memory.putLong(tag + 8, Memory.getLong(highTags + 8L * i));
      }
    }
  }

  @Override
  public final long open(AeadKey key, long messages, int stride, int packetBytes, int count) {
    written = 0;
    batch.lie(messages, stride, packetBytes, count);
    streams.make(code(), key, messages, stride, packetBytes, count, messages);
    long first = batch.firstPacket();
    tags(first, stride, streams.first(), streams.stride(), packetBytes, count);
    long right = 0;
    for (int i = 0; i < count; i++) {
      long tag = first + (long) i * stride + packetBytes;
      long low = Memory.getLong(tag) ^ Memory.getLong(lowTags + 8L * i);
      long high = Memory.getLong(tag + 8) ^ Memory.getLong(highTags + 8L * i);
      // Without a branch until all 128 bits are compared.
      if ((low | high) == 0) {
        right |= 1L << i;
      }
    }
    code().heads(first, stride, streams.at(0, 0), streams.stride(), heads, count);
    return right;
  }

  @Override
  public final long head(int index) {
    return heads + (long) java.util.Objects.checkIndex(index, MOST) * HEAD_BYTES;
  }

  @Override
  public final long take(int index, int offset, long to, int length) {
    long from = batch.piece(index, offset, length);
    return code().decryptAndSum(from, to, length, streams.at(index, offset));
  }

  /** Makes the tags of a group: together, or of a few long messages one by one. */
  private void tags(long body, int stride, long keys, int keyStride, int packetBytes, int group) {
    if (group < code().together() && packetBytes >= LONG_MESSAGE) {
      for (int i = 0; i < group; i++) {
        long oneTimeKey = keys + (long) i * keyStride;
        code().tag(body + (long) i * stride, oneTimeKey, packetBytes, single);
        Memory.putLong(lowTags + 8L * i, Memory.getLong(single));
        Memory.putLong(highTags + 8L * i, Memory.getLong(single + 64));
      }
      return;
    }
    code().tags(addresses, body, stride, group, keys, keyStride, packetBytes, lowTags);
  }
}
