package guywire.plan;

import guywire.address.IpAddress;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.network.Promise;
import guywire.network.PromisedConnection;
import guywire.network.PromisedReach;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Findings;
import guywire.plan.Permissions.Line;
import guywire.plan.definition.Members.Member;
import guywire.plan.definition.NodeEntry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the policy forbids: each such line needs a place where packets can be refused, and becomes
 * promises that nothing arrives, so that the prover names the place and the lab tries it.
 */
final class Enforcement {

  /** So many pairs of one line are tried one by one; of more, as many are taken. */
  private static final int MOST_PAIRS = 2_000;

  private final Scene scene;
  private final Permissions permissions;
  private final Findings findings;

  Enforcement(Scene scene, Permissions permissions, Findings findings) {
    this.scene = scene;
    this.permissions = permissions;
    this.findings = findings;
  }

  /** Finds the lines that no place of the network enforces; whether there is none. */
  boolean check() {
    boolean all = true;
    for (var line : permissions.lines()) {
      all &= line.allow() || check(line);
    }
    return all;
  }

  private boolean check(Line line) {
    int onWire = 0;
    int all = 0;
    for (var from : line.from()) {
      for (var to : line.to()) {
        if (from.equals(to)) {
          continue;
        }
        all++;
        if (isLanMatter(from, to)) {
          onWire++;
        } else if (!isEnforced(from, to)) {
          findings.error("D38", line.place(), key(to), line.text(), name(from), name(to));
          return false;
        }
      }
    }
    if (all > 0 && onWire == all) {
      findings.error("D38", line.place(), "unenforced-lan", line.text());
      return false;
    }
    return true;
  }

  private static String key(Member to) {
    return to instanceof Member.Internet ? "unenforced-internet" : "unenforced";
  }

  /** Whether packets between the two never pass a tunnel: they stand in one LAN. */
  private boolean isLanMatter(Member from, Member to) {
    var site = site(from);
    boolean both = from instanceof Member.OfNode && to instanceof Member.OfNode;
    return !both && site.isPresent() && site.equals(site(to));
  }

  private Optional<Name> site(Member member) {
    return switch (member) {
      case Member.OfNode node -> scene.node(node.name()).site();
      case Member.OfSite site -> Optional.of(site.name());
      case Member.OfHost host -> Optional.of(host.site());
      case Member.Internet _ -> Optional.empty();
    };
  }

  /** The node whose tunnel carries what a member sends and gets, if one does. */
  private Optional<NodeEntry> carrier(Member member) {
    return switch (member) {
      case Member.OfNode node -> Optional.of(scene.node(node.name()));
      case Member.OfSite site -> scene.gateway(site.name());
      case Member.OfHost host -> scene.gateway(host.site());
      case Member.Internet _ -> Optional.empty();
    };
  }

  /** Whether who has internet needs no tunnel to reach it: a LAN of public addresses. */
  private boolean isOpenToTheInternet(Member member) {
    return !(member instanceof Member.OfNode)
        && site(member)
            .flatMap(scene::site)
            .filter(s -> s.internet().nat() == Nat.NONE)
            .isPresent();
  }

  private boolean isEnforced(Member from, Member to) {
    if (from instanceof Member.Internet) {
      // Nothing that a node has not asked for comes out of the tunnel with a source that none has:
      // no peer may send it, but an exit behind a hub, and that refuses it.
      return true;
    }
    var sender = carrier(from);
    if (to instanceof Member.Internet) {
      return from instanceof Member.OfNode
          && sender.flatMap(scene::exit).map(scene::node).filter(Rulebook::filters).isPresent();
    }
    var target = carrier(to);
    if (target.isEmpty() && isOpenToTheInternet(to)) {
      return false;
    }
    if (sender.isEmpty() || target.isEmpty() || sender.equals(target)) {
      return sender.isEmpty() || target.isEmpty() || Rulebook.filters(target.get());
    }
    if (Rulebook.filters(target.get())) {
      return true;
    }
    var way = scene.paths().way(sender.get().name(), target.get().name());
    if (way.isEmpty()) {
      return true;
    }
    boolean relayed =
        way.size() > 2
            && way.subList(1, way.size() - 1).stream().map(scene::node).anyMatch(Rulebook::filters);
    return relayed || Rulebook.filters(sender.get());
  }

  /** The promises that nothing arrives, line by line. */
  List<Promise> promises(Expectations expectations) {
    var promises = new LinkedHashSet<Promise>();
    for (int i = 0; i < permissions.lines().size(); i++) {
      var line = permissions.lines().get(i);
      if (!line.allow()) {
        promises(line, permissions.lines().subList(0, i), expectations, promises);
      }
    }
    return List.copyOf(promises);
  }

  private void promises(
      Line line, List<Line> before, Expectations expectations, Set<Promise> promises) {
    var senders = expectations.spots(line.from());
    var targets = expectations.spots(line.to());
    int pairs = 0;
    for (var from : senders) {
      for (var to : targets) {
        if (from.equals(to) || from instanceof Spot.Outside || inOneLan(from, to)) {
          continue;
        }
        if (++pairs > MOST_PAIRS) {
          return;
        }
        for (var service : Expectations.tried(line.services())) {
          var port = Expectations.port(service);
          if (before.stream().anyMatch(e -> e.decides(from, to, service.transport(), port))) {
            continue;
          }
          for (var target : expectations.targets(Optional.empty(), from, to)) {
            promises.add(forbidden(line, from, to, target, service.transport(), port));
          }
        }
      }
    }
  }

  private boolean inOneLan(Spot from, Spot to) {
    return isLanMatter(member(from), member(to));
  }

  private static Member member(Spot spot) {
    return switch (spot) {
      case Spot.Node node -> new Member.OfNode(node.name());
      case Spot.Host host -> new Member.OfHost(host.site(), host.name());
      case Spot.Outside _ -> new Member.Internet();
    };
  }

  private static Promise forbidden(
      Line line, Spot from, Spot to, IpAddress target, Transport transport, OptionalInt port) {
    return new Promise(
        new PromisedConnection(from, to, target, transport, port),
        PromisedReach.BLOCKED,
        line.place(),
        line.text());
  }

  private static String name(Member member) {
    return switch (member) {
      case Member.OfNode node -> node.name().text();
      case Member.OfSite site -> site.name().text();
      case Member.OfHost host -> host.name().text();
      case Member.Internet _ -> "internet";
    };
  }
}
