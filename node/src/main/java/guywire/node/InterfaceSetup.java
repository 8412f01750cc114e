package guywire.node;

import guywire.linux.Errno;
import guywire.linux.Link;
import guywire.linux.LinuxException;
import guywire.network.Cryptokeys;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.PeerConfig;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import guywire.protocol.Endpoint;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Makes one WireGuard interface what it should be: link, keys and peers, addresses, MTU, up. */
final class InterfaceSetup {

  private static final int PORT_ATTEMPTS = 20;
  private static final long PORT_PAUSE_NANOS = 25_000_000;

  static final String KERNEL = "kernel";

  private final Work work;
  private final TunnelInterface wanted;
  private final Optional<Recorded.Interface> before;
  private final long mark;

  /**
   * A setup.
   *
   * @param before what is recorded of the interface, if it is ours already
   * @param mark the firewall mark it shall have
   */
  InterfaceSetup(
      Work work, TunnelInterface wanted, Optional<Recorded.Interface> before, long mark) {
    this.work = work;
    this.wanted = wanted;
    this.before = before;
    this.mark = mark;
  }

  private String name() {
    return wanted.name().text();
  }

  /**
   * Creates the link if it is not there.
   *
   * @param log where a userspace program's output goes
   * @return what made it: kernel, or a program
   */
  String ensureLink(TunnelProgram program, Path log) {
    Optional<Link> link = work.netlink().link(name());
    if (link.isPresent()) {
      if (before.isEmpty()) {
        throw foreign(name());
      }
      return before.get().program();
    }
    boolean mayUseKernel =
        program instanceof TunnelProgram.Automatic || program instanceof TunnelProgram.Kernel;
    if (mayUseKernel && createInKernel(program instanceof TunnelProgram.Kernel)) {
      return KERNEL;
    }
    var process = new LongProcess(work.commands());
    List<String> command =
        program instanceof TunnelProgram.Command other
            ? process.command(other, wanted.name())
            : LongProcess.tunnel(name());
    String word =
        program instanceof TunnelProgram.Command other
            ? Path.of(other.program()).getFileName().toString()
            : "guywire-tunnel";
    if (!Files.exists(work.machine().root().resolve("dev/net/tun"))) {
      throw new MissingRequirement(Text.of(InterfaceSetup.class, "missing.tun"));
    }
    var socket = new UapiSocket(work.machine().controlSocket(name()));
    work.change(
        Text.of(InterfaceSetup.class, "step.link", name(), word),
        () ->
            process.start(
                command, () -> socket.answers() && work.netlink().link(name()).isPresent(), log),
        () -> remove(work, name()));
    return word;
  }

  static SetupFailure foreign(String name) {
    return new SetupFailure(Text.of(InterfaceSetup.class, "link.foreign", name));
  }

  private boolean createInKernel(boolean required) {
    try {
      work.change(
          Text.of(InterfaceSetup.class, "step.link", name(), KERNEL),
          () -> work.netlink().createWireGuard(name()),
          () -> remove(work, name()));
      return true;
    } catch (LinuxException e) {
      if (e.errno() != Errno.EOPNOTSUPP) {
        throw e;
      }
      if (required) {
        throw new MissingRequirement(Text.of(InterfaceSetup.class, "missing.kernel"));
      }
      return false;
    }
  }

  /** Deletes the link; a userspace program ends with it and removes its socket. */
  static void remove(Work work, String name) {
    Work.unlessGone(
        () -> work.netlink().link(name).ifPresent(link -> work.netlink().delete(link.index())));
    Path socket = work.machine().controlSocket(name);
    LongProcess.await(() -> !new UapiSocket(socket).answers());
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /**
   * Gives it key, port, mark and peers.
   *
   * @return the configured endpoints, by public key
   */
  Map<String, String> ensureDevice(EndpointLookup lookup) {
    DeviceControl control = control(work.machine(), name());
    WireGuardDevice now = control.read();
    Map<String, String> known =
        before.map(Recorded.Interface::endpoints).orElseGet(java.util.Map::of);
    var configured = new LinkedHashMap<String, String>();
    var peers = new ArrayList<WireGuardPeer>();
    // Of two sections with one key the later counts, as for wg.
    for (var peer : Cryptokeys.of(wanted).peers().values()) {
      String key = peer.publicKey().toString();
      peer.endpoint().ifPresent(endpoint -> configured.put(key, endpoint.toString()));
      peers.add(peer(peer, now, known.get(key), lookup));
    }
    if (wanted.privateKey().isEmpty() && now.privateKey().isEmpty()) {
      throw new SetupFailure(Text.of(InterfaceSetup.class, "key.missing", name()));
    }
    var target =
        new WireGuardDevice(
            wanted.privateKey().or(now::privateKey),
            wanted.listenPort().orElse(now.listenPort()),
            mark,
            peers);
    DeviceChange change = DeviceChange.between(now, target);
    if (!change.isEmpty()) {
      work.change(
          Text.of(InterfaceSetup.class, "step.device", name()),
          () -> configure(control, change),
          () -> control.change(DeviceChange.between(control.read(), now)));
    }
    return configured;
  }

  /**
   * A userspace program binds its port when its interface is set up, and tells nobody if it can't:
   * so the port is tried before.
   */
  private void configure(DeviceControl control, DeviceChange change) {
    if (change.listenPort().orElse(0) != 0) {
      try (var trial = new DatagramSocket(change.listenPort().getAsInt())) {
        trial.getLocalPort();
      } catch (SocketException e) {
        throw new SetupFailure(
            Text.of(
                InterfaceSetup.class,
                "port.taken",
                name(),
                String.valueOf(change.listenPort().getAsInt())),
            e);
      }
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
        LockSupport.parkNanos(PORT_PAUSE_NANOS);
      }
    }
  }

  /**
   * The peer as it should be. Its endpoint is set where the configuration's has changed; else it
   * stays where the peer has roamed to.
   */
  private WireGuardPeer peer(
      PeerConfig peer,
      WireGuardDevice now,
      @org.jspecify.annotations.Nullable String endpointBefore,
      EndpointLookup lookup) {
    var running = now.peer(peer.publicKey());
    boolean settled =
        running.flatMap(WireGuardPeer::endpoint).isPresent()
            && peer.endpoint()
                .map(EndpointAddress::toString)
                .equals(Optional.ofNullable(endpointBefore));
    Optional<Endpoint> endpoint =
        settled
            ? running.flatMap(WireGuardPeer::endpoint)
            : peer.endpoint().flatMap(name -> lookUp(name, lookup));
    return new WireGuardPeer(
        peer.publicKey(),
        peer.presharedKey(),
        endpoint.or(() -> running.flatMap(WireGuardPeer::endpoint)),
        peer.allowedIps(),
        peer.keepaliveSeconds(),
        Optional.empty(),
        0,
        0);
  }

  /** A name that is unknown now may be known soon: the watch tries it again. */
  private Optional<Endpoint> lookUp(EndpointAddress endpoint, EndpointLookup lookup) {
    Optional<Endpoint> found = lookup.all(endpoint).stream().findFirst();
    if (found.isEmpty()) {
      work.note(Text.of(InterfaceSetup.class, "name.unknown", endpoint.host()));
    }
    return found;
  }

  /** Adds missing addresses, sets MTU, sets it up; addresses no longer wanted go. */
  List<String> ensureAddresses() {
    Link link = work.netlink().link(name()).orElseThrow();
    int index = link.index();
    var present = new HashSet<InterfaceAddress>();
    work.netlink().addresses(index).forEach(address -> present.add(Addresses.of(address)));
    for (var address : wanted.addresses()) {
      if (!present.contains(address)) {
        var kernel = Addresses.of(index, address);
        work.change(
            Text.of(InterfaceSetup.class, "step.address", name(), address.toString()),
            () -> work.netlink().addAddress(kernel),
            () -> Work.unlessGone(() -> work.netlink().removeAddress(kernel)));
      }
    }
    List<String> texts = wanted.addresses().stream().map(InterfaceAddress::toString).toList();
    for (var old : before.map(Recorded.Interface::addresses).orElse(List.of())) {
      var address = InterfaceAddress.tryParse(old).orElseThrow();
      if (!texts.contains(old) && present.contains(address)) {
        var kernel = Addresses.of(index, address);
        work.change(
            Text.of(InterfaceSetup.class, "step.no-address", name(), old),
            () -> Work.unlessGone(() -> work.netlink().removeAddress(kernel)),
            () -> work.netlink().addAddress(kernel));
      }
    }
    if (wanted.mtu().isPresent() && wanted.mtu().getAsInt() != link.mtu()) {
      work.change(
          Text.of(
              InterfaceSetup.class, "step.mtu", name(), String.valueOf(wanted.mtu().getAsInt())),
          () -> work.netlink().setMtu(index, wanted.mtu().getAsInt()),
          () -> work.netlink().setMtu(index, link.mtu()));
    }
    if (!link.up()) {
      work.change(
          Text.of(InterfaceSetup.class, "step.up", name()),
          () -> setUp(index),
          () -> work.netlink().setDown(index));
    }
    return texts;
  }

  /**
   * A userspace program hears that its interface is up, and only then listens: this waits for it,
   * so that a node that is set up can be called.
   */
  private void setUp(int index) {
    work.netlink().setUp(index);
    DeviceControl control = control(work.machine(), name());
    if (control instanceof UapiSocket && !LongProcess.await(() -> listens(control))) {
      throw new SetupFailure(
          Text.of(
              InterfaceSetup.class,
              "port.silent",
              name(),
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
}
