package guywire.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * OpenSSL's ChaCha20 and Poly1305, version 3 and newer. A pair of contexts belongs to one thread;
 * memory is given by address.
 */
public final class Libcrypto {

  private static final List<String> NAMES = List.of("libcrypto.so.3", "libcrypto.so.4");

  private final MemorySegment cipher;
  private final MemorySegment mac;

  private Libcrypto(MemorySegment cipher, MemorySegment mac) {
    this.cipher = cipher;
    this.mac = mac;
  }

  /** Whether this machine has a fitting libcrypto. */
  public static boolean isPresent() {
    return Functions.PRESENT;
  }

  /**
   * New contexts.
   *
   * @param memory with which they are given back
   * @throws IllegalStateException if libcrypto is absent or refuses
   */
  public static Libcrypto create(Region memory) {
    if (!isPresent()) {
      throw new IllegalStateException("libcrypto is absent");
    }
    try {
      MemorySegment cipher = (MemorySegment) Functions.CIPHER_NEW.invokeExact();
      MemorySegment chacha = (MemorySegment) Functions.CHACHA20.invokeExact();
      int ready =
          (int) Functions.CIPHER_INIT.invokeExact(cipher.address(), chacha.address(), 0L, 0L, 0L);
      MemorySegment mac = (MemorySegment) Functions.MAC_NEW.invokeExact(Functions.POLY1305);
      if (ready != 1 || mac.address() == 0) {
        throw new IllegalStateException("libcrypto refuses ChaCha20 or Poly1305");
      }
      var made = new Libcrypto(cipher, mac);
      memory.whenClosed(made::free);
      return made;
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  private void free() {
    try {
      Functions.CIPHER_FREE.invokeExact(cipher.address());
      Functions.MAC_FREE.invokeExact(mac.address());
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * Sets the cipher's key and nonce.
   *
   * @param key the address of 32 bytes, or 0 to keep the key
   * @param nonce the address of 16 bytes: the block counter, little-endian, and the 12-byte nonce
   * @return whether it worked
   */
  public boolean start(long key, long nonce) {
    try {
      return (int) Functions.CIPHER_INIT_FAST.invokeExact(cipher.address(), 0L, 0L, key, nonce)
          == 1;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Xors the key stream onto memory, in place or to the same place elsewhere. */
  public boolean crypt(long from, long to, int bytes, long produced) {
    try {
      return (int) Functions.CIPHER_UPDATE.invokeExact(cipher.address(), to, produced, from, bytes)
          == 1;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Computes a Poly1305 tag of 16 bytes with the one-time key at {@code key}. */
  public boolean authenticate(long key, long from, long bytes, long tag, long produced) {
    long context = mac.address();
    try {
      return (int) Functions.MAC_INIT.invokeExact(context, key, 32L, 0L) == 1
          && (int) Functions.MAC_UPDATE.invokeExact(context, from, bytes) == 1
          && (int) Functions.MAC_FINAL.invokeExact(context, tag, produced, 16L) == 1;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Linked when first used: linking costs milliseconds that a start without it saves. */
  private static final class Functions {

    static final boolean PRESENT;
    static final MethodHandle CIPHER_NEW;
    static final MethodHandle CIPHER_FREE;
    static final MethodHandle CHACHA20;
    static final MethodHandle CIPHER_INIT;
    static final MethodHandle CIPHER_INIT_FAST;
    static final MethodHandle CIPHER_UPDATE;
    static final MethodHandle MAC_FETCH;
    static final MethodHandle MAC_NEW;
    static final MethodHandle MAC_FREE;
    static final MethodHandle MAC_INIT;
    static final MethodHandle MAC_UPDATE;
    static final MethodHandle MAC_FINAL;
    static final MemorySegment POLY1305;

    static {
      SymbolLookup library = load();
      FunctionDescriptor init =
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
      CIPHER_NEW = link(library, "EVP_CIPHER_CTX_new", FunctionDescriptor.of(ADDRESS), false);
      FunctionDescriptor free = FunctionDescriptor.ofVoid(JAVA_LONG);
      CIPHER_FREE = link(library, "EVP_CIPHER_CTX_free", free, false);
      MAC_FREE = link(library, "EVP_MAC_CTX_free", free, false);
      CHACHA20 = link(library, "EVP_chacha20", FunctionDescriptor.of(ADDRESS), false);
      CIPHER_INIT = link(library, "EVP_EncryptInit_ex", init, false);
      CIPHER_INIT_FAST = link(library, "EVP_EncryptInit_ex", init, true);
      CIPHER_UPDATE =
          link(
              library,
              "EVP_EncryptUpdate",
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT),
              true);
      MAC_NEW = link(library, "EVP_MAC_CTX_new", FunctionDescriptor.of(ADDRESS, ADDRESS), false);
      MAC_INIT =
          link(
              library,
              "EVP_MAC_init",
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
              true);
      MAC_UPDATE =
          link(
              library,
              "EVP_MAC_update",
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG),
              true);
      MAC_FINAL =
          link(
              library,
              "EVP_MAC_final",
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
              true);
      MAC_FETCH =
          link(
              library,
              "EVP_MAC_fetch",
              FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS),
              false);
      POLY1305 = library == null ? MemorySegment.NULL : fetchPoly1305();
      PRESENT = POLY1305.address() != 0;
    }

    private static @Nullable SymbolLookup load() {
      for (String name : NAMES) {
        try {
          SymbolLookup library = SymbolLookup.libraryLookup(name, Arena.global());
          if (library.find("EVP_MAC_fetch").isPresent()) {
            return library;
          }
        } catch (IllegalArgumentException absent) {
          continue;
        }
      }
      return null;
    }

    private static MethodHandle link(
        @Nullable SymbolLookup library, String name, FunctionDescriptor type, boolean critical) {
      if (library == null) {
        // Never called: PRESENT is false.
        return MethodHandles.empty(type.toMethodType());
      }
      Linker.Option[] options =
          critical ? new Linker.Option[] {Linker.Option.critical(false)} : new Linker.Option[0];
      return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type, options);
    }

    private static MemorySegment fetchPoly1305() {
      try (Arena arena = Arena.ofConfined()) {
        return (MemorySegment)
            MAC_FETCH.invokeExact(
                MemorySegment.NULL, arena.allocateFrom("POLY1305"), MemorySegment.NULL);
      } catch (Throwable impossible) {
        throw new AssertionError(impossible);
      }
    }
  }
}
