package guywire.node;

import guywire.address.IpAddress;
import guywire.network.EndpointAddress;
import guywire.protocol.Endpoint;
import java.util.List;

/**
 * Finds the addresses of endpoints that are given by name, as the machine itself finds them: by its
 * hosts file, its resolver, whatever it is set to.
 */
record EndpointLookup(Commands commands) {

  /** A resolver asks three servers twice, 5 s each (resolv.conf(5)). */
  private static final long PATIENCE_SECONDS = 35;

  /** All endpoints that the name stands for now, in the order of the machine's preference. */
  List<Endpoint> all(EndpointAddress endpoint) {
    if (endpoint.endpoint().isPresent()) {
      return List.of(endpoint.endpoint().get());
    }
    return commands
        .run("", List.of("getent", "ahosts", endpoint.host()), PATIENCE_SECONDS)
        .output()
        .lines()
        .map(line -> line.strip().split("\\s+", 2)[0])
        .flatMap(text -> IpAddress.tryParse(text).stream())
        .distinct()
        .map(address -> new Endpoint(address, endpoint.port()))
        .toList();
  }
}
