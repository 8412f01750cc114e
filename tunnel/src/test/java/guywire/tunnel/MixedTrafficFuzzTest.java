package guywire.tunnel;

import com.code_intelligence.jazzer.junit.FuzzTest;
import guywire.tunnel.cipher.Engines;

/**
 * Bytes that are a script of packets and events ({@link MixedTraffic}). With JAZZER_FUZZ=1 new ones
 * are searched; without it the kept ones are tried again.
 */
class MixedTrafficFuzzTest {

  private static final int BYTES_PER_STEP = 6;

  @FuzzTest(maxDuration = "20s")
  void what_comes_out_is_what_went_in(byte[] script) {
    var engine = Engines.present().getFirst();
    var numbers = new Numbers(script);
    try (var traffic =
        new MixedTraffic(new MixedTraffic.Setting(engine, "", false), 7, numbers::next)) {
      traffic.run(script.length / BYTES_PER_STEP);
    }
  }

  /** The script as numbers: two bytes each, zeros behind its end. */
  private static final class Numbers {
    private final byte[] script;
    private int at;

    Numbers(byte[] script) {
      this.script = script;
    }

    int next(int bound) {
      int low = at < script.length ? script[at++] & 0xff : 0;
      int high = bound > 256 && at < script.length ? script[at++] & 0xff : 0;
      return (high << 8 | low) % bound;
    }
  }
}
