package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.VirtioHeader;
import guywire.protocol.Outbox;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import java.lang.foreign.MemorySegment;

/** Carries what the device itself sends, one datagram at a time. Used under the device's lock. */
final class LockedOutbox implements Outbox {

  private final Tunnel tunnel;
  private final Transmitter transmitter;
  private final long buffer = Memory.allocate(1 << 17);

  LockedOutbox(Tunnel tunnel) {
    this.tunnel = tunnel;
    transmitter = new Transmitter(tunnel);
  }

  @Override
  public boolean send(
      Peer peer, Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
    MemorySegment.copy(datagram, offset, Memory.ALL, buffer, length);
    return transmitter.send(peer, path, buffer, length, length, trafficClass) == length;
  }

  @Override
  public void reply(Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
    MemorySegment.copy(datagram, offset, Memory.ALL, buffer, length);
    int sent = transmitter.send(path, buffer, length, length, trafficClass);
    if (sent < 0) {
      tunnel.log().verbose("a reply to " + path.endpoint() + " failed: errno " + -sent);
    }
  }

  @Override
  public void deliver(Peer peer, MemorySegment packet, long offset, int length) {
    int header = tunnel.tun().hasVirtioHeader() ? VirtioHeader.BYTES : 0;
    Memory.clear(buffer, VirtioHeader.BYTES);
    MemorySegment.copy(packet, offset, Memory.ALL, buffer + header, length);
    tunnel.tun().write(buffer, header + length);
  }
}
