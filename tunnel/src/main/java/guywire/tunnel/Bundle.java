package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.UdpSender;
import guywire.protocol.Aead;
import guywire.protocol.Keypair;
import guywire.protocol.Message;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import org.jspecify.annotations.Nullable;

/**
 * Sealed data messages of one session on their way out, one behind the other in one buffer, so that
 * one system call sends them: all of one length, but for a shorter last one. Confined to the
 * sending thread.
 */
final class Bundle {

  /** Buffer length: the longest super-datagram and the slack that engines may write beyond it. */
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

  /** Seals one packet into the bundle, which has {@link #room} for it. */
  void add(
      Aead aead, Keypair with, Path along, int tos, long counter, long packet, int paddedLength) {
    if (count == 0) {
      keypair = with;
      path = along;
      trafficClass = tos;
      segmentBytes = paddedLength + Message.DATA_OVERHEAD;
    }
    long at = buffer + length;
    Message.writeDataHeader(Memory.ALL, at, with.remoteIndex(), counter);
    aead.seal(
        with.sendKey(),
        counter,
        Memory.ALL,
        packet,
        paddedLength,
        Memory.ALL,
        at + Message.DATA_HEADER_LENGTH);
    length += paddedLength + Message.DATA_OVERHEAD;
    count++;
    if (paddedLength > 0) {
      packets++;
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
