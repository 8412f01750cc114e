package guywire.tunnel.cipher;

import guywire.linux.Memory;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;
import guywire.tunnel.machine.Routines;

/**
 * ChaCha20-Poly1305 in machine code of our own, several messages at a time, for processors with
 * AVX-512 and its 52-bit multiplication. Fast at once: nothing has to be compiled.
 */
/*
 * Messages of one length, one behind the other, are worked on in groups of up to eight. First the key
 * stream of all of them is made in a scratch buffer, blocks of different messages side by side; a packet
 * is then copied in or out with the stream added and summed on the way; the tags are made with a message
 * in each element of the registers. A group's stream stays in the first-level cache meanwhile. Few long
 * messages have their tags made one by one.
 */
final class MachineCipher implements MessageCipher {

  private static final int QUARTER = 256;
  private static final int BLOCK = 64;
  private static final int BLOCKS_PER_QUARTER = 4;
  private static final int QUARTERS_PER_JOB = 4;

  /** From so many messages on their tags are made together, if they are long. */
  private static final int MESSAGES_TOGETHER = 4;

  private static final int LONG_MESSAGE = 256;

  /** Room for the key stream of a group of the longest messages; little of it is ever touched. */
  private static final int STREAM_BYTES = MOST * ((1 << 16) + QUARTER);

  private final long streams = Memory.allocate(STREAM_BYTES + QUARTER);
  private final long jobs =
      Memory.allocate((long) STREAM_BYTES / QUARTER / QUARTERS_PER_JOB * Routines.JOB_BYTES);
  private final long scratch = Memory.allocate(Routines.SCRATCH_BYTES);
  private final long addresses = Memory.allocate(MOST * 8);
  private final long lowTags = Memory.allocate(Routines.RESULT_BYTES);
  private final long highTags = lowTags + MOST * 8;
  private final long single = Memory.allocate(Routines.RESULT_BYTES);
  private final long heads = Memory.allocate(MOST * HEAD_BYTES);

  /** Where the counter of each quarter of a group's jobs is. */
  private final long[] counters = new long[STREAM_BYTES / QUARTER];

  private long firstPacket;
  private int stride;
  private int streamStride;
  private int jobsReady;
  private int written;
  private int writtenCount;
  private long ahead;

  /** Whether this machine can run the code. */
  static boolean isPresent() {
    return Routines.isPresent();
  }

  @Override
  public void willFillFrom(long address) {
    ahead = address;
  }

  @Override
  public void prepare(
      AeadKey key, long messages, int stride, int packetBytes, int written, int count, long notes) {
    encryptWritten();
    this.written = written;
    writtenCount = count;
    streams(key, messages, stride, packetBytes, count, ahead == 0 ? messages : ahead);
    ahead = 0;
    for (int i = 0; i < count; i++) {
      long stream = streams + (long) i * streamStride;
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
    if (written > 0) {
      Routines.add(firstPacket, stride, stream(0, 0), streamStride, written, writtenCount);
      written = 0;
    }
  }

  @Override
  public long fill(int index, int offset, long from, int length) {
    long to = firstPacket + (long) index * stride + offset;
    return Routines.encryptAndSum(from, to, length, stream(index, offset));
  }

  @Override
  public void seal(AeadKey key, long messages, int stride, int packetBytes, int count, long notes) {
    encryptWritten();
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
  public long open(AeadKey key, long messages, int stride, int packetBytes, int count) {
    streams(key, messages, stride, packetBytes, count, messages);
    tags(firstPacket, stride, streams, streamStride, packetBytes, count);
    long right = 0;
    for (int i = 0; i < count; i++) {
      long tag = firstPacket + (long) i * stride + packetBytes;
      long low = Memory.getLong(tag) ^ Memory.getLong(lowTags + 8L * i);
      long high = Memory.getLong(tag + 8) ^ Memory.getLong(highTags + 8L * i);
      // Without a branch until all 128 bits are compared.
      if ((low | high) == 0) {
        right |= 1L << i;
      }
    }
    Routines.heads(firstPacket, stride, stream(0, 0), streamStride, heads, count);
    return right;
  }

  @Override
  public long head(int index) {
    return heads + (long) index * HEAD_BYTES;
  }

  @Override
  public long take(int index, int offset, long to, int length) {
    long from = firstPacket + (long) index * stride + offset;
    return Routines.decryptAndSum(from, to, length, stream(index, offset));
  }

  /** What is added to a packet from this offset on: its stream's first block is for the tag. */
  private long stream(int index, int offset) {
    return streams + (long) index * streamStride + BLOCK + offset;
  }

  /** Makes the key streams: block 0, whose first half is the one-time key, and what follows. */
  private void streams(
      AeadKey key, long messages, int stride, int packetBytes, int count, long next) {
    firstPacket = messages + Message.DATA_HEADER_LENGTH;
    this.stride = stride;
    int bytes = (BLOCK + packetBytes + QUARTER - 1) / QUARTER * QUARTER;
    if (bytes != streamStride) {
      streamStride = bytes;
      jobsReady = 0;
    }
    int quarters = bytes / QUARTER;
    int all = Math.ceilDiv(count * quarters, QUARTERS_PER_JOB);
    prepareJobs(all, quarters);
    int at = 0;
    for (int i = 0; i < count; i++) {
      long counter = Message.counter(Memory.ALL, messages + (long) i * stride);
      for (int end = at + quarters; at < end; at++) {
        Memory.putLong(counters[at], counter);
      }
    }
    Routines.keystream(key.segment().address(), jobs, all, scratch, next);
    java.lang.ref.Reference.reachabilityFence(key);
  }

  /**
   * What of the first jobs does not change with the counters; kept while the length is the same.
   */
  private void prepareJobs(int count, int quarters) {
    for (; jobsReady < count; jobsReady++) {
      long job = jobs + (long) jobsReady * Routines.JOB_BYTES;
      for (int slot = 0; slot < QUARTERS_PER_JOB; slot++) {
        int quarter = jobsReady * QUARTERS_PER_JOB + slot;
        long state = job + 16L * slot;
        Memory.putLong(state, (long) (quarter % quarters) * BLOCKS_PER_QUARTER);
        counters[quarter] = state + 8;
        long destination = job + Routines.JOB_DESTINATIONS + 8L * slot;
        Memory.putLong(destination, streams + (long) quarter * QUARTER);
      }
    }
  }

  /** Makes the tags of a group: together, or of a few long messages one by one. */
  private void tags(long body, int stride, long keys, int keyStride, int packetBytes, int group) {
    if (group < MESSAGES_TOGETHER && packetBytes >= LONG_MESSAGE) {
      for (int i = 0; i < group; i++) {
        long oneTimeKey = keys + (long) i * keyStride;
        Routines.tag(body + (long) i * stride, oneTimeKey, packetBytes, single);
        Memory.putLong(lowTags + 8L * i, Memory.getLong(single));
        Memory.putLong(highTags + 8L * i, Memory.getLong(single + 64));
      }
      return;
    }
    for (int i = 0; i < MOST; i++) {
      // Elements without a message repeat the first.
      Memory.putLong(addresses + 8L * i, i < group ? body + (long) i * stride : body);
    }
    Routines.tags(addresses, keys, keyStride, packetBytes, lowTags);
  }
}
