package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;

/**
 * A 64-bit digest of things said in any number of words. Parts added with {@link #and} count in
 * their order, parts added with {@link #among} in none. Immutable.
 *
 * <p>Two different values share a digest by chance about once in 2^64 pairs (the finisher is that
 * of MurmurHash3), which is how far a grouping made of digests can be trusted.
 *
 * @param bits the digest
 */
record Fingerprint(long bits) {

  /** Of nothing. */
  static final Fingerprint EMPTY = new Fingerprint(0x9e3779b97f4a7c15L);

  /** Of these words in this order. */
  static Fingerprint of(Object... words) {
    var print = EMPTY;
    for (var word : words) {
      print = print.and(word);
    }
    return print;
  }

  /** With a word after it. */
  Fingerprint and(Object word) {
    long value =
        switch (word) {
          case Fingerprint other -> other.bits;
          case Prefix prefix -> mixed(address(prefix.address()) + prefix.length());
          case IpAddress address -> mixed(address(address));
          case Integer number -> mixed(number);
          default -> digest(word.toString());
        };
    return new Fingerprint(mixed(bits * 31 + value));
  }

  /** With a part whose place does not matter. */
  Fingerprint among(Fingerprint part) {
    return new Fingerprint(bits + mixed(part.bits));
  }

  private static long address(IpAddress address) {
    return mixed(mixed(address.high() + address.family().bits()) ^ address.low());
  }

  private static long digest(String text) {
    long digest = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      digest = (digest ^ text.charAt(i)) * 0x100000001b3L;
    }
    return mixed(digest);
  }

  private static long mixed(long value) {
    long x = value ^ value >>> 33;
    x *= 0xff51afd7ed558ccdL;
    x ^= x >>> 33;
    x *= 0xc4ceb9fe1a85ec53L;
    return x ^ x >>> 33;
  }
}
