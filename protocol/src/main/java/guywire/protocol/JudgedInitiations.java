package guywire.protocol;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The latest initiations that were judged by agreeing on a secret, so that a copy of one costs no
 * second agreement. Under the device's lock.
 */
/*
 * Who knows our public key can make one initiation with a right first MAC and repeat it for ever, each
 * copy at the price of an agreement to us. The first MAC is a hash of the message under a key that
 * is ours, so it names the message. A table of one entry a slot, whose slots are chosen with a number
 * that nobody outside knows: whoever wants to push an entry out has to pay for it with initiations
 * that differ, against which there are cookies.
 */
final class JudgedInitiations {

  private static final int SLOTS = 1024;

  private final long salt;
  private final long[] high = new long[SLOTS];
  private final long[] low = new long[SLOTS];
  private final @Nullable DropReason[] verdicts = new @Nullable DropReason[SLOTS];

  JudgedInitiations(RandomGenerator random) {
    salt = random.nextLong() | 1;
  }

  /** Why a copy of this initiation is dropped; null if it has not been judged. */
  @Nullable DropReason verdict(byte[] initiation) {
    long first = Bytes.int64(initiation, Macs.offset(Message.INITIATION_LENGTH));
    long second = Bytes.int64(initiation, Macs.offset(Message.INITIATION_LENGTH) + Long.BYTES);
    int slot = slot(first, second);
    return high[slot] == first && low[slot] == second ? verdicts[slot] : null;
  }

  /** Remembers an initiation whose copies are to be dropped for this reason. */
  void remember(byte[] initiation, DropReason reason) {
    long first = Bytes.int64(initiation, Macs.offset(Message.INITIATION_LENGTH));
    long second = Bytes.int64(initiation, Macs.offset(Message.INITIATION_LENGTH) + Long.BYTES);
    int slot = slot(first, second);
    high[slot] = first;
    low[slot] = second;
    verdicts[slot] = reason;
  }

  /** What was judged may be judged differently now. */
  void forget() {
    Arrays.fill(verdicts, null);
  }

  private int slot(long first, long second) {
    return (int) ((first ^ Long.rotateLeft(second, 32)) * salt >>> 54);
  }
}
