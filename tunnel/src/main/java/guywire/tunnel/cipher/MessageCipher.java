package guywire.tunnel.cipher;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import guywire.tunnel.machine.Routines;

/**
 * Seals and opens data messages of one session. They lie one behind the other in memory, and their
 * packets have one length: header with its counter, packet, tag. Confined to one thread.
 *
 * <p>Packets are encrypted while they are written into their messages ({@link #prepare}, {@link
 * #fill}, {@link #seal}) and decrypted while they are taken out ({@link #open}, {@link #head},
 * {@link #take}), and summed for their checksums on the way: so each byte is touched once.
 *
 * <p>All memory comes from a {@link Region} or {@link Memory#allocate}. Every number is held
 * against it, and against what was prepared or opened: a wrong one is an {@link
 * IndexOutOfBoundsException} before anything is read or written. The {@link #HEAD_BYTES} behind the
 * last message must be memory of the same piece, too: they may be read, but are not written.
 */
public interface MessageCipher {

  /** The most messages that are prepared or opened by one call. */
  int MOST = 8;

  /** How much of an opened packet can be looked at before it is taken; longer than any headers. */
  int HEAD_BYTES = Routines.HEAD_BYTES;

  /** What {@link #prepare} leaves for each message, until it is sealed. */
  int NOTE_BYTES = 32;

  /** Memory for the notes on so many messages. */
  static long allocateNotes(int messages, Region memory) {
    // Those of a whole group are read, however many there are.
    return memory.allocate((long) (messages + MOST + 1) * NOTE_BYTES);
  }

  /**
   * Says where the packets that are prepared next will be filled from, so that it can be near by
   * then.
   */
  default void willFillFrom(long address) {}

  /**
   * Begins messages whose headers are written. Each packet must be filled, all of it, before the
   * next are prepared; but its beginning can be written to where it will be instead.
   *
   * @param messages address of the first message
   * @param stride distance from one message to the next in bytes, at least {@code packetBytes + 32}
   * @param packetBytes length of each packet, with its padding
   * @param written how many bytes of each packet are written in place instead of filled
   * @param count 1 to {@link #MOST}
   * @param notes where {@link #seal} will find what it needs, {@link #NOTE_BYTES} for each message
   */
  void prepare(
      AeadKey key, long messages, int stride, int packetBytes, int written, int count, long notes);

  /**
   * Writes a piece of a packet.
   *
   * @param index which of the messages prepared, from 0
   * @param offset where the piece begins in its packet
   * @param from address of the piece, in other memory
   * @return the sum of the piece, for its checksum
   */
  long fill(int index, int offset, long from, int length);

  /**
   * Finishes any number of messages that are filled.
   *
   * @param notes as {@link #prepare} left them, those of the first message first
   */
  void seal(AeadKey key, long messages, int stride, int packetBytes, int count, long notes);

  /**
   * Finishes up to {@link #MOST} messages that are filled, or leaves that for later: for when the
   * next are prepared, which costs less, or for {@link #finish}. Until then they and their notes
   * stay where they are.
   */
  default void sealLater(
      AeadKey key, long messages, int stride, int packetBytes, int count, long notes) {
    seal(key, messages, stride, packetBytes, count, notes);
  }

  /** Finishes what was left for later. */
  default void finish() {}

  /** Leaves unfinished what was left for later: its memory is not written to any more. */
  default void forget() {}

  /**
   * Checks the tags, and makes ready to take the packets of those messages whose tag is right,
   * until the next are opened.
   *
   * @param packetBytes length of each encrypted packet, without its tag
   * @param count 1 to {@link #MOST}
   * @return a bit for each message whose tag was right, from the lowest on
   */
  long open(AeadKey key, long messages, int stride, int packetBytes, int count);

  /**
   * Where the beginning of an opened packet can be read, and changed: the whole packet or {@link
   * #HEAD_BYTES} of it.
   */
  long head(int index);

  /**
   * Decrypts a piece of an opened packet, as the sender sealed it.
   *
   * @param to where to, outside of the messages or just where it lies; there only once
   * @return the sum of the piece, for its checksum
   */
  long take(int index, int offset, long to, int length);

  /**
   * Decrypts an opened packet where it lies, its beginning as it is in its {@link #head}.
   *
   * @param packet where it lies
   * @param length of it, from its beginning
   */
  default void takeInPlace(int index, long packet, int length) {
    long head = head(index);
    if (head == packet) {
      return;
    }
    Memory.copy(head, packet, Math.min(length, HEAD_BYTES));
    if (length > HEAD_BYTES) {
      take(index, HEAD_BYTES, packet + HEAD_BYTES, length - HEAD_BYTES);
    }
  }

  /** Seals any number of messages that hold their packets already. */
  default void sealInPlace(
      AeadKey key, long messages, int stride, int packetBytes, int count, long notes) {
    for (int done = 0; done < count; done += MOST) {
      long first = messages + (long) done * stride;
      int group = Math.min(MOST, count - done);
      prepare(key, first, stride, packetBytes, packetBytes, group, notes);
      seal(key, first, stride, packetBytes, group, notes);
    }
  }

  /** One that has an engine do message after message. */
  static MessageCipher each(Aead engine) {
    return new EachCipher(engine);
  }
}
