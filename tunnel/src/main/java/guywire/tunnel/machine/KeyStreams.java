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

  private final int quartersPerJob;
  private final int jobBytes;
  private final int jobDestinations;
  private final long streams;
  private final long jobs;
  private final long scratch;

  /** Where the counter of each quarter of a group's jobs is. */
  private final long[] counters = new long[QUARTERS];

  private int stride;
  private int jobsReady;

  /** Memory for the key streams that some code will make. */
  public KeyStreams(Routines routines, Region memory) {
    streams = memory.allocate(BYTES + QUARTER);
    scratch = memory.allocate(Routines.SCRATCH_BYTES);
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
      Routines routines,
      AeadKey key,
      long messages,
      int messageStride,
      int packetBytes,
      int count,
      long ahead) {
    Objects.checkIndex(count - 1, Routines.MOST);
    Objects.checkIndex(packetBytes, Routines.LONGEST + 1);
    int bytes = (BLOCK + packetBytes + QUARTER - 1) / QUARTER * QUARTER;
    if (bytes != stride) {
      stride = bytes;
      jobsReady = 0;
    }
    int quarters = bytes / QUARTER;
    int all = Math.ceilDiv(count * quarters, quartersPerJob);
    prepareJobs(all, quarters);
    int at = 0;
    for (int i = 0; i < count; i++) {
      long counter = Message.counter(Memory.ALL, messages + (long) i * messageStride);
      for (int end = at + quarters; at < end; at++) {
        Memory.putLong(counters[at], counter);
      }
    }
    routines.keystream(key, jobs, all, scratch, ahead);
  }

  /**
   * What of the first jobs does not change with the counters; kept while the length is the same.
   */
  private void prepareJobs(int count, int quarters) {
    for (; jobsReady < count; jobsReady++) {
      long job = jobs + (long) jobsReady * jobBytes;
      for (int slot = 0; slot < quartersPerJob; slot++) {
        int quarter = Objects.checkIndex(jobsReady * quartersPerJob + slot, QUARTERS);
        long state = job + 16L * slot;
        Memory.putLong(state, (long) (quarter % quarters) * BLOCKS_PER_QUARTER);
        counters[quarter] = state + 8;
        Memory.putLong(job + jobDestinations + 8L * slot, streams + (long) quarter * QUARTER);
      }
    }
  }

  /** Where the first message's block 0 is, and with it its one-time key. */
  public long first() {
    return streams;
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
