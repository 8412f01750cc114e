package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class IndexTableTest {

  private final Station station = Station.real(1);
  private final Peer peer = station.meet(PublicKey.of(new byte[32]), java.util.Optional.empty());
  private final IndexTable table = new IndexTable();

  @Test
  void every_entry_is_found_until_it_is_removed() {
    var random = new SplittableRandom(5);
    List<IndexTable.Entry> live = new ArrayList<>();
    for (int step = 0; step < 200_000; step++) {
      if (live.isEmpty() || random.nextInt(100) < (step < 100_000 ? 55 : 45)) {
        live.add(table.add(peer, random));
      } else {
        int at = random.nextInt(live.size());
        IndexTable.Entry entry = live.get(at);
        live.set(at, live.getLast());
        live.removeLast();
        table.remove(entry);
        table.remove(entry);
        assertThat(table.peer(entry.index)).isNull();
      }
    }
    assertThat(table.size()).isEqualTo(live.size());
    for (IndexTable.Entry entry : live) {
      assertThat(table.handshakePeer(entry.index)).isSameAs(peer);
    }
  }

  @Test
  void an_index_in_use_is_not_given_again() {
    // Three times the same number, then another.
    int[] numbers = {9, 9, 9, 4};
    int[] next = {0};
    RandomGenerator random =
        new RandomGenerator() {
          @Override
          public long nextLong() {
            throw new AssertionError();
          }

          @Override
          public int nextInt() {
            return numbers[next[0]++];
          }
        };
    assertThat(table.add(peer, random).index).isEqualTo(9);
    assertThat(table.add(peer, random).index).isEqualTo(4);
  }

  @Test
  void index_zero_is_an_index_like_any_other() {
    RandomGenerator zero = () -> 0;
    IndexTable.Entry entry = table.add(peer, zero);
    assertThat(entry.index).isZero();
    assertThat(table.peer(0)).isSameAs(peer);
    table.remove(entry);
    assertThat(table.peer(0)).isNull();
  }
}
