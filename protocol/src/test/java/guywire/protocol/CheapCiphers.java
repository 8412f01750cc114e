package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Ciphers for simulations: no secrets, but right keys open and wrong ones do not, at a hundredth of
 * the price. They watch what real ones must never be asked for.
 */
final class CheapCiphers {

  private CheapCiphers() {}

  /** A commutative function in Curve25519's place; the public key is the private one, disguised. */
  static final class Agreement implements DiffieHellman {
    @Override
    public byte[] publicKey(byte[] privateKey) {
      byte[] key = privateKey.clone();
      for (int i = 0; i < key.length; i++) {
        key[i] ^= (byte) (0x5a + i);
      }
      return key;
    }

    @Override
    public byte[] agree(byte[] privateKey, byte[] publicKey) {
      byte[] mine = publicKey(privateKey);
      var secret = new byte[32];
      for (int i = 0; i < secret.length; i++) {
        secret[i] = (byte) ((mine[i] + publicKey[i]) ^ (mine[i] * publicKey[i] + i));
      }
      secret[31] |= 1;
      return secret;
    }
  }

  /** Sees to it, over all devices of a simulation, that no counter is used twice with a key. */
  static final class Watch {
    private final Map<AeadKey, Long> counters = new WeakHashMap<>();
    private final Map<Long, AeadKey> sealers = new HashMap<>();
    private final boolean unlocked;

    /** For engines that are used under the lock: a destroyed key must never come here. */
    Watch() {
      this(false);
    }

    private Watch(boolean unlocked) {
      this.unlocked = unlocked;
    }

    /**
     * For a thread that seals without the lock. A key may be destroyed while it seals; then it asks
     * {@link Keypair#isAlive} and throws the batch away, so nothing is to be said of it.
     */
    static Watch ofUnlockedThread() {
      return new Watch(true);
    }

    void sealing(AeadKey key, long counter, long fingerprint) {
      if (!key.isAlive()) {
        if (unlocked) {
          return;
        }
        throw new AssertionError("sealing with a destroyed key");
      }
      Long last = counters.put(key, counter);
      if (last != null && Long.compareUnsigned(counter, last) <= 0) {
        throw new AssertionError("counter " + counter + " after " + last + " of the same key");
      }
      if (last == null) {
        if (sealers.size() > 100_000) {
          sealers.clear();
        }
        if (sealers.put(fingerprint, key) != null) {
          throw new AssertionError("the same key was made twice");
        }
      }
    }
  }

  /** An engine that disguises with the key's fingerprint and checks a sum over everything. */
  static final class Engine implements Aead {
    private final Watch watch;

    Engine(Watch watch) {
      this.watch = watch;
    }

    @Override
    public String name() {
      return "cheap";
    }

    @Override
    public void seal(
        AeadKey key,
        long counter,
        MemorySegment source,
        long sourceOffset,
        int length,
        MemorySegment target,
        long targetOffset) {
      long fingerprint = fingerprint(key);
      watch.sealing(key, counter, fingerprint);
      byte[] bytes = source.asSlice(sourceOffset, length).toArray(ValueLayout.JAVA_BYTE);
      long sum = sum(fingerprint, counter, bytes);
      disguise(bytes, fingerprint, counter);
      MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, targetOffset, length);
      target.set(ValueLayout.JAVA_LONG_UNALIGNED, targetOffset + length, sum);
      target.set(ValueLayout.JAVA_LONG_UNALIGNED, targetOffset + length + 8, ~sum);
    }

    @Override
    public boolean open(
        AeadKey key,
        long counter,
        MemorySegment source,
        long sourceOffset,
        int length,
        MemorySegment target,
        long targetOffset) {
      long fingerprint = fingerprint(key);
      int plain = length - TAG_LENGTH;
      byte[] bytes = source.asSlice(sourceOffset, plain).toArray(ValueLayout.JAVA_BYTE);
      disguise(bytes, fingerprint, counter);
      long sum = sum(fingerprint, counter, bytes);
      if (source.get(ValueLayout.JAVA_LONG_UNALIGNED, sourceOffset + plain) != sum
          || source.get(ValueLayout.JAVA_LONG_UNALIGNED, sourceOffset + plain + 8) != ~sum) {
        return false;
      }
      MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, targetOffset, plain);
      return true;
    }

    private static void disguise(byte[] bytes, long fingerprint, long counter) {
      long pad = fingerprint * 31 + counter;
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] ^= (byte) (pad >>> (8 * (i & 7)));
      }
    }

    private static long sum(long fingerprint, long counter, byte[] bytes) {
      long sum = fingerprint * 0x9e3779b97f4a7c15L + counter;
      sum = (sum ^ sum >>> 29) * 0xbf58476d1ce4e5b9L + Arrays.hashCode(bytes);
      return sum ^ sum >>> 32;
    }

    private static long fingerprint(AeadKey key) {
      long hash = 17;
      for (byte b : key.array()) {
        hash = hash * 0x100000001b3L + b;
      }
      return hash;
    }
  }
}
