package guywire.lab;

import guywire.format.Formats;
import guywire.format.output.RenderedFile;
import guywire.format.output.RenderedFiles;
import guywire.linux.LinuxException;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.Spot;
import guywire.network.text.Text;
import guywire.node.Machine;
import guywire.node.MissingRequirement;
import guywire.node.NodeSetup;
import guywire.node.Progress;
import guywire.node.SetupFailure;
import guywire.node.SharedTunnels;
import guywire.node.TunnelProgram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * A network running in namespaces of this machine: routers with their NATs, LAN hosts that know
 * nothing of tunnels, and every node set up by the code that sets up a real host.
 *
 * <p>Nothing of it has a name outside its namespaces, and it ends with this process, however that
 * ends. Safe for use from one thread at a time.
 */
public final class Lab implements AutoCloseable {

  /** The interface of a machine in a LAN. */
  static final InterfaceName GATEWAY_PORT = new InterfaceName("eth0");

  private Network network;
  private LabPlan plan;
  private final LabListener listener;
  private Map<Name, TunnelProgram> programs;
  private final TunnelPrograms tunnels;
  private final LabOptions.Apply apply;
  private final Map<Name, WrittenNode> written;
  private final Map<Name, Text> down = new ConcurrentHashMap<>();
  private final FailureInjector outages = new FailureInjector(this);
  private final Map<String, LabMachine> machines = new ConcurrentHashMap<>();
  private final Map<Name, Integer> networkOf = new ConcurrentHashMap<>();
  private final Optional<SharedTunnels> shared;
  private Optional<InternetNames> internetNames = Optional.empty();

  private Lab(Network network, LabOptions options, LabListener listener) {
    this.network = network;
    this.listener = listener;
    written = options.written();
    plan = planned(network);
    tunnels = options.tunnels();
    programs = tunnels.programs(network);
    apply = options.apply();
    // Its start takes as long as that of the machines, so it begins now.
    shared =
        tunnels == TunnelPrograms.WIREGUARD_GO || apply == LabOptions.Apply.WG_QUICK
            ? Optional.empty()
            : Optional.of(SharedTunnels.start());
  }

  /**
   * Builds the network and sets up every node.
   *
   * @throws MissingRequirement if a right or a program is missing
   * @throws LabException if the network could not be built; nothing is left of it
   * @throws guywire.node.SetupFailure if a node could not be set up; nothing is left of the lab
   */
  public static Lab start(Network network, LabOptions options, LabListener listener) {
    Requirements.check(options, network);
    var lab = new Lab(network, options, listener);
    try {
      lab.build();
      lab.setUpNodes(_ -> true);
      lab.outages.awaitShared();
      return lab;
    } catch (RuntimeException | Error e) {
      lab.close();
      throw e;
    }
  }

  private LabPlan planned(Network network) {
    LabPlan drawn = LabPlan.of(network);
    for (var entry : written.entrySet()) {
      drawn = drawn.named(entry.getKey().text(), entry.getValue().interfaces());
    }
    return drawn;
  }

  /**
   * Changes the running network to another plan: what is the same stays as it is, nodes that differ
   * are set up anew on their machines, and machines and cables come and go. What was broken by
   * {@link #outages} is to be mended before.
   *
   * @throws LabException if the network could not be built
   * @throws guywire.node.SetupFailure if a node could not be set up; the others are
   */
  public void apply(Network next) {
    var before = network;
    var old = plan;
    var now = planned(next);
    var change = LabPlanChange.between(old, now, networkOf.keySet());
    change.pulled().forEach(cable -> machine(cable.other()).unplug(current(cable).name()));
    change
        .ended()
        .forEach(name -> Optional.ofNullable(machines.remove(name)).ifPresent(LabMachine::close));
    networkOf.clear();
    network = next;
    plan = now;
    programs = tunnels.programs(next);
    start(change.started(), change.plugged());
    change
        .reloaded()
        .forEach(box ->
            machine(box.name())
                .load("table inet access\ndelete table inet access\n" + box.ruleset()));
    if (!old.names().equals(now.names()) || change.startsAnew(LabPlan.OUTSIDE)) {
      internetNames.ifPresent(InternetNames::close);
      internetNames = Optional.of(InternetNames.start(machine(LabPlan.OUTSIDE), now.names()));
    }
    setUpNodes(node ->
        change.startsAnew(node.name().text())
            || !before.node(node.name()).equals(Optional.of(node)));
    outages.awaitShared();
  }

  /** The port in which a cable ends now; that of a roaming node may be in another network. */
  private Port current(Cable cable) {
    var node = Name.tryParse(cable.other());
    if (node.isEmpty()) {
      return cable.otherPort();
    }
    var roamingCables = plan.roamingCables().getOrDefault(node.get(), List.of());
    int at = networkOf.getOrDefault(node.get(), 0);
    return at == 0 || at >= roamingCables.size()
        ? cable.otherPort()
        : roamingCables.get(at).otherPort();
  }

  /** Builds the machines and cables, without setting up nodes. */
  static Lab startUnderlay(Network network, LabOptions options, LabListener listener) {
    Requirements.check(options, network);
    var lab = new Lab(network, options, listener);
    try {
      lab.build();
      return lab;
    } catch (RuntimeException | Error e) {
      lab.close();
      throw e;
    }
  }

  /** The network. */
  public Network network() {
    return network;
  }

  /** The machines: nodes and hosts first, in the network's order, then what is between them. */
  public List<LabHost> hosts() {
    var hosts = new ArrayList<LabHost>();
    for (boolean inNetwork : List.of(true, false)) {
      for (PlannedMachine box : plan.boxes()) {
        if (box.spot().filter(spot -> !(spot instanceof Spot.Outside)).isPresent() == inNetwork) {
          hosts.add(host(box));
        }
      }
    }
    return List.copyOf(hosts);
  }

  private LabHost host(PlannedMachine box) {
    Optional<String> tunnel =
        box.spot()
            .flatMap(spot -> spot instanceof Spot.Node node ? Optional.of(node) : Optional.empty())
            .map(node -> programs.get(node.name()))
            .map(Lab::word);
    return new LabHost(box.name(), box.spot(), machine(box.name()).pid(), tunnel);
  }

  private static String word(TunnelProgram program) {
    return switch (program) {
      case TunnelProgram.Automatic _ -> "automatic";
      case TunnelProgram.Kernel _ -> "kernel";
      case TunnelProgram.Guywire _ -> "guywire";
      case TunnelProgram.Command command -> command.program();
    };
  }

  /**
   * Sends a packet for every promise and for every pair of machines, and reports what came of it.
   *
   * @param prediction what the prover says of a pair
   */
  public LabReport probe(Prediction prediction, ProbeOptions options) {
    var whole = network.promises().stream().filter(promise -> promise.down().isEmpty()).toList();
    var report = new Probing(this, prediction, options, listener, whole, network.lookups()).run();
    var others = new WhileDown(this, prediction, listener).run(network.promises());
    return report.with(others, network.promises());
  }

  /** Sends a packet for every pair of machines alone, as when parts of the network are down. */
  public LabReport probePairs(Prediction prediction) {
    outages.awaitShared();
    return new Probing(this, prediction, ProbeOptions.QUICK, listener, List.of(), List.of()).run();
  }

  /** Breaks and mends parts of the running network. */
  public FailureInjector outages() {
    return outages;
  }

  /** What the internet's name server was asked so far, and by whom. */
  List<InternetNames.Query> questionsOutside() {
    return internetNames.map(InternetNames::queries).orElse(List.of());
  }

  LabPlan plan() {
    return plan;
  }

  LabMachine machine(String name) {
    LabMachine machine = machines.get(name);
    if (machine == null) {
      throw new IllegalArgumentException("no machine " + name);
    }
    return machine;
  }

  LabMachine machine(Spot spot) {
    return machine(
        switch (spot) {
          case Spot.Node node -> node.name().text();
          case Spot.Host host -> host.name().text();
          case Spot.Outside _ -> LabPlan.OUTSIDE;
        });
  }

  /** How many networks a roaming node still has before it. */
  int networksAhead(Name node) {
    return plan.roamingCables().getOrDefault(node, List.of()).size()
        - 1
        - networkOf.getOrDefault(node, 0);
  }

  /**
   * Takes a roaming node out of its network and plugs it into the next one. Between the two it has
   * none, unless its tunnel program is not ours: wireguard-go sends from the address at which it
   * last received as long as the kernel does not tell it of a better one, which the kernel can't do
   * for an address that is gone. Such a node keeps its old address, on {@code lo}, until {@link
   * #settle}.
   *
   * @throws IllegalArgumentException if it has been in all of its networks
   */
  public void roam(Name node) {
    List<Cable> roamingCables = plan.roamingCables().getOrDefault(node, List.of());
    int next = networkOf.getOrDefault(node, 0) + 1;
    if (next >= roamingCables.size()) {
      throw new IllegalArgumentException(node + " has no further network");
    }
    LabMachine machine = machine(node.text());
    Port old = roamingCables.get(next - 1).otherPort();
    if (TunnelProgram.GUYWIRE.equals(programs.get(node))) {
      machine.unplug(old.name());
      plug(roamingCables.get(next));
    } else {
      plug(roamingCables.get(next));
      machine.linger(old);
      machine.unplug(old.name());
    }
    networkOf.put(node, next);
  }

  /** Lets a roaming node forget the address that it had before. */
  void settle(Name node) {
    machine(node.text()).forgetLingering();
  }

  /** The cable at the far side of which a machine meets everything else. */
  Cable uplink(Spot spot) {
    String name = machine(spot).name();
    if (spot instanceof Spot.Node node && plan.roamingCables().containsKey(node.name())) {
      return plan.roamingCables().get(node.name()).get(networkOf.getOrDefault(node.name(), 0));
    }
    return plan.cables().stream()
        .filter(cable -> cable.other().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " has no cable"));
  }

  private void plug(Cable cable) {
    LabMachine.plug(
        machine(cable.one()), cable.onePort(), machine(cable.other()), cable.otherPort());
  }

  private void build() {
    try {
      start(plan.boxes(), plan.cables());
      internetNames = Optional.of(InternetNames.start(machine(LabPlan.OUTSIDE), plan.names()));
    } catch (LinuxException e) {
      throw new LabException("the lab could not be built: " + e.getMessage(), e);
    }
  }

  private void start(List<PlannedMachine> boxes, List<Cable> cables) {
    Parallel.each(
        boxes,
        box -> machines.put(box.name(), LabMachine.start(box, resolvConf(box))),
        step(Text.of(Lab.class, "step.machines")));
    Parallel.each(cables, this::plug, step(Text.of(Lab.class, "step.cables")));
    boxes.forEach(box -> machine(box.name()).routeBridges());
  }

  private Parallel.Step step(Text what) {
    return (done, all) -> listener.progress(what, done, all);
  }

  private static String resolvConf(PlannedMachine box) {
    return box.name().equals(LabPlan.OUTSIDE)
        ? "nameserver 127.0.0.1\n"
        : "nameserver " + Spot.Outside.IPV4 + "\nnameserver " + Spot.Outside.IPV6 + "\n";
  }

  private void setUpNodes(Predicate<NodeConfig> wanted) {
    Text what = Text.of(Lab.class, "step.nodes");
    int all = network.nodes().size();
    int before = 0;
    for (List<NodeConfig> group : StartOrder.of(network)) {
      int ready = before;
      Parallel.each(
          group.stream().filter(wanted).toList(),
          this::setUp,
          (done, _) -> listener.progress(what, ready + done, all));
      before += group.size();
    }
  }

  private void setUp(NodeConfig node) {
    TunnelProgram program = programs.getOrDefault(node.name(), TunnelProgram.GUYWIRE);
    switch (apply) {
      case GUYWIRE -> NodeSetup.apply(node, machine(node), program, Progress.SILENT);
      case WG_QUICK -> {
        machine(node.name().text()).announceResolver();
        WgQuickSetup.up(node, machine(node), forWgQuick(node), program);
      }
      case FILES -> setUpAsWritten(node, program);
      case SERVE -> {
        // Its machine stays as it is until it joins, or gets its files (setUpAs).
      }
    }
    if (node.virtualRouter().isPresent()) {
      machine(node.name().text()).share(Formats.keepalived(node, GATEWAY_PORT));
    }
  }

  /**
   * Sets a node up as this configuration says, which comes from elsewhere than the network.
   *
   * @throws guywire.node.SetupFailure if it can't be set up
   */
  public void setUpAs(NodeConfig node) {
    var program = programs.getOrDefault(node.name(), TunnelProgram.GUYWIRE);
    NodeSetup.apply(node, machine(node), program, Progress.SILENT);
  }

  /**
   * Gives a node's machine a place of its own, as an owner has it, for what Guywire keeps over a
   * new start: whatever runs there sees this host's otherwise.
   *
   * @throws LabException if it can't be made
   */
  public void giveLastingFiles(Name node) {
    machine(node.text()).giveLastingFiles();
  }

  /** A node whose own files don't bring it up is down, as it would be at home. */
  private void setUpAsWritten(NodeConfig node, TunnelProgram program) {
    var known = Optional.ofNullable(written.get(node.name()));
    var own = known.filter(WrittenNode::isAsWritten);
    try {
      for (var command : known.map(WrittenNode::before).orElse(List.of())) {
        machine(node.name().text()).run("", command.toArray(String[]::new));
      }
      known.map(WrittenNode::rulesets).orElse(List.of()).forEach(machine(node.name().text())::load);
    } catch (LabException e) {
      down.put(node.name(), Text.of(Lab.class, "facts.failed", String.valueOf(e.getMessage())));
      return;
    }
    try {
      if (own.isPresent()) {
        machine(node.name().text()).announceResolver();
        WgQuickSetup.up(node, machine(node), asWritten(own.get()), program);
      } else {
        NodeSetup.apply(node, machine(node), program, Progress.SILENT);
      }
    } catch (SetupFailure e) {
      down.put(node.name(), e.text());
    }
  }

  private static WgQuickSetup.NodeFiles asWritten(WrittenNode own) {
    var files = new ArrayList<RenderedFile>();
    own.files()
        .forEach((tunnel, text) ->
            files.add(RenderedFile.secret("etc/wireguard/" + tunnel + ".conf", text)));
    return directory -> new RenderedFiles(files).writeTo(directory);
  }

  /** The nodes that did not come up, each with what the programs said; with own files only. */
  public Map<Name, Text> down() {
    return Map.copyOf(down);
  }

  private static WgQuickSetup.NodeFiles forWgQuick(NodeConfig node) {
    var rendered = Formats.renderer(Platform.LINUX).render(node.withoutHooks(), Locale.ENGLISH);
    return directory -> new RenderedFiles(rendered.files()).writeTo(directory);
  }

  private Machine machine(NodeConfig node) {
    return controlOf(node.name());
  }

  /** The machine of a node, as what sets it up sees it. */
  public Machine controlOf(Name node) {
    long pid = machine(node.text()).pid();
    return shared.map(tunnels -> Machine.of(pid, tunnels)).orElseGet(() -> Machine.of(pid));
  }

  /**
   * Takes every node down by what set it up.
   *
   * @return what is left of each all the same, which should be nothing
   * @throws guywire.node.SetupFailure if a node can't be taken down
   */
  public Map<Name, List<Text>> takeDown() {
    var remains = new ConcurrentHashMap<Name, List<Text>>();
    Parallel.each(
        network.nodes(),
        node -> {
          switch (apply) {
            case GUYWIRE ->
                NodeSetup.takeBack(
                    machine(node), node.interfaces().getFirst().name(), Progress.SILENT);
            case WG_QUICK, FILES -> WgQuickSetup.down(node, machine(node));
          }
          List<Text> left = WgQuickSetup.remains(node, machine(node));
          if (!left.isEmpty()) {
            remains.put(node.name(), left);
          }
        },
        step(Text.of(Lab.class, "step.down")));
    return Map.copyOf(remains);
  }

  /** Ends every machine, everything that runs in them, and the cables between them. */
  @Override
  public void close() {
    internetNames.ifPresent(InternetNames::close);
    internetNames = Optional.empty();
    var all = new LinkedHashMap<>(machines);
    machines.clear();
    Parallel.each(List.copyOf(all.values()), LabMachine::close, (_, _) -> {});
    shared.ifPresent(SharedTunnels::close);
  }
}
