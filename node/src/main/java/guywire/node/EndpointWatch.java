package guywire.node;

import guywire.linux.Clock;
import guywire.linux.LinuxException;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.protocol.Endpoint;
import guywire.protocol.PublicKey;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Follows endpoints given by name when their addresses change: WireGuard itself looks a name up but
 * once. A peer whose handshake is fresh is left alone, wherever it has roamed to; a silent one is
 * tried at each of its name's addresses in turn.
 */
final class EndpointWatch implements AutoCloseable {

  /** A session in use renews its handshake every 120 s, and has 15 s for trying. */
  static final Duration SILENT = Duration.ofSeconds(135);

  private static final long EVERY_SECONDS = 30;

  private record Key(InterfaceName tunnel, PublicKey peer) {}

  /** The latest handshake, and when it was first seen on a clock that never jumps. */
  private record Heard(Instant handshake, long seenAtNanos) {}

  private final Function<InterfaceName, DeviceControl> devices;
  private final List<PeerEndpoint> watched;
  private final Function<EndpointAddress, List<Endpoint>> lookup;
  private final Map<Key, Heard> heard = new HashMap<>();
  private Optional<Thread> thread = Optional.empty();

  /** A watch over these peers; for one thread. */
  EndpointWatch(Machine machine, List<PeerEndpoint> watched) {
    this(machine, watched, new EndpointLookup(new Commands(machine))::all);
  }

  /** A watch that finds the addresses of names by this. */
  EndpointWatch(
      Machine machine,
      List<PeerEndpoint> watched,
      Function<EndpointAddress, List<Endpoint>> lookup) {
    this(tunnel -> DeviceAspect.control(machine, tunnel.text()), watched, lookup);
  }

  /** A watch over peers of these devices. */
  EndpointWatch(
      Function<InterfaceName, DeviceControl> devices,
      List<PeerEndpoint> watched,
      Function<EndpointAddress, List<Endpoint>> lookup) {
    this.devices = devices;
    this.watched = List.copyOf(watched);
    this.lookup = lookup;
  }

  /** Begins to watch over these peers of this host, in a thread of its own. */
  static EndpointWatch begin(List<PeerEndpoint> watched) {
    var watch = new EndpointWatch(Machine.LOCAL, watched);
    watch.thread = Optional.of(Thread.ofPlatform().daemon().name("endpoints").start(watch::run));
    return watch;
  }

  private void run() {
    try {
      while (true) {
        look(Clock.bootNanos());
        TimeUnit.SECONDS.sleep(EVERY_SECONDS);
      }
    } catch (InterruptedException e) {
      // It is closed.
    }
  }

  @Override
  public void close() {
    thread.ifPresent(Thread::interrupt);
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
    List<Endpoint> known = lookup.apply(each.endpoint());
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
    return peer.isPresent() && isSilent(new Key(each.tunnel(), each.peer()), peer.get(), nowNanos);
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
