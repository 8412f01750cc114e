package guywire.recognise;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.input.Command;
import guywire.format.input.Imported;
import guywire.network.Cryptokeys;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Part;
import guywire.network.PeerConfig;
import guywire.network.Places;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import guywire.prove.PrefixMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One machine of the network, as its own files and those of others describe it. A machine of which
 * there is no file is known from the others' only.
 *
 * <p>Not safe for use by several threads.
 */
final class Member {

  /**
   * What another machine's file says of this one.
   *
   * @param by the other
   * @param peer the section about this one
   * @param place where it stands
   */
  record Heard(Member by, PeerConfig peer, Place place) {}

  /**
   * One of its own tunnels.
   *
   * @param tunnel what its file says
   * @param places where that stands
   */
  record Own(TunnelInterface tunnel, Places places) {
    Place peer(int index) {
      return places.of(new Part.Peer(tunnel.name(), index));
    }

    Place setting(Part.Setting setting) {
      return places.of(new Part.TunnelSetting(tunnel.name(), setting));
    }
  }

  private final Optional<NodeConfig> written;
  private Optional<NodeConfig> config;
  private final List<Own> tunnels;
  private final List<Cryptokeys> cryptokeys;
  private final List<Command> commands;
  private final Place place;
  private final Set<PublicKey> keys = new LinkedHashSet<>();
  private final List<Heard> heard = new ArrayList<>();
  private final List<IpAddress> addresses = new ArrayList<>();
  private final Map<Prefix, Set<PublicKey>> overlapping = new HashMap<>();
  private Optional<PrefixMap<PeerConfig>> owners = Optional.empty();
  private Optional<PrivateKey> privateKey;
  private Name name;

  /** A machine with files of its own. */
  Member(Name name, NodeConfig config, List<Own> tunnels, List<Command> commands, Place place) {
    this.name = name;
    this.commands = List.copyOf(commands);
    this.written = Optional.of(config);
    this.config = written;
    this.tunnels = List.copyOf(tunnels);
    this.cryptokeys = tunnels.stream().map(own -> Cryptokeys.of(own.tunnel())).toList();
    this.place = place;
    this.privateKey = tunnels.getFirst().tunnel().privateKey();
    for (var own : tunnels) {
      own.tunnel().publicKey().ifPresent(keys::add);
      own.tunnel().addresses().stream()
          .map(InterfaceAddress::address)
          .filter(address -> !addresses.contains(address))
          .forEach(addresses::add);
    }
  }

  /** A machine that only others speak of. */
  Member(Name name, PublicKey key, Place place) {
    this.name = name;
    this.commands = List.of();
    this.written = Optional.empty();
    this.config = written;
    this.tunnels = List.of();
    this.cryptokeys = List.of();
    this.place = place;
    this.privateKey = Optional.empty();
    keys.add(key);
  }

  Name name() {
    return name;
  }

  void rename(Name better) {
    name = better;
  }

  /** Its configuration; empty if there is no file of it. */
  Optional<NodeConfig> config() {
    return config;
  }

  /** Its configuration as its files have it, whatever became of it since. */
  Optional<NodeConfig> written() {
    return written;
  }

  /** What it is as an importer would say it. */
  Optional<Imported> imported() {
    return config.map(node -> new Imported(node, tunnels.getFirst().places(), List.of(), commands));
  }

  /** Replaces its configuration by one that says in rules what its hooks say in commands. */
  void config(NodeConfig modelled) {
    config = Optional.of(modelled);
  }

  boolean isGhost() {
    return config.isEmpty();
  }

  List<Own> tunnels() {
    return tunnels;
  }

  Place place() {
    return place;
  }

  /** Its public keys, that of its first tunnel first; none if no file says one. */
  Set<PublicKey> keys() {
    return keys;
  }

  Optional<PublicKey> key() {
    return keys.stream().findFirst();
  }

  void addKey(PublicKey key) {
    keys.add(key);
  }

  /** A key that is another's too names nobody. */
  void dropKey(PublicKey key) {
    keys.remove(key);
    privateKey = Optional.empty();
  }

  Optional<PrivateKey> privateKey() {
    return privateKey;
  }

  void privateKey(PrivateKey found) {
    privateKey = Optional.of(found);
  }

  List<Heard> heard() {
    return heard;
  }

  void hear(Heard said) {
    heard.add(said);
  }

  /** Its tunnel addresses, its own word before that of others. */
  List<IpAddress> addresses() {
    return addresses;
  }

  void addAddress(IpAddress address) {
    if (!addresses.contains(address)) {
      addresses.add(address);
    }
  }

  /** The sections about others in its own files, as WireGuard would have them. */
  List<PeerConfig> peers() {
    return cryptokeys.stream().flatMap(known -> known.peers().values().stream()).toList();
  }

  /** What its own files say of another, if they know it. */
  Optional<PeerConfig> about(Member other) {
    for (var known : cryptokeys) {
      for (var key : other.keys) {
        var peer = known.peers().get(key);
        if (peer != null) {
          return Optional.of(peer);
        }
      }
    }
    return Optional.empty();
  }

  /** Whether the two have a tunnel between them, or one of them would have it. */
  boolean meets(Member other) {
    return about(other).isPresent() || other.about(this).isPresent();
  }

  /** The peer to which it sends a packet for an address, by the longest prefix. */
  Optional<PeerConfig> next(IpAddress address) {
    if (owners.isEmpty()) {
      var map = new PrefixMap<PeerConfig>();
      cryptokeys.forEach(known -> known.owners().forEach(map::put));
      owners = Optional.of(map);
    }
    return owners.get().longest(address).map(PrefixMap.Entry::value);
  }

  /** Whether another peer than these keys' gets part of a prefix. */
  boolean passesOn(Prefix prefix, Set<PublicKey> back) {
    return overlapping
        .computeIfAbsent(
            prefix,
            wanted ->
                cryptokeys.stream()
                    .flatMap(known -> known.owners().entrySet().stream())
                    .filter(owned -> !owned.getKey().isDefault())
                    .filter(owned -> owned.getKey().overlaps(wanted))
                    .map(owned -> owned.getValue().publicKey())
                    .collect(Collectors.toSet()))
        .stream()
        .anyMatch(key -> !back.contains(key));
  }

  /** Whether the routes to what its peers own are made from that, not by hand. */
  boolean routesByItself() {
    return tunnels.stream().anyMatch(own -> own.tunnel().table() instanceof RouteTable.Auto);
  }

  /** Every endpoint that others dial it at, as often as they do. */
  List<EndpointAddress> endpoints() {
    return heard.stream().flatMap(said -> said.peer().endpoint().stream()).toList();
  }

  /** Its interface; wg0 if no file says. */
  InterfaceName interfaceName() {
    return config.map(node -> node.interfaces().getFirst().name()).orElse(new InterfaceName("wg0"));
  }

  @Override
  public String toString() {
    return name.text();
  }
}
