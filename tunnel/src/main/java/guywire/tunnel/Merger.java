package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.Memory;
import guywire.linux.VirtioHeader;
import org.jspecify.annotations.Nullable;

/**
 * Writes inner packets to the TUN, those of one flow merged to super-packets. Packets of a flow
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

  private final Tunnel tunnel;
  private final Flow[] flows = new Flow[FLOWS];
  private final PacketView view = new PacketView();
  private final int headerBytes;
  private int nextVictim;

  Merger(Tunnel tunnel) {
    this.tunnel = tunnel;
    headerBytes = tunnel.tun().hasVirtioHeader() ? VirtioHeader.BYTES : 0;
    for (int i = 0; i < FLOWS; i++) {
      flows[i] = new Flow();
    }
  }

  /**
   * Takes a packet that stays where it is until the next flush. The bytes before it are used.
   *
   * @param packet its address, with room for a virtio header before it
   */
  void add(long packet, int length) {
    view.look(packet, length);
    if (!view.hasPorts()) {
      // A fragment may belong to any flow.
      flush();
      write(packet, length);
      return;
    }
    Flow flow = flowOf(view);
    boolean wanted = view.isTcp() ? tunnel.offloads().mergeTcp() : tunnel.offloads().mergeUdp();
    boolean fit = wanted && view.isMergeable();
    if (flow != null && fit && flow.continues(view) && flow.append(view)) {
      return;
    }
    if (flow != null) {
      write(flow);
    }
    if (!fit || !view.hasRightChecksum()) {
      write(packet, length);
      return;
    }
    emptyFlow().start(view);
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
      write(flow.packet(0), flow.length(0));
    } else {
      int written = tunnel.tun().write(flow.finish(), flow.bytes());
      if (written == -Errno.EINVAL) {
        // Some kernels (6.6.44 and its kin) refuse every super-packet.
        tunnel.offloads().mergingRefused();
        for (int i = 0; i < flow.count(); i++) {
          write(flow.packet(i), flow.length(i));
        }
      }
    }
    flow.clear();
  }

  private void write(long packet, int length) {
    long from = packet - headerBytes;
    if (headerBytes > 0) {
      Memory.putLong(from, 0);
      Memory.putShort(from + 8, 0);
    }
    tunnel.tun().write(from, length + headerBytes);
  }
}
