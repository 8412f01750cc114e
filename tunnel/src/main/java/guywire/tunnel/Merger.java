package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.Memory;
import guywire.linux.VirtioHeader;
import guywire.protocol.DropReason;
import guywire.tunnel.cipher.MessageCipher;
import org.jspecify.annotations.Nullable;

/**
 * Writes opened packets to the TUN, those of one flow merged to super-packets. Packets of a flow
 * keep their order; nothing is held after {@link #flush}. Confined to the receiving thread.
 */
/*
 * As in Linux's own GRO a TCP segment is appended if it continues the sequence and all its headers but
 * lengths, id and checksum agree; unlike there a PSH does not end the super-packet but is passed on
 * with it, which nearly doubles its length for a sender that pushes often. Checksums are verified
 * before merging, because the merged packet's is left to the kernel to compute.
 */
final class Merger {

  private static final int FLOWS = 8;

  private final Surroundings around;
  private final Flow[] flows = new Flow[FLOWS];
  private final PacketView view = new PacketView();
  private final int headerBytes;
  private int nextVictim;

  /** Where a refused super-packet is cut, 0 until there was one. */
  private long cutRoom;

  private @Nullable Cutter refused;

  Merger(Surroundings around) {
    this.around = around;
    headerBytes = around.tun().hasVirtioHeader() ? VirtioHeader.BYTES : 0;
    for (int i = 0; i < FLOWS; i++) {
      flows[i] = new Flow(around.memory());
    }
  }

  /**
   * Takes a packet that has been opened; it is read before this returns.
   *
   * @param index which of the messages opened
   * @param packet where it lies; it and the bytes before it, a virtio header's, may be written to
   */
  void add(MessageCipher cipher, int index, long packet, int length) {
    view.look(cipher, index, length);
    if (!view.hasPorts()) {
      // A fragment may belong to any flow.
      flush();
    } else if (merges(flowOf(view))) {
      return;
    }
    cipher.takeInPlace(index, packet, length);
    write(packet, length);
  }

  /** Whether the packet looked at is now part of a flow; else its flow, if it has one, has left. */
  private boolean merges(@Nullable Flow flow) {
    boolean wanted = view.isTcp() ? around.offloads().mergeTcp() : around.offloads().mergeUdp();
    boolean fit = wanted && view.isMergeable();
    if (flow != null) {
      if (fit && flow.continues(view) && flow.append(view)) {
        return true;
      }
      write(flow);
    }
    return fit && emptyFlow().start(view, around.offloads().longestTcp4());
  }

  /** Gives up what is held; how many packets that was. */
  int abandon() {
    int packets = 0;
    for (Flow flow : flows) {
      packets += flow.count();
      flow.clear();
    }
    return packets;
  }

  /** Writes everything. */
  void flush() {
    for (Flow flow : flows) {
      if (!flow.isEmpty()) {
        write(flow);
      }
    }
  }

  private @Nullable Flow flowOf(PacketView packet) {
    for (Flow flow : flows) {
      if (flow.isOf(packet)) {
        return flow;
      }
    }
    return null;
  }

  private Flow emptyFlow() {
    for (Flow flow : flows) {
      if (flow.isEmpty()) {
        return flow;
      }
    }
    Flow victim = flows[nextVictim];
    nextVictim = (nextVictim + 1) % FLOWS;
    write(victim);
    return victim;
  }

  private void write(Flow flow) {
    if (flow.count() == 1) {
      write(flow.packet(), flow.length());
    } else {
      long virtio = flow.finish();
      int written = around.tun().write(virtio, flow.bytes());
      if (written < 0) {
        if (gaveUp(-written, flow.length())) {
          writeCut(virtio, flow.length());
        } else {
          around.device().drops().count(DropReason.WRITE_FAILED, flow.count());
        }
      }
    }
    flow.clear();
  }

  /** Gives up what the kernel refuses; whether it would take the packets one by one. */
  private boolean gaveUp(int errno, int length) {
    if (length > Ip.MAX_LENGTH
        && (errno == Errno.EINVAL
            || errno == Errno.EMSGSIZE
            || errno == Errno.ENOBUFS
            || errno == Errno.ENOMEM)) {
      around.offloads().bigTcpRefused();
      return true;
    }
    if (errno == Errno.EINVAL) {
      // Some kernels (6.6.44 and its kin) refuse every super-packet.
      around.offloads().mergingRefused();
      return true;
    }
    return false;
  }

  private void writeCut(long virtio, int length) {
    Cutter cutter = refused;
    if (cutter == null) {
      cutRoom = around.memory().allocate(headerBytes + (long) Ip.MAX_LENGTH) + headerBytes;
      cutter = new Cutter(around.memory());
      refused = cutter;
    }
    cutter.begin(virtio, virtio + VirtioHeader.BYTES, length);
    while (cutter.next()) {
      cutter.write(cutRoom);
      write(cutRoom, cutter.bytes());
    }
  }

  private void write(long packet, int length) {
    long from = packet - headerBytes;
    if (headerBytes > 0) {
      Memory.putLong(from, 0);
      Memory.putShort(from + 8, 0);
    }
    if (around.tun().write(from, length + headerBytes) < 0) {
      around.device().drops().count(DropReason.WRITE_FAILED);
    }
  }
}
