package guywire.tunnel;

import guywire.linux.Libcrypto;
import guywire.linux.Memory;
import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import guywire.protocol.JceAead;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The cipher engines of this machine, and which of them seals packets. At start it is one that is
 * fast at once; when the tunnel has something to do, all present ones are checked and timed in the
 * background, once, and the fastest is used from then on. Any thread may ask.
 */
/*
 * The JDK's kernels beat libcrypto on some processors and are half as fast on others, and only after
 * the JVM has compiled them: so nothing but a measurement on the real packet size decides, and it is
 * made after warming up. Before an engine counts it must agree with the JCE, the reference, on many
 * lengths, both ways, and refuse a changed tag.
 */
final class Engines {

  /** An engine that can be made for any thread. */
  record Choice(String name, Supplier<Aead> supplier) {
    Aead create() {
      return supplier.get();
    }
  }

  /** Nanoseconds per packet that an engine needed. */
  record Timing(Choice choice, long sealNanos, long openNanos) {
    long sum() {
      return sealNanos + openNanos;
    }
  }

  /** The environment's word for letting the measurement decide. */
  static final String AUTO = "auto";

  /** A tunnel that has carried so many packets in one direction has something to do. */
  private static final int PACKETS_BEFORE_MEASURING = 5000;

  private static final int PACKET = 1420;
  private static final int WARM_UP_ROUNDS = 160;
  private static final int PACKETS_PER_ROUND = 200;
  private static final int TIMED_ROUNDS = 40;

  private final Log log;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile Choice choice;

  /**
   * Chooses for the start.
   *
   * @param wanted an engine's name, or {@link #AUTO}
   * @throws IllegalArgumentException if there is no such engine here
   */
  Engines(String wanted, Log log) {
    this.log = log;
    if (!wanted.equals(AUTO)) {
      choice =
          present().stream()
              .filter(engine -> engine.name().equals(wanted))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("no cipher engine " + wanted));
      if (!agrees(choice)) {
        throw new IllegalArgumentException("the cipher engine " + wanted + " is wrong here");
      }
      started.set(true);
      return;
    }
    choice = jce();
    if (!Libcrypto.isPresent()) {
      log.error("libcrypto 3 is absent; packets are sealed by the JDK, at twice the cost");
    } else if (agrees(libcrypto())) {
      choice = libcrypto();
    } else {
      log.error("libcrypto disagrees with the JDK on ChaCha20-Poly1305 and is not used");
    }
  }

  /** The engine to seal and open with now. */
  Choice choice() {
    return choice;
  }

  private static Choice jce() {
    return new Choice("jce", JceAead::new);
  }

  private static Choice libcrypto() {
    return new Choice("libcrypto", LibcryptoAead::new);
  }

  private static Optional<Choice> intrinsics() {
    if (IntrinsicAead.create() == null) {
      return Optional.empty();
    }
    Supplier<Aead> supplier =
        () -> {
          Aead engine = IntrinsicAead.create();
          return engine == null ? new JceAead() : engine;
        };
    return Optional.of(new Choice("jdk-intrinsics", supplier));
  }

  /** All engines of this machine, the JCE first. */
  static List<Choice> present() {
    var all = new ArrayList<Choice>();
    all.add(jce());
    if (Libcrypto.isPresent()) {
      all.add(libcrypto());
    }
    intrinsics().ifPresent(all::add);
    return all;
  }

  /**
   * Hears how many packets a thread has sealed or opened so far: enough of them start the
   * measurement.
   */
  void carried(long packets) {
    if (packets >= PACKETS_BEFORE_MEASURING
        && !started.get()
        && started.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("engines").start(this::measure);
    }
  }

  private void measure() {
    Timing best = null;
    for (Choice engine : present()) {
      if (engine.name().equals("jce") && Libcrypto.isPresent()) {
        // Known to be the slowest of all, and costly to warm up.
        continue;
      }
      if (!agrees(engine)) {
        log.error("cipher engine " + engine.name() + " disagrees with the JDK and is not used");
        continue;
      }
      Timing timing = time(engine);
      log.verbose(
          "cipher engine %s: seal %d ns, open %d ns for %d bytes"
              .formatted(engine.name(), timing.sealNanos(), timing.openNanos(), PACKET));
      if (best == null || timing.sum() < best.sum()) {
        best = timing;
      }
    }
    if (best != null && !best.choice().name().equals(choice.name())) {
      choice = best.choice();
    }
    log.verbose("cipher engine in use: " + choice.name());
  }

  /** Whether the engine and the JCE do the same with many lengths, counters and contents. */
  static boolean agrees(Choice candidate) {
    try {
      return agrees(candidate.create(), new JceAead());
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static boolean agrees(Aead engine, Aead reference) {
    var random = new SplittableRandom(7539);
    var bytes = new byte[AeadKey.LENGTH];
    long plain = Memory.allocate(4096);
    long mine = Memory.allocate(4096);
    long its = Memory.allocate(4096);
    int[] lengths = {0, 1, 15, 16, 17, 63, 64, 65, 192, 448, 512, 960, 961, 1024, 1420, 1500, 2000};
    for (int length : lengths) {
      random.nextBytes(bytes);
      var key = new AeadKey(bytes);
      long counter = random.nextLong() >>> 1;
      for (int i = 0; i < length; i++) {
        Memory.putByte(plain + i, random.nextInt());
      }
      engine.seal(key, counter, Memory.ALL, plain, length, Memory.ALL, mine);
      reference.seal(key, counter, Memory.ALL, plain, length, Memory.ALL, its);
      int sealed = length + Aead.TAG_LENGTH;
      if (!same(mine, its, sealed)
          || !engine.open(key, counter, Memory.ALL, its, sealed, Memory.ALL, its)
          || !same(plain, its, length)) {
        return false;
      }
      reference.seal(key, counter + 1, Memory.ALL, plain, length, Memory.ALL, its);
      Memory.putByte(its + length + 3, Memory.getByte(its + length + 3) ^ 1);
      if (engine.open(key, counter + 1, Memory.ALL, its, sealed, Memory.ALL, its)) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(long a, long b, int length) {
    return Memory.ALL.asSlice(a, length).mismatch(Memory.ALL.asSlice(b, length)) == -1;
  }

  /** Seconds of other threads' work between two rounds do not matter: the best round counts. */
  private static Timing time(Choice candidate) {
    Aead engine = candidate.create();
    var key = new AeadKey(new byte[AeadKey.LENGTH]);
    long plain = Memory.allocate(2048);
    long sealed = Memory.allocate(2048);
    long seal = Long.MAX_VALUE;
    long open = Long.MAX_VALUE;
    long counter = 0;
    for (int round = 0; round < WARM_UP_ROUNDS + TIMED_ROUNDS; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < PACKETS_PER_ROUND; i++) {
        engine.seal(key, counter++, Memory.ALL, plain, PACKET, Memory.ALL, sealed);
      }
      long middle = System.nanoTime();
      boolean right = true;
      for (int i = 0; i < PACKETS_PER_ROUND; i++) {
        right &=
            engine.open(
                key, counter - 1, Memory.ALL, sealed, PACKET + Aead.TAG_LENGTH, Memory.ALL, plain);
      }
      long end = System.nanoTime();
      if (!right) {
        throw new IllegalStateException(candidate.name() + " can't open what it sealed");
      }
      if (round >= WARM_UP_ROUNDS) {
        seal = Math.min(seal, (middle - start) / PACKETS_PER_ROUND);
        open = Math.min(open, (end - middle) / PACKETS_PER_ROUND);
      }
    }
    return new Timing(candidate, seal, open);
  }
}
