package guywire.network;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which prefixes stand for LANs that others have, too. */
class AliasPoolTest {

  private static final Prefix LAN = Prefix.parse("192.168.1.0/24");

  private static Name site(int number) {
    return new Name("site-" + number);
  }

  @Test
  void an_alias_has_the_size_of_its_lan_and_follows_from_site_and_lan() {
    var first = new AliasPool().give(site(1), LAN).orElseThrow();
    assertThat(first.length()).isEqualTo(24);
    assertThat(Prefix.parse("10.128.0.0/9").contains(first)).isTrue();
    assertThat(new AliasPool().give(site(1), LAN)).contains(first);
    assertThat(new AliasPool().give(site(2), LAN)).isPresent().get().isNotEqualTo(first);
    assertThat(new AliasPool().give(site(1), Prefix.parse("10.0.0.0/8"))).isEmpty();
    assertThat(new AliasPool().give(site(1), Prefix.parse("fd00:1::/64"))).isEmpty();
  }

  @Test
  void what_somebody_has_is_not_given() {
    var usual = new AliasPool().give(site(1), LAN).orElseThrow();
    for (var taken : new Prefix[] {usual, Prefix.host(usual.last()), around(usual, 20)}) {
      var pool = new AliasPool();
      pool.take(taken);
      var given = pool.give(site(1), LAN).orElseThrow();
      assertThat(given.overlaps(taken)).as("%s beside %s", given, taken).isFalse();
      assertThat(pool.give(site(1), LAN)).isPresent().get().isNotEqualTo(given);
    }
    var full = new AliasPool();
    full.take(Prefix.parse("10.0.0.0/8"));
    assertThat(full.give(site(1), LAN)).isEmpty();
  }

  private static Prefix around(Prefix prefix, int length) {
    return Prefix.around(prefix.address(), length);
  }

  @Test
  void sites_of_all_sizes_never_share_an_address_and_few_move_when_others_come_and_go() {
    var random = new Random(7);
    var lans = new HashMap<Name, Prefix>();
    for (int i = 0; i < 200; i++) {
      lans.put(site(i), Prefix.parse("192.168.0.0/" + (18 + random.nextInt(12))));
    }
    var before = given(lans);
    var all = new ArrayList<>(before.values());
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertThat(all.get(i).overlaps(all.get(j))).isFalse();
      }
    }
    var left = new HashMap<Name, Prefix>(lans);
    var names = new ArrayList<>(lans.keySet());
    Collections.shuffle(names, random);
    names.subList(0, 100).forEach(left::remove);
    var after = given(left);
    long moved =
        after.entrySet().stream().filter(e -> !e.getValue().equals(before.get(e.getKey()))).count();
    assertThat(moved).as("of 100 sites").isLessThan(10);
    assertThat(new HashSet<>(after.values())).hasSize(100);
  }

  private static Map<Name, Prefix> given(Map<Name, Prefix> lans) {
    var pool = new AliasPool();
    var given = new HashMap<Name, Prefix>();
    lans.keySet().stream()
        .sorted(Comparator.comparing(Name::text))
        .forEach(name -> given.put(name, pool.give(name, lans.get(name)).orElseThrow()));
    return given;
  }
}
