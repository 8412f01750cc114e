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
}
