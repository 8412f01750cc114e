package guywire.bench;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.linux.UdpSender;
import guywire.linux.UdpSocket;
import guywire.protocol.Message;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Datagrams from nobody that a tunnel knows, as many a second as are wanted, each by a call of its
 * own. Says when it ends how many a second there were.
 */
final class Strangers {

  /** What they send. */
  enum Kind {
    TYPE(Row.GARBAGE_TYPE, "no message of WireGuard"),
    INDEX(Row.GARBAGE_INDEX, "data of no session"),
    MAC1(Row.GARBAGE_MAC1, "initiations with a wrong MAC"),
    FLOOD(Row.FLOOD, "initiations from 65,536 addresses"),
    REPLAYS(Row.REPLAYS, "copies of an initiation");

    private final Row row;
    private final String words;

    Kind(Row row, String words) {
      this.row = row;
      this.words = words;
    }

    Row row() {
      return row;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  private static final int TYPE_OF_NOTHING = 9;
  private static final int LENGTH = Message.INITIATION_LENGTH;

  /** So many differ: more than a tunnel would remember. */
  private static final int DIFFERENT = 1 << 12;

  private static final int SOURCES = 1 << 16;

  /** 10.21.0.0/16 is theirs. */
  private static final int FIRST_SOURCE = 0x0a150000;

  private static final long PAUSE_NANOS = 500_000;

  private Strangers() {}

  /**
   * Sends until the input ends.
   *
   * @param arguments the kind, the tunnel's public key, its address as a number, its port, how many
   *     a second, and for copies the initiation in hexadecimal
   */
  public static void main(String[] arguments) {
    Kind kind = Kind.valueOf(arguments[0]);
    PublicKey key = PublicKey.parse(arguments[1]).orElseThrow();
    int perSecond = Integer.parseInt(arguments[4]);
    long datagrams = Memory.allocate((long) DIFFERENT * LENGTH);
    write(kind, key, arguments.length > 5 ? arguments[5] : "", datagrams);
    var sender = new UdpSender(new Region());
    sender.to4(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
    long sent = 0;
    long start = System.nanoTime();
    try (UdpSocket socket = UdpSocket.open(false, 0)) {
      Program.Ending end = Program.ready();
      start = System.nanoTime();
      while (!end.isHere()) {
        long due = (System.nanoTime() - start) / 1000 * perSecond / 1_000_000;
        for (; sent < due && !end.isHere(); sent++) {
          int at = (int) sent & DIFFERENT - 1;
          sender.from(0, FIRST_SOURCE + ((int) sent & SOURCES - 1));
          int _ = sender.send(socket, datagrams + (long) at * LENGTH, LENGTH, LENGTH, 0);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    System.out.println(sent * 1e9 / (System.nanoTime() - start));
  }

  private static void write(Kind kind, PublicKey key, String copied, long datagrams) {
    var random = new SplittableRandom(1);
    for (int i = 0; i < DIFFERENT; i++) {
      byte[] message =
          switch (kind) {
            case TYPE -> random(TYPE_OF_NOTHING, random);
            case INDEX -> random(Message.DATA, random);
            case MAC1 -> random(Message.INITIATION, random);
            case FLOOD -> Initiation.of(PrivateKey.generate(new SecureRandom()), key);
            case REPLAYS -> HexFormat.of().parseHex(copied);
          };
      long to = datagrams + (long) i * LENGTH;
      MemorySegment.copy(MemorySegment.ofArray(message), 0, Memory.ALL, to, LENGTH);
    }
  }

  private static byte[] random(int type, SplittableRandom random) {
    var message = new byte[LENGTH];
    random.nextBytes(message);
    Arrays.fill(message, 0, Integer.BYTES, (byte) 0);
    message[0] = (byte) type;
    return message;
  }
}
