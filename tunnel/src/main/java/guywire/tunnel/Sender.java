package guywire.tunnel;

import guywire.address.IpAddress;
import guywire.linux.ReceivedDatagrams;
import guywire.protocol.Endpoint;
import guywire.protocol.Path;

/** The sender of one received datagram, as numbers in a place that is used again. */
/*
 * A path is three objects. Were one kept in a place that is old for each message that waits, the collector would
 * have to take it for something that lasts: a flood from ever new addresses would then fill the heap with old
 * garbage, a hundred megabytes in a minute. Made where it is used and forgotten there, it is gone with the young.
 */
final class Sender {

  private boolean ipv6;
  private long high;
  private long low;
  private int scope;
  private int port;
  private boolean hasLocal;
  private long localHigh;
  private long localLow;
  private int localIndex;

  /** Takes the sender of a received buffer. */
  void copy(ReceivedDatagrams from, int index) {
    ipv6 = from.isIpv6(index);
    high = from.high(index);
    low = from.low(index);
    // Only a link-local address needs its interface to be reached.
    scope = high >>> 54 == 0xfe80 >>> 6 ? from.scope(index) : 0;
    port = from.port(index);
    hasLocal = from.hasLocal(index);
    localHigh = hasLocal ? from.localHigh(index) : 0;
    localLow = hasLocal ? from.localLow(index) : 0;
    localIndex = hasLocal ? from.localIndex(index) : 0;
  }

  /** A number that is the same for the same sender, and seldom for another. */
  long hash() {
    return ((low * 0x9e3779b97f4a7c15L ^ high) + port) * 0x9e3779b97f4a7c15L;
  }

  /** Whether this is the way by which the sender came. */
  boolean cameBy(Path path) {
    Endpoint endpoint = path.endpoint();
    IpAddress address = endpoint.address();
    return address.low() == low
        && address.high() == high
        && endpoint.port() == port
        && address.isIpv4() != ipv6
        && endpoint.scope() == scope
        && path.sourceInterface() == localIndex
        && path.source().low() == localLow
        && path.source().high() == localHigh;
  }

  /** The path by which the sender came. */
  Path path() {
    // Port 0 can't be answered: any other stands for it, so that the datagram is judged as usual.
    var endpoint = new Endpoint(address(high, low), scope, Math.max(port, 1));
    return hasLocal
        ? new Path(endpoint, address(localHigh, localLow), localIndex)
        : Path.to(endpoint);
  }

  private IpAddress address(long upper, long lower) {
    return ipv6 ? IpAddress.ipv6(upper, lower) : IpAddress.ipv4((int) lower);
  }
}
