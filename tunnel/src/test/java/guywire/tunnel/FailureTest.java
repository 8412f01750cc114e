package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.PacketPort;
import guywire.linux.VirtioHeader;
import guywire.protocol.AeadKey;
import guywire.protocol.DropReason;
import guywire.tunnel.cipher.Engines;
import guywire.tunnel.cipher.MessageCipher;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each stage of a packet's way throws: it costs what was in hand, is said, and the next arrive. */
class FailureTest {

  /** Where it may happen. */
  enum Stage {
    READ,
    PREPARE,
    FILL,
    SEAL,
    SEND,
    OPEN,
    TAKE,
    WRITE
  }

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Log log = new Log(Log.Level.ERROR, "failing", new PrintStream(said, true));
  private final LoneNetwork network = new LoneNetwork(true);
  private final MemoryTun leftTun = new MemoryTun();
  private final MemoryTun rightTun = new MemoryTun();
  private Stage failing;
  private Supplier<Throwable> failure = () -> new IllegalStateException("made by the test");
  private LoneTunnel left;
  private LoneTunnel right;
  private int number;

  @BeforeEach
  void meet() {
    var engine = Engines.present().getFirst();
    var faulty = new Engines.Choice("faulty", memory -> new Faulty(engine.create(memory)));
    left = new LoneTunnel(network, 0, new FaultyPort(leftTun), faulty, "", new Random(1), log);
    right = new LoneTunnel(network, 1, new FaultyPort(rightTun), faulty, "", new Random(2), log);
    left.meet(right, "10.0.1.0/24");
    right.meet(left, "10.0.0.0/24");
    left.up();
    right.up();
    network.judge(() -> {
      check(Stage.SEND);
      return 0;
    });
    sendAndCarry();
    assertThat(arrived()).isEqualTo(1);
  }

  @AfterEach
  void end() {
    network.close();
  }

  @ParameterizedTest
  @EnumSource
  void a_stage_that_throws_costs_what_was_in_hand_and_the_next_packets_arrive(Stage stage) {
    failing = stage;
    sendAndCarry();
    failing = null;
    assertThat(arrived()).isZero();
    long counted = left.dropped(DropReason.FAILED) + right.dropped(DropReason.FAILED);
    if (stage == Stage.READ) {
      // It was not taken, so it is not lost.
      carry();
      assertThat(arrived()).isEqualTo(1);
    } else {
      assertThat(counted).isEqualTo(1);
    }
    for (int i = 0; i < 20; i++) {
      sendAndCarry();
      assertThat(arrived()).isEqualTo(1);
    }
    assertThat(said.toString()).contains("made by the test");
    assertThat(said.toString().split("FailureTest.check", -1)).as("one trace").hasSize(2);
  }

  @Test
  void an_exhausted_heap_is_met_like_any_other_failure() {
    failure = () -> new OutOfMemoryError("made by the test");
    failing = Stage.SEAL;
    sendAndCarry();
    failing = null;
    assertThat(left.dropped(DropReason.FAILED)).isEqualTo(1);
    sendAndCarry();
    assertThat(arrived()).isEqualTo(1);
  }

  @Test
  void one_that_fails_again_and_again_says_so_until_it_is_over() {
    failing = Stage.SEAL;
    for (int i = 0; i < 30; i++) {
      sendAndCarry();
    }
    failing = null;
    assertThat(left.failures().areMany()).isTrue();
    assertThat(left.failures().count()).isEqualTo(30);
    assertThat(said.toString().lines().filter(line -> line.contains("failed"))).hasSize(1);
    network.pass(30_000_000_000L);
    sendAndCarry();
    assertThat(arrived()).isEqualTo(1);
    assertThat(left.failures().areMany()).isFalse();
  }

  private void sendAndCarry() {
    leftTun.waiting.add(packet());
    carry();
  }

  private void carry() {
    for (boolean moved = true; moved; ) {
      left.outbound.carry();
      right.outbound.carry();
      moved = network.deliver(left) | network.deliver(right);
      moved |= left.control() | right.control();
    }
  }

  private int arrived() {
    int count = rightTun.written.size();
    rightTun.written.clear();
    return count;
  }

  /** A super-packet of one datagram, so that it is filled and not written in plain. */
  private byte[] packet() {
    var frame = new byte[VirtioHeader.BYTES + 28 + 500];
    int at = VirtioHeader.BYTES;
    frame[VirtioHeader.FLAGS] = VirtioHeader.NEEDS_CHECKSUM;
    frame[VirtioHeader.GSO_TYPE] = VirtioHeader.GSO_UDP_L4;
    TunFrame.little(frame, VirtioHeader.GSO_SIZE, 600);
    TunFrame.little(frame, VirtioHeader.CHECKSUM_START, 20);
    TunFrame.little(frame, VirtioHeader.CHECKSUM_OFFSET, 6);
    frame[at] = 0x45;
    TunFrame.big(frame, at + 2, 528);
    frame[at + 8] = 64;
    frame[at + 9] = Ip.UDP;
    frame[at + 12] = 10;
    frame[at + 15] = 1;
    frame[at + 16] = 10;
    frame[at + 18] = 1;
    frame[at + 19] = 1;
    TunFrame.big(frame, at + 20, ++number);
    TunFrame.big(frame, at + 22, 9);
    TunFrame.big(frame, at + 24, 508);
    return frame;
  }

  private void check(Stage stage) {
    if (failing == stage) {
      FailureTest.<RuntimeException>raise(failure.get());
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void raise(Throwable failure) throws E {
    throw (E) failure;
  }

  /** A TUN that throws when it is its turn. */
  private final class FaultyPort implements PacketPort {
    private final MemoryTun tun;

    FaultyPort(MemoryTun tun) {
      this.tun = tun;
    }

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
      if (!tun.waiting.isEmpty()) {
        check(Stage.READ);
      }
      return tun.read(address, capacity);
    }

    @Override
    public int write(long address, int length) {
      check(Stage.WRITE);
      return tun.write(address, length);
    }
  }

  /** A cipher that throws when it is its turn. */
  private final class Faulty implements MessageCipher {
    private final MessageCipher cipher;

    Faulty(MessageCipher cipher) {
      this.cipher = cipher;
    }

    @Override
    public void prepare(
        AeadKey key, long messages, int stride, int bytes, int written, int count, long notes) {
      check(Stage.PREPARE);
      cipher.prepare(key, messages, stride, bytes, written, count, notes);
    }

    @Override
    public long fill(int index, int offset, long from, int length) {
      check(Stage.FILL);
      return cipher.fill(index, offset, from, length);
    }

    @Override
    public void seal(AeadKey key, long messages, int stride, int bytes, int count, long notes) {
      check(Stage.SEAL);
      cipher.seal(key, messages, stride, bytes, count, notes);
    }

    @Override
    public long open(AeadKey key, long messages, int stride, int bytes, int count) {
      check(Stage.OPEN);
      return cipher.open(key, messages, stride, bytes, count);
    }

    @Override
    public long head(int index) {
      return cipher.head(index);
    }

    @Override
    public long take(int index, int offset, long to, int length) {
      check(Stage.TAKE);
      return cipher.take(index, offset, to, length);
    }
  }
}
