package guywire.agent.mapping;

import guywire.address.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a router that speaks UPnP is found: the search, and where its answer says it is described.
 */
final class DiscoveryMessage {

  /** Where devices listen (UPnP Device Architecture 1.1, section 1). */
  static final int PORT = 1900;

  static final IpAddress GROUP = IpAddress.parse("239.255.255.250");

  /** What is searched for; who is version 2 answers for 1 as well, but not everyone does. */
  static final List<String> DEVICES =
      List.of(
          "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
          "urn:schemas-upnp-org:device:InternetGatewayDevice:1");

  private static final int MOST_BYTES = 1500;

  private DiscoveryMessage() {}

  static byte[] search(String device) {
    return ("M-SEARCH * HTTP/1.1\r\n"
            + "HOST: 239.255.255.250:1900\r\n"
            + "MAN: \"ssdp:discover\"\r\n"
            + "MX: 1\r\n"
            + "ST: "
            + device
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Where an answer says that the router is described.
   *
   * @param router who answered; a place anywhere else is none
   */
  static Optional<RouterUrl> location(byte[] bytes, IpAddress router) {
    if (bytes.length > MOST_BYTES) {
      return Optional.empty();
    }
    var lines = new String(bytes, StandardCharsets.ISO_8859_1).lines().toList();
    if (lines.isEmpty() || !lines.getFirst().matches("HTTP/1\\.[01] 200(?: .*)?")) {
      return Optional.empty();
    }
    boolean gateway = value(lines, "st").filter(DEVICES::contains).isPresent();
    return gateway
        ? value(lines, "location").flatMap(text -> RouterUrl.absolute(text, router))
        : Optional.empty();
  }

  private static Optional<String> value(List<String> lines, String name) {
    return lines.stream()
        .skip(1)
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst();
  }
}
