package guywire.tunnel.cipher;

import guywire.linux.Memory;
import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;

/**
 * Seals and opens data messages of one session in place. They lie one behind the other in memory,
 * and their packets have one length: header with its counter, packet, tag. Confined to one thread.
 */
public interface MessageCipher {

  /** The most messages that are opened by one call. */
  int MOST_OPENED = 64;

  /**
   * Encrypts the packets and writes the tags.
   *
   * @param messages address of the first message
   * @param stride distance from one message to the next in bytes, at least {@code packetBytes + 32}
   * @param packetBytes length of each packet, with its padding
   */
  void seal(AeadKey key, long messages, int stride, int packetBytes, int count);

  /**
   * Checks the tags and decrypts the packets. One whose tag is wrong is undefined afterwards and
   * must not be used.
   *
   * @param packetBytes length of each encrypted packet, without its tag
   * @param count at most {@link #MOST_OPENED}
   * @return a bit for each message whose tag was right, from the lowest on
   */
  long open(AeadKey key, long messages, int stride, int packetBytes, int count);

  /** One that has an engine do message after message. */
  static MessageCipher each(Aead engine) {
    return new MessageCipher() {
      @Override
      public void seal(AeadKey key, long messages, int stride, int packetBytes, int count) {
        for (int i = 0; i < count; i++) {
          long message = messages + (long) i * stride;
          long packet = message + Message.DATA_HEADER_LENGTH;
          long counter = Message.counter(Memory.ALL, message);
          engine.seal(key, counter, Memory.ALL, packet, packetBytes, Memory.ALL, packet);
        }
      }

      @Override
      public long open(AeadKey key, long messages, int stride, int packetBytes, int count) {
        int sealed = packetBytes + Aead.TAG_LENGTH;
        long right = 0;
        for (int i = 0; i < count; i++) {
          long message = messages + (long) i * stride;
          long packet = message + Message.DATA_HEADER_LENGTH;
          long counter = Message.counter(Memory.ALL, message);
          if (engine.open(key, counter, Memory.ALL, packet, sealed, Memory.ALL, packet)) {
            right |= 1L << i;
          }
        }
        return right;
      }
    };
  }
}
