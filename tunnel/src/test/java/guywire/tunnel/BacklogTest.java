package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.Errno;
import guywire.linux.Memory;
import guywire.linux.PacketPort;
import guywire.linux.Region;
import guywire.linux.VirtioHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What waits between the TUN and the cipher, and who goes first. */
class BacklogTest {

  private static final int BULK = 60_000;

  /** A TUN that holds UDP packets: of which flow, which of it, and how long. */
  private record Packet(int flow, int number, int length) {}

  private final ArrayDeque<Packet> tun = new ArrayDeque<>();
  private final Backlog backlog = new Backlog(new Waiting(), new Region());
  private int error = Errno.EAGAIN;

  /** The packets of {@link #tun}. */
  private final class Waiting implements PacketPort {

    @Override
    public boolean hasVirtioHeader() {
      return true;
    }

    @Override
    public boolean setOffloads(Iterable<Offload> offloads) {
      return true;
    }

    @Override
    public int read(long address, int capacity) {
      return BacklogTest.this.read(address, capacity);
    }

    @Override
    public int write(long address, int length) {
      return -Errno.EINVAL;
    }
  }

  private int read(long address, int capacity) {
    Packet packet = tun.poll();
    if (packet == null) {
      return -error;
    }
    assertThat(packet.length() + VirtioHeader.BYTES).isLessThanOrEqualTo(capacity);
    long at = address + VirtioHeader.BYTES;
    Memory.clear(address, VirtioHeader.BYTES + 40);
    Memory.putByte(at, 0x45);
    Memory.putByte(at + Ip.V4_PROTOCOL, Ip.UDP);
    Memory.putIntBe(at + Ip.V4_DESTINATION, 0x0a0a0002);
    Memory.putIntBe(at + Ip.V4_HEADER, packet.flow());
    Memory.putIntBe(at + Ip.V4_HEADER + Ip.UDP_HEADER, packet.number());
    return packet.length() + VirtioHeader.BYTES;
  }

  private Packet taken() {
    long at = backlog.virtio() + VirtioHeader.BYTES;
    return new Packet(
        Memory.getIntBe(at + Ip.V4_HEADER),
        Memory.getIntBe(at + Ip.V4_HEADER + Ip.UDP_HEADER),
        backlog.length());
  }

  private List<Packet> takeAll() {
    var all = new ArrayList<Packet>();
    while (backlog.take()) {
      all.add(taken());
    }
    return all;
  }

  @Test
  void an_echo_request_overtakes_the_bulk_before_it() {
    var first = new Packet(1, 0, BULK);
    var second = new Packet(1, 1, BULK);
    var echo = new Packet(2, 0, 84);
    tun.addAll(List.of(first, second, echo));
    assertThat(backlog.fill(5)).isEqualTo(Errno.EAGAIN);
    assertThat(backlog.take()).isTrue();
    assertThat(backlog.isSparse()).isTrue();
    assertThat(taken()).isEqualTo(echo);
    assertThat(backlog.time()).isEqualTo(5);
    assertThat(takeAll()).containsExactly(first, second);
    assertThat(backlog.isSparse()).isFalse();
    assertThat(backlog.isEmpty()).isTrue();
  }

  @Test
  void the_end_of_a_bulk_does_not_overtake_its_beginning() {
    var bulk = new Packet(1, 0, BULK);
    var last = new Packet(1, 1, 60);
    tun.addAll(List.of(bulk, last));
    backlog.fill(0);
    assertThat(takeAll()).containsExactly(bulk, last);
  }

  @Test
  void a_flood_of_new_flows_does_not_stop_the_others() {
    var bulk = new Packet(-1, 0, BULK);
    tun.add(bulk);
    for (int i = 0; i < 200; i++) {
      tun.add(new Packet(i * 7919, i, 60));
    }
    backlog.fill(0);
    assertThat(takeAll().subList(0, 70)).contains(bulk);
  }

  @Test
  void what_does_not_fit_stays_in_the_tun() {
    for (int i = 0; i < 100; i++) {
      tun.add(new Packet(1, i, BULK));
    }
    assertThat(backlog.fill(0)).isZero();
    int left = tun.size();
    assertThat(left).isPositive();
    assertThat(backlog.fill(0)).isZero();
    assertThat(tun).hasSize(left);
    backlog.take();
    backlog.take();
    assertThat(backlog.fill(0)).isZero();
    assertThat(tun).hasSize(left - 1);
  }

  @Test
  void the_end_of_the_tun_is_told_with_its_reason() {
    error = Errno.EBADFD;
    assertThat(backlog.fill(0)).isEqualTo(Errno.EBADFD);
    assertThat(backlog.take()).isFalse();
  }

  @Test
  void every_packet_leaves_once_and_each_flow_keeps_its_order() {
    for (long seed = 0; seed < 200; seed++) {
      var random = new SplittableRandom(seed);
      var out = new ArrayList<Packet>();
      int[] numbers = new int[40];
      int total = 0;
      for (int round = 0; round < 30; round++) {
        for (int i = random.nextInt(60); i > 0; i--) {
          int flow = random.nextInt(numbers.length);
          int length =
              random.nextInt(4) == 0 ? 2000 + random.nextInt(63_000) : 40 + random.nextInt(1400);
          tun.add(new Packet(flow, numbers[flow]++, length));
          total++;
        }
        backlog.fill(0);
        for (int i = random.nextInt(60); i > 0 && backlog.take(); i--) {
          out.add(taken());
        }
      }
      while (!tun.isEmpty() || !backlog.isEmpty()) {
        out.addAll(takeAll());
        backlog.fill(0);
      }
      out.addAll(takeAll());
      assertThat(out).as("seed %d", seed).hasSize(total);
      int[] next = new int[numbers.length];
      for (Packet packet : out) {
        assertThat(packet.number())
            .as("seed %d flow %d", seed, packet.flow())
            .isEqualTo(next[packet.flow()]++);
      }
    }
  }
}
