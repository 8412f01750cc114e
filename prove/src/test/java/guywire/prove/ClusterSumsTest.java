package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClusterSumsTest {

  @Test
  void what_is_said_about_each_part_is_what_a_map_would_have() {
    var random = new Random(7);
    for (int run = 0; run < 50; run++) {
      var sums = new ClusterSums();
      Map<Integer, Fingerprint> map = new HashMap<>();
      int parts = 1 + random.nextInt(300);
      int step = 1 + random.nextInt(1000);
      for (int i = random.nextInt(2000); i > 0; i--) {
        int about = step * random.nextInt(parts);
        var what = Fingerprint.of("peer", random.nextInt(20));
        sums.say(about, what);
        map.put(about, map.getOrDefault(about, Fingerprint.EMPTY).among(what));
      }
      for (int i = 0; i < parts; i++) {
        assertThat(sums.has(step * i)).isEqualTo(map.containsKey(step * i));
        assertThat(sums.about(step * i)).isEqualTo(map.getOrDefault(step * i, Fingerprint.EMPTY));
      }
      var told = new HashMap<Integer, Fingerprint>();
      sums.forEach((about, what) -> assertThat(told.put(about, what)).isNull());
      assertThat(told).isEqualTo(map);
    }
  }
}
