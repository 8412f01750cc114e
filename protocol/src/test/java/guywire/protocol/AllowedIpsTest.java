package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedIpsTest {

  private final Station station = Station.real(1);
  private final AllowedIps allowed = station.device.allowedIps();

  private Peer peer(int number) {
    var key = new byte[32];
    key[0] = (byte) number;
    key[1] = (byte) (number >>> 8);
    key[2] = (byte) (number >>> 16);
    key[3] = 77;
    return station.device.addPeer(PublicKey.of(key)).orElseThrow();
  }

  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  @Test
  void the_longest_prefix_wins() {
    Peer all = peer(1);
    Peer ten = peer(2);
    Peer host = peer(3);
    allowed.insert(Prefix.parse("0.0.0.0/0"), all);
    allowed.insert(Prefix.parse("10.0.0.0/8"), ten);
    allowed.insert(Prefix.parse("10.1.2.3/32"), host);
    assertThat(allowed.owner(ip("192.0.2.1"))).isSameAs(all);
    assertThat(allowed.owner(ip("10.1.2.4"))).isSameAs(ten);
    assertThat(allowed.owner(ip("10.1.2.3"))).isSameAs(host);
    assertThat(allowed.owner(ip("2001:db8::1"))).isNull();
    assertThat(allowed.size()).isEqualTo(3);
  }

  @Test
  void the_same_prefix_moves_to_its_new_owner() {
    Peer first = peer(1);
    Peer second = peer(2);
    allowed.insert(Prefix.parse("10.0.0.0/8"), first);
    allowed.insert(Prefix.parse("2001:db8::/32"), first);
    allowed.insert(Prefix.parse("10.0.0.0/8"), second);
    assertThat(allowed.owner(ip("10.9.9.9"))).isSameAs(second);
    assertThat(allowed.of(first)).containsExactly(Prefix.parse("2001:db8::/32"));
    assertThat(allowed.of(second)).containsExactly(Prefix.parse("10.0.0.0/8"));
    assertThat(allowed.size()).isEqualTo(2);
  }

  @Test
  void a_prefix_is_taken_only_from_its_owner() {
    Peer owner = peer(1);
    allowed.insert(Prefix.parse("10.0.0.0/8"), owner);
    assertThat(allowed.remove(Prefix.parse("10.0.0.0/8"), peer(2))).isFalse();
    assertThat(allowed.remove(Prefix.parse("10.0.0.0/9"), owner)).isFalse();
    assertThat(allowed.owner(ip("10.0.0.1"))).isSameAs(owner);
    assertThat(allowed.remove(Prefix.parse("10.0.0.0/8"), owner)).isTrue();
    assertThat(allowed.owner(ip("10.0.0.1"))).isNull();
  }

  @Test
  void a_removed_peer_owns_nothing() {
    Peer peer = peer(1);
    allowed.insert(Prefix.parse("10.0.0.0/8"), peer);
    allowed.insert(Prefix.parse("::/0"), peer);
    station.device.removePeer(peer);
    assertThat(allowed.owner(ip("10.0.0.1"))).isNull();
    assertThat(allowed.owner(ip("::1"))).isNull();
    assertThat(allowed.size()).isZero();
    assertThatThrownBy(() -> allowed.insert(Prefix.parse("10.0.0.0/8"), peer))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void addresses_are_found_in_packets() {
    Peer one = peer(1);
    Peer two = peer(2);
    allowed.insert(Prefix.parse("10.0.0.1/32"), one);
    allowed.insert(Prefix.parse("10.0.0.2/32"), two);
    allowed.insert(Prefix.parse("2001:db8::1/128"), one);
    allowed.insert(Prefix.parse("2001:db8::2/128"), two);
    var packet = new byte[100];
    System.arraycopy(Station.packet(Station.inner(1), Station.inner(2), 40, 0), 0, packet, 7, 40);
    assertThat(allowed.ofSource(MemorySegment.ofArray(packet), 7)).isSameAs(one);
    assertThat(allowed.ofDestination(MemorySegment.ofArray(packet), 7)).isSameAs(two);
    packet[7] = 0x60;
    System.arraycopy(ip("2001:db8::2").bytes(), 0, packet, 7 + 8, 16);
    System.arraycopy(ip("2001:db8::1").bytes(), 0, packet, 7 + 24, 16);
    assertThat(allowed.ofSource(MemorySegment.ofArray(packet), 7)).isSameAs(two);
    assertThat(allowed.ofDestination(MemorySegment.ofArray(packet), 7)).isSameAs(one);
  }

  /** The oracle: every prefix is looked at. */
  private static final class LinearScan {
    private final Map<Prefix, Peer> owners = new LinkedHashMap<>();

    @org.jspecify.annotations.Nullable
    Peer owner(IpAddress address) {
      Prefix best = null;
      for (Prefix prefix : owners.keySet()) {
        if (prefix.contains(address) && (best == null || prefix.length() > best.length())) {
          best = prefix;
        }
      }
      return best == null ? null : owners.get(best);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void any_sequence_of_changes_equals_a_linear_scan(long seed) {
    var random = new SplittableRandom(seed);
    var oracle = new LinearScan();
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      peers.add(peer(i));
    }
    for (int step = 0; step < 4000; step++) {
      Peer peer = peers.get(random.nextInt(peers.size()));
      Prefix prefix = randomPrefix(random);
      switch (random.nextInt(20)) {
        case 0 -> {
          allowed.removeAll(peer);
          oracle.owners.values().removeIf(owner -> owner == peer);
        }
        case 1, 2, 3, 4, 5, 6 ->
            assertThat(allowed.remove(prefix, peer)).isEqualTo(oracle.owners.remove(prefix, peer));
        default -> {
          allowed.insert(prefix, peer);
          oracle.owners.put(prefix, peer);
        }
      }
      for (int probe = 0; probe < 3; probe++) {
        IpAddress address = randomPrefix(random).last();
        assertThat(allowed.owner(address))
            .as("seed %d, step %d, %s", seed, step, address)
            .isSameAs(oracle.owner(address));
      }
      if (step % 100 == 0) {
        assertThat(allowed.size()).isEqualTo(oracle.owners.size());
        for (Peer owner : peers) {
          var expected = new HashSet<Prefix>();
          oracle.owners.forEach((key, value) -> {
            if (value == owner) {
              expected.add(key);
            }
          });
          assertThat(allowed.of(owner)).hasSize(expected.size());
          assertThat(new HashSet<>(allowed.of(owner))).isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void a_full_map_takes_what_it_has_already_and_nothing_more(long seed) {
    var random = new SplittableRandom(seed);
    var full = new AllowedIps(20);
    var oracle = new LinearScan();
    for (int step = 0; step < 3000; step++) {
      Peer peer = peer(random.nextInt(4));
      Prefix prefix = randomPrefix(random);
      boolean room = oracle.owners.size() < 20 || oracle.owners.containsKey(prefix);
      assertThat(full.insert(prefix, peer)).as("seed %d, step %d", seed, step).isEqualTo(room);
      if (room) {
        oracle.owners.put(prefix, peer);
      }
      if (random.nextInt(4) == 0) {
        Prefix gone = oracle.owners.keySet().iterator().next();
        assertThat(full.remove(gone, oracle.owners.remove(gone))).isTrue();
      }
      IpAddress address = randomPrefix(random).last();
      assertThat(full.owner(address)).isSameAs(oracle.owner(address));
      assertThat(full.size()).isEqualTo(oracle.owners.size());
    }
  }

  /** Few distinct bits, so that prefixes nest, repeat and collide. */
  private static Prefix randomPrefix(SplittableRandom random) {
    if (random.nextBoolean()) {
      int bits = random.nextInt() & 0xe0000007 | random.nextInt(2) << 16;
      return Prefix.around(IpAddress.ipv4(bits), random.nextInt(33));
    }
    long high = random.nextLong() & 0xc000_0000_0000_0003L;
    long low = random.nextLong() & 0xc000_0000_0000_0003L;
    return Prefix.around(IpAddress.ipv6(high, low), random.nextInt(129));
  }

  @Test
  void a_million_prefixes_have_no_cliff() {
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      peers.add(peer(i));
    }
    Assertions.assertThatCode(() ->
            org.junit.jupiter.api.Assertions.assertTimeout(
                Duration.ofSeconds(15),
                () -> {
                  for (int i = 0; i < 1_000_000; i++) {
                    allowed.insert(Prefix.host(IpAddress.ipv4(i * 4093)), peers.get(i % 1000));
                  }
                  for (int i = 0; i < 1_000_000; i++) {
                    if (allowed.ipv4(i * 4093) != peers.get(i % 1000)) {
                      throw new AssertionError("lost " + i);
                    }
                  }
                  for (int i = 0; i < 1000; i += 2) {
                    allowed.removeAll(peers.get(i));
                  }
                }))
        .doesNotThrowAnyException();
    assertThat(allowed.size()).isEqualTo(500_000);
    assertThat(allowed.ipv4(0)).isNull();
    assertThat(allowed.ipv4(4093)).isSameAs(peers.get(1));
  }

  @Test
  void readers_without_a_lock_see_an_owner_at_every_moment() throws Exception {
    Peer wide = peer(1);
    Peer narrow = peer(2);
    allowed.insert(Prefix.parse("10.0.0.0/8"), wide);
    var stop = new AtomicBoolean();
    var wrong = new AtomicLong();
    var looked = new AtomicLong();
    Thread reader =
        new Thread(() -> {
          while (!stop.get()) {
            Peer owner = allowed.ipv4(0x0a010203);
            if (owner != wide && owner != narrow) {
              wrong.getAndIncrement();
            }
            looked.getAndIncrement();
          }
        });
    reader.start();
    var random = new SplittableRandom(3);
    while (looked.get() < 200_000) {
      Prefix prefix = Prefix.around(IpAddress.ipv4(0x0a010203), 9 + random.nextInt(24));
      if (random.nextBoolean()) {
        allowed.insert(prefix, narrow);
      } else {
        allowed.remove(prefix, narrow);
      }
    }
    stop.set(true);
    reader.join();
    assertThat(wrong).hasValue(0);
  }
}
