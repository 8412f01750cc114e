package guywire.network;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Part.Listing;
import guywire.network.Part.Setting;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacesTest {

  private static final Place WHOLE = new Place("wg0.conf", 0, 0);
  private static final InterfaceName WG0 = new InterfaceName("wg0");

  @Test
  void what_stands_nowhere_is_where_it_belongs_to() {
    var collector = new Places.Collector();
    collector.put(new Part.Peer(WG0, 1), new Place("wg0.conf", 7, 1));
    var places = collector.in(WHOLE);

    assertThat(places.of(new Part.AllowedIp(WG0, 1, 3))).isEqualTo(new Place("wg0.conf", 7, 1));
    assertThat(places.of(new Part.AllowedIp(WG0, 0, 0))).isEqualTo(WHOLE);
    assertThat(places.of(new Part.Entry(Listing.HOOKS, 0))).isEqualTo(WHOLE);
  }

  @Test
  void the_first_word_stays_unless_the_last_is_to_win() {
    var collector = new Places.Collector();
    var port = new Part.TunnelSetting(WG0, Setting.LISTEN_PORT);
    assertThat(collector.add(port, new Place("wg0.conf", 2, 14))).isTrue();
    assertThat(collector.add(port, new Place("wg0.conf", 3, 14))).isFalse();
    collector.put(port, new Place("wg0.conf", 4, 14));

    assertThat(collector.in(WHOLE).of(port)).isEqualTo(new Place("wg0.conf", 3, 14));
  }

  @Test
  void what_was_handed_out_does_not_change_when_more_is_found() {
    var collector = new Places.Collector();
    var before = collector.in(WHOLE);
    collector.put(new Part.Tunnel(WG0), new Place("wg0.conf", 1, 1));
    var with = collector.in(WHOLE);
    collector.add(new Part.Tunnel(WG0), new Place("wg0.conf", 9, 1));

    assertThat(before.of(new Part.Tunnel(WG0))).isEqualTo(WHOLE);
    assertThat(with.of(new Part.Tunnel(WG0))).isEqualTo(new Place("wg0.conf", 1, 1));
  }

  /** Whatever is noted, in any order, of any file: as in a map with an entry for each part. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void places_are_those_of_a_map(long seed) {
    var random = new Random(seed);
    var collector = new Places.Collector();
    var map = new HashMap<Part, Place>();
    for (int i = 0; i < 4000; i++) {
      var part = part(random);
      var place = place(random);
      switch (random.nextInt(20)) {
        case 0 -> {
          var peer = new Part.Peer(tunnel(random), random.nextInt(30));
          collector.forgetPeer(peer.tunnel(), peer.index());
          map.keySet()
              .removeIf(one -> one.equals(peer) || one.parent().filter(peer::equals).isPresent());
        }
        case 1, 2, 3, 4, 5, 6 ->
            assertThat(collector.add(part, place)).isEqualTo(map.put(part, place) == null);
        default -> {
          collector.put(part, place);
          map.putIfAbsent(part, place);
        }
      }
      if (i % 500 == 0) {
        assertSame(collector.in(WHOLE), map, random);
      }
    }
    assertSame(collector.in(WHOLE), map, random);
  }

  private static void assertSame(Places places, Map<Part, Place> map, Random random) {
    var told = new HashMap<Part, Place>();
    var order = new ArrayList<Integer>();
    places.forEach((part, place) -> {
      assertThat(told.put(part, place)).isNull();
      if (part instanceof Part.Peer(var tunnel, int index) && tunnel.equals(WG0)) {
        order.add(index);
      }
    });
    assertThat(told).isEqualTo(map);
    assertThat(order).isSorted();
    for (int i = 0; i < 200; i++) {
      var part = part(random);
      assertThat(places.of(part)).isEqualTo(slow(map, part));
    }
  }

  private static Place slow(Map<Part, Place> map, Part part) {
    var place = map.get(part);
    return place != null ? place : part.parent().map(parent -> slow(map, parent)).orElse(WHOLE);
  }

  private static Part part(Random random) {
    var tunnel = tunnel(random);
    var setting = Setting.values()[random.nextInt(Setting.values().length)];
    int peer = random.nextInt(30);
    // Most peers have one allowed IP, some have many.
    int allowed = random.nextBoolean() ? 0 : random.nextInt(peer % 7 == 0 ? 40 : 2);
    return switch (random.nextInt(8)) {
      case 0 -> new Part.Tunnel(tunnel);
      case 1 -> new Part.TunnelSetting(tunnel, setting);
      case 2 -> new Part.Address(tunnel, random.nextInt(5));
      case 3 -> new Part.Peer(tunnel, peer);
      case 4, 5 -> new Part.PeerSetting(tunnel, peer, setting);
      case 6 ->
          new Part.Entry(
              Listing.values()[random.nextInt(Listing.values().length)], random.nextInt(9));
      default -> new Part.AllowedIp(tunnel, peer, allowed);
    };
  }

  private static InterfaceName tunnel(Random random) {
    return new InterfaceName("wg" + random.nextInt(2));
  }

  private static Place place(Random random) {
    var numbers = List.of(0, 1, 12, 70_000, Integer.MAX_VALUE);
    String file = random.nextInt(4) == 0 ? "wg0.network" : "wg0.conf";
    return new Place(
        file,
        numbers.get(random.nextInt(numbers.size())),
        numbers.get(random.nextInt(numbers.size())));
  }
}
