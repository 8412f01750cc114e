package guywire.recognise;

import guywire.network.InterfaceName;
import guywire.network.Part;
import guywire.network.Places;

/** The places of a node one of whose interfaces gets another name. */
final class RenamedPlaces {

  private RenamedPlaces() {}

  static Places places(Places places, InterfaceName old, InterfaceName real) {
    var renamed = new Places.Collector();
    places.forEach((part, place) -> renamed.put(part(part, old, real), place));
    return renamed.in(places.whole());
  }

  private static Part part(Part part, InterfaceName old, InterfaceName real) {
    return switch (part) {
      case Part.Tunnel tunnel -> new Part.Tunnel(name(tunnel.tunnel(), old, real));
      case Part.TunnelSetting setting ->
          new Part.TunnelSetting(name(setting.tunnel(), old, real), setting.setting());
      case Part.Address address ->
          new Part.Address(name(address.tunnel(), old, real), address.index());
      case Part.Peer peer -> new Part.Peer(name(peer.tunnel(), old, real), peer.index());
      case Part.PeerSetting setting ->
          new Part.PeerSetting(
              name(setting.tunnel(), old, real), setting.peer(), setting.setting());
      case Part.AllowedIp allowed ->
          new Part.AllowedIp(name(allowed.tunnel(), old, real), allowed.peer(), allowed.index());
      case Part.Entry entry -> entry;
    };
  }

  private static InterfaceName name(InterfaceName name, InterfaceName old, InterfaceName real) {
    return name.equals(old) ? real : name;
  }
}
