package guywire.tunnel;

import guywire.linux.Memory;
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
 * one. Confined to the sending thread.
 */
/*
 * The pieces of a super-packet are begun together and then filled one by one, which encrypts them. Packets
 * that come alone are written in plain, and encrypted when there are some: key stream for one would cost as
 * much as for several. As soon as there are enough messages to have their tags made together, that is done;
 * for the rest it is done before they are sent.
 */
final class Bundle implements Cutter.Sink {

  /** Buffer length: the longest super-datagram, with room for what a cipher reads behind it. */
  private static final int CAPACITY = (1 << 16) + 2048;

  /** The most bytes of one call, for both families. */
  private static final int MAX_BYTES = UdpSender.MAX_BYTES;

  /** What padding is made of: as many bytes as the longest needs, and more. */
  private static final long ZEROS = Memory.allocate(64);

  private final long buffer = Memory.allocate(CAPACITY);
  private final long notes = MessageCipher.allocateNotes(UdpSender.MAX_SEGMENTS);

  private @Nullable MessageCipher cipher;
  private @Nullable Keypair keypair;
  private @Nullable Path path;
  private int trafficClass;
  private int segmentBytes;
  private int length;
  private int count;
  private int packets;
  private int filling;
  private int sealed;
  private boolean plain;

  boolean isEmpty() {
    return count == 0;
  }

  /** Whether the bundle is under way for this session's peer. */
  boolean isFor(Peer peer) {
    Keypair mine = keypair;
    return mine != null && mine.peer() == peer;
  }

  /** How many datagrams of this length can still be added: 0 if the bundle must be sent first. */
  int room(Keypair with, Path along, int tos, int datagramBytes, int most) {
    if (count == 0) {
      return Math.min(most, MAX_BYTES / datagramBytes);
    }
    if (with != keypair || along != path || tos != trafficClass || datagramBytes > segmentBytes) {
      return 0;
    }
    if (length != count * segmentBytes) {
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
    start(by, with, along, tos, padded, false);
    int more = Math.min(wanted, MessageCipher.MOST - (count - sealed));
    int stride = padded + Message.DATA_OVERHEAD;
    long at = buffer + length;
    for (int i = 0; i < more; i++) {
      long header = at + (long) i * stride;
      Message.writeDataHeader(Memory.ALL, header, with.remoteIndex(), counter + i);
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
    start(by, with, along, tos, padded, true);
    Message.writeDataHeader(Memory.ALL, buffer + length, with.remoteIndex(), counter);
  }

  private void start(
      MessageCipher by, Keypair with, Path along, int tos, int padded, boolean inPlain) {
    if (count == 0) {
      cipher = by;
      keypair = with;
      path = along;
      trafficClass = tos;
      segmentBytes = padded + Message.DATA_OVERHEAD;
    } else if (plain != inPlain) {
      seal();
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
      seal(segmentBytes, MessageCipher.MOST);
    }
  }

  private MessageCipher filler() {
    return Objects.requireNonNull(cipher, "nothing was begun");
  }

  /** Seals what is left; the bundle can only be sent and cleared from then on. */
  void seal() {
    int last = length - (count - 1) * segmentBytes;
    int equal = last == segmentBytes ? count : count - 1;
    if (sealed < equal) {
      seal(segmentBytes, equal - sealed);
    }
    if (sealed < count) {
      seal(last, 1);
    }
  }

  private void seal(int stride, int more) {
    long first = buffer + (long) sealed * segmentBytes;
    int bytes = stride - Message.DATA_OVERHEAD;
    var key = Objects.requireNonNull(keypair, "nothing was begun").sendKey();
    if (plain) {
      filler().sealInPlace(key, first, stride, bytes, more, note(sealed));
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

  long address() {
    return buffer;
  }

  /** Length of all datagrams together. */
  int length() {
    return length;
  }

  /** Length of each datagram but the last. */
  int segmentBytes() {
    return segmentBytes;
  }

  /** How many of the datagrams carry a packet. */
  int packets() {
    return packets;
  }

  void clear() {
    keypair = null;
    path = null;
    length = 0;
    count = 0;
    packets = 0;
    sealed = 0;
  }
}
