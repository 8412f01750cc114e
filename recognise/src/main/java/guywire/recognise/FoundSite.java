package guywire.recognise;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A site as it is found out. Not safe for use by several threads. */
final class FoundSite {

  private static final Internet UNKNOWN_LINE =
      new Internet(
          Nat.KEEPS_PORTS,
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          Internet.USUAL_MAPPING_SECONDS);

  private final Name name;
  private final List<Prefix> lans = new ArrayList<>();
  private final Map<Prefix, Prefix> aliases = new LinkedHashMap<>();
  private final List<IpAddress> routers = new ArrayList<>();
  private final Map<Name, List<IpAddress>> hosts = new LinkedHashMap<>();
  private final Map<Integer, Member> forwards = new LinkedHashMap<>();
  private final List<Text> comments = new ArrayList<>();
  private Internet line = UNKNOWN_LINE;
  private Optional<IpAddress> publicAddress = Optional.empty();

  FoundSite(Name name, List<Prefix> lans) {
    this.name = name;
    this.lans.addAll(lans);
  }

  Name name() {
    return name;
  }

  List<Prefix> lans() {
    return lans;
  }

  /** What its LANs are known as outside of it. */
  List<Prefix> known() {
    return lans.stream().map(lan -> aliases.getOrDefault(lan, lan)).toList();
  }

  /** Says that a LAN is known by another prefix outside. */
  void alias(Prefix lan, Prefix shown) {
    aliases.put(lan, shown);
  }

  /** The own addresses of a machine that others know by these, if all are in its LANs. */
  Optional<List<IpAddress>> real(List<IpAddress> addresses) {
    var own = new ArrayList<IpAddress>();
    for (var address : addresses) {
      for (var lan : lans) {
        var shown = aliases.getOrDefault(lan, lan);
        if (shown.contains(address)) {
          own.add(new NatRule.Map(PacketMatch.ANY, lan, shown).real(address));
        }
      }
    }
    return own.size() == addresses.size() && !own.isEmpty() ? Optional.of(own) : Optional.empty();
  }

  /** The router's address in LANs where it is not the first. */
  List<IpAddress> routers() {
    return routers;
  }

  /** Machines in it that know nothing of WireGuard. */
  Map<Name, List<IpAddress>> hosts() {
    return hosts;
  }

  /** UDP ports of its public address, and to whom they lead. */
  Map<Integer, Member> forwards() {
    return forwards;
  }

  /** What stands above it. */
  List<Text> comments() {
    return comments;
  }

  Internet line() {
    return line;
  }

  void line(Internet known) {
    line = known;
    publicAddress = known.publicAddress().or(() -> publicAddress);
  }

  Optional<IpAddress> publicAddress() {
    return publicAddress;
  }

  void publicAddress(IpAddress address) {
    publicAddress = Optional.of(address);
  }

  boolean contains(IpAddress address) {
    return lans.stream().anyMatch(lan -> lan.contains(address));
  }
}
