package guywire.tunnel;

import guywire.protocol.Aead;
import guywire.protocol.AeadKey;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The cipher that every JDK has: always right, twice the cost of the others, and it allocates. */
final class JceAead implements Aead {

  private final Cipher cipher;
  private final byte[] nonce = new byte[12];
  private byte[] input = new byte[2048];
  private byte[] output = new byte[2048];
  private @Nullable AeadKey lastKey;
  private @Nullable SecretKeySpec lastSpec;

  JceAead() {
    try {
      cipher = Cipher.getInstance("ChaCha20-Poly1305");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no ChaCha20-Poly1305", e);
    }
  }

  @Override
  public String name() {
    return "jce";
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
    reserve(length + TAG_LENGTH);
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, sourceOffset, input, 0, length);
    try {
      cipher.init(Cipher.ENCRYPT_MODE, spec(key), nonce(counter));
      int sealed = cipher.doFinal(input, 0, length, output, 0);
      MemorySegment.copy(output, 0, target, ValueLayout.JAVA_BYTE, targetOffset, sealed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("ChaCha20-Poly1305 refused to encrypt", e);
    }
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
    reserve(length);
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, sourceOffset, input, 0, length);
    try {
      cipher.init(Cipher.DECRYPT_MODE, spec(key), nonce(counter));
      int opened = cipher.doFinal(input, 0, length, output, 0);
      MemorySegment.copy(output, 0, target, ValueLayout.JAVA_BYTE, targetOffset, opened);
      return true;
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("ChaCha20-Poly1305 refused to decrypt", e);
    }
  }

  private SecretKeySpec spec(AeadKey key) {
    SecretKeySpec spec = lastSpec;
    if (spec == null || key != lastKey || !key.isAlive()) {
      spec = new SecretKeySpec(key.array(), "ChaCha20");
      lastKey = key;
      lastSpec = spec;
    }
    return spec;
  }

  private IvParameterSpec nonce(long counter) {
    for (int i = 0; i < 8; i++) {
      nonce[4 + i] = (byte) (counter >>> 8 * i);
    }
    return new IvParameterSpec(nonce);
  }

  private void reserve(int length) {
    if (input.length < length) {
      input = Arrays.copyOf(input, Math.max(length, 2 * input.length));
      output = new byte[input.length];
    }
  }
}
