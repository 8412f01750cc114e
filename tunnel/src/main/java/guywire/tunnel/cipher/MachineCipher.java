package guywire.tunnel.cipher;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;
import guywire.tunnel.machine.KeyStreams;
import guywire.tunnel.machine.Routines;
import guywire.tunnel.machine.Tagging;
import java.util.Objects;

/**
 * ChaCha20-Poly1305 in machine code of our own, several messages at a time. Fast at once: nothing
 * has to be compiled.
 */
/*
 * Messages of one length, one behind the other, are worked on in groups of up to eight. First the key
 * stream of all of them is made in a scratch buffer, blocks of different messages side by side; a packet
 * is then copied in or out with the stream added and summed on the way; the tags are made with a message
 * in each element of the registers. A group's stream stays in the first-level cache meanwhile. Few long
 * messages have their tags made one by one. Where key stream and tags keep different units of the processor
 * busy, they are made at once: those of the messages to open, or the tags of sealed messages with the key
 * stream of the next.
 *
 * There is a class for each set of instructions, so that the compiler knows the code that it calls.
 */
abstract class MachineCipher implements MessageCipher {

  private static final int LONG_MESSAGE = 256;

  private final KeyStreams streams;
  private final Tagging tags;
  private final long single;
  private final long heads;
  private final Batch batch = new Batch();

  private int written;
  private long ahead;

  /** Messages whose tags are still to be made. */
  private long laterBody;

  private int laterStride;
  private int laterBytes;
  private int laterCount;

  MachineCipher(Routines code, Region memory) {
    streams = new KeyStreams(code, memory);
    tags = new Tagging(memory);
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
    if (laterCount > 0) {
      streams.makeWithTags(key, messages, stride, packetBytes, count, tags);
      writeTags();
    } else {
      streams.make(key, messages, stride, packetBytes, count, ahead == 0 ? messages : ahead);
    }
    this.written = written;
    ahead = 0;
    for (int i = 0; i < count; i++) {
      long stream = streams.key(i);
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
    finish();
    encryptWritten();
    Batch.check(messages, stride, packetBytes, count);
    for (int done = 0; done < count; done += MOST) {
      long body = messages + (long) done * stride + Message.DATA_HEADER_LENGTH;
      long keys = notes + (long) done * NOTE_BYTES;
      int group = Math.min(MOST, count - done);
      if (isApart(packetBytes, group)) {
        tagApart(body, stride, keys, NOTE_BYTES, packetBytes, group);
      } else {
        tags.of(body, stride, group, keys, NOTE_BYTES, packetBytes);
        code().tags(tags);
      }
      writeTags(body, stride, packetBytes, group);
    }
  }

  private void writeTags(long body, int stride, int packetBytes, int group) {
    for (int i = 0; i < group; i++) {
      long tag = body + (long) i * stride + packetBytes;
      Memory.putLong(tag, tags.lower(i));
      Memory.putLong(tag + 8, tags.upper(i));
    }
  }

  @Override
  public final void sealLater(
      AeadKey key, long messages, int stride, int packetBytes, int count, long notes) {
    if (!code().mixes() || count > MOST || isApart(packetBytes, count)) {
      seal(key, messages, stride, packetBytes, count, notes);
      return;
    }
    finish();
    encryptWritten();
    Batch.check(messages, stride, packetBytes, count);
    laterBody = messages + Message.DATA_HEADER_LENGTH;
    laterStride = stride;
    laterBytes = packetBytes;
    tags.of(laterBody, stride, count, notes, NOTE_BYTES, packetBytes);
    laterCount = count;
  }

  @Override
  public final void finish() {
    if (laterCount > 0) {
      code().tags(tags);
      writeTags();
    }
  }

  @Override
  public final void forget() {
    laterCount = 0;
  }

  private void writeTags() {
    int count = laterCount;
    laterCount = 0;
    writeTags(laterBody, laterStride, laterBytes, count);
  }

  @Override
  public final long open(AeadKey key, long messages, int stride, int packetBytes, int count) {
    finish();
    written = 0;
    batch.lie(messages, stride, packetBytes, count);
    long first = batch.firstPacket();
    if (isApart(packetBytes, count)) {
      streams.make(key, messages, stride, packetBytes, count, messages);
      tagApart(first, stride, streams.key(0), streams.stride(), packetBytes, count);
    } else {
      streams.makeAndTag(key, messages, stride, packetBytes, count, tags);
    }
    long right = 0;
    for (int i = 0; i < count; i++) {
      long tag = first + (long) i * stride + packetBytes;
      long low = Memory.getLong(tag) ^ tags.lower(i);
      long high = Memory.getLong(tag + 8) ^ tags.upper(i);
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
    return heads + (long) Objects.checkIndex(index, MOST) * HEAD_BYTES;
  }

  @Override
  public final long take(int index, int offset, long to, int length) {
    long from = batch.piece(index, offset, length);
    return code().decryptAndSum(from, to, length, streams.at(index, offset));
  }

  private void tagApart(
      long body, int stride, long keys, int keyStride, int packetBytes, int group) {
    for (int i = 0; i < group; i++) {
      code().tag(body + (long) i * stride, keys + (long) i * keyStride, packetBytes, single);
      tags.take(i, single);
    }
  }

  /** Whether the tags of a group are made one by one: those of few long messages. */
  private boolean isApart(int packetBytes, int group) {
    return group < code().together() && packetBytes >= LONG_MESSAGE;
  }
}
