package guywire.tunnel.cipher;

import guywire.linux.Memory;
import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;
import guywire.tunnel.machine.Routines;

/**
 * ChaCha20-Poly1305 in machine code of our own, several messages at a time, for processors with
 * AVX-512 and its 52-bit multiplication. Fast at once: nothing has to be compiled.
 */
/*
 * Messages of one length, one behind the other, are worked on in groups of up to eight: first the key
 * stream of all of them into a scratch buffer, blocks of different messages side by side; then it is
 * added; then the tags, a message in each element of the registers. A group stays in the first-level
 * cache meanwhile. Few long messages have their tags made one by one.
 */
final class MachineCipher implements MessageCipher {

  private static final int GROUP = 8;
  private static final int QUARTER = 256;
  private static final int BLOCK = 64;
  private static final int BLOCKS_PER_QUARTER = 4;

  /** From so many messages on their tags are made together, if they are long. */
  private static final int MESSAGES_TOGETHER = 4;

  private static final int LONG_MESSAGE = 256;

  /** Room for the key stream of a group; messages too long for that are worked on one by one. */
  private static final int STREAM_BYTES = 1 << 17;

  private final long streams = Memory.allocate(STREAM_BYTES + QUARTER);
  private final long jobs = Memory.allocate((STREAM_BYTES / QUARTER / 4 + 1L) * Routines.JOB_BYTES);
  private final long scratch = Memory.allocate(Routines.SCRATCH_BYTES);
  private final long addresses = Memory.allocate(GROUP * 8);
  private final long lowTags = Memory.allocate(GROUP * Aead.TAG_LENGTH);
  private final long highTags = lowTags + GROUP * 8;
  private final long single = Memory.allocate(GROUP * Aead.TAG_LENGTH);

  /** Whether this machine can run the code. */
  static boolean isPresent() {
    return Routines.isPresent();
  }

  @Override
  public void seal(AeadKey key, long messages, int stride, int packetBytes, int count) {
    for (int done = 0; done < count; ) {
      long first = messages + (long) done * stride;
      int group = streams(key, first, stride, packetBytes, count - done);
      long body = first + Message.DATA_HEADER_LENGTH;
      Routines.add(body, stride, streams + BLOCK, streamStride(packetBytes), packetBytes, group);
      tags(body, stride, packetBytes, group);
      for (int i = 0; i < group; i++) {
        long tag = body + (long) i * stride + packetBytes;
        Memory.putLong(tag, Memory.getLong(lowTags + 8L * i));
        Memory.putLong(tag + 8, Memory.getLong(highTags + 8L * i));
      }
      done += group;
    }
  }

  @Override
  public long open(AeadKey key, long messages, int stride, int packetBytes, int count) {
    long right = 0;
    for (int done = 0; done < count; ) {
      long first = messages + (long) done * stride;
      int group = streams(key, first, stride, packetBytes, count - done);
      long body = first + Message.DATA_HEADER_LENGTH;
      tags(body, stride, packetBytes, group);
      for (int i = 0; i < group; i++) {
        long tag = body + (long) i * stride + packetBytes;
        long low = Memory.getLong(tag) ^ Memory.getLong(lowTags + 8L * i);
        long high = Memory.getLong(tag + 8) ^ Memory.getLong(highTags + 8L * i);
        // Without a branch until all 128 bits are compared.
        if ((low | high) == 0) {
          right |= 1L << done + i;
        }
      }
      Routines.add(body, stride, streams + BLOCK, streamStride(packetBytes), packetBytes, group);
      done += group;
    }
    return right;
  }

  /** Key stream of one message: block 0, whose first half is the one-time key, and what follows. */
  private static int streamStride(int packetBytes) {
    return (BLOCK + packetBytes + QUARTER - 1) / QUARTER * QUARTER;
  }

  /** Makes the key stream of as many messages as fit, and says how many. */
  private int streams(AeadKey key, long messages, int stride, int packetBytes, int count) {
    int bytes = streamStride(packetBytes);
    int group = GROUP * bytes <= STREAM_BYTES ? Math.min(GROUP, count) : 1;
    int quarters = bytes / QUARTER;
    int all = group * quarters;
    long stream = streams;
    int slot = 0;
    long job = jobs;
    for (int i = 0; i < group; i++) {
      long counter = Message.counter(Memory.ALL, messages + (long) i * stride);
      for (int quarter = 0; quarter < quarters; quarter++) {
        long state = job + 16L * slot;
        Memory.putLong(state, (long) quarter * BLOCKS_PER_QUARTER);
        Memory.putLong(state + 8, counter);
        Memory.putLong(job + Routines.JOB_DESTINATIONS + 8L * slot, stream);
        stream += QUARTER;
        if (++slot == 4) {
          slot = 0;
          job += Routines.JOB_BYTES;
        }
      }
    }
    while (slot != 0) {
      // Nothing is left for the last job's other quarters: they go where nobody looks.
      Memory.putLong(job + Routines.JOB_DESTINATIONS + 8L * slot, streams + STREAM_BYTES);
      slot = slot + 1 & 3;
    }
    Routines.keystream(key.segment().address(), jobs, Math.ceilDiv(all, 4), scratch);
    java.lang.ref.Reference.reachabilityFence(key);
    return group;
  }

  /** Makes the tags of a group: together, or of a few long messages one by one. */
  private void tags(long body, int stride, int packetBytes, int group) {
    int streamStride = streamStride(packetBytes);
    if (group < MESSAGES_TOGETHER && packetBytes >= LONG_MESSAGE) {
      for (int i = 0; i < group; i++) {
        long stream = streams + (long) i * streamStride;
        Routines.tag(body + (long) i * stride, stream, packetBytes, single);
        Memory.putLong(lowTags + 8L * i, Memory.getLong(single));
        Memory.putLong(highTags + 8L * i, Memory.getLong(single + 64));
      }
      return;
    }
    for (int i = 0; i < GROUP; i++) {
      // Elements without a message repeat the first.
      Memory.putLong(addresses + 8L * i, i < group ? body + (long) i * stride : body);
    }
    Routines.tags(addresses, streams, streamStride, packetBytes, lowTags);
  }
}
