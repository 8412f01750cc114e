package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** The constants as they are published, written out: both ends must count alike. */
class LimitsTest {

  private static final BigInteger TWO = BigInteger.TWO;

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  @Test
  void a_session_counts_as_the_whitepaper_and_the_kernel_do() {
    assertThat(unsigned(Limits.REKEY_AFTER_MESSAGES)).isEqualTo(TWO.pow(60));
    // The kernel leaves the usable window and one more below the overflow.
    assertThat(unsigned(Limits.REJECT_AFTER_MESSAGES))
        .isEqualTo(TWO.pow(64).subtract(BigInteger.valueOf(1 + 8128 + 1)));
    assertThat(ReplayWindow.USABLE).isEqualTo(8192 - 64);
  }

  @Test
  void times_are_those_of_the_whitepaper_and_the_kernel() {
    assertThat(Limits.REKEY_AFTER_NANOS).isEqualTo(120_000_000_000L);
    assertThat(Limits.REJECT_AFTER_NANOS).isEqualTo(180_000_000_000L);
    assertThat(Limits.REKEY_TIMEOUT_NANOS).isEqualTo(5_000_000_000L);
    assertThat(Limits.JITTER_NANOS).isEqualTo(333_333_333L);
    assertThat(Limits.KEEPALIVE_TIMEOUT_NANOS).isEqualTo(10_000_000_000L);
    assertThat(Limits.ZERO_KEYS_AFTER_NANOS).isEqualTo(540_000_000_000L);
    assertThat(Limits.COOKIE_SECRET_NANOS).isEqualTo(120_000_000_000L);
    assertThat(Limits.COOKIE_USED_NANOS).isEqualTo(115_000_000_000L);
    assertThat(Limits.INITIATION_INTERVAL_NANOS).isEqualTo(20_000_000L);
    assertThat(Limits.UNDER_LOAD_NANOS).isEqualTo(1_000_000_000L);
  }

  @Test
  void queues_and_tables_are_as_large_as_the_kernels() {
    assertThat(Limits.MAX_HANDSHAKE_RETRIES).isEqualTo(18);
    assertThat(Limits.MAX_QUEUED_HANDSHAKES).isEqualTo(4096);
    assertThat(Limits.MAX_STAGED_PACKETS).isEqualTo(128);
    assertThat(Limits.MAX_PEERS).isEqualTo(1_048_576);
    assertThat(Limits.MAX_ALLOWED_IPS).isEqualTo(2_097_152);
  }
}
