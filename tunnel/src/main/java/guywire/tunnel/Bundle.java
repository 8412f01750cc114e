package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.linux.UdpSender;
import guywire.protocol.Keypair;
import guywire.protocol.Message;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import guywire.tunnel.cipher.MessageCipher;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Data messages of one session on their way out, one behind the other in one buffer, so that they
 * are sealed together and one system call sends them: all of one length, but for a shorter last
 * one, their counters without a gap. They leave as {@link Sealed} only. Confined to the sending
 * thread.
 */
/*
 * The pieces of a super-packet are begun together and then filled one by one, which encrypts them. Packets
 * that come alone are written in plain, and encrypted when there are some: key stream for one would cost as
 * much as for several. As soon as there are enough messages to have their tags made together, that is done;
 * for the rest it is done before they are sent.
 *
 * The last look before the socket does not go by what was meant to be put in, but by what the kernel will
 * do: it cuts at multiples of the segment's length, and at each there must be a message of its own.
 */
final class Bundle implements Cutter.Sink {

  /** Buffer length: the longest super-datagram, with room for what a cipher reads behind it. */
  private static final int CAPACITY = (1 << 16) + 2048;

  /** The most bytes of one call, for both families. */
  private static final int MAX_BYTES = UdpSender.MAX_BYTES;

  /** The longest packet that fits into a datagram with its padding, whatever the MTU. */
  static final int LONGEST_PACKET = (MAX_BYTES - Message.DATA_OVERHEAD) & -16;

  /** What padding is made of: as many bytes as the longest needs, and more. */
  private static final long ZEROS = Memory.allocate(64);

  /**
   * Stands at the end of each message until the cipher writes the tag; no tag by more than luck.
   */
  private static final long UNSEALED = 0x6e6f74207365616cL;

  private final long buffer;
  private final long notes;

  private @Nullable MessageCipher cipher;
  private @Nullable Keypair keypair;
  private @Nullable Path path;
  private final Messages messages = new Messages();
  private int trafficClass;
  private long firstCounter;
  private int segmentBytes;
  private int length;
  private int count;
  private int packets;
  private int filling;
  private int sealed;
  private boolean plain;
  private boolean checked;

  /** What of the bundle may leave: all of it after {@link #seal} found it whole, else nothing. */
  final class Messages implements Sealed {

    private Messages() {}

    @Override
    public long address() {
      return buffer;
    }

    @Override
    public int length() {
      return checked ? length : 0;
    }

    @Override
    public int segmentBytes() {
      return segmentBytes;
    }
  }

  Bundle(Region memory) {
    buffer = memory.allocate(CAPACITY);
    notes = MessageCipher.allocateNotes(UdpSender.MAX_SEGMENTS, memory);
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Whether the bundle is under way for this session's peer. */
  boolean isFor(Peer peer) {
    Keypair mine = keypair;
    return mine != null && mine.peer() == peer;
  }

  /**
   * How many datagrams of this length, with counters from this one on, can still be added: 0 if the
   * bundle must be sent first.
   */
  int room(Keypair with, Path along, int tos, long counter, int datagramBytes, int most) {
    if (count == 0) {
      return Math.min(most, MAX_BYTES / datagramBytes);
    }
    if (with != keypair || along != path || tos != trafficClass || datagramBytes > segmentBytes) {
      return 0;
    }
    if (length != count * segmentBytes || counter != firstCounter + count) {
      return 0;
    }
    int room = Math.clamp((MAX_BYTES - length) / datagramBytes, 0, Math.max(0, most - count));
    // The kernel cuts at multiples of the first length: a shorter one can only be the last.
    return datagramBytes < segmentBytes ? Math.min(room, 1) : room;
  }

  /**
   * Begins messages of one length, for which there is {@link #room}. Each must be filled, and then
   * {@link #finish}ed with, in their order.
   *
   * @param counter of the first; the others follow
   * @param padded length of each packet with its padding
   * @param written how much of each is written to {@link #packet} instead
   * @param wanted how many
   * @return how many were begun: as many as are wanted, or fewer
   */
  int begin(
      MessageCipher by,
      Keypair with,
      Path along,
      int tos,
      long counter,
      int padded,
      int written,
      int wanted) {
    start(by, with, along, tos, counter, padded, false);
    int more = Math.min(wanted, MessageCipher.MOST - (count - sealed));
    int stride = padded + Message.DATA_OVERHEAD;
    long at = buffer + length;
    for (int i = 0; i < more; i++) {
      beginMessage(at + (long) i * stride, counter + i, padded);
    }
    by.prepare(with.sendKey(), at, stride, padded, written, more, note(count));
    filling = 0;
    return more;
  }

  /**
   * Begins one message, for which there is {@link #room}. All of it must be written to {@link
   * #packet}, and then {@link #finish}ed with.
   */
  void beginPlain(MessageCipher by, Keypair with, Path along, int tos, long counter, int padded) {
    start(by, with, along, tos, counter, padded, true);
    beginMessage(buffer + length, counter, padded);
  }

  private void beginMessage(long at, long counter, int padded) {
    int receiver = Objects.requireNonNull(keypair, "nothing was begun").remoteIndex();
    Message.writeDataHeader(Memory.ALL, at, receiver, counter);
    Memory.putLong(at + Message.DATA_OVERHEAD + padded - Long.BYTES, UNSEALED);
  }

  private void start(
      MessageCipher by,
      Keypair with,
      Path along,
      int tos,
      long counter,
      int padded,
      boolean inPlain) {
    checked = false;
    if (count == 0) {
      firstCounter = counter;
      cipher = by;
      keypair = with;
      path = along;
      trafficClass = tos;
      segmentBytes = padded + Message.DATA_OVERHEAD;
    } else if (plain != inPlain) {
      sealRest();
    }
    plain = inPlain;
  }

  /** Where the packet that was begun belongs. */
  long packet() {
    return buffer + length + Message.DATA_HEADER_LENGTH;
  }

  @Override
  public long fill(int offset, long from, int bytes) {
    return filler().fill(filling, offset, from, bytes);
  }

  /**
   * Ends the message that was filled or written.
   *
   * @param bytes how much there is of it
   * @param padded length of the packet with its padding, which is written here
   */
  void finish(int bytes, int padded) {
    if (bytes < padded) {
      if (plain) {
        Memory.copy(ZEROS, packet() + bytes, padded - bytes);
      } else {
        fill(bytes, ZEROS, padded - bytes);
      }
    }
    filling++;
    length += padded + Message.DATA_OVERHEAD;
    count++;
    if (padded > 0) {
      packets++;
    }
    if (count - sealed == MessageCipher.MOST && length == count * segmentBytes) {
      seal(segmentBytes, MessageCipher.MOST, true);
    }
  }

  private MessageCipher filler() {
    return Objects.requireNonNull(cipher, "nothing was begun");
  }

  /**
   * Seals what is left and looks all of it over; the bundle can only be sent and cleared from then
   * on.
   *
   * @return what may leave, or null if something is not as it must be
   */
  @Nullable Sealed seal() {
    sealRest();
    checked = isWhole();
    return checked ? messages : null;
  }

  private void sealRest() {
    if (!fits()) {
      return;
    }
    int last = length - (count - 1) * segmentBytes;
    int equal = last == segmentBytes ? count : count - 1;
    if (sealed < equal) {
      seal(segmentBytes, equal - sealed);
    }
    if (sealed < count) {
      seal(last, 1);
    }
    filler().finish();
  }

  /** Whether the kernel will make as many datagrams of this as there are messages. */
  private boolean fits() {
    return count > 0
        && length <= MAX_BYTES
        && segmentBytes >= Message.DATA_OVERHEAD
        && count == Math.ceilDiv(length, segmentBytes)
        && length - (count - 1) * segmentBytes >= Message.DATA_OVERHEAD;
  }

  /**
   * Whether each of them is a data message of this session, with the next counter, not used before,
   * and a tag that a cipher wrote at its end.
   */
  private boolean isWhole() {
    Keypair mine = keypair;
    if (mine == null || !fits() || sealed != count || !mine.claim(firstCounter, count)) {
      return false;
    }
    long end = buffer + length;
    long at = buffer;
    for (int i = 0; i < count; i++) {
      long next = Math.min(at + segmentBytes, end);
      if (!Message.isData(Memory.ALL, at, mine.remoteIndex(), firstCounter + i)
          || Memory.getLong(next - Long.BYTES) == UNSEALED) {
        return false;
      }
      at = next;
    }
    return true;
  }

  private void seal(int stride, int more) {
    seal(stride, more, false);
  }

  private void seal(int stride, int more, boolean later) {
    long first = buffer + (long) sealed * segmentBytes;
    int bytes = stride - Message.DATA_OVERHEAD;
    var key = Objects.requireNonNull(keypair, "nothing was begun").sendKey();
    if (plain) {
      filler().sealInPlace(key, first, stride, bytes, more, note(sealed));
    } else if (later) {
      filler().sealLater(key, first, stride, bytes, more, note(sealed));
    } else {
      filler().seal(key, first, stride, bytes, more, note(sealed));
    }
    sealed += more;
  }

  private long note(int message) {
    return notes + (long) message * MessageCipher.NOTE_BYTES;
  }

  /** Whether nothing more fits, whatever comes. */
  boolean isFull(int most) {
    return count >= most || length != count * segmentBytes || length + segmentBytes > MAX_BYTES;
  }

  @Nullable Keypair keypair() {
    return keypair;
  }

  @Nullable Path path() {
    return path;
  }

  int trafficClass() {
    return trafficClass;
  }

  /** How many messages there are. */
  int count() {
    return count;
  }

  /** How many of the datagrams carry a packet. */
  int packets() {
    return packets;
  }

  void clear() {
    if (cipher != null) {
      cipher.forget();
    }
    keypair = null;
    path = null;
    length = 0;
    count = 0;
    packets = 0;
    sealed = 0;
    checked = false;
  }
}
