package guywire.network.config;

import guywire.protocol.IpAddress;
import guywire.protocol.Prefix;
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
}
