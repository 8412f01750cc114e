package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What overlaps a prefix, held against asking every prefix. */
class OverlapsTest {

  private record Entry(Prefix prefix, int value) {}

  /** A prefix among few addresses, so that many overlap. */
  private static Prefix prefix(SplittableRandom random) {
    if (random.nextInt(4) == 0) {
      int length = random.nextInt(129);
      return Prefix.around(
          new IpAddress(Family.IPV6, 0x2001_0db8_0000_0000L, random.nextInt(64)), length);
    }
    int length = 20 + random.nextInt(13);
    return Prefix.around(IpAddress.ipv4(0x0a00_0000 + random.nextInt(4096)), length);
  }

  @Test
  void the_answers_are_those_of_asking_every_prefix() {
    for (int seed = 0; seed < 300; seed++) {
      var random = new SplittableRandom(seed);
      var overlaps = new Overlaps<Integer>();
      List<Entry> all = new ArrayList<>();
      for (int i = random.nextInt(30); i > 0; i--) {
        var entry = new Entry(prefix(random), random.nextInt(4));
        overlaps.add(entry.prefix(), entry.value());
        all.add(entry);
      }
      for (int i = 0; i < 30; i++) {
        var asked = prefix(random);
        int not = random.nextInt(4);
        assertThat(overlaps.any(asked, value -> value != not))
            .as("seed %d, %s, not %d among %s", seed, asked, not, all)
            .isEqualTo(all.stream().anyMatch(e -> e.prefix().overlaps(asked) && e.value() != not));
        assertThat(overlaps.any(asked))
            .isEqualTo(all.stream().anyMatch(e -> e.prefix().overlaps(asked)));
      }
    }
  }
}
