package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Routes;
import guywire.network.text.Severity;
import guywire.prove.Inspection.InspectedTunnel;
import guywire.prove.Subject.HostCommand;
import java.util.List;
import java.util.Optional;

/** Faults of what scripts run and guides tell people to type. */
final class CommandFaults {

  /** An interface's MTU where nothing says another: right for IPv6 over a line of 1500 bytes. */
  private static final int USUAL_MTU = 1420;

  /** Headers of an ICMP echo: 20 and 8 bytes; IPv6's own is 20 longer. */
  private static final int ECHO_IPV4 = 28;

  private static final int ECHO_IPV6 = 48;

  private CommandFaults() {}

  private static Optional<NodeConfig> node(Inspection in, HostCommand one) {
    return one.host().flatMap(in::node);
  }

  /** F60: a probe of the MTU that can't pass the tunnel whatever the line. */
  static void probes(Inspection in, FaultReport report) {
    for (var one : in.subject().commands()) {
      var words = one.command().arguments();
      var size = ScriptAsWhole.after(words, "-s").filter(text -> text.matches("[0-9]{1,5}"));
      var target = words.stream().flatMap(word -> IpAddress.tryParse(word).stream()).findFirst();
      if (!one.command().program().matches("ping6?") || size.isEmpty() || target.isEmpty()) {
        continue;
      }
      var mtu = tunnelMtu(in, target.get());
      int header = target.get().isIpv4() ? ECHO_IPV4 : ECHO_IPV6;
      int packet = Integer.parseInt(size.get()) + header;
      if (mtu.isPresent() && packet > mtu.get()) {
        report.add(
            Severity.WARNING,
            "F60.probe",
            node(in, one),
            one.command().place(),
            size.get(),
            String.valueOf(packet),
            target.get().toString(),
            String.valueOf(mtu.get()),
            String.valueOf(mtu.get() - header));
      }
    }
  }

  /** The MTU on the way to a tunnel address; without any tunnel a private address counts as one. */
  private static Optional<Integer> tunnelMtu(Inspection in, IpAddress target) {
    if (in.tunnels().isEmpty()) {
      return World.isPrivate(target) ? Optional.of(USUAL_MTU) : Optional.empty();
    }
    boolean ofTunnel = in.tunnels().stream().anyMatch(tunnel -> tunnel.has(target));
    int least =
        in.tunnels().stream()
            .mapToInt(tunnel -> tunnel.tunnel().mtu().orElse(USUAL_MTU))
            .min()
            .orElse(USUAL_MTU);
    return ofTunnel ? Optional.of(least) : Optional.empty();
  }

  /** F66 and F64: files given to wg that are wg-quick's, and what syncconf resets. */
  static void wrongFiles(Inspection in, FaultReport report) {
    for (var one : in.subject().commands()) {
      var words = one.command().arguments();
      boolean sets =
          one.command().program().equals("wg")
              && words.size() > 2
              && List.of("setconf", "addconf", "syncconf").contains(words.getFirst());
      if (!sets) {
        continue;
      }
      boolean stripped = words.contains("strip") || words.get(2).startsWith("/dev/");
      boolean ofWgQuick = words.get(2).matches("(.*/)?etc/wireguard/[^/]+\\.conf");
      if (!stripped && ofWgQuick) {
        report.add(
            Severity.ERROR,
            "F66.setconf",
            node(in, one),
            one.command().place(),
            words.getFirst(),
            words.get(1),
            words.get(2));
      } else if (words.getFirst().equals("syncconf")) {
        resets(in, one, words.get(1), report);
      }
    }
  }

  private static void resets(Inspection in, HostCommand one, String name, FaultReport report) {
    var tunnel =
        in.tunnels().stream()
            .filter(t -> one.host().equals(Optional.of(t.node().name())))
            .filter(t -> Optional.of(t.tunnel().name()).equals(InterfaceName.tryParse(name)))
            .findFirst();
    var lost = tunnel.flatMap(CommandFaults::lost);
    if (lost.isPresent()) {
      report.add(Severity.WARNING, "F64", node(in, one), one.command().place(), name, lost.get());
    }
  }

  /** What a file does not say and syncconf therefore takes away. */
  private static Optional<String> lost(InspectedTunnel tunnel) {
    var config = tunnel.tunnel();
    boolean full = !Routes.of(config, tunnel.cryptokeys()).marked().isEmpty();
    if (full && config.firewallMark() == 0) {
      return Optional.of("FwMark = 51820");
    }
    return config.listenPort().isEmpty() ? Optional.of("ListenPort = 51820") : Optional.empty();
  }

  /** F68: a module that there is not. */
  static void modules(Inspection in, FaultReport report) {
    for (var one : in.subject().commands()) {
      if (one.command().program().equals("modprobe")) {
        one.command().arguments().stream()
            .filter(word -> word.startsWith("wireguard") && !word.equals("wireguard"))
            .findFirst()
            .ifPresent(module ->
                report.add(
                    Severity.ERROR, "F68.module", node(in, one), one.command().place(), module));
      }
    }
  }

  /** F68: a tunnel that is started by hand and not at boot. */
  static void boot(Inspection in, FaultReport report) {
    for (var one : in.subject().commands()) {
      var words = one.command().arguments();
      boolean up =
          one.command().program().equals("wg-quick")
              && words.size() > 1
              && words.getFirst().equals("up");
      boolean lasts = up && in.script(one).startsAtBoot();
      if (up && !lasts) {
        report.add(
            Severity.WARNING, "F68.boot", node(in, one), one.command().place(), words.get(1));
      }
    }
  }

  /** F08: a secret key is written into a file that everyone may read. */
  static void readableKeys(Inspection in, FaultReport report) {
    var commands = in.subject().commands();
    var umask = Optional.<String>empty();
    for (int i = 0; i < commands.size(); i++) {
      var one = commands.get(i);
      var command = one.command();
      if (command.program().equals("umask") && command.toString().matches(".*[0-7]?[0-7]?77")) {
        umask = Optional.of(command.place().file());
      }
      boolean makes =
          command.program().equals("wg")
              && (command.words().contains("genkey") || command.words().contains("genpsk"));
      var path = makes ? written(commands, i) : Optional.<String>empty();
      boolean kept = umask.equals(Optional.of(command.place().file()));
      if (path.isPresent() && !kept && !in.script(one).closes(path.get())) {
        report.add(Severity.ERROR, "F08.made", node(in, one), command.place(), path.get());
      }
    }
  }

  /** The file into which a command writes, or the next one in its pipe. */
  private static Optional<String> written(List<HostCommand> commands, int index) {
    var own = ScriptAsWhole.after(commands.get(index).command().words(), ">");
    if (own.isPresent() || index + 1 >= commands.size()) {
      return own.filter(path -> !path.startsWith("/dev/"));
    }
    var next = commands.get(index + 1).command();
    boolean piped = next.place().equals(commands.get(index).command().place());
    return piped && next.program().equals("tee")
        ? next.arguments().stream().filter(word -> !word.startsWith("-")).findFirst()
        : Optional.empty();
  }

  /** F38: the port is opened for TCP, which WireGuard does not speak. */
  static void tcp(Inspection in, FaultReport report) {
    for (var one : in.subject().commands()) {
      var port = ScriptAsWhole.opened(one.command(), "tcp").filter(p -> listens(in, one, p));
      boolean both = port.isPresent() && in.script(one).opensForUdp(port.get());
      if (port.isPresent() && !both) {
        report.add(Severity.ERROR, "F38.tcp", node(in, one), one.command().place(), port.get());
      }
    }
  }

  /** Whether a tunnel listens there: of the script's host, or for a guide of any. */
  private static boolean listens(Inspection in, HostCommand one, String port) {
    if (in.tunnels().isEmpty()) {
      return port.equals("51820");
    }
    return in.tunnels().stream()
        .filter(tunnel -> one.host().isEmpty() || isOf(tunnel, one.host().get()))
        .anyMatch(tunnel -> String.valueOf(tunnel.tunnel().listenPort().orElse(0)).equals(port));
  }

  private static boolean isOf(InspectedTunnel tunnel, Name host) {
    return tunnel.node().name().equals(host);
  }

  /** F65: a peer that is added to the running interface only. */
  static void lostPeers(Inspection in, FaultReport report) {
    for (var one : in.subject().commands()) {
      var words = one.command().arguments();
      boolean adds =
          one.command().program().equals("wg")
              && words.size() > 3
              && words.getFirst().equals("set")
              && words.contains("peer")
              && !words.contains("remove");
      var key = ScriptAsWhole.after(words, "peer");
      boolean written =
          key.isPresent()
              && in.links().stream()
                  .filter(link -> one.host().isEmpty() || isOf(link.near(), one.host().get()))
                  .anyMatch(link -> link.peer().publicKey().toString().equals(key.get()));
      boolean saved = in.script(one).savesPeers();
      if (adds && !written && !saved) {
        report.add(Severity.INFO, "F65", node(in, one), one.command().place(), words.get(1));
      }
    }
  }

  /** F43: settings are written into a directory, and only another file is read. */
  static void unreadSettings(Inspection in, FaultReport report) {
    for (var one : in.subject().commands()) {
      var words = one.command().arguments();
      boolean readsOne = one.command().program().equals("sysctl") && words.equals(List.of("-p"));
      var elsewhere = in.script(one).settings();
      if (readsOne && elsewhere.isPresent()) {
        report.add(
            Severity.WARNING, "F43.unread", node(in, one), one.command().place(), elsewhere.get());
      }
    }
  }
}
