package guywire.linux;

import static guywire.linux.NewNamespace.run;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.FilterTables.Family;
import org.junit.jupiter.api.Test;

/** Tables of nftables as {@code nft} makes them, in a namespace of the test's own. */
class FilterTablesTest {

  @Test
  void a_table_is_there_from_when_it_is_made_until_it_is_deleted() throws Exception {
    NewNamespace.call(() -> {
      assertThat(FilterTables.mayHave(Family.INET, "guywire-wg0")).isFalse();

      run("nft", "add", "table", "inet", "guywire-wg0");
      assertThat(FilterTables.mayHave(Family.INET, "guywire-wg0")).isTrue();
      assertThat(FilterTables.mayHave(Family.INET, "guywire-wg")).isFalse();
      assertThat(FilterTables.mayHave(Family.IP, "guywire-wg0")).isFalse();

      run("nft", "add", "table", "ip", "filter");
      assertThat(FilterTables.mayHave(Family.IP, "filter")).isTrue();

      run("nft", "delete", "table", "inet", "guywire-wg0");
      assertThat(FilterTables.mayHave(Family.INET, "guywire-wg0")).isFalse();
      return null;
    });
  }

  @Test
  void every_change_of_any_table_makes_another_generation() throws Exception {
    NewNamespace.call(() -> {
      var first = FilterTables.generation();
      assertThat(first).isPresent();
      assertThat(FilterTables.generation()).isEqualTo(first);

      run("nft", "add", "table", "inet", "one");
      var second = FilterTables.generation();
      assertThat(second).isPresent().isNotEqualTo(first);
      run("nft", "list", "table", "inet", "one");
      assertThat(FilterTables.generation()).as("who only looks changes nothing").isEqualTo(second);

      run("nft", "add", "chain", "inet", "one", "first");
      var third = FilterTables.generation();
      assertThat(third).isNotEqualTo(second);
      run("nft", "add", "rule", "inet", "one", "first", "accept");
      assertThat(FilterTables.generation()).isNotEqualTo(third);
      return null;
    });
  }

  @Test
  void no_two_namespaces_are_in_the_same_generation() throws Exception {
    var one = NewNamespace.call(FilterTables::generation);
    var other = NewNamespace.call(FilterTables::generation);
    assertThat(one).isPresent().isNotEqualTo(other);
    assertThat(other.orElseThrow().number()).isEqualTo(one.orElseThrow().number());
  }
}
