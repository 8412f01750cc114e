package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The engine that every JDK has: its ChaCha20-Poly1305 provider, through arrays. Confined to one
 * thread at a time. It takes any overlap of source and target.
 */
public final class JceAead implements Aead {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Cipher encrypt;
  private final Cipher decrypt;
  private final byte[] nonce = new byte[12];
  private byte[] input = new byte[2048];
  private byte[] output = new byte[2048];

  /** An engine for one thread. */
  public JceAead() {
    try {
      encrypt = Cipher.getInstance("ChaCha20-Poly1305");
      decrypt = Cipher.getInstance("ChaCha20-Poly1305");
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
    try {
      load(source, sourceOffset, length);
      init(encrypt, Cipher.ENCRYPT_MODE, key, counter);
      int written = encrypt.doFinal(input, 0, length, output);
      MemorySegment.copy(output, 0, target, ValueLayout.JAVA_BYTE, targetOffset, written);
    } catch (GeneralSecurityException e) {
      // The provider refuses the key and nonce of its last call. Counters are fresh, so that can
      // only be a key that was zeroed meanwhile, and then the caller throws the result away.
      if (key.isAlive()) {
        throw new IllegalStateException("sealing with a fresh counter cannot fail", e);
      }
      target.asSlice(targetOffset, length + TAG_LENGTH).fill((byte) 0);
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
    try {
      load(source, sourceOffset, length);
      init(decrypt, Cipher.DECRYPT_MODE, key, counter);
      int written = decrypt.doFinal(input, 0, length, output);
      MemorySegment.copy(output, 0, target, ValueLayout.JAVA_BYTE, targetOffset, written);
      return true;
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("opening fails by its tag only", e);
    }
  }

  private void load(MemorySegment source, long offset, int length) {
    if (output.length < length + TAG_LENGTH) {
      input = new byte[length + TAG_LENGTH];
      output = new byte[length + TAG_LENGTH];
    }
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, input, 0, length);
  }

  private void init(Cipher cipher, int mode, AeadKey key, long counter)
      throws GeneralSecurityException {
    LONG.set(nonce, 4, counter);
    cipher.init(mode, new SecretKeySpec(key.array(), "ChaCha20"), new IvParameterSpec(nonce));
  }
}
