package guywire.node;

import static guywire.network.Hook.When.POST_DOWN;
import static guywire.network.Hook.When.POST_UP;
import static guywire.network.Hook.When.PRE_DOWN;
import static guywire.network.Hook.When.PRE_UP;

import guywire.address.IpAddress;
import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.network.DnsClient;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import guywire.node.Recorded.RouteText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sets up a machine as a node, changes it to another configuration, and takes it back. */
public final class NodeSetup {

  private NodeSetup() {}

  /**
   * Makes the machine what the configuration says, changing only what differs; if a step fails, all
   * steps before it are undone. Hooks are shown, not run.
   *
   * @throws MissingRequirement if the machine lacks a program or this process a right
   * @throws SetupFailure if a step fails
   * @throws IllegalArgumentException if the configuration has no interface
   */
  public static Applied apply(
      NodeConfig config, Machine machine, TunnelProgram program, Progress progress) {
    return apply(config, machine, program, HookLeave.SHOWN, progress);
  }

  /**
   * As {@link #apply(NodeConfig, Machine, TunnelProgram, Progress)}, where the host's owner may let
   * the hooks run: PreUp and PostUp when the interface is made, PreDown and PostDown when it is
   * taken back. What a hook does can't be undone.
   */
  public static Applied apply(
      NodeConfig config,
      Machine machine,
      TunnelProgram program,
      HookLeave leave,
      Progress progress) {
    if (config.interfaces().isEmpty()) {
      throw new IllegalArgumentException(config.name() + " has no tunnel interface");
    }
    requireRoot();
    InterfaceName name = config.interfaces().getFirst().name();
    return machine.call(() -> {
      try (var work = Work.begin(machine, progress)) {
        applyAll(
            config,
            new StateFile(machine, name),
            program,
            hooks(machine, name, leave, progress),
            work);
        return new Applied(machine, name, work.changes());
      }
    });
  }

  /**
   * Takes back what is recorded for this interface; does nothing if nothing is.
   *
   * @throws MissingRequirement if this process lacks a right
   * @throws SetupFailure if something could not be taken back; all the rest was
   */
  public static void takeBack(Machine machine, InterfaceName name, Progress progress) {
    requireRoot();
    machine.call(() -> {
      var state = new StateFile(machine, name);
      Optional<Recorded> recorded = state.read();
      if (recorded.isPresent()) {
        try (var work = Work.begin(machine, progress)) {
          takeBackAll(recorded.get(), state, work, progress);
        }
      }
      return state;
    });
  }

  private static void requireRoot() {
    if (!Capabilities.mayAdministerNetworks()) {
      throw new MissingRequirement(Text.of(NodeSetup.class, "missing.root"));
    }
  }

  private static void applyAll(
      NodeConfig config, StateFile state, TunnelProgram program, HookSetup hooks, Work work) {
    Optional<Recorded> recorded = recover(state, work);
    try (var _ = Interruption.of(Thread.currentThread())) {
      try {
        state.createDirectory();
        if (recorded.isEmpty()) {
          state.write(Intention.of(config, state.name(), work));
        }
        Recorded now =
            reconcile(config, recorded.orElse(Recorded.NOTHING), state, program, hooks, work);
        if (recorded.filter(now::equals).isEmpty()) {
          state.write(now);
        }
      } catch (RuntimeException e) {
        // What undoes must not be interrupted again.
        Thread.interrupted();
        List<RuntimeException> stuck = work.rollBack();
        if (recorded.isEmpty()) {
          state.remove();
        }
        RuntimeException said = inWords(e);
        stuck.forEach(said::addSuppressed);
        throw said;
      }
    }
  }

  /** What is recorded, if anything; what a run left that was killed in the middle is taken back. */
  private static Optional<Recorded> recover(StateFile state, Work work) {
    Optional<Recorded> recorded = state.read();
    if (recorded.filter(r -> !r.complete()).isPresent()) {
      takeBackAll(recorded.get(), state, work, Progress.SILENT);
      return Optional.empty();
    }
    return recorded;
  }

  private static Recorded reconcile(
      NodeConfig config,
      Recorded before,
      StateFile state,
      TunnelProgram program,
      HookSetup hooks,
      Work work) {
    var routing = new RouteSetup(work);
    var filter = new FirewallSetup(work);
    Map<InterfaceName, Long> marks = new LinkedHashMap<>();
    for (var tunnel : config.interfaces()) {
      marks.put(tunnel.name(), routing.chooseMark(tunnel, before.of(tunnel.name())));
    }
    // The filter stands before the first packet can come.
    String firewall =
        filter.ensure(NftTable.of(config, fullTunnels(config, marks)), before.firewall());
    var interfaces = new ArrayList<Recorded.Interface>();
    boolean isNew = before.interfaces().isEmpty();
    for (var tunnel : config.interfaces()) {
      boolean first = isNew && interfaces.isEmpty();
      interfaces.add(
          ensureInterface(
              tunnel,
              marks.getOrDefault(tunnel.name(), 0L),
              before.of(tunnel.name()),
              state,
              program,
              () -> hooks.meet(PRE_UP, first ? hooks.of(config.hooks(), PRE_UP) : List.of()),
              work));
    }
    var names = config.interfaces().stream().map(TunnelInterface::name).toList();
    var passages = filter.ensurePassages(names, before.passages());
    var settings = new SettingSetup(work);
    var sysctls = settings.ensure(config, before.sysctls());
    List<RouteText> routes = config.routes().stream().map(RouteSetup::wanted).toList();
    routing.ensure(routes, before.routes());
    var resolver =
        new ResolverSetup(work, state.name()).ensure(resolver(config), before.resolver());
    String nameServer =
        new NameServerSetup(work, state).ensure(config.nameServer(), before.nameServer());
    String watch = EndpointWatch.ensure(work, state, config, before.watch());
    dropInterfaces(config, before, work);
    if (isNew) {
      hooks.meet(POST_UP, hooks.of(config.hooks(), POST_UP));
    }
    boolean run = hooks.leave() == HookLeave.RUN;
    return new Recorded(
        true,
        config.name().text(),
        interfaces,
        routes,
        settings.needed(config),
        sysctls,
        firewall,
        passages,
        resolver,
        nameServer,
        watch,
        run ? hooks.of(config.hooks(), PRE_DOWN) : List.of(),
        run ? hooks.of(config.hooks(), POST_DOWN) : List.of());
  }

  private static Recorded.Interface ensureInterface(
      TunnelInterface tunnel,
      long mark,
      Optional<Recorded.Interface> before,
      StateFile state,
      TunnelProgram program,
      Runnable whenMade,
      Work work) {
    var setup = new InterfaceSetup(work, tunnel, before, mark);
    String maker =
        setup.ensureLink(program, state.directory().resolve(tunnel.name().text() + ".log"));
    whenMade.run();
    var endpoints = setup.ensureDevice(new EndpointLookup(work.commands()));
    var addresses = setup.ensureAddresses();
    var routing = new RouteSetup(work);
    var rules =
        routing.ensureRules(tunnel, mark, before.map(Recorded.Interface::rules).orElse(List.of()));
    var routes = RouteSetup.wanted(tunnel, mark);
    routing.ensure(routes, before.map(Recorded.Interface::routes).orElse(List.of()));
    return new Recorded.Interface(
        tunnel.name().text(), maker, mark, addresses, routes, rules, endpoints);
  }

  static Map<InterfaceName, Long> fullTunnels(NodeConfig config, Map<InterfaceName, Long> marks) {
    var full = new LinkedHashMap<>(marks);
    config.interfaces().stream()
        .filter(tunnel -> guywire.network.Routes.of(tunnel).marked().isEmpty())
        .forEach(tunnel -> full.remove(tunnel.name()));
    return full;
  }

  static DnsClient resolver(NodeConfig config) {
    var servers = new LinkedHashSet<IpAddress>();
    var domains = new LinkedHashSet<String>();
    for (var tunnel : config.interfaces()) {
      servers.addAll(tunnel.dns().servers());
      domains.addAll(tunnel.dns().searchDomains());
    }
    return new DnsClient(List.copyOf(servers), List.copyOf(domains));
  }

  /** Interfaces that the node no longer has; this is last, since it can't be undone. */
  private static void dropInterfaces(NodeConfig config, Recorded before, Work work) {
    var names = config.interfaces().stream().map(tunnel -> tunnel.name().text()).toList();
    for (var old : before.interfaces()) {
      if (!names.contains(old.name())) {
        work.change(
            Text.of(NodeSetup.class, "step.no-link", old.name()),
            () -> {
              removeRules(old, work);
              InterfaceSetup.remove(work, old.name());
            },
            () -> {});
      }
    }
  }

  private static void removeRules(Recorded.Interface old, Work work) {
    for (var rule : old.rules()) {
      Work.unlessGone(() -> work.netlink().removeRule(RouteSetup.kernel(rule)));
    }
  }

  private static void takeBackAll(
      Recorded recorded, StateFile state, Work work, Progress progress) {
    progress.step(Text.of(NodeSetup.class, "step.take-back", recorded.node()));
    var filter = new FirewallSetup(work);
    var routing = new RouteSetup(work);
    var hooks = hooks(state.machine(), state.name(), HookLeave.RUN, progress);
    var steps = new Journal();
    // A journal undoes the last entry first, so this is written from the end to the beginning.
    steps.add(() -> hooks.meet(POST_DOWN, recorded.postDown()));
    steps.add(() -> new SettingSetup(work).restore(recorded.sysctls(), others(state)));
    steps.add(() -> filter.remove(NftTable.nameFor(state.name())));
    recorded.interfaces().forEach(old -> steps.add(() -> InterfaceSetup.remove(work, old.name())));
    recorded.routes().forEach(route -> steps.add(() -> routing.remove(route)));
    for (var old : recorded.interfaces()) {
      steps.add(() -> removeRules(old, work));
      if (!recorded.complete()) {
        steps.add(() -> routing.removeRulesOf(old.mark()));
      }
    }
    recorded.passages().forEach(rule -> steps.add(() -> filter.removePassage(rule)));
    recorded
        .resolver()
        .ifPresent(
            resolver -> steps.add(() -> new ResolverSetup(work, state.name()).restore(resolver)));
    if (!recorded.nameServer().isEmpty()) {
      steps.add(() -> new NameServerSetup(work, state).stop());
    }
    if (!recorded.watch().isEmpty()) {
      steps.add(() -> EndpointWatch.companion(work.commands(), state).stop());
    }
    steps.add(() -> hooks.meet(PRE_DOWN, recorded.preDown()));
    List<RuntimeException> stuck = steps.rollBack();
    if (!stuck.isEmpty()) {
      RuntimeException first = inWords(stuck.getFirst());
      stuck.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
    state.remove();
  }

  private static HookSetup hooks(
      Machine machine, InterfaceName name, HookLeave leave, Progress progress) {
    return new HookSetup(new Commands(machine), name, leave, progress);
  }

  private static List<StateFile> others(StateFile state) {
    return StateFile.recorded(state.machine()).stream()
        .filter(name -> !name.equals(state.name()))
        .map(name -> new StateFile(state.machine(), name))
        .toList();
  }

  /** What went wrong as it is said to the user. */
  private static RuntimeException inWords(RuntimeException e) {
    return switch (e) {
      case SetupFailure failure -> failure;
      case MissingRequirement missing -> missing;
      case LinuxException linux when linux.errno() == Errno.EPERM ->
          new MissingRequirement(Text.of(NodeSetup.class, "missing.right", message(linux)));
      case LinuxException linux ->
          new SetupFailure(Text.of(NodeSetup.class, "step.failed", message(linux)), linux);
      case java.io.UncheckedIOException io ->
          new SetupFailure(Text.of(NodeSetup.class, "step.failed", message(io)), io);
      default -> e;
    };
  }

  private static String message(RuntimeException e) {
    return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
  }
}
