package guywire.prove;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.Command;
import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Chain;
import guywire.format.input.HookEffect.Change;
import guywire.format.shell.HookReader;
import guywire.network.Cryptokeys;
import guywire.network.Doubt;
import guywire.network.Doubt.Stage;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.Part;
import guywire.network.Part.Listing;
import guywire.network.Route;
import guywire.network.RoutingPolicy;
import guywire.network.Setback;
import guywire.network.Setback.SetUpStep;
import guywire.network.Transport;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import guywire.network.text.Text;
import guywire.prove.HostFacts.Trait;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Makes of a node whose hooks are commands a node whose rules say what these commands do. */
final class HookModel {

  /** The effects of a node's hooks. */
  static List<HookEffect> effects(NodeConfig node) {
    return node.interfaces().isEmpty()
        ? List.of()
        : HookReader.read(node.interfaces().getFirst().name(), node.hooks());
  }

  /** The effects of a node's hooks, and of what scripts ran on it. */
  static List<HookEffect> effects(NodeConfig node, List<Command> commands) {
    if (commands.isEmpty() || node.interfaces().isEmpty()) {
      return effects(node);
    }
    var all = new ArrayList<>(HookReader.read(node.hooks().size(), commands));
    all.addAll(effects(node));
    return all;
  }

  /**
   * A node once it is set up.
   *
   * @param node the node with the rules, routes and settings that its commands made
   * @param setbacks the hooks that fail, and the steps that fail because of hooks before
   * @param doubts what of the commands is not understood
   * @param policies the rules and tables that they made beside the main one
   */
  record Applied(
      NodeConfig node, List<Setback> setbacks, List<Doubt> doubts, List<RoutingPolicy> policies) {}

  /** The node as it is once its hooks have run, on a host of which these facts are known. */
  static NodeConfig applied(NodeConfig node, HostFacts facts) {
    return applied(node, facts, List.of());
  }

  /** As {@link #applied(NodeConfig, HostFacts)}, where scripts ran on the host before. */
  static NodeConfig applied(NodeConfig node, HostFacts facts, List<Command> commands) {
    var nothing = List.<RoutingPolicy>of();
    return applied(node, facts, commands, List.of(), List.of(), nothing, part -> Place.PLANNED)
        .node();
  }

  /**
   * Sets a node up: what was there before, what scripts do, then its interfaces with their hooks,
   * one after the other, up to the first hook that fails.
   *
   * @param before the routes of its other interfaces, by prefix
   * @param known what is known to fail
   * @param written the rules and tables that its files have
   * @param places where the node's parts stand
   */
  static Applied applied(
      NodeConfig node,
      HostFacts facts,
      List<Command> commands,
      List<Map.Entry<Prefix, String>> before,
      List<Setback> known,
      List<RoutingPolicy> written,
      Function<Part, Place> places) {
    var host = new HookModel(node, facts, known, places);
    written.forEach(host.tables::has);
    before.forEach(route -> host.setUp.has(route.getKey(), route.getValue()));
    HookReader.read(0, facts.rules())
        .forEach(effect -> host.take(effect, facts.rules().get(effect.source().hook()).place()));
    if (facts.has(Trait.UFW)) {
      host.guard();
    }
    var effects = effects(node, commands);
    effects.stream()
        .filter(e -> e.source().when() == Hook.When.SCRIPT)
        .forEach(e -> host.take(e, commands.get(e.source().hook() - node.hooks().size()).place()));
    if (effects.stream().anyMatch(HookModel::isUp)) {
      var first = node.interfaces().getFirst().name();
      var byTunnel =
          effects.stream()
              .filter(effect -> effect.source().when() != Hook.When.SCRIPT)
              .filter(effect -> effect.source().hook() < node.hooks().size())
              .collect(
                  Collectors.groupingBy(
                      effect -> node.hooks().get(effect.source().hook()).tunnel().orElse(first)));
      for (var tunnel : node.interfaces()) {
        host.bringUp(tunnel, byTunnel.getOrDefault(tunnel.name(), List.of()));
      }
    }
    host.doubts.addAll(UnknownHops.of(node, host.setUp, places));
    return host.finish();
  }

  /** A node that is set up, with commands more that run once a tunnel is up. */
  static NodeConfig running(NodeConfig node, InterfaceName tunnel, List<String> commands) {
    var more =
        commands.stream()
            .map(command -> new Hook(Hook.When.POST_UP, command, Optional.of(tunnel)))
            .toList();
    var hooks = new ArrayList<>(node.hooks());
    hooks.addAll(more);
    var longer =
        new NodeConfig(
            node.name(),
            node.platform(),
            node.interfaces(),
            node.routes(),
            node.forwardIpv4(),
            node.forwardIpv6(),
            node.firewall(),
            node.nat(),
            node.nameServer(),
            hooks);
    var host = new HookModel(longer, HostFacts.NONE, List.of(), _ -> Place.PLANNED);
    HookReader.read(tunnel, more).forEach(effect -> host.take(effect, Place.PLANNED));
    return host.finish().node();
  }

  private final NodeConfig node;
  private final HostFacts facts;
  private final Function<Part, Place> places;
  private final SetUp setUp;
  private final List<Setback> setbacks = new ArrayList<>();
  private final List<Doubt> doubts = new ArrayList<>();
  private final Set<String> routed = new HashSet<>();
  private final TablesMade tables;
  private final CommandOutcome outcome;
  private final RuleChain input;
  private final RuleChain forward;
  private final RuleChain output;
  private final RuleList<NatRule> nat = new RuleList<>();
  private final MadeRoutes<Route> routes = new MadeRoutes<>(route -> route);
  private Forwarding ipv4;
  private Forwarding ipv6;
  private boolean clamps;
  private boolean guarded;

  private HookModel(
      NodeConfig node, HostFacts facts, List<Setback> known, Function<Part, Place> places) {
    this.node = node;
    this.facts = facts;
    this.places = places;
    this.setUp = new SetUp(node, known);
    this.tables = new TablesMade(node.name());
    this.outcome = new CommandOutcome(node, facts, setUp, tables);
    this.input = RuleLines.chain(node.firewall().input(), places, Listing.INPUT_RULES);
    this.forward = RuleLines.chain(node.firewall().forward(), places, Listing.FORWARD_RULES);
    this.output = RuleLines.chain(node.firewall().output(), places, Listing.OUTPUT_RULES);
    node.nat().forEach(rule -> nat.addLast(rule, rule));
    node.routes().forEach(routes::add);
    this.ipv4 = said(node.forwardIpv4(), facts.forwardIpv4());
    this.ipv6 = said(node.forwardIpv6(), facts.forwardIpv6());
    this.clamps = node.firewall().clampMss();
  }

  /** What ufw lets through always. */
  private void guard() {
    if (!guarded) {
      var answers = PacketMatch.ANY.of(Connections.ESTABLISHED);
      var rule = new FilterRule(answers, Verdict.ACCEPT, RuleLines.UFW);
      List.of(input, forward, output).forEach(chain -> chain.change(Change.OWN_FIRST, rule));
      guarded = true;
    }
  }

  private void bringUp(TunnelInterface tunnel, List<HookEffect> own) {
    boolean ready = run(tunnel, own, Hook.When.PRE_UP, SetUpStep.PRE_UP);
    var state = setUp.bringUp(tunnel, Cryptokeys.of(tunnel));
    tables.tunnelCame();
    outcome.came(tunnel.name());
    state.trouble().forEach(this::becauseOfHook);
    if (!ready || !state.up() || !run(tunnel, own, Hook.When.POST_UP, SetUpStep.POST_UP)) {
      setUp.takeAway(tunnel.name());
    }
  }

  /** A step that fails because of a route that a command made before. */
  private void becauseOfHook(SetUp.Trouble trouble) {
    if (trouble.step() == SetUpStep.ROUTE
        && trouble.known().isEmpty()
        && routed.contains(String.valueOf(trouble.text().arguments().getFirst()))) {
      setbacks.add(
          new Setback(
              node.name(),
              trouble.tunnel(),
              SetUpStep.ROUTE,
              places.apply(trouble.part()),
              trouble.text()));
    }
  }

  /** Runs the hooks of one moment; false if one of them fails. */
  private boolean run(
      TunnelInterface tunnel, List<HookEffect> effects, Hook.When when, SetUpStep step) {
    for (var effect : effects) {
      if (effect.source().when() == when) {
        var failure = outcome.failure(effect, tunnel);
        if (failure.isPresent()) {
          int hook = effect.source().hook();
          setbacks.add(
              new Setback(
                  node.name(),
                  tunnel.name(),
                  step,
                  places.apply(new Part.Entry(Part.Listing.HOOKS, hook)),
                  Text.of(HookModel.class, "setback.hook", when.key(), failure.get())));
          return false;
        }
        int hook = effect.source().hook();
        var place = places.apply(new Part.Entry(Part.Listing.HOOKS, hook));
        if (outcome.isOpen(effect, chainOf(effect), routes.all())) {
          doubts.add(everything(effect, place));
        }
        take(effect, place);
      }
    }
    return true;
  }

  private Optional<RuleChain> chainOf(HookEffect effect) {
    return effect instanceof HookEffect.Filters filters
        ? Optional.of(chain(filters.chain()))
        : Optional.empty();
  }

  private void take(HookEffect effect, Place place) {
    switch (effect) {
      case HookEffect.Forwards forwards -> {
        var now = forwards.on() ? Forwarding.ON : Forwarding.OFF;
        ipv4 = forwards.family() == Family.IPV4 ? now : ipv4;
        ipv6 = forwards.family() == Family.IPV6 ? now : ipv6;
      }
      case HookEffect.Filters filters -> {
        if (filters.change() == Change.OWN_FIRST || filters.change() == Change.OWN_LAST) {
          guard();
        }
        chain(filters.chain())
            .change(
                filters.chain() == Chain.DOCKER_USER && filters.change() == Change.APPEND
                    ? Change.INSERT
                    : filters.change(),
                filters.rule(),
                told(filters, place));
      }
      case HookEffect.Policy policy ->
          policy
              .families()
              .forEach(family ->
                  chain(policy.chain()).otherwise(family, policy.verdict(), why(policy, place)));
      case HookEffect.Flushes flushes ->
          flushes
              .chain()
              .map(this::chain)
              .map(List::of)
              .orElse(List.of(input, forward, output))
              .forEach(chain -> chain.flush(flushes.family()));
      case HookEffect.Rewrites rewrites -> change(rewrites.change(), rewrites.rule());
      case HookEffect.Clamps clamp -> clamps = true;
      case HookEffect.Rule rule -> {
        var doubt =
            doubt(effect, place, Stage.ROUTING, match(rule.rule()), Optional.empty(), false);
        tables.take(rule, doubt);
      }
      case HookEffect.TableFlushed flushed -> tables.flush(flushed.table());
      case HookEffect.Routes route when !route.isMain() -> tables.take(route, place);
      case HookEffect.Routes route -> {
        if (route.added()) {
          routes.add(route.route());
          if (route.route().metric().orElse(0) == 0) {
            routed.add(route.route().to().toString());
            setUp.hasMade(
                route.route().to(), route.route().device().map(InterfaceName::text).orElse("-"));
          }
        } else if (routes.hasMeant(route.route())) {
          routes.remove(route.route());
        } else {
          // One that the kernel or wg-quick made.
          var gone = PacketMatch.ANY.to(List.of(route.route().to()));
          doubts.add(doubt(effect, place, Stage.ROUTING, gone, Optional.empty(), false));
        }
      }
      case HookEffect.Unclear unclear -> {
        var doubt =
            doubt(
                effect,
                place,
                unclear.stage(),
                unclear.match(),
                unclear.verdict(),
                unclear.unmarked());
        switch (unclear.stage()) {
          case INPUT -> input.change(unclear.change(), doubt);
          case FORWARD -> forward.change(unclear.change(), doubt);
          case OUTPUT -> output.change(unclear.change(), doubt);
          case ROUTING, ANYWHERE -> doubts.add(doubt);
        }
      }
      case HookEffect.Fails fails -> {}
      case HookEffect.Presumes presumes -> {}
      case HookEffect.Setting setting ->
          matchOf(setting)
              .map(match -> doubt(effect, place, stageOf(setting), match, Optional.empty(), false))
              .ifPresent(doubts::add);
      case HookEffect.Harmless harmless -> {}
      case HookEffect.NotUnderstood unknown -> doubts.add(everything(effect, place));
    }
  }

  /** A rule with the line that made it as its reason, so that a packet that it stops names it. */
  private static FilterRule told(HookEffect.Filters filters, Place place) {
    var rule = filters.rule();
    return rule.comment().isEmpty() && rule.verdict() != Verdict.ACCEPT
        ? new FilterRule(rule.match(), rule.verdict(), why(filters, place))
        : rule;
  }

  static String why(HookEffect effect, Place place) {
    String whole = place + ": " + shown(effect.source().command());
    String where = place.toString();
    return FilterRule.isComment(whole) ? whole : FilterRule.isComment(where) ? where : "";
  }

  private Doubt everything(HookEffect effect, Place place) {
    return doubt(effect, place, Stage.ANYWHERE, PacketMatch.ANY, Optional.empty(), false);
  }

  private static Stage stageOf(HookEffect.Setting setting) {
    return setting.key().contains("echo_ignore") ? Stage.INPUT : Stage.ANYWHERE;
  }

  /** The packets that a kernel setting can be the end of, if there are any. */
  private static Optional<PacketMatch> matchOf(HookEffect.Setting setting) {
    boolean off = setting.value().equals("0");
    if (setting.key().matches("net\\.ipv6\\.conf\\..*\\.disable_ipv6") && !off) {
      // Before the interface is there its IPv6 addresses can't be set, and it goes as a whole.
      boolean whole = setting.source().when() == Hook.When.PRE_UP;
      return Optional.of(whole ? PacketMatch.ANY : PacketMatch.ANY.from(List.of(Prefix.ALL_IPV6)));
    }
    if (setting.key().matches("net\\.ipv(4\\.icmp_|6\\.icmp\\.)echo_ignore_all") && !off) {
      // It answers no ping, and what passes is none of its business.
      return Optional.of(PacketMatch.ANY.carrying(Transport.ICMP, List.of()));
    }
    return setting.key().matches("net\\.ipv[46]\\.conf\\..*\\.forwarding") && off
        ? Optional.of(PacketMatch.ANY)
        : Optional.empty();
  }

  /** The packets that a rule can be for. */
  private static PacketMatch match(RoutingPolicy.Rule rule) {
    var match = PacketMatch.ANY;
    if (rule.inverted()) {
      return match;
    }
    match = rule.from().map(from -> PacketMatch.ANY.from(List.of(from))).orElse(match);
    return rule.to().isPresent() ? match.to(List.of(rule.to().get())) : match;
  }

  private RuleChain chain(Chain chain) {
    return switch (chain) {
      case INPUT -> input;
      case OUTPUT -> output;
      case FORWARD, DOCKER_USER -> forward;
    };
  }

  private Doubt doubt(
      HookEffect effect,
      Place place,
      Stage stage,
      PacketMatch match,
      Optional<Verdict> verdict,
      boolean unmarked) {
    String command = shown(effect.source().command());
    return new Doubt(node.name(), stage, 0, match, verdict, unmarked, place, command);
  }

  /** A command may hold a key; what looks like one is not shown. */
  static String shown(String command) {
    String hidden = command.replaceAll("[A-Za-z0-9+/]{42,}=?", "(key)");
    return hidden.length() > 80 ? hidden.substring(0, 80) + "..." : hidden;
  }

  private Applied finish() {
    boolean docker = facts.has(Trait.DOCKER);
    boolean ufw = facts.has(Trait.UFW);
    var firewall =
        new Firewall(
            RuleLines.whole(
                input,
                node.firewall().inputDefault(),
                places.apply(new Part.Entry(Listing.INPUT_DEFAULT, 0))),
            ufw ? Verdict.DROP : node.firewall().inputDefault(),
            RuleLines.whole(
                forward,
                node.firewall().forwardDefault(),
                places.apply(new Part.Entry(Listing.FORWARD_DEFAULT, 0))),
            docker || ufw ? Verdict.DROP : node.firewall().forwardDefault(),
            output.rules(),
            clamps);
    var applied =
        node.toBuilder()
            .routes(routes.all())
            .forwarding(docker && ipv4 == Forwarding.UNSTATED ? Forwarding.ON : ipv4, ipv6)
            .firewall(firewall)
            .nat(nat.rules())
            .build();
    doubts.addAll(input.doubts());
    doubts.addAll(forward.doubts());
    doubts.addAll(output.doubts());
    doubts.addAll(tables.doubts(node));
    return new Applied(applied, setbacks, doubts, tables.policies());
  }

  /** Whether an effect is there while the tunnel is up. */
  static boolean isUp(HookEffect effect) {
    var when = effect.source().when();
    return when == Hook.When.PRE_UP || when == Hook.When.POST_UP || when == Hook.When.SCRIPT;
  }

  private static Forwarding said(Forwarding byFiles, Forwarding byFacts) {
    return byFiles == Forwarding.UNSTATED ? byFacts : byFiles;
  }

  private void change(Change change, NatRule rule) {
    switch (change) {
      case APPEND -> nat.addLast(rule, rule);
      case INSERT -> nat.addFirst(rule, rule);
      case DELETE -> nat.remove(rule);
      case OWN_FIRST, OWN_LAST -> throw new IllegalArgumentException("ufw rewrites no address");
    }
  }
}
