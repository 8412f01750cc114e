package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Two ends, each with a sending and a receiving thread that take no lock for data and a thread for
 * timers, in a time that flies: sessions are renewed every few milliseconds.
 */
class UnlockedPathTest {

  /** Virtual time, which each batch moves. */
  private final AtomicLong clock = new AtomicLong(1000 * Station.SECOND);

  private final AtomicBoolean stop = new AtomicBoolean();
  private final List<Throwable> failures = new ArrayList<>();
  private final End one = new End(1);
  private final End two = new End(2);

  private final class End implements Outbox {
    private final int number;
    private final Device device;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayBlockingQueue<byte[]> incoming = new ArrayBlockingQueue<>(256);
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();

    /** Released when something was done that may have made a session. */
    private final Semaphore progress = new Semaphore(0);

    /** Released when virtual time has moved. */
    private final Semaphore ticks = new Semaphore(0);

    private @Nullable Peer peer;

    End(int number) {
      this.number = number;
      device =
          new Device(
              new CheapCiphers.Engine(new CheapCiphers.Watch()),
              new CheapCiphers.Agreement(),
              new SplittableRandom(number),
              () -> Instant.ofEpochSecond(0, clock.get()));
      device.setPrivateKey(PrivateKey.generate(new SplittableRandom(number)));
    }

    private End other() {
      return number == 1 ? two : one;
    }

    private Peer peer() {
      Peer known = peer;
      if (known == null) {
        throw new AssertionError("not introduced");
      }
      return known;
    }

    void introduce() {
      Peer met = device.addPeer(other().device.publicKey().orElseThrow()).orElseThrow();
      device.setEndpoint(met, Station.endpoint(other().number));
      device.allowedIps().insert(Prefix.host(Station.inner(other().number)), met);
      peer = met;
      device.up(clock.get(), this);
    }

    /** The sending thread: batches of four, 50 virtual milliseconds apart. */
    void sendingThread() throws InterruptedException {
      var aead = new CheapCiphers.Engine(CheapCiphers.Watch.ofUnlockedThread());
      byte[] packet =
          Station.packet(Station.inner(number), Station.inner(other().number), 32, number);
      MemorySegment plain = MemorySegment.ofArray(packet);
      while (!stop.get()) {
        long now = clock.addAndGet(Station.SECOND / 20);
        one.ticks.release();
        two.ticks.release();
        Peer to = peer();
        Keypair keypair = to.sendingKeypair(now);
        long counter = keypair == null ? Keypair.EXHAUSTED : keypair.reserve(4);
        if (keypair == null || counter == Keypair.EXHAUSTED) {
          lock.lock();
          try {
            device.stage(to, plain, 0, packet.length, now, this);
          } finally {
            lock.unlock();
          }
          // If nothing comes of it, time must move on for another try.
          if (progress.tryAcquire(10, TimeUnit.MILLISECONDS)) {
            progress.drainPermits();
          }
          continue;
        }
        List<byte[]> batch = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          var message = new byte[64];
          MemorySegment segment = MemorySegment.ofArray(message);
          Message.writeDataHeader(segment, 0, keypair.remoteIndex(), counter + i);
          aead.seal(keypair.sendKey(), counter + i, plain, 0, 32, segment, 16);
          batch.add(message);
        }
        if (keypair.isAlive()) {
          int arriving = 0;
          for (byte[] message : batch) {
            arriving += other().incoming.offer(message, 10, TimeUnit.MILLISECONDS) ? 1 : 0;
          }
          sent.addAndGet(arriving);
          if (to.sent(keypair, 4, 4 * 64, now)) {
            tick(now);
          }
        }
      }
    }

    /** The receiving thread. */
    void receivingThread() throws InterruptedException {
      var aead = new CheapCiphers.Engine(new CheapCiphers.Watch());
      while (!stop.get()) {
        byte[] message = incoming.poll(1, TimeUnit.MILLISECONDS);
        if (message != null) {
          receive(aead, message);
        }
      }
    }

    private void receive(Aead aead, byte[] message) {
      long now = clock.get();
      MemorySegment segment = MemorySegment.ofArray(message);
      Path from = Path.to(Station.endpoint(other().number));
      if (Message.type(segment, 0, message.length) != Message.DATA) {
        lock.lock();
        try {
          device.receive(segment, 0, message.length, from, 0, 0, now, this);
        } finally {
          lock.unlock();
        }
        progress.release();
        return;
      }
      Keypair keypair = device.sessions().session(Message.receiver(segment, 0));
      long counter = Message.counter(segment, 0);
      if (keypair == null || !keypair.mayReceive(now)) {
        device.drops().count(DropReason.UNKNOWN_SESSION);
        return;
      }
      boolean opened =
          aead.open(keypair.receiveKey(), counter, segment, 16, message.length - 16, segment, 16);
      if (!keypair.isAlive()) {
        return;
      }
      if (!opened) {
        device.drops().count(DropReason.INVALID_TAG);
        return;
      }
      if (!keypair.replayWindow().accept(counter)) {
        device.drops().count(DropReason.REPLAYED_COUNTER);
        return;
      }
      keypair.peer().roam(from);
      int packets = message.length > 32 ? 1 : 0;
      delivered.addAndGet(packets);
      if (keypair.peer().received(keypair, packets, message.length, now)) {
        tick(now);
      }
    }

    private void tick(long now) {
      lock.lock();
      try {
        device.tick(now, this);
      } finally {
        lock.unlock();
      }
      progress.release();
    }

    /** The thread of timers: a real one sleeps until the deadline. */
    void timerThread() throws InterruptedException {
      while (!stop.get()) {
        ticks.tryAcquire(10, TimeUnit.MILLISECONDS);
        ticks.drainPermits();
        long now = clock.get();
        lock.lock();
        try {
          if (device.nextDeadline() <= now) {
            device.tick(now, this);
          }
        } finally {
          lock.unlock();
        }
      }
    }

    @Override
    public boolean send(
        Peer to, Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
      return other().incoming.offer(Station.bytes(datagram, offset, length));
    }

    @Override
    public void reply(
        Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
      throw new AssertionError("nobody is under load");
    }

    @Override
    public void deliver(Peer from, MemorySegment packet, long offset, int length) {
      throw new AssertionError("data does not come this way");
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private Thread start(Work work) {
    var thread =
        new Thread(() -> {
          try {
            work.run();
          } catch (Throwable e) {
            stop.set(true);
            synchronized (failures) {
              failures.add(e);
            }
          }
        });
    thread.start();
    return thread;
  }

  @Test
  void sessions_are_renewed_and_nothing_is_used_twice() throws Exception {
    one.introduce();
    two.introduce();
    var threads = new ArrayList<Thread>();
    for (End end : List.of(one, two)) {
      threads.add(start(end::sendingThread));
      threads.add(start(end::receivingThread));
      threads.add(start(end::timerThread));
    }
    long begun = clock.get();
    long limit = System.nanoTime() + 30 * Station.SECOND;
    while (!stop.get()
        && clock.get() - begun < 3600 * Station.SECOND
        && System.nanoTime() < limit) {
      threads.getFirst().join(10);
    }
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    for (End end : List.of(one, two)) {
      assertThat(end.device.drops().get(DropReason.REPLAYED_COUNTER)).isZero();
      assertThat(end.device.drops().get(DropReason.INVALID_TAG)).isZero();
      assertThat(end.delivered.get()).isGreaterThan(end.other().sent.get() / 2);
      Instant last = end.peer().lastHandshake().orElseThrow();
      assertThat(last).isAfter(Instant.ofEpochSecond(0, clock.get() - 200 * Station.SECOND));

      // All quiet again: the timers run out and nothing is left.
      long now = clock.get();
      while (end.device.nextDeadline() != Device.NO_DEADLINE) {
        now = Math.max(now, end.device.nextDeadline());
        end.device.tick(now, end);
      }
      assertThat(end.device.sessions().size()).isZero();
    }
  }
}
