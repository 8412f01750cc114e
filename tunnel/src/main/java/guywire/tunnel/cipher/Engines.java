package guywire.tunnel.cipher;

import guywire.linux.Libcrypto;
import guywire.linux.Memory;
import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import guywire.protocol.JceAead;
import guywire.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The cipher engines of this machine, and which of them seals packets. At start it is one that is
 * fast at once; when the tunnel has something to do, all present ones are checked and timed in the
 * background, once, and the fastest is used from then on. Any thread may ask.
 */
/*
 * The machine code needs AVX-512 and is twice as fast as anything else where that is. Elsewhere the
 * JDK's kernels beat libcrypto on some processors and are half as fast on others, and only after the JVM
 * has compiled them: so nothing but a measurement on the real packet size decides, and it is made after
 * warming up. Before an engine counts it must agree with the JCE, the reference, on many lengths, both
 * ways, and refuse a changed tag.
 */
public final class Engines {

  /** An engine that can be made for any thread. */
  public record Choice(String name, Supplier<MessageCipher> supplier) {
    /** An engine for the thread that calls. */
    public MessageCipher create() {
      return supplier.get();
    }
  }

  /** Nanoseconds per packet that an engine needed. */
  private record Timing(Choice choice, long sealNanos, long openNanos) {
    long sum() {
      return sealNanos + openNanos;
    }
  }

  /** The environment's word for letting the measurement decide. */
  public static final String AUTO = "auto";

  /** A tunnel that has carried so many packets in one direction has something to do. */
  private static final int PACKETS_BEFORE_MEASURING = 5000;

  private static final int PACKET = 1420;
  private static final int WARM_UP_ROUNDS = 160;
  private static final int PACKETS_PER_ROUND = 200;
  private static final int PACKETS_AT_ONCE = MessageCipher.MOST;
  private static final int TIMED_ROUNDS = 40;
  private static final Choice JCE = each("jce", JceAead::new);
  private static final Choice LIBCRYPTO = each("libcrypto", LibcryptoAead::new);
  private static final Choice INTRINSICS = each("jdk-intrinsics", Engines::intrinsics);
  private static final Choice MACHINE = new Choice("avx512", MachineCipher::new);

  private final Consumer<String> detail;
  private final Consumer<String> error;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile Choice choice;

  /**
   * Chooses for the start.
   *
   * @param wanted an engine's name, or {@link #AUTO}
   * @param error hears what an operator should know
   * @param detail hears what was measured
   * @throws IllegalArgumentException if there is no such engine here
   */
  public Engines(String wanted, Consumer<String> error, Consumer<String> detail) {
    this.error = error;
    this.detail = detail;
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
    choice = JCE;
    if (MachineCipher.isPresent() && agrees(MACHINE)) {
      choice = MACHINE;
      started.set(true);
    } else if (!Libcrypto.isPresent()) {
      error.accept("libcrypto 3 is absent; packets are sealed by the JDK, at twice the cost");
    } else if (agrees(LIBCRYPTO)) {
      choice = LIBCRYPTO;
    } else {
      error.accept("libcrypto disagrees with the JDK on ChaCha20-Poly1305 and is not used");
    }
  }

  private static Choice each(String name, Supplier<Aead> engine) {
    return new Choice(name, () -> MessageCipher.each(engine.get()));
  }

  private static Aead intrinsics() {
    Aead engine = IntrinsicAead.create();
    return engine == null ? new JceAead() : engine;
  }

  /** The engine to seal and open with now. */
  public Choice choice() {
    return choice;
  }

  /** An engine for single messages of few bytes, which has nothing to be compiled for it. */
  public static Aead single() {
    return Libcrypto.isPresent() ? new LibcryptoAead() : new JceAead();
  }

  /** All engines of this machine, the JCE first. */
  static List<Choice> present() {
    var all = new ArrayList<Choice>();
    all.add(JCE);
    if (Libcrypto.isPresent()) {
      all.add(LIBCRYPTO);
    }
    if (IntrinsicAead.create() != null) {
      all.add(INTRINSICS);
    }
    if (MachineCipher.isPresent()) {
      all.add(MACHINE);
    }
    return all;
  }

  /**
   * Hears how many packets a thread has sealed or opened so far: enough of them start the
   * measurement.
   */
  public void carried(long packets) {
    if (packets >= PACKETS_BEFORE_MEASURING
        && !started.get()
        && started.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("engines").start(this::measure);
    }
  }

  private void measure() {
    Timing best = null;
    for (Choice engine : present()) {
      if (engine == JCE && Libcrypto.isPresent()) {
        // Known to be the slowest of all, and costly to warm up.
        continue;
      }
      if (!agrees(engine)) {
        error.accept("cipher engine " + engine.name() + " disagrees with the JDK and is not used");
        continue;
      }
      Timing timing = time(engine);
      detail.accept(
          "cipher engine %s: seal %d ns, open %d ns for %d bytes"
              .formatted(engine.name(), timing.sealNanos(), timing.openNanos(), PACKET));
      if (best == null || timing.sum() < best.sum()) {
        best = timing;
      }
    }
    if (best != null) {
      choice = best.choice();
    }
    detail.accept("cipher engine in use: " + choice.name());
  }

  /** Whether the engine and the JCE do the same with many lengths, counters and contents. */
  static boolean agrees(Choice candidate) {
    try {
      return agrees(candidate.create(), JCE.create());
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static boolean agrees(MessageCipher engine, MessageCipher reference) {
    var random = new SplittableRandom(7539);
    var bytes = new byte[AeadKey.LENGTH];
    int most = MessageCipher.MOST;
    long room = (long) most * (2048 + Message.DATA_OVERHEAD);
    long plain = Memory.allocate(room);
    long mine = Memory.allocate(room);
    long its = Memory.allocate(room + MessageCipher.HEAD_BYTES);
    long notes = MessageCipher.allocateNotes(most);
    int[] lengths = {0, 1, 15, 17, 63, 64, 65, 192, 448, 512, 961, 1420, 2000};
    for (int i = 0; i < room; i += 8) {
      Memory.putLong(plain + i, random.nextLong());
    }
    for (int length : lengths) {
      random.nextBytes(bytes);
      var key = new AeadKey(bytes);
      int count = 1 + random.nextInt(most);
      int stride = length + Message.DATA_OVERHEAD;
      int all = count * stride;
      for (int i = 0; i < count; i++) {
        Message.writeDataHeader(Memory.ALL, plain + (long) i * stride, 1, random.nextLong() >>> 1);
      }
      Memory.copy(plain, mine, all);
      Memory.copy(plain, its, all);
      engine.sealInPlace(key, mine, stride, length, count, notes);
      reference.sealInPlace(key, its, stride, length, count, notes);
      if (Memory.ALL.asSlice(mine, all).mismatch(Memory.ALL.asSlice(its, all)) != -1) {
        return false;
      }
      int wrong = random.nextInt(count);
      long tag = its + (long) wrong * stride + Message.DATA_HEADER_LENGTH + length;
      Memory.putByte(tag + 3, Memory.getByte(tag + 3) ^ 1);
      long opened = engine.open(key, its, stride, length, count);
      if (opened != ((1L << count) - 1 & ~(1L << wrong))) {
        return false;
      }
      for (int i = 0; i < count; i++) {
        long at = (long) i * stride + Message.DATA_HEADER_LENGTH;
        if (i != wrong) {
          engine.takeInPlace(i, its + at, length);
        }
        var expected = Memory.ALL.asSlice(plain + at, length);
        if (i != wrong && expected.mismatch(Memory.ALL.asSlice(its + at, length)) != -1) {
          return false;
        }
      }
    }
    return true;
  }

  /** Seconds of other threads' work between two rounds do not matter: the best round counts. */
  private static Timing time(Choice candidate) {
    MessageCipher engine = candidate.create();
    var key = new AeadKey(new byte[AeadKey.LENGTH]);
    int stride = PACKET + Message.DATA_OVERHEAD;
    long messages = Memory.allocate((long) PACKETS_AT_ONCE * stride + MessageCipher.HEAD_BYTES);
    long notes = MessageCipher.allocateNotes(PACKETS_AT_ONCE);
    long seal = Long.MAX_VALUE;
    long open = Long.MAX_VALUE;
    for (int round = 0; round < WARM_UP_ROUNDS + TIMED_ROUNDS; round++) {
      long sealing = 0;
      long opening = 0;
      for (int i = 0; i < PACKETS_PER_ROUND; i += PACKETS_AT_ONCE) {
        long start = System.nanoTime();
        engine.sealInPlace(key, messages, stride, PACKET, PACKETS_AT_ONCE, notes);
        long middle = System.nanoTime();
        long right = engine.open(key, messages, stride, PACKET, PACKETS_AT_ONCE);
        for (int j = 0; j < PACKETS_AT_ONCE; j++) {
          long at = messages + (long) j * stride + Message.DATA_HEADER_LENGTH;
          engine.takeInPlace(j, at, PACKET);
        }
        opening += System.nanoTime() - middle;
        sealing += middle - start;
        if (right != (1L << PACKETS_AT_ONCE) - 1) {
          throw new IllegalStateException(candidate.name() + " can't open what it sealed");
        }
      }
      if (round >= WARM_UP_ROUNDS) {
        seal = Math.min(seal, sealing / PACKETS_PER_ROUND);
        open = Math.min(open, opening / PACKETS_PER_ROUND);
      }
    }
    return new Timing(candidate, seal, open);
  }
}
