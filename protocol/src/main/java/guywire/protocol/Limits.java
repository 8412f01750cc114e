package guywire.protocol;

/**
 * WireGuard's constants (whitepaper section 6.1, with the kernel's values where the two differ).
 * Times are in nanoseconds.
 */
public final class Limits {

  private static final long SECOND = 1_000_000_000L;

  /** A session wants a successor after this many messages. */
  public static final long REKEY_AFTER_MESSAGES = 1L << 60;

  /** A session takes no message with this counter or a higher one (unsigned: 2^64 - 8130). */
  public static final long REJECT_AFTER_MESSAGES = -1L - ReplayWindow.USABLE - 1;

  /** The initiator of a session wants a successor at this age. */
  public static final long REKEY_AFTER_NANOS = 120 * SECOND;

  /** A session is unusable from this age on. */
  public static final long REJECT_AFTER_NANOS = 180 * SECOND;

  /** The least time between two handshake messages of ours to one peer, and before a retry. */
  public static final long REKEY_TIMEOUT_NANOS = 5 * SECOND;

  /** The most that is added by chance to a retry's time. */
  public static final long JITTER_NANOS = SECOND / 3;

  /** Silence after received data before an empty message is sent in answer. */
  public static final long KEEPALIVE_TIMEOUT_NANOS = 10 * SECOND;

  /** All keys of a peer without a new session are zeroed after this time. */
  public static final long ZERO_KEYS_AFTER_NANOS = 3 * REJECT_AFTER_NANOS;

  /** Retries of a handshake go on while their number is not greater than this. */
  public static final int MAX_HANDSHAKE_RETRIES = 18;

  /** How long our cookie secret is used. */
  public static final long COOKIE_SECRET_NANOS = 120 * SECOND;

  /** How long a received cookie is used: the secret's age less the time a message may travel. */
  public static final long COOKIE_USED_NANOS = 115 * SECOND;

  /** The least time between two initiations accepted from one peer: 50 a second. */
  public static final long INITIATION_INTERVAL_NANOS = SECOND / 50;

  /** How long a device stays under load after the last sign of it. */
  public static final long UNDER_LOAD_NANOS = SECOND;

  /** How many incoming handshake messages may wait; an eighth of it means load. */
  public static final int MAX_QUEUED_HANDSHAKES = 4096;

  /** How many packets wait for a peer's handshake. */
  public static final int MAX_STAGED_PACKETS = 128;

  /** How many peers a device may have. */
  public static final int MAX_PEERS = 1 << 20;

  /** How many allowed IPs a device may have: of each family one for every peer. */
  public static final int MAX_ALLOWED_IPS = 2 * MAX_PEERS;

  private Limits() {}
}
