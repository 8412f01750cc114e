package guywire.node;

import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A running WireGuard interface as its program or the kernel tells of it.
 *
 * @param privateKey its key, if it has one; it never shows itself
 * @param listenPort its UDP port, 0 if it has none
 * @param firewallMark the mark of its outer packets, 0 for none
 * @param peers its peers
 * @param drops how many packets went no further, by reason, such as {@code no-peer}; only our own
 *     data plane tells
 */
public record WireGuardDevice(
    Optional<PrivateKey> privateKey,
    int listenPort,
    long firewallMark,
    List<WireGuardPeer> peers,
    SortedMap<String, Long> drops) {

  /** Copies list and map. */
  public WireGuardDevice {
    peers = List.copyOf(peers);
    drops = Collections.unmodifiableSortedMap(new TreeMap<>(drops));
  }

  /** One that tells of no drops. */
  public WireGuardDevice(
      Optional<PrivateKey> privateKey,
      int listenPort,
      long firewallMark,
      List<WireGuardPeer> peers) {
    this(privateKey, listenPort, firewallMark, peers, new TreeMap<>());
  }

  /**
   * Reads one on a machine.
   *
   * @throws java.io.UncheckedIOException if its program does not answer
   * @throws guywire.linux.LinuxException if there is none
   */
  public static WireGuardDevice read(Machine machine, InterfaceName name) {
    return DeviceAspect.control(machine, name.text()).read();
  }

  /**
   * Has a peer of an interface called at another endpoint from now on.
   *
   * @throws java.io.UncheckedIOException if its program does not answer
   * @throws guywire.linux.LinuxException if there is none
   */
  public static void callAt(
      Machine machine, InterfaceName name, PublicKey peer, EndpointAddress where) {
    where
        .endpoint()
        .ifPresent(endpoint ->
            DeviceAspect.control(machine, name.text())
                .change(DeviceChange.ofEndpoint(peer, endpoint)));
  }

  /** The peers by their keys, for who looks for many of them. */
  Map<PublicKey, WireGuardPeer> peersByKey() {
    var byKey = new HashMap<PublicKey, WireGuardPeer>();
    peers.forEach(peer -> byKey.putIfAbsent(peer.key(), peer));
    return byKey;
  }

  /** The peer with this key, if there is one. */
  public Optional<WireGuardPeer> peer(PublicKey key) {
    return peers.stream().filter(peer -> peer.key().equals(key)).findFirst();
  }
}
