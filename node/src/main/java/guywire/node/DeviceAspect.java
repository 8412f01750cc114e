package guywire.node;

import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.network.Cryptokeys;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.PeerConfig;
import guywire.network.text.Text;
import guywire.protocol.Endpoint;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The WireGuard devices behind the interfaces: key, port, mark and peers. They hold secrets, so
 * what they are is never written down: they go with their interface, and are put back from memory
 * alone.
 */
final class DeviceAspect {

  private static final int PORT_ATTEMPTS = 20;
  private static final int PORT_SECONDS = 1;

  /** A device that was just made. */
  static final WireGuardDevice FRESH = new WireGuardDevice(Optional.empty(), 0, 0, List.of());

  private DeviceAspect() {}

  static void see(Tools tools, HostScope scope, Observed.Picture picture) {
    for (var name : scope.interfaces()) {
      var link = new Thing.Link(name);
      if (picture.things.containsKey(link)
          && scope.ledger().claim(scope.node(), link).isPresent()
          && !LinkAspect.FOREIGN.equals(picture.things.get(link))) {
        try {
          picture.devices.put(name, control(tools.machine(), name.text()).read());
        } catch (UncheckedIOException e) {
          // Its program ended between two looks: as good as not there.
          picture.things.remove(link);
        }
      }
    }
    lookUp(tools, scope, picture);
  }

  /** Looks up the names of endpoints that have to be set. */
  private static void lookUp(Tools tools, HostScope scope, Observed.Picture picture) {
    var lookup = new EndpointLookup(tools.commands());
    var record = scope.ledger().node(scope.node());
    for (var tunnel : scope.config().stream().flatMap(c -> c.interfaces().stream()).toList()) {
      var device = Optional.ofNullable(picture.devices.get(tunnel.name())).orElse(FRESH);
      var known = KnownEndpoints.of(tunnel.name(), device, record);
      for (var peer : Cryptokeys.of(tunnel).peers().values()) {
        peer.endpoint()
            .filter(_ -> !known.isSettled(peer))
            .ifPresent(endpoint -> picture.endpoints.computeIfAbsent(endpoint, lookup::all));
      }
    }
  }

  /**
   * The endpoints of a tunnel's peers.
   *
   * @param running where each is called now
   * @param given what each was given, if that is certain
   * @param settled whether it is certain
   */
  private record KnownEndpoints(
      Map<PublicKey, Endpoint> running, Map<PublicKey, EndpointAddress> given, boolean settled) {

    static KnownEndpoints of(
        InterfaceName tunnel, WireGuardDevice device, Optional<NodeRecord> record) {
      var running = new HashMap<PublicKey, Endpoint>();
      device
          .peersByKey()
          .forEach((key, peer) -> peer.endpoint().ifPresent(where -> running.put(key, where)));
      return new KnownEndpoints(
          running,
          record.map(node -> node.given(tunnel)).orElse(Map.of()),
          record.filter(node -> node.stage() == NodeRecord.Stage.SETTLED).isPresent());
    }

    Optional<Endpoint> runningOf(PeerConfig peer) {
      return Optional.ofNullable(running.get(peer.publicKey()));
    }

    /** Whether a peer has the endpoint it should have, or has roamed from it. */
    boolean isSettled(PeerConfig peer) {
      return settled
          && running.containsKey(peer.publicKey())
          && Optional.ofNullable(given.get(peer.publicKey())).equals(peer.endpoint());
    }
  }

  /**
   * What a device should become.
   *
   * @param now what it is
   * @param record what is recorded of its node
   * @param endpoints where the names of endpoints lead
   * @throws SetupFailure if nobody has a private key for it
   */
  static WireGuardDevice target(
      Wanted.DeviceWish wish,
      WireGuardDevice now,
      Optional<NodeRecord> record,
      Map<EndpointAddress, List<Endpoint>> endpoints) {
    var tunnel = wish.tunnel();
    if (tunnel.privateKey().isEmpty() && now.privateKey().isEmpty()) {
      throw new SetupFailure(Text.of(DeviceAspect.class, "key.missing", tunnel.name().text()));
    }
    var peers = new ArrayList<WireGuardPeer>();
    var known = KnownEndpoints.of(tunnel.name(), now, record);
    // Of two sections with one key the later counts, as for wg.
    for (var peer : Cryptokeys.of(tunnel).peers().values()) {
      var running = known.runningOf(peer);
      var found =
          known.isSettled(peer)
              ? running
              : peer.endpoint()
                  .flatMap(endpoint ->
                      endpoint
                          .endpoint()
                          .or(() ->
                              endpoints.getOrDefault(endpoint, List.of()).stream().findFirst()));
      peers.add(
          new WireGuardPeer(
              peer.publicKey(),
              peer.presharedKey(),
              found.or(() -> running),
              peer.allowedIps(),
              peer.keepaliveSeconds(),
              Optional.empty(),
              0,
              0));
    }
    return new WireGuardDevice(
        tunnel.privateKey().or(now::privateKey),
        tunnel.listenPort().orElse(now.listenPort()),
        wish.mark(),
        peers);
  }

  /** Makes a device this, whatever it is now; does nothing if its interface is gone. */
  static void configure(Tools tools, InterfaceName name, WireGuardDevice target) {
    configure(tools, name, FRESH, target);
  }

  /**
   * The same for a device that was seen just now: to read a thousand peers again takes its time.
   * One that was just made is read, as a hook of the owner's may have come before.
   */
  static void configure(
      Tools tools, InterfaceName name, WireGuardDevice seen, WireGuardDevice target) {
    DeviceControl control = control(tools.machine(), name.text());
    DeviceChange change =
        DeviceChange.between(seen.peers().isEmpty() ? control.read() : seen, target);
    if (!change.isEmpty()) {
      configure(control, name.text(), change);
    }
  }

  /**
   * A userspace program binds its port when its interface is set up, and tells nobody if it can't:
   * so the port is tried before.
   */
  private static void configure(DeviceControl control, String name, DeviceChange change) {
    int port = change.listenPort().orElse(0);
    // A program that gives a port up may need a moment for it.
    if (port != 0 && !LongProcess.await(() -> isFree(port), PORT_SECONDS)) {
      throw new SetupFailure(Text.of(DeviceAspect.class, "port.taken", name, String.valueOf(port)));
    }
    // The port was free a moment ago. What may still hold it is a copy of the trial's socket, in a
    // process that another thread is just starting and that has not closed what it inherited.
    for (int attempt = 1; ; attempt++) {
      try {
        control.change(change);
        return;
      } catch (LinuxException e) {
        if (e.errno() != Errno.EADDRINUSE || attempt == PORT_ATTEMPTS) {
          throw e;
        }
        LongProcess.pause();
      }
    }
  }

  private static boolean isFree(int port) {
    try (var trial = new DatagramSocket(port)) {
      return trial.isBound();
    } catch (SocketException e) {
      return false;
    }
  }

  /**
   * A userspace program hears that its interface is up, and only then listens: this waits for it,
   * so that a node that is set up can be called.
   */
  static void awaitListening(Tools tools, InterfaceName name) {
    DeviceControl control = control(tools.machine(), name.text());
    if (control instanceof UapiSocket && !LongProcess.await(() -> listens(control))) {
      throw new SetupFailure(
          Text.of(
              DeviceAspect.class,
              "port.silent",
              name.text(),
              String.valueOf(control.read().listenPort())));
    }
  }

  /** Whether a socket of this thread's network namespace is bound to the device's port. */
  private static boolean listens(DeviceControl control) {
    int port = control.read().listenPort();
    // Lines of /proc/net/udp: "  12: 00000000:CA6C 00000000:0000 07 ...", the port in hexadecimal.
    String bound = ":%04X".formatted(port);
    return port != 0
        && Stream.of("udp", "udp6")
            .map(table -> Path.of("/proc/thread-self/net", table))
            .anyMatch(table -> hasLocal(table, bound));
  }

  private static boolean hasLocal(Path table, String bound) {
    try (var lines = Files.lines(table)) {
      return lines
          .map(line -> line.strip().split("\\s+", 3))
          .anyMatch(words -> words.length > 1 && words[1].endsWith(bound));
    } catch (IOException e) {
      return false;
    }
  }

  static DeviceControl control(Machine machine, String name) {
    var socket = new UapiSocket(machine.controlSocket(name));
    return Files.exists(socket.socket()) ? socket : new KernelControl(machine, name);
  }

  static Text says(InterfaceName name) {
    return Text.of(DeviceAspect.class, "step.device", name.text());
  }
}
