package guywire.network;

import guywire.network.Part.Setting;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/**
 * Where the parts of one tunnel interface stand. The files of a full mesh of 500 nodes have a
 * million of them, so they are kept by position, each as a number: the line and column in the one
 * file that nearly all stand in, or which of a few places elsewhere. Used by one thread.
 */
final class TunnelPlaces {

  private final String file;
  private final List<Place> elsewhere = new ArrayList<>();

  /** The interface itself first, then its addresses. */
  private final NumberColumn own;

  /** Of each kind that of the interface first, then those of its peers. */
  private final Map<Setting, NumberColumn> settings = new EnumMap<>(Setting.class);

  private final NumberColumn peers;

  /** Of each peer the first allowed IP. */
  private final NumberColumn allowed;

  /** Of the few peers that have more allowed IPs, those after the first. */
  private final Map<Integer, NumberColumn> further = new HashMap<>();

  /** No places, of an interface that stands in this file. */
  TunnelPlaces(String file) {
    this.file = file;
    own = new NumberColumn();
    peers = new NumberColumn();
    allowed = new NumberColumn();
    for (var setting : Setting.values()) {
      settings.put(setting, new NumberColumn());
    }
  }

  /** The same places in no more memory than they need. */
  TunnelPlaces(TunnelPlaces other) {
    file = other.file;
    elsewhere.addAll(other.elsewhere);
    own = other.own.copy();
    peers = other.peers.copy();
    allowed = other.allowed.copy();
    other.settings.forEach((setting, column) -> settings.put(setting, column.copy()));
    other.further.forEach((peer, column) -> further.put(peer, column.copy()));
  }

  Optional<Place> get(Part.OfTunnel part) {
    return place(column(part).get(position(part)));
  }

  void set(Part.OfTunnel part, Place place) {
    if (part instanceof Part.AllowedIp(_, int peer, int index) && index > 0) {
      further.computeIfAbsent(peer, _ -> new NumberColumn());
    }
    column(part).set(position(part), number(place));
  }

  /** Forgets where a peer and all of its parts stand. */
  void forgetPeer(int index) {
    peers.forget(index);
    allowed.forget(index);
    further.remove(index);
    settings.values().forEach(column -> column.forget(1 + index));
  }

  void forEach(InterfaceName name, BiConsumer<Part, Place> action) {
    each(own, i -> i == 0 ? new Part.Tunnel(name) : new Part.Address(name, i - 1), action);
    each(peers, peer -> new Part.Peer(name, peer), action);
    settings.forEach((setting, column) ->
        each(
            column,
            i ->
                i == 0
                    ? new Part.TunnelSetting(name, setting)
                    : new Part.PeerSetting(name, i - 1, setting),
            action));
    each(allowed, peer -> new Part.AllowedIp(name, peer, 0), action);
    further.forEach(
        (peer, column) -> each(column, i -> new Part.AllowedIp(name, peer, i + 1), action));
  }

  private void each(NumberColumn column, IntFunction<Part> part, BiConsumer<Part, Place> action) {
    for (int i = 0; i < column.size(); i++) {
      int position = i;
      place(column.get(i)).ifPresent(place -> action.accept(part.apply(position), place));
    }
  }

  private NumberColumn column(Part.OfTunnel part) {
    // Not by a switch over patterns: the JVM makes a class for each of them at every start.
    if (part instanceof Part.PeerSetting(_, _, var setting)) {
      return column(setting);
    }
    if (part instanceof Part.AllowedIp(_, int peer, int index)) {
      return index == 0 ? allowed : further.getOrDefault(peer, new NumberColumn());
    }
    if (part instanceof Part.TunnelSetting(_, var setting)) {
      return column(setting);
    }
    return part instanceof Part.Peer ? peers : own;
  }

  private NumberColumn column(Setting setting) {
    return Objects.requireNonNull(settings.get(setting));
  }

  private static int position(Part.OfTunnel part) {
    if (part instanceof Part.PeerSetting(_, int peer, _)) {
      return 1 + peer;
    }
    if (part instanceof Part.AllowedIp(_, int peer, int index)) {
      return index == 0 ? peer : index - 1;
    }
    if (part instanceof Part.Peer(_, int index)) {
      return index;
    }
    return part instanceof Part.Address(_, int index) ? 1 + index : 0;
  }

  private Optional<Place> place(long number) {
    if (number >= 0) {
      return Optional.of(new Place(file, (int) (number >>> 32), (int) number));
    }
    return number == NumberColumn.NONE
        ? Optional.empty()
        : Optional.of(elsewhere.get((int) (-2 - number)));
  }

  private long number(Place place) {
    if (place.file().equals(file)) {
      return (long) place.line() << 32 | place.column();
    }
    elsewhere.add(place);
    return -1 - elsewhere.size();
  }
}
