package guywire.node;

import guywire.linux.Errno;
import guywire.linux.Link;
import guywire.linux.LinuxException;
import guywire.linux.Netlink;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.json.JsonMapper;

/**
 * One WireGuard interface of a machine as it is now, whoever made it. It holds no secret.
 *
 * @param name its name
 * @param node the node it belongs to, if Guywire set it up
 * @param program what carries its packets: {@code kernel}, or {@code userspace} or the name of the
 *     program
 * @param publicKey its public key, if it has a key
 * @param listenPort its UDP port, 0 if it has none
 * @param firewallMark the mark of its outer packets, 0 for none
 * @param mtu its MTU in bytes
 * @param addresses its addresses with prefix length
 * @param peers its peers, the latest handshake first
 */
public record NodeState(
    InterfaceName name,
    Optional<String> node,
    String program,
    Optional<PublicKey> publicKey,
    int listenPort,
    long firewallMark,
    int mtu,
    List<String> addresses,
    List<PeerState> peers) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * A peer as it is now.
   *
   * @param publicKey who it is
   * @param hasPresharedKey whether a preshared key is mixed into the handshake
   * @param endpoint where its datagrams go, such as {@code 192.0.2.1:51820}
   * @param allowedIps its allowed IPs
   * @param latestHandshake when the latest handshake was completed
   * @param receivedBytes received from it
   * @param sentBytes sent to it
   * @param keepaliveSeconds the persistent keepalive, 0 for none
   */
  public record PeerState(
      PublicKey publicKey,
      boolean hasPresharedKey,
      Optional<String> endpoint,
      List<String> allowedIps,
      Optional<Instant> latestHandshake,
      long receivedBytes,
      long sentBytes,
      int keepaliveSeconds) {

    /** Copies the list. */
    public PeerState {
      allowedIps = List.copyOf(allowedIps);
    }
  }

  /** Copies the lists. */
  public NodeState {
    addresses = List.copyOf(addresses);
    peers = List.copyOf(peers);
  }

  /**
   * All WireGuard interfaces of the machine, by name.
   *
   * @throws MissingRequirement if this process may not look
   */
  public static List<NodeState> all(Machine machine) {
    return machine.call(() -> {
      try (var netlink = Netlink.open()) {
        List<Link> links = netlink.links();
        Ledger ledger = Journal.read(machine).ledger();
        var names = new TreeSet<String>();
        links.stream()
            .filter(link -> link.kind().equals("wireguard"))
            .forEach(link -> names.add(link.name()));
        names.addAll(sockets(machine));
        var states = new ArrayList<NodeState>();
        for (var link : links) {
          InterfaceName.tryParse(link.name())
              .filter(name -> names.contains(name.text()))
              .flatMap(name -> read(machine, netlink, ledger, link, name))
              .ifPresent(states::add);
        }
        states.sort(Comparator.comparing(NodeState::name));
        return states;
      }
    });
  }

  /**
   * One interface; empty if there is no WireGuard interface of this name.
   *
   * @throws MissingRequirement if this process may not look
   */
  public static Optional<NodeState> of(Machine machine, InterfaceName name) {
    return all(machine).stream().filter(state -> state.name().equals(name)).findFirst();
  }

  /** The interfaces of the nodes that Guywire has set up on the machine. */
  public static List<InterfaceName> recorded(Machine machine) {
    return Journal.read(machine).ledger().nodes().stream()
        .flatMap(node -> node.interfaces().stream())
        .sorted()
        .toList();
  }

  /** The interfaces as JSON: an array of objects, with times in seconds since 1970. */
  public static String json(List<NodeState> states) {
    var array = JSON.createArrayNode();
    for (var state : states) {
      var object = array.addObject();
      object.put("interface", state.name().text());
      state.node().ifPresent(node -> object.put("node", node));
      object.put("program", state.program());
      state.publicKey().ifPresent(key -> object.put("public-key", key.toString()));
      object.put("listen-port", state.listenPort());
      object.put("firewall-mark", state.firewallMark());
      object.put("mtu", state.mtu());
      var addresses = object.putArray("addresses");
      state.addresses().forEach(addresses::add);
      var peers = object.putArray("peers");
      for (var peer : state.peers()) {
        var one = peers.addObject();
        one.put("public-key", peer.publicKey().toString());
        one.put("preshared-key", peer.hasPresharedKey());
        peer.endpoint().ifPresent(endpoint -> one.put("endpoint", endpoint));
        var allowed = one.putArray("allowed-ips");
        peer.allowedIps().forEach(allowed::add);
        one.put("latest-handshake", peer.latestHandshake().map(Instant::getEpochSecond).orElse(0L));
        one.put("received-bytes", peer.receivedBytes());
        one.put("sent-bytes", peer.sentBytes());
        one.put("keepalive-seconds", peer.keepaliveSeconds());
      }
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(array);
  }

  private static List<String> sockets(Machine machine) {
    var directory = machine.controlSockets();
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (var files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".sock"))
          .map(file -> file.substring(0, file.length() - ".sock".length()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<NodeState> read(
      Machine machine, Netlink netlink, Ledger ledger, Link link, InterfaceName name) {
    WireGuardDevice device;
    try {
      device = DeviceAspect.control(machine, link.name()).read();
    } catch (UncheckedIOException e) {
      // A socket that nobody answers on any more: the program died.
      return Optional.empty();
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPERM) {
        throw new MissingRequirement(Text.of(NodeSetup.class, "missing.root"));
      }
      throw e;
    }
    Optional<NodeRecord> owner = ledger.node(name);
    String made =
        link.kind().equals("wireguard")
            ? LinkAspect.KERNEL
            : owner
                .flatMap(node -> ledger.claim(node.id(), new Thing.Link(name)))
                .map(Claim::content)
                .filter(word -> !word.isEmpty())
                .orElse(owner.isPresent() ? LinkAspect.GUYWIRE : "userspace");
    return Optional.of(
        new NodeState(
            name,
            owner.map(node -> node.name().text()),
            made,
            device.privateKey().map(PrivateKey::publicKey),
            device.listenPort(),
            device.firewallMark(),
            link.mtu(),
            netlink.addresses(link.index()).stream()
                .map(address -> Addresses.of(address).toString())
                .toList(),
            device.peers().stream()
                .map(NodeState::peer)
                .sorted(
                    Comparator.comparing(
                            (PeerState peer) -> peer.latestHandshake().orElse(Instant.EPOCH))
                        .reversed())
                .toList()));
  }

  private static PeerState peer(WireGuardPeer peer) {
    return new PeerState(
        peer.key(),
        peer.presharedKey().isPresent(),
        peer.endpoint().map(Object::toString),
        peer.allowedIps().stream().map(Object::toString).toList(),
        peer.latestHandshake(),
        peer.receivedBytes(),
        peer.sentBytes(),
        peer.keepaliveSeconds());
  }
}
