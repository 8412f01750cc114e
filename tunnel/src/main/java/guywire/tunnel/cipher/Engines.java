package guywire.tunnel.cipher;

import guywire.linux.Libcrypto;
import guywire.linux.Region;
import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import guywire.protocol.JceAead;
import guywire.protocol.Message;
import guywire.tunnel.machine.InstructionSet;
import guywire.tunnel.machine.Trust;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The cipher engines of this machine, and which of them seals packets. At start it is one that is
 * fast at once; when the tunnel has something to do, all present ones are checked and timed in the
 * background, once, and the fastest is used from then on. Any thread may ask.
 */
/*
 * Machine code for AVX-512 is twice as fast as anything else where that is. Elsewhere the start is made with
 * machine code for AVX2 or libcrypto. The JDK's kernels beat libcrypto on some processors and are half as fast
 * on others, and only after the JVM has compiled them: so nothing but a measurement on the real packet size
 * decides, and it is made after warming up. Before an engine counts it must pass its EngineProof.
 */
public final class Engines {

  /** An engine that can be made for any thread. */
  public record Choice(String name, Function<Region, MessageCipher> maker) {
    /** An engine for one thread, until its memory is given back. */
    public MessageCipher create(Region memory) {
      return maker.apply(memory);
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

  /** All engines that there can be. */
  static final List<String> NAMES = List.of("jce", "libcrypto", "jdk-intrinsics", "avx512", "avx2");

  /** A tunnel that has carried so many packets in one direction has something to do. */
  private static final int PACKETS_BEFORE_MEASURING = 5000;

  private static final int PACKET = 1420;
  private static final int WARM_UP_ROUNDS = 160;
  private static final int PACKETS_PER_ROUND = 200;
  private static final int PACKETS_AT_ONCE = MessageCipher.MOST;
  private static final int TIMED_ROUNDS = 40;
  private static final Choice JCE = each("jce", memory -> new JceAead());
  private static final Choice LIBCRYPTO = each("libcrypto", LibcryptoAead::new);
  private static final Choice INTRINSICS = each("jdk-intrinsics", memory -> intrinsics());
  private static final Choice AVX512 = new Choice("avx512", Avx512Cipher::new);
  private static final Choice AVX2 = new Choice("avx2", Avx2Cipher::new);

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
    List<Choice> machine = machineCode(1);
    if (Trust.isLost()) {
      error.accept("machine code of our own is wrong on this processor, and none of it is used");
    }
    if (!wanted.equals(AUTO)) {
      choice = named(wanted);
      started.set(true);
    } else if (!machine.isEmpty()) {
      choice = machine.getFirst();
      // Nothing else comes near to it.
      started.set(choice == AVX512);
    } else if (!Libcrypto.isPresent()) {
      choice = JCE;
      error.accept("libcrypto 3 is absent; packets are sealed by the JDK, at twice the cost");
    } else if (isRight(LIBCRYPTO)) {
      choice = LIBCRYPTO;
    } else {
      choice = JCE;
      error.accept("libcrypto disagrees with the JDK on ChaCha20-Poly1305 and is not used");
    }
  }

  private static Choice named(String wanted) {
    Choice choice =
        present().stream()
            .filter(engine -> engine.name().equals(wanted))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no cipher engine " + wanted));
    if (!isRight(choice)) {
      throw new IllegalArgumentException("the cipher engine " + wanted + " is wrong here");
    }
    return choice;
  }

  private static Choice each(String name, Function<Region, Aead> engine) {
    return new Choice(name, memory -> MessageCipher.each(engine.apply(memory)));
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
  public static Aead single(Region memory) {
    return Libcrypto.isPresent() ? new LibcryptoAead(memory) : new JceAead();
  }

  /**
   * The machine code of our own that this machine can run and that is proven, the fastest first.
   *
   * @param most how many, at most
   */
  private static List<Choice> machineCode(int most) {
    return Stream.of(InstructionSet.values())
        .filter(set -> EngineProof.holds(set, machineCode(set).maker()))
        .limit(most)
        .map(Engines::machineCode)
        .toList();
  }

  private static Choice machineCode(InstructionSet set) {
    return switch (set) {
      case AVX512 -> AVX512;
      case AVX2 -> AVX2;
    };
  }

  /** Whether an engine does what it must; the JCE is what the others are held against. */
  private static boolean isRight(Choice engine) {
    return engine == JCE || engine == AVX512 || engine == AVX2 || EngineProof.holds(engine.maker());
  }

  /** All engines of this machine, the JCE first. */
  public static List<Choice> present() {
    var all = new ArrayList<Choice>();
    all.add(JCE);
    if (Libcrypto.isPresent()) {
      all.add(LIBCRYPTO);
    }
    if (IntrinsicAead.create() != null) {
      all.add(INTRINSICS);
    }
    all.addAll(machineCode(InstructionSet.values().length));
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
      if (!isRight(engine)) {
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

  /** Seconds of other threads' work between two rounds do not matter: the best round counts. */
  private static Timing time(Choice candidate) {
    try (var memory = new Region()) {
      return time(candidate, memory);
    }
  }

  private static Timing time(Choice candidate, Region memory) {
    MessageCipher engine = candidate.create(memory);
    var key = new AeadKey(new byte[AeadKey.LENGTH]);
    int stride = PACKET + Message.DATA_OVERHEAD;
    long messages = memory.allocate((long) PACKETS_AT_ONCE * stride + MessageCipher.HEAD_BYTES);
    long notes = MessageCipher.allocateNotes(PACKETS_AT_ONCE, memory);
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
