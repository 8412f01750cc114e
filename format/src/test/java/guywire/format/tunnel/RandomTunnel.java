package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.PeerConfig;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;

/** Interfaces of any shape that wg-quick's language can say. */
final class RandomTunnel {

  private RandomTunnel() {}

  static TunnelInterface make(Random random) {
    return new TunnelInterface(
        new InterfaceName("wg" + random.nextInt(10)),
        Optional.of(PrivateKey.generate(random)),
        Optional.empty(),
        some(random, i -> address(random)),
        random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(1 + random.nextInt(65535)),
        random.nextBoolean() ? 0 : random.nextLong(1L << 32),
        random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(1280 + random.nextInt(8000)),
        switch (random.nextInt(3)) {
          case 0 -> new RouteTable.Auto();
          case 1 -> new RouteTable.Off();
          default -> new RouteTable.Number(1 + random.nextLong(0xffffffffL));
        },
        new DnsClient(
            some(random, i -> address(random).address()),
            random.nextBoolean() ? List.of() : List.of("lan.example")),
        some(random, i -> peer(random)));
  }

  private static PeerConfig peer(Random random) {
    return new PeerConfig(
        Optional.empty(),
        PrivateKey.generate(random).publicKey(),
        random.nextBoolean() ? Optional.empty() : Optional.of(PresharedKey.generate(random)),
        switch (random.nextInt(3)) {
          case 0 -> Optional.empty();
          case 1 -> Optional.of(new EndpointAddress("vpn.example.com", 1 + random.nextInt(65535)));
          default ->
              Optional.of(EndpointAddress.of(address(random).address(), 1 + random.nextInt(65535)));
        },
        some(random, i -> address(random).prefix()).stream().map(Prefix.class::cast).toList(),
        random.nextBoolean() ? 0 : 1 + random.nextInt(65535));
  }

  private static InterfaceAddress address(Random random) {
    return random.nextBoolean()
        ? new InterfaceAddress(IpAddress.ipv4(random.nextInt()), random.nextInt(33))
        : new InterfaceAddress(
            IpAddress.ipv6(random.nextLong(), random.nextLong()), random.nextInt(129));
  }

  private static <T> List<T> some(Random random, java.util.function.IntFunction<T> maker) {
    return IntStream.range(0, random.nextInt(4)).mapToObj(maker).toList();
  }
}
