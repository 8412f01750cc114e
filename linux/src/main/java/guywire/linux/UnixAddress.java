package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * The address of a socket of the UNIX domain, in native memory.
 *
 * @param address where it is
 * @param length as many of its bytes as say something
 */
/*
 * struct sockaddr_un { u16 sun_family; char sun_path[108]; }; a name without a file begins with 0.
 */
record UnixAddress(long address, int length) {

  static final int AF_UNIX = 1;

  private static final int PATH = 2;
  private static final int PATH_BYTES = 108;

  /** The whole of it, of which the kernel reads up to the first 0 of a path. */
  static final int BYTES = PATH + PATH_BYTES;

  /** The longest name, so that a 0 follows. */
  static final int LONGEST_NAME_BYTES = PATH_BYTES - 1;

  /**
   * The address of this name.
   *
   * @throws IllegalArgumentException if it is too long
   */
  static UnixAddress of(Arena arena, byte[] name) {
    if (name.length > LONGEST_NAME_BYTES) {
      throw new IllegalArgumentException(
          "a socket's name has at most " + LONGEST_NAME_BYTES + " bytes");
    }
    MemorySegment memory = arena.allocate(BYTES, 8);
    memory
        .asByteBuffer()
        .order(ByteOrder.nativeOrder())
        .putShort(0, (short) AF_UNIX)
        .put(PATH, name);
    return new UnixAddress(memory.address(), PATH + name.length);
  }
}
