package guywire.agent.managed;

import guywire.address.Prefix;
import guywire.linux.LinuxException;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import guywire.node.Machine;
import guywire.node.MissingRequirement;
import guywire.node.NodeSetup;
import guywire.node.Progress;
import guywire.node.SetupFailure;
import guywire.node.TunnelProgram;
import guywire.node.WireGuardDevice;
import guywire.node.WireGuardPeer;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sets this host up, and says why that can't be. While a peer changes its key, it is looked which
 * key that peer has. Safe for use by several threads.
 */
final class HostSetup implements Trial.Setup {

  /** Nobody listens there (RFC 863): what counts is that a packet has to go. */
  private static final int DISCARD_PORT = 9;

  private final HandshakeOrder order = new HandshakeOrder();
  private Optional<NodeConfig> wanted = Optional.empty();
  private Optional<NodeConfig> done = Optional.empty();

  @Override
  public synchronized Optional<Text> apply(Accepted accepted) {
    var config = accepted.config();
    var before = new LinkedHashMap<TunnelInterface, Optional<WireGuardDevice>>();
    config.interfaces().forEach(tunnel -> before.put(tunnel, device(tunnel)));
    var chosen = LiveKeys.chosen(config, handshakes(before));
    var failure = attempt(() -> set(chosen));
    if (failure.isEmpty()) {
      wanted = Optional.of(config);
      done = Optional.of(chosen);
      notifyAll();
      before.forEach((tunnel, device) -> {
        if (device.isPresent() && !hadKey(device.get(), tunnel)) {
          shakeHands(tunnel);
        }
      });
    }
    return failure;
  }

  @Override
  public synchronized Optional<Text> takeBack(Accepted tried) {
    wanted = Optional.empty();
    done = Optional.empty();
    return attempt(() ->
        NodeSetup.takeBack(
            Machine.LOCAL, tried.config().interfaces().getFirst().name(), Progress.SILENT));
  }

  /** Waits until there is a peer that changes its key. */
  synchronized void awaitTwins() throws InterruptedException {
    while (wanted.filter(LiveKeys::hasTwins).isEmpty()) {
      wait();
    }
  }

  /** The latest handshake of each peer that this host is to have, if it had one. */
  synchronized Map<PublicKey, Optional<Instant>> handshakes() {
    var all = new HashMap<PublicKey, Optional<Instant>>();
    for (var tunnel : wanted.map(NodeConfig::interfaces).orElse(List.of())) {
      for (var peer : device(tunnel).map(WireGuardDevice::peers).orElse(List.of())) {
        all.put(peer.key(), peer.latestHandshake());
      }
    }
    return all;
  }

  /** Looks which key each peer has that changes its key; a line on why it could not be followed. */
  synchronized Optional<Text> follow() {
    if (wanted.filter(LiveKeys::hasTwins).isEmpty()) {
      return Optional.empty();
    }
    var now = new LinkedHashMap<TunnelInterface, Optional<WireGuardDevice>>();
    wanted.get().interfaces().forEach(tunnel -> now.put(tunnel, device(tunnel)));
    var chosen = LiveKeys.chosen(wanted.get(), handshakes(now));
    if (Optional.of(chosen).equals(done)) {
      return Optional.empty();
    }
    var failure = attempt(() -> set(chosen));
    if (failure.isEmpty()) {
      done = Optional.of(chosen);
    }
    return failure;
  }

  private static void set(NodeConfig config) {
    var unused = NodeSetup.apply(config, Machine.LOCAL, TunnelProgram.AUTOMATIC, Progress.SILENT);
  }

  private static Optional<WireGuardDevice> device(TunnelInterface tunnel) {
    try {
      return Optional.of(WireGuardDevice.read(Machine.LOCAL, tunnel.name()));
    } catch (LinuxException | UncheckedIOException e) {
      // It is not there yet, or its program is just started again.
      return Optional.empty();
    }
  }

  private Map<TunnelInterface, Map<PublicKey, Long>> handshakes(
      Map<TunnelInterface, Optional<WireGuardDevice>> devices) {
    var all = new HashMap<TunnelInterface, Map<PublicKey, Long>>();
    devices.forEach((tunnel, device) -> {
      var latest = new HashMap<PublicKey, Instant>();
      for (WireGuardPeer peer : device.map(WireGuardDevice::peers).orElse(List.of())) {
        peer.latestHandshake().ifPresent(at -> latest.put(peer.key(), at));
      }
      all.put(tunnel, order.look(tunnel.name(), latest));
    });
    return all;
  }

  private static boolean hadKey(WireGuardDevice device, TunnelInterface tunnel) {
    return device.privateKey().map(PrivateKey::publicKey).equals(tunnel.publicKey());
  }

  /** Sends each peer a packet, so that all of them see the new key now and not when they speak. */
  private static void shakeHands(TunnelInterface tunnel) {
    try (var socket = new DatagramSocket()) {
      for (PeerConfig peer : tunnel.peers()) {
        var itself = peer.allowedIps().stream().filter(Prefix::isHost).findFirst();
        if (itself.isPresent()) {
          var address = InetAddress.getByAddress(itself.get().address().bytes());
          socket.send(new DatagramPacket(new byte[1], 1, address, DISCARD_PORT));
        }
      }
    } catch (IOException e) {
      // Who is not reached so sees it when the next packet goes.
    }
  }

  private static Optional<Text> attempt(Runnable work) {
    try {
      work.run();
      return Optional.empty();
    } catch (SetupFailure e) {
      return Optional.of(e.text());
    } catch (MissingRequirement e) {
      return Optional.of(e.text());
    } catch (RuntimeException e) {
      return Optional.of(Text.of(Managed.class, "managed.failed", e.toString()));
    }
  }
}
