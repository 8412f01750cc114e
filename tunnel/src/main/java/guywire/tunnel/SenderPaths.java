package guywire.tunnel;

import guywire.linux.ReceivedDatagrams;
import guywire.protocol.Path;
import org.jspecify.annotations.Nullable;

/**
 * The paths of recent senders whose messages were genuine, so that a datagram from a known one
 * makes no garbage and its path is the same object as before. Confined to the receiving thread.
 */
final class SenderPaths {

  private static final int SLOTS = 1024;

  private final @Nullable Path[] recent = new @Nullable Path[SLOTS];
  private final Sender sender = new Sender();

  /** The path by which a received buffer came. */
  Path of(ReceivedDatagrams from, int index) {
    sender.copy(from, index);
    int slot = (int) (sender.hash() >>> 54) & SLOTS - 1;
    Path known = recent[slot];
    if (known != null && sender.cameBy(known)) {
      return known;
    }
    Path made = sender.path();
    recent[slot] = made;
    return made;
  }
}
