package guywire.tunnel;

import guywire.address.IpAddress;
import guywire.linux.ReceivedDatagrams;
import guywire.protocol.Endpoint;
import guywire.protocol.Path;
import org.jspecify.annotations.Nullable;

/**
 * The paths of recent senders, so that a datagram from a known one makes no garbage and its path is
 * the same object as before. Confined to the receiving thread.
 */
final class Paths {

  private static final int SLOTS = 1024;

  private final @Nullable Path[] recent = new @Nullable Path[SLOTS];

  /** The path by which a received buffer came. */
  Path of(ReceivedDatagrams from, int index) {
    long low = from.low(index);
    long high = from.high(index);
    int port = from.port(index);
    long hash = (low * 0x9e3779b97f4a7c15L ^ high) + port;
    int slot = (int) ((hash * 0x9e3779b97f4a7c15L) >>> 54) & SLOTS - 1;
    Path known = recent[slot];
    if (known != null && same(known, from, index, high, low, port)) {
      return known;
    }
    Path made = make(from, index, high, low, port);
    recent[slot] = made;
    return made;
  }

  private static boolean same(
      Path path, ReceivedDatagrams from, int index, long high, long low, int port) {
    Endpoint endpoint = path.endpoint();
    IpAddress address = endpoint.address();
    return address.low() == low
        && address.high() == high
        && endpoint.port() == port
        && address.isIpv4() != from.isIpv6(index)
        && endpoint.scope() == scope(from, index, high)
        && path.sourceInterface() == (from.hasLocal(index) ? from.localIndex(index) : 0)
        && path.source().low() == (from.hasLocal(index) ? from.localLow(index) : 0)
        && path.source().high() == (from.hasLocal(index) ? from.localHigh(index) : 0);
  }

  private static Path make(ReceivedDatagrams from, int index, long high, long low, int port) {
    boolean ipv6 = from.isIpv6(index);
    IpAddress address = ipv6 ? IpAddress.ipv6(high, low) : IpAddress.ipv4((int) low);
    // Port 0 can't be answered: any other stands for it, so that the datagram is judged as usual.
    var endpoint = new Endpoint(address, scope(from, index, high), Math.max(port, 1));
    if (!from.hasLocal(index)) {
      return Path.to(endpoint);
    }
    IpAddress local =
        ipv6
            ? IpAddress.ipv6(from.localHigh(index), from.localLow(index))
            : IpAddress.ipv4((int) from.localLow(index));
    return new Path(endpoint, local, from.localIndex(index));
  }

  /** Only a link-local address needs its interface to be reached. */
  private static int scope(ReceivedDatagrams from, int index, long high) {
    return high >>> 54 == 0xfe80 >>> 6 ? from.scope(index) : 0;
  }
}
