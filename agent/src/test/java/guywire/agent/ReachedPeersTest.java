package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Destination;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Way;
import guywire.node.WireGuardDevice;
import guywire.node.WireGuardPeer;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which peer of a tunnel each destination is reached through. */
class ReachedPeersTest {

  private static final InterfaceName TUNNEL = new InterfaceName("wg0");
  private static final InterfaceName OTHER = new InterfaceName("wg1");
  private static final List<PublicKey> KEYS =
      IntStream.range(0, 6)
          .mapToObj(_ -> PrivateKey.generate(new SecureRandom()).publicKey())
          .toList();

  private static IpAddress address(Random random) {
    return IpAddress.parse(
        random.nextBoolean()
            ? "10.0.0." + random.nextInt(32)
            : "fd00::" + Integer.toHexString(random.nextInt(32)));
  }

  private static Prefix prefix(Random random) {
    var address = address(random);
    return Prefix.around(address, address.family().bits() - random.nextInt(6));
  }

  private static Destination destination(int number, Random random) {
    var address = address(random);
    var answers = random.nextBoolean() ? Optional.of(address(random)) : Optional.<IpAddress>empty();
    return new Destination(
        new Name("n" + number),
        address,
        List.of(Prefix.host(address)),
        random.nextInt(4) == 0
            ? List.of(new Way(OTHER, List.of(), true))
            : List.of(new Way(OTHER, List.of(), true), new Way(TUNNEL, List.of(), false, answers)));
  }

  /** Peers of a device, which has each prefix at one of them only. */
  private static List<WireGuardPeer> peers(Random random) {
    var peers = new ArrayList<WireGuardPeer>();
    var taken = new HashSet<Prefix>();
    for (var key : KEYS.subList(0, 1 + random.nextInt(KEYS.size()))) {
      var own =
          IntStream.range(0, random.nextInt(4))
              .mapToObj(_ -> prefix(random))
              .filter(taken::add)
              .toList();
      peers.add(
          new WireGuardPeer(
              key, Optional.empty(), Optional.empty(), own, 0, Optional.empty(), 0, 0));
    }
    return peers;
  }

  private static Optional<PublicKey> slowly(Destination destination, List<WireGuardPeer> peers) {
    return destination.ways().stream()
        .filter(way -> way.tunnel().equals(TUNNEL))
        .map(destination::address)
        .findFirst()
        .flatMap(to ->
            peers.stream()
                .filter(peer -> longest(peer, to) >= 0)
                .max(Comparator.comparingInt(peer -> longest(peer, to)))
                .map(WireGuardPeer::key));
  }

  private static int longest(WireGuardPeer peer, IpAddress address) {
    return peer.allowedIps().stream()
        .filter(prefix -> prefix.contains(address))
        .mapToInt(Prefix::length)
        .max()
        .orElse(-1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void it_is_the_one_with_the_longest_prefix_however_the_peers_change(long seed) {
    var random = new Random(seed);
    var destinations = IntStream.range(0, 40).mapToObj(n -> destination(n, random)).toList();
    var reached = new ReachedPeers(destinations);
    int found = 0;
    for (int change = 0; change < 60; change++) {
      var peers = peers(random);
      // A device is asked again and again, and says the same mostly.
      for (int look = 0; look < 2; look++) {
        reached.learn(TUNNEL, new WireGuardDevice(Optional.empty(), 51820, 0, peers));
        for (var destination : destinations) {
          var peer = reached.of(TUNNEL, destination.node());
          assertThat(peer)
              .as("seed %d, change %d: %s", seed, change, destination)
              .isEqualTo(slowly(destination, peers));
          found += peer.isPresent() ? 1 : 0;
          assertThat(reached.of(OTHER, destination.node())).isEmpty();
        }
      }
    }
    assertThat(found).isGreaterThan(500);
  }
}
