package guywire.node;

import guywire.linux.Errno;
import guywire.linux.Link;
import guywire.linux.LinuxException;
import guywire.network.ForwardPermission;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.json.JsonMapper;

/**
 * One WireGuard interface of a machine as it is now, whoever made it. It holds no secret.
 *
 * @param name its name
 * @param node the node it belongs to, if Guywire set it up
 * @param running whether something carries its packets; one that Guywire made and that is gone, or
 *     whose program died, is still told of
 * @param program what carries its packets: {@code kernel}, or {@code userspace} or the name of the
 *     program
 * @param publicKey its public key, if it has a key
 * @param listenPort its UDP port, 0 if it has none
 * @param firewallMark the mark of its outer packets, 0 for none
 * @param mtu its MTU in bytes
 * @param addresses its addresses with prefix length
 * @param peers its peers, the latest handshake first
 * @param drops how many packets went no further, by reason; see docs/json.md
 * @param helpers the processes beside its node, told of at the node's first interface
 * @param drift what is no longer as Guywire made it, in words
 */
public record NodeState(
    InterfaceName name,
    Optional<String> node,
    boolean running,
    String program,
    Optional<PublicKey> publicKey,
    int listenPort,
    long firewallMark,
    int mtu,
    List<String> addresses,
    List<PeerState> peers,
    SortedMap<String, Long> drops,
    List<HelperState> helpers,
    List<Text> drift) {

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

  /**
   * A process beside a node.
   *
   * @param name what it is, {@code agent}
   * @param alive whether it does what it was told
   */
  public record HelperState(String name, boolean alive) {}

  /** Copies what it is given. */
  public NodeState {
    addresses = List.copyOf(addresses);
    peers = List.copyOf(peers);
    drops = Collections.unmodifiableSortedMap(new TreeMap<>(drops));
    helpers = List.copyOf(helpers);
    drift = List.copyOf(drift);
  }

  /**
   * All WireGuard interfaces of the machine, by name.
   *
   * @throws MissingRequirement if this process may not look
   */
  public static List<NodeState> all(Machine machine) {
    return machine.call(() -> {
      try (var tools = Tools.open(machine)) {
        Ledger ledger = Journal.read(machine).ledger();
        var owned = new TreeMap<InterfaceName, Owned>();
        ledger.nodes().forEach(node -> owned.putAll(Owned.of(tools, ledger, node)));
        List<Link> links = tools.netlink().links();
        var names = new TreeSet<String>(sockets(machine));
        links.stream()
            .filter(link -> link.kind().equals("wireguard"))
            .forEach(link -> names.add(link.name()));
        var states = new ArrayList<NodeState>();
        for (var link : links) {
          InterfaceName.tryParse(link.name())
              .filter(name -> names.contains(name.text()))
              .flatMap(name -> read(tools, link, name, Optional.ofNullable(owned.get(name))))
              .ifPresent(state -> {
                states.add(state);
                owned.remove(state.name());
              });
        }
        owned.forEach((name, lost) -> states.add(gone(name, lost)));
        states.sort((one, other) -> one.name().compareTo(other.name()));
        return states;
      }
    });
  }

  /** What is recorded of an interface that Guywire made, and how that is now. */
  private record Owned(
      NodeRecord node, Optional<String> made, List<HelperState> helpers, List<Text> drift) {

    static SortedMap<InterfaceName, Owned> of(Tools tools, Ledger ledger, NodeRecord node) {
      var observed =
          new Host.Live(tools).observe(new HostScope(node.id(), Optional.empty(), ledger));
      var drift = Drift.of(observed, ledger, node);
      var owned = new TreeMap<InterfaceName, Owned>();
      for (var name : node.interfaces()) {
        var first = name.equals(node.interfaces().getFirst());
        owned.put(
            name,
            new Owned(
                node,
                ledger.claim(node.id(), new Thing.Link(name)).map(Claim::content),
                first ? helpers(observed, ledger, node) : List.of(),
                drift.getOrDefault(name, List.of())));
      }
      return owned;
    }

    private static List<HelperState> helpers(Observed observed, Ledger ledger, NodeRecord node) {
      return ledger.claims(node.id()).stream()
          .filter(claim -> claim.thing() instanceof Thing.Agent)
          .map(claim -> new HelperState("agent", observed.holds(claim.thing()).isPresent()))
          .toList();
    }

    String program() {
      return made.filter(word -> !word.isEmpty()).orElse(LinkAspect.GUYWIRE);
    }
  }

  /** An interface that should be there. */
  private static NodeState gone(InterfaceName name, Owned owned) {
    return new NodeState(
        name,
        Optional.of(owned.node().name().text()),
        false,
        owned.program(),
        Optional.empty(),
        0,
        0,
        0,
        List.of(),
        List.of(),
        new TreeMap<>(),
        owned.helpers(),
        owned.drift());
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

  /** What gateways pass on when they are asked, by the nodes of the machine or for them. */
  public static List<ForwardPermission> forwards(Machine machine) {
    return Journal.read(machine).ledger().nodes().stream()
        .flatMap(node -> node.forwards().stream())
        .toList();
  }

  /**
   * The interfaces as JSON: an array of objects, with times in seconds since 1970.
   *
   * @param locale the language of what is said in words
   */
  public static String json(List<NodeState> states, Locale locale) {
    var mapper = JsonMapper.builder().build();
    var array = mapper.createArrayNode();
    for (var state : states) {
      var object = array.addObject();
      object.put("interface", state.name().text());
      state.node().ifPresent(node -> object.put("node", node));
      object.put("running", state.running());
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
      var drops = object.putObject("drops");
      state.drops().forEach(drops::put);
      var helpers = object.putArray("helpers");
      for (var helper : state.helpers()) {
        helpers.addObject().put("name", helper.name()).put("alive", helper.alive());
      }
      var drift = object.putArray("drift");
      state.drift().forEach(text -> drift.add(text.in(locale)));
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(array);
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
      Tools tools, Link link, InterfaceName name, Optional<Owned> owned) {
    WireGuardDevice device;
    try {
      device = DeviceAspect.control(tools.machine(), link.name()).read();
    } catch (UncheckedIOException e) {
      // A socket that nobody answers on any more: the program died.
      return Optional.empty();
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPERM) {
        throw new MissingRequirement(Text.of(NodeSetup.class, "missing.root"));
      }
      throw e;
    }
    String program =
        link.kind().equals("wireguard")
            ? LinkAspect.KERNEL
            : owned.map(Owned::program).orElse("userspace");
    return Optional.of(
        new NodeState(
            name,
            owned.map(each -> each.node().name().text()),
            true,
            program,
            device.privateKey().map(PrivateKey::publicKey),
            device.listenPort(),
            device.firewallMark(),
            link.mtu(),
            tools.netlink().addresses(link.index()).stream()
                .map(address -> Addresses.of(address).toString())
                .toList(),
            device.peers().stream().map(NodeState::peer).sorted(NodeState::byHandshake).toList(),
            device.drops(),
            owned.map(Owned::helpers).orElse(List.of()),
            owned.map(Owned::drift).orElse(List.of())));
  }

  /** The latest first. */
  private static int byHandshake(PeerState one, PeerState other) {
    return other
        .latestHandshake()
        .orElse(Instant.EPOCH)
        .compareTo(one.latestHandshake().orElse(Instant.EPOCH));
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
