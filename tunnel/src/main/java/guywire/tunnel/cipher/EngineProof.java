package guywire.tunnel.cipher;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;
import guywire.tunnel.machine.InstructionSet;
import guywire.tunnel.machine.Summation;
import guywire.tunnel.machine.Trust;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.zip.CRC32;

/**
 * What an engine must have done before it is used: everything that a tunnel will ask of it, with
 * the results that are known to be right.
 */
/*
 * A fixed script of messages goes through the engine; all that comes out is drawn together in one number.
 * What that number must be was got from the JCE, by a test that asks it each time: so the start of a tunnel
 * need not wait for a slow reference. The lengths are of each kind that some code treats apart: none, parts
 * of blocks, whole ones, chunks of 64 and 128 bytes, below and above the lengths at which tags are made in
 * another way, those of ordinary packets, jumbo frames, the longest; the numbers of messages are all that
 * there can be.
 */
final class EngineProof {

  /** What comes of the script; a test holds it against the JCE. */
  static final long MESSAGES = 803861235;

  /** What comes of the script of sums; a test holds it against plain Java. */
  static final long SUMS = -6816926791198901214L;

  private static final int[] LENGTHS = {
    0, 1, 15, 16, 17, 63, 64, 65, 96, 127, 128, 129, 191, 192, 193, 255, 256, 257, 448, 512, 577,
    961, 1420, 2000
  };

  /** Taken with few messages, for the sake of time. */
  private static final int[] JUMBO_LENGTHS = {8_900, 16_320, 65_503};

  private static final int SECRETS = 1 << 12;
  private static final int GAP = 24;
  private static final int ROOM = 3 * (1 << 16) + (1 << 13);
  private static final Map<InstructionSet, Boolean> PROVEN = new EnumMap<>(InstructionSet.class);

  private final MessageCipher cipher;
  private final SplittableRandom random = new SplittableRandom(7539);
  private final CRC32 crc = new CRC32();
  private final long plain;
  private final long mine;
  private final long out;
  private final long notes;

  private EngineProof(MessageCipher cipher, Region memory) {
    this.cipher = cipher;
    plain = memory.allocate(ROOM);
    mine = memory.allocate(ROOM);
    out = memory.allocate(ROOM);
    notes = MessageCipher.allocateNotes(MessageCipher.MOST, memory);
    fillAtRandom(random, plain, SECRETS);
    for (int at = SECRETS; at < ROOM; at += SECRETS) {
      Memory.copy(plain, plain + at, SECRETS);
    }
  }

  private static void fillAtRandom(SplittableRandom random, long address, int bytes) {
    for (int i = 0; i < bytes; i += 8) {
      Memory.putLong(address + i, random.nextLong());
    }
  }

  /** Whether an engine does all that it must; one that fails at it does not. */
  static boolean holds(Function<Region, MessageCipher> engine) {
    try (var memory = new Region()) {
      return messages(engine.apply(memory), memory) == MESSAGES;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /**
   * Whether the machine code of a set may be used; proves it on the first question. If any routine
   * is wrong no machine code of any set is used in this process any more.
   */
  static synchronized boolean holds(InstructionSet set, Function<Region, MessageCipher> engine) {
    if (set.routines().isEmpty()) {
      return false;
    }
    if (!Trust.isLost()) {
      PROVEN.computeIfAbsent(set, s -> trusts(s.routines().orElseThrow(), engine));
    }
    return Trust.isGiven();
  }

  /** Proves routines and the engine that is made of them; what is wrong takes the trust away. */
  static boolean trusts(Summation routines, Function<Region, MessageCipher> engine) {
    boolean right = sums(routines) == SUMS && holds(engine);
    if (right) {
      Trust.give();
    } else {
      Trust.lose();
    }
    return right;
  }

  /** What comes of the script of messages. */
  static long messages(MessageCipher cipher, Region memory) {
    var proof = new EngineProof(cipher, memory);
    int number = 0;
    for (int length : LENGTHS) {
      // One, all that there can be, and in turn each number between.
      for (int count :
          new int[] {1, 2 + number / 3 % (MessageCipher.MOST - 2), MessageCipher.MOST}) {
        proof.messages(length, count, number++);
      }
    }
    for (int length : JUMBO_LENGTHS) {
      proof.messages(length, 1, number++);
    }
    proof.messages(8_900, MessageCipher.MOST, number++);
    proof.messages(16_320, 4, number++);
    proof.messages(65_503, 2, number);
    return proof.crc.getValue();
  }

  /** What comes of the script of sums: of each length class, at several distances from a line. */
  static long sums(Summation way) {
    try (var memory = new Region()) {
      return sums(way, memory.allocate(1 << 17), memory.allocate(1 << 17));
    }
  }

  private static long sums(Summation way, long from, long to) {
    var random = new SplittableRandom(1071);
    fillAtRandom(random, from, 1 << 17);
    long all = 0;
    for (int i = 0; i < 200; i++) {
      int length = i < 140 ? i : i < 190 ? random.nextInt(3000) : random.nextInt(1 << 16);
      int shift = random.nextInt(64);
      all = all * 31 + folded(way.sum(from + shift, length));
      Memory.putLong(to + shift + length, i);
      all = all * 31 + folded(way.copyAndSum(from + shift, to + shift, length));
      var crc = new CRC32();
      draw(crc, to + shift, length + 8);
      all = all * 31 + crc.getValue();
    }
    return all;
  }

  /** What counts of a sum: it modulo 65535. */
  private static long folded(long sum) {
    return Long.remainderUnsigned(sum, 0xffff);
  }

  private static void draw(CRC32 crc, long address, int bytes) {
    crc.update(Memory.ALL.asSlice(address, bytes).asByteBuffer());
  }

  private void draw(long number) {
    for (int i = 0; i < 64; i += 8) {
      crc.update((int) (number >>> i) & 0xff);
    }
  }

  private void messages(int length, int count, int number) {
    var bytes = new byte[AeadKey.LENGTH];
    random.nextBytes(bytes);
    var key = new AeadKey(bytes);
    int stride = length + Message.DATA_OVERHEAD + number % 2 * GAP;
    int all = count * stride;
    Memory.copy(plain, mine, all);
    for (int i = 0; i < count; i++) {
      long message = mine + (long) i * stride;
      Message.writeDataHeader(Memory.ALL, message, number, random.nextLong());
    }
    if (number % 3 == 0) {
      cipher.sealInPlace(key, mine, stride, length, count, notes);
    } else {
      fillAndSeal(key, stride, length, count);
    }
    draw(crc, mine, all);
    int wrong = random.nextInt(2 * count);
    if (wrong < count) {
      int at = wrong * stride + Message.DATA_HEADER_LENGTH + random.nextInt(length + 16);
      Memory.putByte(mine + at, Memory.getByte(mine + at) ^ 1 << random.nextInt(8));
    }
    long right = cipher.open(key, mine, stride, length, count);
    draw(right);
    for (int i = 0; i < count; i++) {
      if ((right >>> i & 1) != 0) {
        take(i, mine + (long) i * stride + Message.DATA_HEADER_LENGTH, length, (i + number) % 2);
      }
    }
  }

  /** Encrypts packets while they come from elsewhere, in two pieces behind what is written. */
  private void fillAndSeal(AeadKey key, int stride, int length, int count) {
    int written = random.nextInt(Math.min(length, 120) + 1);
    int cut = written + random.nextInt(length - written + 1);
    int done = 0;
    // In two groups where there are several: tags of the first may be made with what is done next.
    for (int group : new int[] {count / 2, count - count / 2}) {
      long first = mine + (long) done * stride;
      long theirNotes = notes + (long) done * MessageCipher.NOTE_BYTES;
      if (group > 0) {
        cipher.willFillFrom(plain);
        cipher.prepare(key, first, stride, length, written, group, theirNotes);
        for (int i = 0; i < group; i++) {
          long from = plain + random.nextInt(SECRETS);
          draw(folded(cipher.fill(i, cut, from + cut, length - cut)));
          draw(folded(cipher.fill(i, written, from + written, cut - written)));
          Memory.copy(from, first + (long) i * stride + Message.DATA_HEADER_LENGTH, written);
        }
        cipher.sealLater(key, first, stride, length, group, theirNotes);
      }
      done += group;
    }
    cipher.finish();
  }

  private void take(int index, long packet, int length, int inPlace) {
    draw(crc, cipher.head(index), Math.min(length, MessageCipher.HEAD_BYTES));
    if (inPlace == 1) {
      cipher.takeInPlace(index, packet, length);
      draw(crc, packet, length);
      return;
    }
    int cut = random.nextInt(length + 1);
    long to = out + random.nextInt(64);
    draw(folded(cipher.take(index, cut, to + cut, length - cut)));
    draw(folded(cipher.take(index, 0, to, cut)));
    draw(crc, to, length);
  }
}
