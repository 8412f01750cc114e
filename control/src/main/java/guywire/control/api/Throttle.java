package guywire.control.api;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much one address may ask: a steady rate of requests with some in stock, and few wrong tokens
 * before it is locked out for a while. It remembers a bounded number of addresses. Safe for use by
 * several threads.
 */
/*
 * A token has 256 random bits, so nobody guesses one; what is kept off is the noise, and the load. The
 * lock-out is short, because others may share the address. Of IPv6 the first 64 bits count: whoever has
 * them has all the rest.
 */
final class Throttle {

  /** So many requests a second in the long run. */
  static final int PER_SECOND = 50;

  /** So many at once. */
  static final int STOCK = 200;

  /** So many wrong tokens within the time of a lock-out. */
  static final int WRONG_TOKENS = 10;

  /** For how long an address is locked out. */
  static final long LOCKED_SECONDS = 60;

  /** As many addresses are remembered; the one that was longest not seen is forgotten first. */
  private static final int ADDRESSES = 10_000;

  private static final int IPV6_BYTES = 16;
  private static final int IPV6_OWN_BYTES = 8;

  private final LockOut lockOut = new LockOut(WRONG_TOKENS, LOCKED_SECONDS, ADDRESSES);

  private final Map<String, Account> accounts =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Account> eldest) {
          return size() > ADDRESSES;
        }
      };

  private static final class Account {
    private double stock = STOCK;
    private long at;

    Account(long now) {
      at = now;
    }
  }

  /**
   * Takes a request of an address.
   *
   * @param nanos a time that only goes on
   * @return for how many seconds it has to wait; 0 if it may go on
   */
  synchronized long take(InetAddress address, long nanos) {
    String key = key(address);
    long left = lockOut.left(key, nanos);
    if (left > 0) {
      return left;
    }
    var account = accounts.computeIfAbsent(key, _ -> new Account(nanos));
    double seconds = (nanos - account.at) / 1e9;
    account.stock = Math.min(STOCK, account.stock + seconds * PER_SECOND);
    account.at = nanos;
    if (account.stock < 1) {
      return 1;
    }
    account.stock--;
    return 0;
  }

  /** Notes that an address came with a token that is none. */
  void wrongToken(InetAddress address, long nanos) {
    lockOut.wrong(key(address), nanos);
  }

  private static String key(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of()
        .formatHex(bytes.length == IPV6_BYTES ? Arrays.copyOf(bytes, IPV6_OWN_BYTES) : bytes);
  }
}
