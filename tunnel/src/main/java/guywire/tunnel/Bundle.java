package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.UdpSender;
import guywire.protocol.Keypair;
import guywire.protocol.Message;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import guywire.tunnel.cipher.MessageCipher;
import org.jspecify.annotations.Nullable;

/**
 * Data messages of one session on their way out, one behind the other in one buffer, so that they
 * are sealed together and one system call sends them: all of one length, but for a shorter last
 * one. Confined to the sending thread.
 */
final class Bundle {

  /** Buffer length: the longest super-datagram, and padding that is written as whole words. */
  private static final int CAPACITY = (1 << 16) + 2048;

  /** The most bytes of one call, for both families. */
  private static final int MAX_BYTES = UdpSender.MAX_BYTES;

  private final long buffer = Memory.allocate(CAPACITY);

  private @Nullable Keypair keypair;
  private @Nullable Path path;
  private int trafficClass;
  private int segmentBytes;
  private int length;
  private int count;
  private int packets;

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
    return Math.min(most - count, (MAX_BYTES - length) / datagramBytes);
  }

  /**
   * Adds a message with this counter, for which there is {@link #room}.
   *
   * @param bytes the packet's length
   * @param padded its length with its padding, which is written here
   * @return where the packet must be written before anything else is added
   */
  long add(Keypair with, Path along, int tos, long counter, int bytes, int padded) {
    if (count == 0) {
      keypair = with;
      path = along;
      trafficClass = tos;
      segmentBytes = padded + Message.DATA_OVERHEAD;
    }
    long at = buffer + length;
    Message.writeDataHeader(Memory.ALL, at, with.remoteIndex(), counter);
    long packet = at + Message.DATA_HEADER_LENGTH;
    Memory.putLong(packet + bytes, 0);
    Memory.putLong(packet + bytes + 8, 0);
    length += padded + Message.DATA_OVERHEAD;
    count++;
    if (padded > 0) {
      packets++;
    }
    return packet;
  }

  /** Encrypts all messages; the bundle can only be sent and cleared from then on. */
  void seal(MessageCipher cipher, Keypair with) {
    int last = length - (count - 1) * segmentBytes;
    int equal = last == segmentBytes ? count : count - 1;
    if (equal > 0) {
      int bytes = segmentBytes - Message.DATA_OVERHEAD;
      cipher.seal(with.sendKey(), buffer, segmentBytes, bytes, equal);
    }
    if (equal < count) {
      long at = buffer + (long) equal * segmentBytes;
      cipher.seal(with.sendKey(), at, last, last - Message.DATA_OVERHEAD, 1);
    }
  }

  /** Whether nothing more fits, whatever comes. */
  boolean isFull(int most) {
    return count == most || length != count * segmentBytes || length + segmentBytes > MAX_BYTES;
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
  }
}
