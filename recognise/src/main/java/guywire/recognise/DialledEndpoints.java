package guywire.recognise;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.EndpointAddress;
import guywire.network.Internet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the members of a network are dialled, as the others' files have it.
 *
 * <p>Not safe for use by several threads.
 */
final class DialledEndpoints {

  private final Addressing addressing;
  private final Map<Member, Optional<IpAddress>> outsideAddresses = new HashMap<>();

  DialledEndpoints(Addressing addressing) {
    this.addressing = addressing;
  }

  /** Whether the port it is dialled at is not the one it listens on: a router is between. */
  static boolean isForwardedTo(Member member) {
    int listens =
        member.tunnels().stream()
            .findFirst()
            .map(own -> own.tunnel().listenPort().orElse(0))
            .orElse(0);
    return listens > 0
        && mostFrequent(outsidePorts(member)).filter(port -> port != listens).isPresent();
  }

  /** The ports it is dialled at from the internet. */
  static Stream<Integer> outsidePorts(Member member) {
    return member.endpoints().stream()
        .filter(e -> e.address().map(Internet::routes).orElse(true))
        .map(EndpointAddress::port);
  }

  /** The name that others dial. */
  static Optional<String> hostName(Member member) {
    return mostFrequent(
        member.endpoints().stream()
            .filter(endpoint -> endpoint.address().isEmpty())
            .map(EndpointAddress::host));
  }

  /** The address on the internet that most others dial. */
  Optional<IpAddress> outsideAddress(Member member) {
    return outsideAddresses.computeIfAbsent(
        member, wanted -> mostFrequent(addresses(wanted, true).stream()));
  }

  /** The addresses that others dial, on the internet or elsewhere, as often as they do. */
  List<IpAddress> addresses(Member member, boolean onInternet) {
    return member.endpoints().stream()
        .flatMap(endpoint -> endpoint.address().stream())
        // A tunnel can't be dialled through itself.
        .filter(address -> !addressing.concerns(Prefix.host(address)))
        .filter(address -> Internet.routes(address) == onInternet)
        .toList();
  }

  /** The value that comes most often; of several the first. */
  static <T> Optional<T> mostFrequent(Stream<T> values) {
    var counts = new LinkedHashMap<T, Integer>();
    values.forEach(value -> counts.merge(value, 1, Integer::sum));
    Optional<T> best = Optional.empty();
    int most = 0;
    for (var entry : counts.entrySet()) {
      if (entry.getValue() > most) {
        most = entry.getValue();
        best = Optional.of(entry.getKey());
      }
    }
    return best;
  }
}
