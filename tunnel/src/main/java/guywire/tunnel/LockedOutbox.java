package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.VirtioHeader;
import guywire.protocol.DropReason;
import guywire.protocol.Message;
import guywire.protocol.Outbox;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import java.lang.foreign.MemorySegment;

/** Carries what the device itself sends, one datagram at a time. Used under the device's lock. */
final class LockedOutbox implements Outbox {

  /** One of the protocol's messages, as the device made it. */
  static final class OneMessage implements Sealed {

    private final long address;
    private int length;

    private OneMessage(long address) {
      this.address = address;
    }

    @Override
    public long address() {
      return address;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public int segmentBytes() {
      return length;
    }
  }

  private final Surroundings around;
  private final Transmitter transmitter;
  private final long buffer;
  private final OneMessage message;

  LockedOutbox(Surroundings around) {
    this.around = around;
    transmitter = new Transmitter(around);
    buffer = around.memory().allocate(1 << 17);
    message = new OneMessage(buffer);
  }

  @Override
  public boolean send(
      Peer peer, Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
    return take(datagram, offset, length)
        && transmitter.send(peer, path, message, trafficClass) == length;
  }

  @Override
  public void reply(Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
    if (!take(datagram, offset, length)) {
      return;
    }
    int sent = transmitter.send(path, message, trafficClass);
    if (sent < 0) {
      around.log().verbose("a reply to " + path.endpoint() + " failed: errno " + -sent);
    }
  }

  /** Whether this is a message; data the device has sealed and looked over itself. */
  private boolean take(MemorySegment datagram, long offset, int length) {
    boolean valid = Message.type(datagram, offset, length) != Message.INVALID;
    message.length = valid ? length : 0;
    if (valid) {
      MemorySegment.copy(datagram, offset, Memory.ALL, buffer, length);
    } else {
      around.device().drops().count(DropReason.NOT_SEALED);
    }
    return valid;
  }

  @Override
  public void deliver(Peer peer, MemorySegment packet, long offset, int length) {
    int header = around.tun().hasVirtioHeader() ? VirtioHeader.BYTES : 0;
    Memory.clear(buffer, VirtioHeader.BYTES);
    MemorySegment.copy(packet, offset, Memory.ALL, buffer + header, length);
    around.tun().write(buffer, header + length);
  }
}
