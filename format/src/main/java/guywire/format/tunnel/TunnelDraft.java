package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.syntax.DomainName;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.Notes;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Part;
import guywire.network.Part.Setting;
import guywire.network.PeerConfig;
import guywire.network.Places;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A tunnel while its file is read: single values as texts, checked as they come. */
public final class TunnelDraft {

  private final InterfaceName name;
  private final Place place;
  private final Notes notes;
  private final Places.Collector places;
  private final List<InterfaceAddress> addresses = new ArrayList<>();
  private final List<IpAddress> servers = new ArrayList<>();
  private final List<String> domains = new ArrayList<>();
  private final List<PeerDraft> peers = new ArrayList<>();
  private final List<Finding> refused = new ArrayList<>();
  private Optional<PrivateKey> privateKey = Optional.empty();
  private Optional<PublicKey> publicKey = Optional.empty();
  private OptionalInt listenPort = OptionalInt.empty();
  private OptionalInt mtu = OptionalInt.empty();
  private long mark;
  private RouteTable table = new RouteTable.Auto();

  TunnelDraft(InterfaceName name, Place place, Notes notes, Places.Collector places) {
    this.name = name;
    this.place = place;
    this.notes = notes;
    this.places = places;
  }

  InterfaceName name() {
    return name;
  }

  Place place() {
    return place;
  }

  List<PeerDraft> peers() {
    return peers;
  }

  List<InterfaceAddress> addresses() {
    return addresses;
  }

  OptionalInt listenPort() {
    return listenPort;
  }

  long mark() {
    return mark;
  }

  RouteTable table() {
    return table;
  }

  void privateKey(String text, Place where) {
    at(Setting.PRIVATE_KEY, where);
    privateKey =
        taken(FileValues.key(text, where, notes))
            .flatMap(PrivateKey::parse)
            .filter(k -> !k.isZero());
  }

  void publicKey(String text, Place where) {
    at(Setting.PUBLIC_KEY, where);
    publicKey = FileValues.key(text, where, notes).flatMap(PublicKey::parse);
  }

  void address(String text, Place where) {
    FileValues.address(text, where, notes)
        .ifPresent(address -> {
          places.put(new Part.Address(name, addresses.size()), where);
          addresses.add(address);
        });
  }

  void listenPort(String text, Place where) {
    at(Setting.LISTEN_PORT, where);
    listenPort = FileValues.port(text, where, notes);
  }

  void mark(String text, Place where) {
    at(Setting.FIREWALL_MARK, where);
    mark = FileValues.mark(text, where, notes);
  }

  void mark(long value) {
    mark = value;
  }

  void mtu(String text, Place where) {
    at(Setting.MTU, where);
    mtu = FileValues.mtu(text, where, notes);
  }

  void table(RouteTable value, Place where) {
    at(Setting.TABLE, where);
    table = value;
  }

  void server(String text, Place where) {
    at(Setting.DNS, where);
    var address = IpAddress.tryParse(text);
    if (address.isEmpty()) {
      notes.error("F58", where, "value.server", FileValues.shown(text));
    } else if (!servers.contains(address.get())) {
      servers.add(address.get());
    }
  }

  void domain(String text, Place where) {
    at(Setting.DNS, where);
    if (!DomainName.is(text)) {
      notes.warning("F58", where, "value.domain", FileValues.shown(text));
    } else if (!domains.contains(text)) {
      domains.add(text);
    }
  }

  /** Begins another peer. */
  PeerDraft peer(Place where) {
    var peer = new PeerDraft(where);
    peers.add(peer);
    return peer;
  }

  /** A value that {@code wg} would refuse, and its whole file with it, if it is none. */
  private <T> Optional<T> taken(Optional<T> value) {
    if (value.isEmpty()) {
      refused.add(notes.all().getLast());
    }
    return value;
  }

  /** Notes that the host refuses the interface for the reason that was said last. */
  void refuse() {
    refused.add(notes.all().getLast());
  }

  /** What of the interface {@code wg} would refuse, as it was said. */
  List<Finding> refused() {
    return refused;
  }

  private void at(Setting setting, Place where) {
    places.put(new Part.TunnelSetting(name, setting), where);
  }

  /** The finished tunnel; peers without a key are left out. */
  TunnelInterface finish() {
    var finished = new ArrayList<PeerConfig>();
    for (var peer : peers) {
      peer.finish(finished.size()).ifPresent(finished::add);
    }
    if (privateKey.isPresent() && publicKey.isPresent()) {
      if (!publicKey.get().equals(privateKey.get().publicKey())) {
        notes.error("F01", place, "value.own-key", name.text());
      }
      publicKey = Optional.empty();
    }
    return new TunnelInterface(
        name,
        privateKey,
        publicKey,
        addresses,
        listenPort,
        mark,
        mtu,
        table,
        new DnsClient(servers, domains),
        finished);
  }

  /** The allowed IPs of all peers that will be there. */
  List<Prefix> allowedIps() {
    return peers.stream()
        .filter(peer -> peer.key.isPresent())
        .flatMap(peer -> peer.allowed.stream())
        .toList();
  }

  /** A peer while its lines are read. */
  final class PeerDraft {
    private final Place heading;
    private final List<Prefix> allowed = new ArrayList<>();
    private final List<Place> allowedPlaces = new ArrayList<>();
    private final List<Setting> settings = new ArrayList<>();
    private final List<Place> settingPlaces = new ArrayList<>();
    private Optional<Name> called = Optional.empty();
    private Optional<PublicKey> key = Optional.empty();
    private Optional<PresharedKey> shared = Optional.empty();
    private Optional<EndpointAddress> endpoint = Optional.empty();
    private int keepaliveSeconds;
    private boolean keyWritten;

    private PeerDraft(Place heading) {
      this.heading = heading;
    }

    Place heading() {
      return heading;
    }

    List<Prefix> allowed() {
      return allowed;
    }

    void name(String text) {
      called = Name.tryParse(text);
    }

    void publicKey(String text, Place where) {
      at(Setting.PUBLIC_KEY, where);
      keyWritten = true;
      key = taken(FileValues.key(text, where, notes)).flatMap(PublicKey::parse);
    }

    void presharedKey(String text, Place where) {
      at(Setting.PRESHARED_KEY, where);
      shared =
          taken(FileValues.key(text, where, notes))
              .flatMap(PresharedKey::parse)
              .filter(k -> !k.isZero());
    }

    void allowedIp(String text, Place where) {
      taken(FileValues.prefix(text, where, notes))
          .ifPresent(prefix -> {
            allowed.add(prefix);
            allowedPlaces.add(where);
          });
    }

    /** Forgets the allowed IPs that were said before. */
    void forgetAllowed() {
      allowed.clear();
      allowedPlaces.clear();
    }

    void endpoint(String text, Place where) {
      at(Setting.ENDPOINT, where);
      endpoint = taken(FileValues.endpoint(text, where, notes));
    }

    void endpoint(String host, String port, Place where) {
      at(Setting.ENDPOINT, where);
      endpoint = taken(FileValues.endpoint(host, port, where, notes));
    }

    Optional<EndpointAddress> endpoint() {
      return endpoint;
    }

    void keepalive(String text, Place where) {
      at(Setting.KEEPALIVE, where);
      keepaliveSeconds = FileValues.keepalive(text, where, notes);
    }

    int keepaliveSeconds() {
      return keepaliveSeconds;
    }

    /** Leaves the peer out: its device would. */
    void drop() {
      key = Optional.empty();
      keyWritten = true;
    }

    private void at(Setting setting, Place where) {
      settings.add(setting);
      settingPlaces.add(where);
    }

    private Optional<PeerConfig> finish(int index) {
      if (key.isEmpty()) {
        if (!keyWritten) {
          notes.error("F66", heading, "value.no-public-key");
        }
        return Optional.empty();
      }
      places.put(new Part.Peer(name, index), heading);
      for (int i = 0; i < settings.size(); i++) {
        places.put(new Part.PeerSetting(name, index, settings.get(i)), settingPlaces.get(i));
      }
      for (int i = 0; i < allowed.size(); i++) {
        places.put(new Part.AllowedIp(name, index, i), allowedPlaces.get(i));
      }
      return Optional.of(
          new PeerConfig(called, key.get(), shared, endpoint, allowed, keepaliveSeconds));
    }
  }
}
