package guywire.plan;

import guywire.network.Name;
import guywire.network.text.Findings;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Duty;
import guywire.plan.definition.NodeEntry.Where;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Refuses gateways of LANs that can't work: with no way back, or several that nobody chooses. */
final class Gateways {

  private final Scene scene;
  private final Permissions permissions;
  private final Findings findings;

  Gateways(Scene scene, Permissions permissions, Findings findings) {
    this.scene = scene;
    this.permissions = permissions;
    this.findings = findings;
  }

  /** Checks all. */
  void check() {
    Map<Name, List<NodeEntry>> serving = new LinkedHashMap<>();
    for (var node : scene.definition().nodes()) {
      if (node.servesLan() && node.where() instanceof Where.InSite in) {
        serving.computeIfAbsent(in.site().name(), _ -> new ArrayList<>()).add(node);
        wayBack(node, in);
      }
    }
    serving.forEach((site, nodes) -> {
      if (nodes.size() > 1) {
        several(site, nodes);
      }
    });
    for (var site : scene.definition().sites()) {
      var nodes = serving.getOrDefault(site.name(), List.of());
      if (!site.virtualAddresses().isEmpty()
          && (nodes.size() < 2 || nodes.stream().anyMatch(Gateways::isRouter))) {
        var place = site.virtualAddresses().getFirst().place();
        findings.error("D28", place, "virtual-address-alone", site.name());
      }
    }
  }

  private void wayBack(NodeEntry node, Where.InSite in) {
    var site = in.site();
    if (in.duty() instanceof Duty.Gateway gateway
        && !gateway.staticRoute()
        && node.sourceNat().isEmpty()) {
      findings.error("D27", node.place(), "no-way-back", node.name(), site.name());
    }
    unanswered(node)
        .ifPresent(sender ->
            findings.error(
                "D27", node.place(), "no-way-back-for", node.name(), site.name(), sender));
    if (scene.servedLans(node).isEmpty()) {
      findings.error("D28", site.place(), "lan-family", site.name(), node.name());
    }
  }

  /** Of several gateways of a LAN the first is used while it lives. */
  private void several(Name site, List<NodeEntry> gateways) {
    var further = scene.planes().gatewaysOf(site).stream().map(plane -> plane.relay()).toList();
    for (var node : gateways) {
      boolean first = node == gateways.getFirst();
      if (!Planes.canJoin(node)) {
        findings.error("D28", node.place(), "gateway-without-agent", site, node.name());
      } else if (!first && !further.contains(node.name())) {
        findings.error(
            "D28",
            node.place(),
            "gateway-not-taken",
            site,
            node.name(),
            gateways.getFirst().name());
      }
      if (isRouter(node)) {
        if (!first && gateways.stream().anyMatch(other -> other != node && isRouter(other))) {
          findings.error("D28", node.place(), "two-routers", site, node.name());
        }
      } else if (node.sourceNat().filter(List::isEmpty).isEmpty()
          && !(scene.lanMayStart(node) && shares(site))) {
        findings.error("D27", node.place(), "gateways-way-back", site, node.name());
      }
    }
  }

  /** Whether the gateways of a site share an address, so that its router needs one route only. */
  private boolean shares(Name site) {
    return scene.site(site).filter(entry -> !entry.virtualAddresses().isEmpty()).isPresent();
  }

  private static boolean isRouter(NodeEntry node) {
    return node.where() instanceof Where.InSite in && in.duty() instanceof Duty.Router;
  }

  /**
   * Somebody who may reach the LAN, and whose packets keep a source that its router can't answer.
   */
  private Optional<Name> unanswered(NodeEntry gateway) {
    var named = gateway.sourceNat().orElse(List.of());
    if (scene.lanMayStart(gateway) || named.isEmpty()) {
      return Optional.empty();
    }
    var covered = scene.members().of(named);
    return scene.definition().nodes().stream()
        .filter(node -> !node.site().equals(gateway.site()))
        .filter(node -> scene.paths().way(node.name(), gateway.name()).size() > 1)
        .filter(node ->
            scene.owned(node).stream()
                .filter(sender -> !covered.contains(sender))
                .anyMatch(sender -> permissions.mayStart(sender, scene.inLan(gateway))))
        .map(NodeEntry::name)
        .findFirst();
  }
}
