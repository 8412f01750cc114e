package guywire.protocol;

import guywire.address.IpAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * How many handshake messages one source may have examined while we are under load: 20 a second,
 * five at once; a source is an IPv4 address or an IPv6 /64. Under the device's lock.
 */
final class RateLimiter {

  /** How many sources are remembered; while the table is full, new ones are refused. */
  static final int MAX_SOURCES = 16_384;

  private static final long COST_NANOS = 1_000_000_000L / 20;
  private static final long MAX_NANOS = 5 * COST_NANOS;
  private static final long FORGET_NANOS = 1_000_000_000L;

  private record Source(IpAddress.Family family, long bits) {}

  /** A token bucket counted in nanoseconds. */
  private static final class Bucket {
    private long last;
    private long tokens = MAX_NANOS;

    private boolean take(long now) {
      tokens = Math.min(MAX_NANOS, tokens + (now - last));
      last = now;
      if (tokens < COST_NANOS) {
        return false;
      }
      tokens -= COST_NANOS;
      return true;
    }
  }

  private Map<Source, Bucket> buckets = new HashMap<>();
  private long lastSweep = Long.MIN_VALUE / 2;

  boolean admit(IpAddress address, long now) {
    sweep(now);
    var source = new Source(address.family(), address.isIpv4() ? address.low() : address.high());
    Bucket bucket = buckets.get(source);
    if (bucket == null) {
      if (buckets.size() >= MAX_SOURCES) {
        return false;
      }
      bucket = new Bucket();
      bucket.last = now;
      buckets.put(source, bucket);
    }
    return bucket.take(now);
  }

  int size() {
    return buckets.size();
  }

  /** Forgets, once a second, the sources silent for a second: their buckets are full again. */
  private void sweep(long now) {
    if (now - lastSweep < FORGET_NANOS) {
      return;
    }
    lastSweep = now;
    buckets.values().removeIf(bucket -> now - bucket.last > FORGET_NANOS);
    if (buckets.isEmpty()) {
      buckets = new HashMap<>();
    }
  }
}
