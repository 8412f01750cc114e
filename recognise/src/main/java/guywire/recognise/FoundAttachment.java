package guywire.recognise;

import guywire.address.IpAddress;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Where a member is plugged in, as it is found out. Not safe for use by several threads. */
final class FoundAttachment {

  /** How it is plugged in. */
  enum Kind {
    /** On the internet with an address of its own. */
    PUBLIC,
    /** The router of a site. */
    ROUTER,
    /** A machine in a site that passes packets between LAN and tunnel. */
    GATEWAY,
    /** A machine in a site, for itself. */
    INSIDE,
    /** Wherever its owner is. */
    ROAMING
  }

  private final List<IpAddress> publicAddresses = new ArrayList<>();
  private final List<Text> comments = new ArrayList<>();
  private Kind kind = Kind.ROAMING;
  private Optional<FoundSite> site = Optional.empty();
  private List<IpAddress> lanAddresses = List.of();
  private boolean staticRoute;
  private Optional<List<Member>> sourceNat = Optional.empty();
  private Optional<String> endpoint = Optional.empty();
  private OptionalInt listen = OptionalInt.empty();

  Kind kind() {
    return kind;
  }

  /** Its public addresses, the one to dial first. */
  List<IpAddress> publicAddresses() {
    return publicAddresses;
  }

  /** What stands above it. */
  List<Text> comments() {
    return comments;
  }

  void atPublic(List<IpAddress> addresses) {
    kind = Kind.PUBLIC;
    publicAddresses.addAll(addresses);
  }

  void roams() {
    kind = Kind.ROAMING;
  }

  void in(FoundSite where, Kind as) {
    site = Optional.of(where);
    kind = as;
  }

  Optional<FoundSite> site() {
    return site;
  }

  boolean serves() {
    return kind == Kind.ROUTER || kind == Kind.GATEWAY;
  }

  List<IpAddress> lanAddresses() {
    return lanAddresses;
  }

  void lanAddresses(List<IpAddress> addresses) {
    lanAddresses = List.copyOf(addresses);
  }

  /** Whether the site's router sends the tunnel's addresses to it. */
  boolean hasStaticRoute() {
    return staticRoute;
  }

  void hasStaticRoute(boolean known) {
    staticRoute = known;
  }

  /** Who appears in its LAN under its address: nobody, or those listed, or if none is, everyone. */
  Optional<List<Member>> sourceNat() {
    return sourceNat;
  }

  void sourceNat(List<Member> senders) {
    sourceNat = Optional.of(List.copyOf(senders));
  }

  /** The name that others dial, where it is not an address. */
  Optional<String> endpoint() {
    return endpoint;
  }

  void endpoint(String host) {
    endpoint = Optional.of(host);
  }

  /** The UDP port it listens on, where somebody dials it. */
  OptionalInt listen() {
    return listen;
  }

  void listen(int port) {
    listen = OptionalInt.of(port);
  }
}
