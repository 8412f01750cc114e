package guywire.node;

import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.json.NodeId;
import guywire.network.text.Text;
import guywire.node.Step.Claiming;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The steps from what a host is to what it shall be. It does nothing and looks at nothing but what
 * it is given.
 */
final class Plan {

  private final Observed observed;
  private final Ledger ledger;
  private final NodeId node;
  private final Wanted wanted;
  private final List<Step> steps = new ArrayList<>();
  private final Set<Thing> done = new HashSet<>();

  private Plan(Observed observed, Ledger ledger, NodeId node, Wanted wanted) {
    this.observed = observed;
    this.ledger = ledger;
    this.node = node;
    this.wanted = wanted;
  }

  /**
   * The steps that make a node what its configuration wants.
   *
   * @param before the node as it is recorded, if it is
   * @param after the node as it shall be recorded
   * @param preUp what to run, or to show, when its interfaces are made
   */
  static List<Step> toBe(
      Wanted wanted,
      Observed observed,
      Ledger ledger,
      Optional<NodeRecord> before,
      NodeRecord after,
      List<Step> preUp) {
    var plan = new Plan(observed, ledger, after.id(), wanted);
    plan.make(before, preUp);
    return plan.steps;
  }

  /** The steps that give back all that a node has. */
  static List<Step> toBeGone(Observed observed, Ledger ledger, NodeRecord node) {
    var plan = new Plan(observed, ledger, node.id(), new Wanted());
    if (!node.preDown().isEmpty()) {
      plan.steps.add(new Step.Run(Hook.When.PRE_DOWN, node.preDown()));
    }
    plan.releaseRest();
    if (!node.postDown().isEmpty()) {
      plan.steps.add(new Step.Run(Hook.When.POST_DOWN, node.postDown()));
    }
    return plan.steps;
  }

  /** The steps that give back what a node left behind of which nothing else is known. */
  static List<Step> rest(Observed observed, Ledger ledger, NodeId node) {
    var plan = new Plan(observed, ledger, node, new Wanted());
    plan.releaseRest();
    return plan.steps;
  }

  private void make(Optional<NodeRecord> before, List<Step> preUp) {
    Set<InterfaceName> fresh = freshLinks();
    // What would be in the way of what is new goes first.
    for (var claim : obsolete()) {
      if (claim.thing() instanceof Thing.Route) {
        release(claim, false);
      } else if (claim.thing() instanceof Thing.Link(InterfaceName gone)
          && (!fresh.isEmpty() || isPortWanted(gone))) {
        releaseLink(claim);
      }
    }
    things(Thing.Table.class);
    for (var entry : wanted.things().entrySet()) {
      if (entry.getKey() instanceof Thing.Link link) {
        if (fresh.contains(link.name()) && observed.holds(link).isPresent()) {
          dismantle(link.name(), Claiming.NEITHER);
        }
        hold(link, entry.getValue(), fresh);
      }
    }
    steps.addAll(preUp);
    var devices = new ArrayList<Step.Configure>();
    wanted
        .devices()
        .forEach((name, wish) -> configure(name, wish, before, fresh).ifPresent(devices::add));
    steps.addAll(byPorts(devices));
    for (var entry : wanted.things().entrySet()) {
      if (!done.contains(entry.getKey())) {
        hold(entry.getKey(), entry.getValue(), fresh);
      }
    }
    releaseRest();
  }

  /** Whether another interface shall have the port of one that goes. */
  private boolean isPortWanted(InterfaceName gone) {
    int port = observed.devices().getOrDefault(gone, DeviceAspect.FRESH).listenPort();
    return port != 0
        && wanted.devices().values().stream()
            .anyMatch(wish -> wish.tunnel().listenPort().orElse(0) == port);
  }

  /** The interfaces that are made now, so that nothing is on them yet. */
  private Set<InterfaceName> freshLinks() {
    var fresh = new LinkedHashSet<InterfaceName>();
    for (var entry : wanted.things().entrySet()) {
      if (entry.getKey() instanceof Thing.Link link
          && !observed.holds(link).equals(Optional.of(entry.getValue()))) {
        fresh.add(link.name());
      }
    }
    return fresh;
  }

  private void things(Class<? extends Thing> kind) {
    for (var entry : wanted.things().entrySet()) {
      if (kind.isInstance(entry.getKey())) {
        hold(entry.getKey(), entry.getValue(), Set.of());
      }
    }
  }

  private void hold(Thing thing, String content, Set<InterfaceName> fresh) {
    done.add(thing);
    Optional<String> now =
        thing.on().filter(fresh::contains).isPresent() ? Optional.empty() : observed.holds(thing);
    Optional<String> to = Optional.of(content);
    boolean claimed = ledger.claim(node, thing).isPresent();
    if (thing instanceof Thing.Mtu
        || thing instanceof Thing.Up
        || thing instanceof Thing.Connected) {
      if (!now.equals(to)) {
        steps.add(new Step.Bring(thing, now, to, Claiming.NEITHER, false));
      }
    } else if (!now.equals(to)) {
      steps.add(new Step.Bring(thing, now, to, Claiming.CLAIMS, false));
    } else if (!claimed && ledger.latest(thing).isPresent()) {
      // Another node put it there: who goes first leaves it to the other.
      steps.add(new Step.Bring(thing, now, to, Claiming.CLAIMS, true));
    }
    // Otherwise it is ours and as it should be, or the owner's and stays the owner's.
  }

  private Optional<Step.Configure> configure(
      InterfaceName name,
      Wanted.DeviceWish wish,
      Optional<NodeRecord> before,
      Set<InterfaceName> fresh) {
    var known = Optional.ofNullable(observed.devices().get(name)).orElse(DeviceAspect.FRESH);
    var target = DeviceAspect.target(wish, known, before, observed.endpoints());
    var now = fresh.contains(name) ? DeviceAspect.FRESH : known;
    for (var peer : wish.tunnel().peers()) {
      peer.endpoint()
          .filter(endpoint ->
              Optional.ofNullable(observed.endpoints().get(endpoint))
                  .filter(List::isEmpty)
                  .isPresent())
          .ifPresent(endpoint ->
              steps.add(
                  new Step.Say(Text.of(DeviceAspect.class, "name.unknown", endpoint.host()))));
    }
    return DeviceChange.between(now, target).isEmpty()
        ? Optional.empty()
        : Optional.of(new Step.Configure(name, now, target));
  }

  /** A device gives up its port before another one takes it. */
  private static List<Step.Configure> byPorts(List<Step.Configure> devices) {
    var left = new ArrayList<>(devices);
    var ordered = new ArrayList<Step.Configure>();
    while (!left.isEmpty()) {
      var free =
          left.stream()
              .filter(step -> left.stream().noneMatch(other -> isInTheWay(other, step)))
              .findFirst();
      if (free.isPresent()) {
        ordered.add(free.get());
        left.remove(free.get());
      } else {
        // They change places: the first goes anywhere meanwhile.
        var first = left.removeFirst();
        var from = first.from();
        var anywhere = new WireGuardDevice(from.privateKey(), 0, from.firewallMark(), from.peers());
        ordered.add(new Step.Configure(first.name(), from, anywhere));
        left.add(new Step.Configure(first.name(), anywhere, first.to()));
      }
    }
    return ordered;
  }

  private static boolean isInTheWay(Step.Configure other, Step.Configure step) {
    int port = other.from().listenPort();
    return port != 0
        && !other.name().equals(step.name())
        && port == step.to().listenPort()
        && port != step.from().listenPort();
  }

  private List<Claim> obsolete() {
    return ledger.claims(node).reversed().stream()
        .filter(claim -> !wanted.has(claim.thing()) && !done.contains(claim.thing()))
        .toList();
  }

  private void releaseRest() {
    for (var claim : obsolete()) {
      if (done.contains(claim.thing())) {
        continue;
      }
      if (claim.thing() instanceof Thing.Link) {
        releaseLink(claim);
      } else if (claim.thing().on().filter(this::goes).isEmpty()) {
        release(claim, false);
      }
    }
  }

  /** Whether the node gives up this interface. */
  private boolean goes(InterfaceName name) {
    var link = new Thing.Link(name);
    return ledger.claim(node, link).isPresent() && !wanted.has(link);
  }

  private void releaseLink(Claim claim) {
    dismantle(((Thing.Link) claim.thing()).name(), Claiming.RELEASES);
    release(claim, false);
  }

  /** Takes off an interface what lives on it, so that all of it comes back if the rest fails. */
  private void dismantle(InterfaceName name, Claiming claiming) {
    for (var claim : ledger.claims(node).reversed()) {
      if (claim.thing().on().equals(Optional.of(name)) && !done.contains(claim.thing())) {
        if (claiming == Claiming.RELEASES) {
          release(claim, true);
        } else {
          leave(claim.thing());
        }
      }
    }
    leave(new Thing.Up(name));
    leave(new Thing.Mtu(name));
    var device = observed.devices().get(name);
    if (device != null) {
      steps.add(new Step.Leave(name, device));
    }
  }

  private void leave(Thing thing) {
    var now = observed.holds(thing);
    if (now.isPresent()) {
      steps.add(new Step.Bring(thing, now, Optional.empty(), Claiming.NEITHER, true));
    }
  }

  private void release(Claim claim, boolean quiet) {
    Thing thing = claim.thing();
    done.add(thing);
    Optional<String> now = observed.holds(thing);
    boolean uppermost = ledger.latest(thing).equals(Optional.of(claim));
    // What somebody else put there since stays.
    boolean ours = now.filter(claim.ours()::contains).isPresent() || isOurTable(claim, now);
    Optional<String> to = uppermost && ours ? claim.before() : now;
    steps.add(new Step.Bring(thing, now, to, Claiming.RELEASES, quiet));
  }

  /** A table of our name is ours, also if somebody changed it, or it was not yet read back. */
  private static boolean isOurTable(Claim claim, Optional<String> now) {
    return claim.thing() instanceof Thing.Table && now.isPresent();
  }

  /** A plan's steps in words, those that change something. */
  static List<Text> words(List<Step> steps) {
    return steps.stream().flatMap(step -> step.words().stream()).toList();
  }

  /** Whether nothing is to be done at all. */
  static boolean isEmpty(List<Step> steps) {
    return steps.stream().allMatch(Step.Say.class::isInstance);
  }
}
