package guywire.tunnel.cipher;

import guywire.linux.Libcrypto;
import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/** OpenSSL's ChaCha20 and Poly1305, composed here. Fast at once: nothing has to be compiled. */
/*
 * OpenSSL's own EVP_chacha20_poly1305 spends half its time on four calls per packet and on a slow path
 * for lengths that are no multiple of 512. So the key stream is asked for once, from block 0 on, over
 * 64 zero bytes (whose ciphertext begins with the one-time Poly1305 key, RFC 8439 section 2.6) followed
 * by the packet, rounded up; then one Poly1305 over ciphertext, padding and lengths (section 2.8).
 * Both run between two scratch buffers, so that rounding up never touches the caller's memory, and a
 * packet with a wrong tag never shows its plaintext.
 */
final class LibcryptoAead implements Aead {

  private static final int BLOCK = 64;
  private static final int MAX_LENGTH = 1 << 16;
  private static final int SCRATCH = BLOCK + MAX_LENGTH + 1024;

  private final Libcrypto crypto;
  private final long plain;
  private final long sealed;
  private final long nonce;
  private final long tag;
  private final long produced;

  LibcryptoAead(Region memory) {
    crypto = Libcrypto.create(memory);
    plain = memory.allocate(SCRATCH);
    sealed = memory.allocate(SCRATCH);
    nonce = memory.allocate(64);
    tag = nonce + 16;
    produced = nonce + 32;
  }

  @Override
  public String name() {
    return "libcrypto";
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
    MemorySegment.copy(source, sourceOffset, Memory.ALL, plain + BLOCK, length);
    boolean done = crypt(key, counter, length);
    done &= authenticate(sealed + BLOCK, length);
    if (!done) {
      throw new IllegalStateException("libcrypto refused to encrypt");
    }
    MemorySegment.copy(Memory.ALL, sealed + BLOCK, target, targetOffset, length);
    MemorySegment.copy(Memory.ALL, tag, target, targetOffset + length, TAG_LENGTH);
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
    int bytes = length - TAG_LENGTH;
    // The tag is copied too; it stays beyond what is authenticated, and is kept before it is
    // cleared.
    MemorySegment.copy(source, sourceOffset, Memory.ALL, plain + BLOCK, length);
    long low = Memory.getLong(plain + BLOCK + bytes);
    long high = Memory.getLong(plain + BLOCK + bytes + 8);
    if (!crypt(key, counter, bytes) || !authenticate(plain + BLOCK, bytes)) {
      throw new IllegalStateException("libcrypto refused to decrypt");
    }
    // Without a branch until all 128 bits are compared.
    if (((low ^ Memory.getLong(tag)) | (high ^ Memory.getLong(tag + 8))) != 0) {
      return false;
    }
    MemorySegment.copy(Memory.ALL, sealed + BLOCK, target, targetOffset, bytes);
    return true;
  }

  /** From {@code plain} to {@code sealed}: the one-time key, then the packet. */
  private boolean crypt(AeadKey key, long counter, int length) {
    if (length > MAX_LENGTH) {
      throw new IllegalArgumentException("a packet has at most 65536 bytes");
    }
    Memory.putLong(nonce, 0);
    Memory.putLong(nonce + 8, counter);
    int all = BLOCK + length;
    int rounded = all <= 256 ? (all + 63) & -64 : (all + 511) & -512;
    boolean done = crypto.start(key.segment().address(), nonce);
    done &= crypto.crypt(plain, sealed, rounded, produced);
    Reference.reachabilityFence(key);
    return done;
  }

  private boolean authenticate(long ciphertext, int length) {
    long end = ciphertext + length;
    int padding = -length & 15;
    Memory.putLong(end, 0);
    Memory.putLong(end + 8, 0);
    Memory.putLong(end + padding, 0);
    Memory.putLong(end + padding + 8, length);
    return crypto.authenticate(sealed, ciphertext, length + padding + 16L, tag, produced);
  }
}
