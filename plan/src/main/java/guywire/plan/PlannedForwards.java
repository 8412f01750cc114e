package guywire.plan;

import guywire.address.Prefix;
import guywire.network.ForwardPermission;
import guywire.network.Name;
import guywire.network.Platform;
import guywire.network.Transport;
import guywire.network.text.Findings;
import guywire.plan.Permissions.ForwardLine;
import guywire.plan.definition.Members.Member;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What gateways pass on when they are asked to, by the policy: for them and for who may ask. */
final class PlannedForwards {

  /** A permission, and who may ask by it. */
  private record Asked(ForwardPermission permission, Set<Member> askers) {}

  private final Scene scene;
  private final Permissions permissions;
  private final Findings findings;
  private final List<Asked> all = new ArrayList<>();

  PlannedForwards(Scene scene, Permissions permissions, Findings findings) {
    this.scene = scene;
    this.permissions = permissions;
    this.findings = findings;
    for (var line : permissions.forwards()) {
      for (var gateway : line.gateways()) {
        add(line, scene.node(gateway));
      }
    }
  }

  private void add(ForwardLine line, NodeEntry gateway) {
    var at = scene.tunnelAddresses(gateway.name());
    var from = scene.prefixes(line.from());
    for (var target : line.to()) {
      var to = scene.forwardedTo(gateway, target);
      for (var service : services(line)) {
        if (!at.isEmpty() && !from.isEmpty() && !to.isEmpty()) {
          all.add(
              new Asked(
                  new ForwardPermission(
                      gateway.name(),
                      at,
                      from,
                      name(target),
                      to,
                      service.transport(),
                      service.ports().map(List::of).orElse(List.of())),
                  line.from()));
        }
      }
    }
  }

  private static List<Service> services(ForwardLine line) {
    return line.services().isEmpty()
        ? List.of(
            new Service(Transport.TCP, Optional.empty()),
            new Service(Transport.UDP, Optional.empty()))
        : line.services();
  }

  private static Name name(Member member) {
    return switch (member) {
      case Member.OfNode node -> node.name();
      case Member.OfSite site -> site.name();
      case Member.OfHost host -> host.name();
      case Member.Internet _ -> new Name("internet");
    };
  }

  /** Finds the lines that no agent can serve. */
  void check() {
    for (var line : permissions.forwards()) {
      for (var gateway : line.gateways()) {
        var node = scene.node(gateway);
        if (node.platform() != Platform.LINUX) {
          findings.error("D39", line.place(), "forward-no-agent", gateway, node.platform().word());
        }
        for (var target : line.to()) {
          if (scene.forwardedTo(node, target).isEmpty()) {
            findings.error("D39", line.place(), "forward-nowhere", gateway, name(target));
          }
        }
      }
    }
  }

  /** What a node may be asked to forward. */
  List<ForwardPermission> asked(Name gateway) {
    return all.stream()
        .map(Asked::permission)
        .filter(permission -> permission.gateway().equals(gateway))
        .toList();
  }

  /** What others may be asked to forward, for a node that lies between. */
  List<ForwardPermission> passing(Name between) {
    return all.stream()
        .map(Asked::permission)
        .filter(permission -> !permission.gateway().equals(between))
        .toList();
  }

  /** What stands in a node's configuration: what it is asked for, and what it may ask for. */
  List<ForwardPermission> of(NodeEntry node) {
    var own = new ArrayList<>(asked(node.name()));
    List<Prefix> itself = scene.tunnelPrefixes(node.name());
    for (var each : all) {
      var permission = each.permission();
      boolean asks = each.askers().contains(new Member.OfNode(node.name()));
      if (asks && !permission.gateway().equals(node.name()) && !itself.isEmpty()) {
        own.add(
            new ForwardPermission(
                permission.gateway(),
                permission.at(),
                itself,
                permission.target(),
                permission.to(),
                permission.transport(),
                permission.ports()));
      }
    }
    return own;
  }
}
