package guywire.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory outside the Java heap that is given back together, when its owner has ended: buffers of
 * one tunnel, of one measurement. Any thread may allocate; whoever closes it answers for it that
 * nobody uses an address of it any more.
 */
/*
 * Pages come from the kernel as they are touched and go back to it at once, which neither an arena (it fills
 * all with zeros) nor malloc (it keeps what was freed) would do. Small pieces share pages.
 */
public final class Region implements AutoCloseable {

  /** Pieces of less than this share a block. */
  private static final long SMALL_BYTES = 1 << 13;

  private static final long BLOCK_BYTES = 1 << 16;
  private static final int ALIGNMENT = 64;

  private record Block(long address, long bytes) {}

  private final List<Block> blocks = new ArrayList<>();
  private final List<Runnable> others = new ArrayList<>();
  private long next;
  private long left;
  private boolean closed;

  /**
   * Zeroed memory at a multiple of 64.
   *
   * @throws LinuxException ENOMEM
   * @throws IllegalStateException if the region is closed
   */
  public synchronized long allocate(long bytes) {
    requireOpen();
    if (bytes >= SMALL_BYTES) {
      long address = block(bytes);
      Memory.remember(address, bytes);
      return address;
    }
    long rounded = bytes + ALIGNMENT - 1 & -ALIGNMENT;
    if (rounded > left) {
      next = block(BLOCK_BYTES);
      left = BLOCK_BYTES;
    }
    long address = next;
    next += rounded;
    left -= rounded;
    Memory.remember(address, bytes);
    return address;
  }

  private long block(long bytes) {
    long address = Memory.map(bytes);
    blocks.add(new Block(address, bytes));
    return address;
  }

  /** Has something of another kind given back with the memory. */
  public synchronized void whenClosed(Runnable release) {
    requireOpen();
    others.add(release);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the memory was given back");
    }
  }

  /** Gives all of it back; again does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    others.forEach(Runnable::run);
    for (Block block : blocks) {
      Memory.forget(block.address(), block.address() + block.bytes());
      Memory.unmap(block.address(), block.bytes());
    }
  }
}
