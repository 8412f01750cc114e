package guywire.plan.definition;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The words for how a place meets the internet: what its router does to addresses, what its line
 * carries, and what a roaming device finds.
 */
final class AccessWords {

  /** Carries the least IPv6 MTU (1280) in a tunnel over either family. */
  private static final int MOBILE_MTU = 1360;

  /** The words under {@code internet}. */
  static final Map<String, Nat> KINDS =
      Map.of(
          "public", Nat.NONE,
          "nat", Nat.KEEPS_PORTS,
          "nat-random", Nat.RANDOM_PORTS,
          "carrier", Nat.CARRIER);

  /** The words in the order they are told. */
  static final List<String> KIND_WORDS = List.of("public", "nat", "nat-random", "carrier");

  /**
   * The words under {@code access} and the MTU of such a line in bytes: PPPoE takes 8 (RFC 2516),
   * DS-Lite 40 for the IPv6 around it; a mobile network is taken at the least that carries an MTU
   * of 1280 in the tunnel.
   */
  static final Map<String, Integer> LINES =
      Map.of("ethernet", 1500, "pppoe", 1492, "ds-lite", 1460, "mobile", MOBILE_MTU);

  /** The words in the order they are told. */
  static final List<String> LINE_WORDS = List.of("ethernet", "pppoe", "ds-lite", "mobile");

  /** The words under {@code roaming}. */
  static final List<String> ROAMING_WORDS = List.of("mobile", "wifi", "hotel");

  private AccessWords() {}

  /** What a roaming device finds on a kind of network. */
  static Internet roaming(String word) {
    return switch (word) {
      case "mobile" -> internet(Nat.CARRIER, OptionalInt.of(MOBILE_MTU));
      case "hotel" -> internet(Nat.RANDOM_PORTS, OptionalInt.empty());
      default -> internet(Nat.KEEPS_PORTS, OptionalInt.empty());
    };
  }

  private static Internet internet(Nat nat, OptionalInt mtu) {
    return new Internet(
        nat,
        Optional.<IpAddress>empty(),
        Optional.<Prefix>empty(),
        mtu,
        Internet.USUAL_MAPPING_SECONDS);
  }
}
