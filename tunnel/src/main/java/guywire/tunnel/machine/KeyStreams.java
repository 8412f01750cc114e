package guywire.tunnel.machine;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;
import java.util.Objects;

/**
 * ChaCha20's key streams of a group of messages, one behind the other: of each message block 0,
 * whose first half is its one-time key, and what is added to its packet. Confined to one thread.
 */
/*
 * Four blocks of one message are a quarter, and quarters of all messages fill the jobs of the machine code.
 * The jobs name the places that the code writes to; they are written here alone, to memory of this class.
 */
public final class KeyStreams {

  private static final int QUARTER = Routines.QUARTER_BYTES;
  private static final int BLOCKS_PER_QUARTER = 4;
  private static final int BLOCK = 64;

  /** Room for a group of the longest messages; little of it is ever touched. */
  private static final int BYTES = Routines.MOST * (Routines.LONGEST + QUARTER);

  private static final int QUARTERS = BYTES / QUARTER;

  private final Routines routines;
  private final int quartersPerJob;
  private final int jobBytes;
  private final int jobDestinations;
  private final long streams;
  private final long jobs;
  private final long scratch;

  /** Where the counter of each quarter of a group's jobs is. */
  private final long[] counters = new long[QUARTERS];

  private int stride;
  private int messagesReady;

  /** Memory for the key streams that some code will make. */
  public KeyStreams(Routines routines, Region memory) {
    streams = memory.allocate(BYTES + QUARTER);
    scratch = memory.allocate(Routines.SCRATCH_BYTES);
    this.routines = routines;
    quartersPerJob = routines.quartersPerJob();
    jobBytes = routines.jobBytes();
    jobDestinations = routines.jobDestinations();
    jobs = memory.allocate((long) QUARTERS / quartersPerJob * jobBytes);
  }

  /**
   * Makes the key streams of messages whose headers are written.
   *
   * @param messages address of the first, each {@code messageStride} behind the one before
   * @param ahead where memory lies that is needed next
   */
  public void make(
      AeadKey key, long messages, int messageStride, int packetBytes, int count, long ahead) {
    int all = begin(messages, messageStride, packetBytes, count);
    routines.keystream(key, jobs, all, scratch, ahead);
  }

  /** Makes the key streams, and the tags of other messages. */
  public void makeWithTags(
      AeadKey key, long messages, int messageStride, int packetBytes, int count, Tagging of) {
    int all = begin(messages, messageStride, packetBytes, count);
    routines.keystreamAndTags(key, jobs, all, of);
  }

  /**
   * Makes the key streams of messages and their own tags.
   *
   * @param of hears of which
   */
  public void makeAndTag(
      AeadKey key, long messages, int messageStride, int packetBytes, int count, Tagging of) {
    int all = begin(messages, messageStride, packetBytes, count);
    // Each message's first quarter has its one-time key.
    int first = routines.mixes() ? Math.ceilDiv(count, quartersPerJob) : all;
    routines.keystream(key, jobs, first, scratch, messages);
    long body = messages + Message.DATA_HEADER_LENGTH;
    of.of(body, messageStride, count, streams, stride, packetBytes);
    if (first < all) {
      routines.keystreamAndTags(key, jobs + (long) first * jobBytes, all - first, of);
    } else {
      routines.tags(of);
    }
  }

  private int begin(long messages, int messageStride, int packetBytes, int count) {
    Objects.checkIndex(count - 1, Routines.MOST);
    Objects.checkIndex(packetBytes, Routines.LONGEST + 1);
    int bytes = (BLOCK + packetBytes + QUARTER - 1) / QUARTER * QUARTER;
    if (bytes != stride || count != messagesReady) {
      stride = bytes;
      messagesReady = count;
      prepareJobs(bytes / QUARTER);
    }
    int quarters = bytes / QUARTER;
    for (int i = 0; i < count; i++) {
      long counter = Message.counter(Memory.ALL, messages + (long) i * messageStride);
      for (int quarter = 0; quarter < quarters; quarter++) {
        Memory.putLong(counters[quarter * count + i], counter);
      }
    }
    return Math.ceilDiv(count * quarters, quartersPerJob);
  }

  /**
   * What of the jobs does not change with the counters: kept while lengths and numbers of messages
   * are the same. First come the first quarters of all messages.
   */
  private void prepareJobs(int quarters) {
    int all = messagesReady * quarters;
    int slots = Math.ceilDiv(all, quartersPerJob) * quartersPerJob;
    for (int slot = 0; slot < slots; slot++) {
      long job = jobs + (long) (slot / quartersPerJob) * jobBytes;
      int quarter = slot / messagesReady;
      // What fills the last job goes behind the streams.
      int place = slot < all ? slot % messagesReady * quarters + quarter : slot;
      Objects.checkIndex(place, QUARTERS);
      long state = job + 16L * (slot % quartersPerJob);
      Memory.putLong(state, (long) quarter * BLOCKS_PER_QUARTER);
      counters[slot] = state + 8;
      long destination = job + jobDestinations + 8L * (slot % quartersPerJob);
      Memory.putLong(destination, streams + (long) place * QUARTER);
    }
  }

  /** Where a message's one-time key is, at the beginning of its stream. */
  public long key(int message) {
    return streams + (long) message * stride;
  }

  /** Distance from one message's stream to the next. */
  public int stride() {
    return stride;
  }

  /** What is added to a message's packet from an offset on. */
  public long at(int message, int offset) {
    return streams + (long) message * stride + BLOCK + offset;
  }
}
