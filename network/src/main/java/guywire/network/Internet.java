package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a site meets the internet.
 *
 * @param nat what its router does to IPv4
 * @param publicAddress the IPv4 address the internet sees, where known and stable
 * @param ipv6 the global IPv6 prefix of the site, if it has one; its router lets only replies in
 * @param mtu the MTU of the access line in bytes, where known (1492 for PPPoE, ...)
 * @param mappingSeconds how long an idle UDP mapping lives
 */
public record Internet(
    Nat nat,
    Optional<IpAddress> publicAddress,
    Optional<Prefix> ipv6,
    OptionalInt mtu,
    int mappingSeconds) {

  /** How long Linux's connection tracking keeps a UDP flow that was seen in both directions. */
  public static final int USUAL_MAPPING_SECONDS = 120;

  /** What no one on the internet has (RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291). */
  private static final List<Prefix> PRIVATE =
      List.of(
          Prefix.parse("10.0.0.0/8"),
          Prefix.parse("172.16.0.0/12"),
          Prefix.parse("192.168.0.0/16"),
          Prefix.parse("100.64.0.0/10"),
          Prefix.parse("169.254.0.0/16"),
          Prefix.parse("127.0.0.0/8"),
          Prefix.parse("224.0.0.0/4"),
          Prefix.parse("::1/128"),
          Prefix.parse("fc00::/7"),
          Prefix.parse("fe80::/10"),
          Prefix.parse("ff00::/8"));

  /** What a router does to the source of outgoing IPv4 packets. */
  public enum Nat {
    /** Nothing: hosts of the site have public addresses. */
    NONE,
    /** NAT that keeps the source port when it is free (Linux, OpenWrt). */
    KEEPS_PORTS,
    /** NAT that gives every destination another random port ("symmetric"; pfSense, many firms). */
    RANDOM_PORTS,
    /** NAT behind the carrier's own NAT: nothing can be forwarded from the internet. */
    CARRIER
  }

  /** Whether packets to this address find their way on the internet. */
  public static boolean routes(IpAddress address) {
    if (address.isUnspecified()) {
      return false;
    }
    for (var prefix : PRIVATE) {
      if (prefix.contains(address)) {
        return false;
      }
    }
    return true;
  }
}
