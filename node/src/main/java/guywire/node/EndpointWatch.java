package guywire.node;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.Clock;
import guywire.linux.LinuxException;
import guywire.linux.NetworkChanges;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.LanEndpoint;
import guywire.protocol.Endpoint;
import guywire.protocol.PublicKey;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Follows endpoints given by name when their addresses change: WireGuard itself looks a name up but
 * once. A peer whose handshake is fresh is left alone, wherever it has roamed to; a silent one is
 * tried at each of its name's addresses in turn. And calls in their LAN those peers that this host
 * comes to (see {@link LanCall}).
 */
final class EndpointWatch implements AutoCloseable {

  /** A session in use renews its handshake every 120 s, and has 15 s for trying. */
  static final Duration SILENT = Duration.ofSeconds(135);

  private static final long EVERY_NANOS = 30_000_000_000L;

  /** How long a call in a LAN waits for what else changes at that moment. */
  private static final Duration CALM = Duration.ofMillis(100);

  /** How long it waits at most where changes have no end, as of containers that come and go. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private record Key(InterfaceName tunnel, PublicKey peer) {}

  /** The latest handshake, and when it was first seen on a clock that never jumps. */
  private record Heard(Instant handshake, long seenAtNanos) {}

  /** What it needs of the host beside its tunnels. */
  interface Surroundings {
    /** All addresses that an endpoint's name stands for. */
    List<Endpoint> lookup(EndpointAddress endpoint);

    /** The addresses of this host that are no tunnel's. */
    List<InterfaceAddress> addresses();

    /** Sends some packet to an address that a peer has, so that WireGuard has one to send. */
    void knock(IpAddress tunnelAddress);
  }

  private final Function<InterfaceName, DeviceControl> devices;
  private final List<PeerEndpoint> watched;
  private final Surroundings surroundings;
  private final Map<Key, Heard> heard = new HashMap<>();
  private final Map<Key, LanCall> lanCalls = new HashMap<>();
  private Optional<NetworkChanges> changes = Optional.empty();
  private volatile boolean ended;

  /** A watch over these peers; for one thread. */
  EndpointWatch(Machine machine, List<PeerEndpoint> watched) {
    this(machine, watched, new EndpointSurroundings(machine));
  }

  /** A watch with other surroundings. */
  EndpointWatch(Machine machine, List<PeerEndpoint> watched, Surroundings surroundings) {
    this(tunnel -> DeviceAspect.control(machine, tunnel.text()), watched, surroundings);
  }

  /** A watch over peers of these devices. */
  EndpointWatch(
      Function<InterfaceName, DeviceControl> devices,
      List<PeerEndpoint> watched,
      Surroundings surroundings) {
    this.devices = devices;
    this.watched = List.copyOf(watched);
    this.surroundings = surroundings;
    for (var each : watched) {
      each.inLan().ifPresent(lan -> lanCalls.put(key(each), new LanCall(lan)));
    }
  }

  private static Key key(PeerEndpoint each) {
    return new Key(each.tunnel(), each.peer());
  }

  /** Begins to watch over these peers of this host, in a thread of its own. */
  static EndpointWatch begin(List<PeerEndpoint> watched) {
    var watch = new EndpointWatch(Machine.LOCAL, watched);
    // From before the first look, so that nothing is missed.
    watch.changes = Optional.of(NetworkChanges.ofLinksAndAddresses());
    Thread.ofPlatform().daemon().name("endpoints").start(watch::run);
    return watch;
  }

  private void run() {
    long lookAt = Clock.bootNanos();
    while (!ended) {
      long now = Clock.bootNanos();
      if (now >= lookAt) {
        look(now);
        lookAt = Clock.bootNanos() + EVERY_NANOS;
      }
      lookInLans(Clock.bootNanos());
      long wait = Math.min(lookAt, deadline()) - Clock.bootNanos();
      if (!changes.orElseThrow().poll(Duration.ofNanos(Math.max(0, wait))).isEmpty()) {
        awaitCalm(time -> !changes.orElseThrow().poll(time).isEmpty(), Clock::bootNanos);
      }
    }
  }

  /**
   * Waits until nothing has changed for a moment, but not for long.
   *
   * @param changesWithin whether something changes within a time, which it waits for
   */
  static void awaitCalm(Predicate<Duration> changesWithin, LongSupplier clockNanos) {
    long until = clockNanos.getAsLong() + LONGEST_WAIT.toNanos();
    boolean changes = true;
    while (changes && clockNanos.getAsLong() < until) {
      changes = changesWithin.test(CALM);
    }
  }

  /** When a call in a LAN has to be looked at, if nothing changes. */
  private long deadline() {
    return lanCalls.values().stream().mapToLong(LanCall::deadline).min().orElse(Long.MAX_VALUE);
  }

  @Override
  public void close() {
    ended = true;
    changes.ifPresent(NetworkChanges::close);
  }

  /**
   * Looks once whether peers are to be called in the LAN that they are in.
   *
   * @param nowNanos the time on a clock that never jumps, in ns
   */
  void lookInLans(long nowNanos) {
    if (lanCalls.isEmpty()) {
      return;
    }
    List<InterfaceAddress> addresses;
    try {
      addresses = surroundings.addresses();
    } catch (LinuxException e) {
      // An interface went while its addresses were read: that it went is a change, so the next look
      // is soon.
      return;
    }
    for (var each : watched) {
      var call = lanCalls.get(key(each));
      if (call != null) {
        try {
          DeviceControl control = devices.apply(each.tunnel());
          control
              .read()
              .peer(each.peer())
              .ifPresent(peer -> {
                var reaction = call.look(isIn(each.inLan(), addresses), peer, nowNanos);
                take(reaction, control, each, peer);
              });
        } catch (UncheckedIOException | LinuxException | SetupFailure e) {
          // The tunnel's program is away just now: the next turn is soon.
        }
      }
    }
  }

  private static boolean isIn(Optional<LanEndpoint> lan, List<InterfaceAddress> addresses) {
    return addresses.stream()
        .map(InterfaceAddress::address)
        .anyMatch(own ->
            lan.filter(there -> there.lan().contains(own) && !there.address().equals(own))
                .isPresent());
  }

  private void take(
      LanCall.Reaction reaction, DeviceControl control, PeerEndpoint each, WireGuardPeer peer) {
    switch (reaction) {
      case LanCall.Reaction.Stay _ -> {}
      case LanCall.Reaction.Try(var there) -> {
        control.change(DeviceChange.ofEndpoint(each.peer(), there));
        tunnelAddress(peer, each.inLan()).ifPresent(surroundings::knock);
      }
      case LanCall.Reaction.PutBack(var before) ->
          control.change(DeviceChange.ofEndpoint(each.peer(), before));
      case LanCall.Reaction.CallOutside _ ->
          surroundings.lookup(each.endpoint()).stream()
              .findFirst()
              .ifPresent(there -> control.change(DeviceChange.ofEndpoint(each.peer(), there)));
    }
  }

  /** Some address that leads to a peer by the tunnel, and not into the LAN or the internet. */
  private static Optional<IpAddress> tunnelAddress(
      WireGuardPeer peer, Optional<LanEndpoint> inLan) {
    return peer.allowedIps().stream()
        .filter(prefix -> prefix.length() > 0)
        .filter(prefix -> inLan.filter(there -> there.lan().overlaps(prefix)).isEmpty())
        .max(Comparator.comparingInt(Prefix::length))
        .map(prefix -> prefix.isHost() ? prefix.address() : prefix.address().plus(1));
  }

  /**
   * Looks once.
   *
   * @param nowNanos the time on a clock that never jumps, in ns
   * @return the peers that are now tried elsewhere
   */
  List<PublicKey> look(long nowNanos) {
    var moved = new ArrayList<PublicKey>();
    for (var tunnel : watched.stream().map(PeerEndpoint::tunnel).distinct().toList()) {
      DeviceControl control = devices.apply(tunnel);
      try {
        WireGuardDevice device = control.read();
        for (var each : watched) {
          if (each.tunnel().equals(tunnel)) {
            next(control, device, each, nowNanos)
                .ifPresent(endpoint -> {
                  control.change(DeviceChange.ofEndpoint(each.peer(), endpoint));
                  moved.add(each.peer());
                });
          }
        }
      } catch (UncheckedIOException | LinuxException | SetupFailure e) {
        // The tunnel's program, or that which looks names up, is away just now: the next turn is
        // soon.
      }
    }
    return moved;
  }

  /** Where to try a silent peer next, if elsewhere than now. */
  private Optional<Endpoint> next(
      DeviceControl control, WireGuardDevice device, PeerEndpoint each, long nowNanos) {
    if (!isSilent(device, each, nowNanos)) {
      return Optional.empty();
    }
    var known = new ArrayList<>(surroundings.lookup(each.endpoint()));
    each.inLan()
        .filter(_ -> isIn(each.inLan(), surroundings.addresses()))
        .ifPresent(lan -> known.add(new Endpoint(lan.address(), lan.port())));
    if (known.isEmpty()) {
      return Optional.empty();
    }
    // A resolver may take half a minute, in which the peer may have come back from elsewhere.
    WireGuardDevice now = control.read();
    if (!isSilent(now, each, nowNanos)) {
      return Optional.empty();
    }
    Optional<Endpoint> current = now.peer(each.peer()).flatMap(WireGuardPeer::endpoint);
    int place = current.map(known::indexOf).orElse(-1);
    Endpoint next = known.get((place + 1) % known.size());
    return Optional.of(next).filter(endpoint -> !Optional.of(endpoint).equals(current));
  }

  private boolean isSilent(WireGuardDevice device, PeerEndpoint each, long nowNanos) {
    Optional<WireGuardPeer> peer = device.peer(each.peer());
    return peer.isPresent() && isSilent(key(each), peer.get(), nowNanos);
  }

  /**
   * Whether a peer's handshake is old. Its time is one of a clock that may jump: so it only tells
   * one handshake from another, and how old it is counts from when it was first seen.
   */
  private boolean isSilent(Key key, WireGuardPeer peer, long nowNanos) {
    if (peer.latestHandshake().isEmpty()) {
      return true;
    }
    Instant latest = peer.latestHandshake().get();
    Heard before = heard.get(key);
    if (before == null || !before.handshake().equals(latest)) {
      heard.put(key, new Heard(latest, nowNanos));
      return false;
    }
    return nowNanos - before.seenAtNanos() >= SILENT.toNanos();
  }
}
