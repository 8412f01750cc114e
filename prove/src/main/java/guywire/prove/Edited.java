package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.NatRule;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PeerConfig;
import guywire.network.Route;
import guywire.network.Site;
import guywire.network.TunnelInterface;
import guywire.network.Underlay;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** A network with an edit made in it. */
final class Edited {

  /** As wg(8) recommends behind NATs. */
  private static final int USUAL_KEEPALIVE_SECONDS = 25;

  private Edited() {}

  /** The network with the edit made. */
  static Network applied(Network network, FileEdit edit) {
    var old = network.underlay();
    if (edit instanceof FileEdit.RouteBack || edit instanceof FileEdit.PassOn) {
      var sites =
          old.sites().stream()
              .map(site -> site.name().equals(edit.where()) ? applied(site, edit) : site)
              .toList();
      return network.withUnderlay(new Underlay(sites, old.attachments(), old.ports()));
    }
    if (edit instanceof FileEdit.PlugIn plug
        && old.attachment(plug.where()).orElse(null) instanceof Attachment.InSite place) {
      var sites =
          old.sites().stream()
              .map(site -> site.name().equals(place.site()) ? at(site, plug.at()) : site)
              .toList();
      return network.withUnderlay(new Underlay(sites, old.attachments(), old.ports()));
    }
    if (edit instanceof FileEdit.PlugIn plug) {
      var attachments =
          new ArrayList<>(
              old.attachments().stream().filter(a -> !a.node().equals(plug.where())).toList());
      attachments.add(new Attachment.Direct(plug.where(), List.of(plug.at())));
      return network.withUnderlay(new Underlay(old.sites(), attachments, old.ports()));
    }
    var nodes =
        network.nodes().stream()
            .map(node -> node.name().equals(edit.where()) ? applied(node, edit) : node)
            .toList();
    return network.withNodes(nodes);
  }

  private static Site applied(Site site, FileEdit edit) {
    var routes = new ArrayList<>(site.routes());
    var forwards = new ArrayList<>(site.portForwards());
    if (edit instanceof FileEdit.RouteBack route) {
      routes.add(new Site.LanRoute(route.to(), route.via()));
    } else if (edit instanceof FileEdit.PassOn pass) {
      forwards.add(new Site.PortForward(pass.port(), pass.to(), pass.port()));
    }
    var changed =
        new Site(
            site.name(),
            site.lans(),
            site.internet(),
            site.routerNode(),
            site.hosts(),
            routes,
            forwards);
    return edit instanceof FileEdit.PassOn pass ? at(changed, pass.at()) : changed;
  }

  private static Site at(Site site, IpAddress address) {
    var line = site.internet();
    var known =
        new Internet(
            line.nat(), Optional.of(address), line.ipv6(), line.mtu(), line.mappingSeconds());
    return new Site(
        site.name(),
        site.lans(),
        known,
        site.routerNode(),
        site.hosts(),
        site.routes(),
        site.portForwards());
  }

  private static NodeConfig applied(NodeConfig node, FileEdit edit) {
    return switch (edit) {
      case FileEdit.AllowMore more -> {
        var allowed = new ArrayList<>(more.entry().allowedIps());
        allowed.add(more.prefix());
        yield replaced(node, more.entry(), more.entry().withAllowedIps(allowed));
      }
      case FileEdit.SetEndpoint set ->
          replaced(
              node, set.entry(), set.entry().calledAt(set.endpoint(), USUAL_KEEPALIVE_SECONDS));
      case FileEdit.CopyPresharedKey copy ->
          replaced(node, copy.entry(), copy.entry().withPresharedKey(copy.from().presharedKey()));
      case FileEdit.AddPeer add ->
          changed(
              node,
              tunnel -> {
                var peers = new ArrayList<>(tunnel.peers());
                peers.add(add.entry());
                return tunnel.withPeers(peers);
              });
      case FileEdit.Forward forward ->
          node.withForwarding(
              forward.ipv4() ? Forwarding.ON : node.forwardIpv4(),
              forward.ipv4() ? node.forwardIpv6() : Forwarding.ON);
      case FileEdit.RouteBack _, FileEdit.PassOn _, FileEdit.PlugIn _ -> node;
      case FileEdit.DropNat drop ->
          node.withNat(node.nat().stream().filter(rule -> !rule.equals(drop.rule())).toList());
      case FileEdit.SetTable set ->
          changed(node, set.tunnel(), tunnel -> tunnel.withTable(set.table()));
      case FileEdit.Listen listen ->
          changed(
              node,
              listen.tunnel(),
              tunnel -> tunnel.withListenPort(OptionalInt.of(listen.port())));
      case FileEdit.AddRoute add -> {
        var routes = new ArrayList<>(node.routes());
        routes.add(
            new Route(add.to(), Optional.empty(), Optional.of(add.tunnel()), OptionalInt.empty()));
        yield node.withRoutes(routes);
      }
      case FileEdit.ReplaceAllowed replace ->
          replaced(node, replace.entry(), replace.entry().withAllowedIps(allowed(replace)));
      case FileEdit.ReplaceKey key ->
          replaced(node, key.entry(), key.entry().withPublicKey(key.key()));
      case FileEdit.Narrow narrow ->
          node.withNat(
              node.nat().stream()
                  .map(rule -> rule.equals(narrow.old()) ? narrow.now() : rule)
                  .toList());
      case FileEdit.Accept accept -> accepting(node, accept);
      case FileEdit.RunUp run -> HookModel.running(node, run.tunnel(), run.commands());
      case FileEdit.Masquerade masquerade -> {
        var nat = new ArrayList<>(node.nat());
        for (var tunnel : node.interfaces()) {
          nat.add(
              new NatRule.Masquerade(
                  PacketMatch.ANY
                      .comingIn(InterfaceMatch.of(tunnel.name()))
                      .goingOut(InterfaceMatch.not(tunnel.name()))));
        }
        yield node.withNat(nat);
      }
    };
  }

  private static List<Prefix> allowed(FileEdit.ReplaceAllowed replace) {
    var allowed = new ArrayList<Prefix>();
    for (var prefix : replace.entry().allowedIps()) {
      if (prefix.equals(replace.old())) {
        allowed.addAll(replace.now());
      } else {
        allowed.add(prefix);
      }
    }
    return allowed;
  }

  private static NodeConfig accepting(NodeConfig node, FileEdit.Accept accept) {
    var packet = accept.packet();
    var rule =
        new FilterRule(
            PacketMatch.ANY
                .from(List.of(Prefix.host(packet.source())))
                .to(List.of(Prefix.host(packet.destination()))),
            Verdict.ACCEPT,
            "");
    var old = node.firewall();
    var input = new ArrayList<>(old.input());
    var forward = new ArrayList<>(old.forward());
    (accept.input() ? input : forward).addFirst(rule);
    var firewall =
        new Firewall(
            input, old.inputDefault(), forward, old.forwardDefault(), old.output(), old.clampMss());
    return node.withFirewall(firewall);
  }

  private static NodeConfig replaced(NodeConfig node, PeerConfig old, PeerConfig now) {
    return changed(
        node,
        tunnel ->
            tunnel.withPeers(tunnel.peers().stream().map(p -> p.equals(old) ? now : p).toList()));
  }

  private static NodeConfig changed(NodeConfig node, UnaryOperator<TunnelInterface> change) {
    return node.withInterfaces(node.interfaces().stream().map(change).toList());
  }

  private static NodeConfig changed(
      NodeConfig node, InterfaceName which, UnaryOperator<TunnelInterface> change) {
    return changed(node, tunnel -> tunnel.name().equals(which) ? change.apply(tunnel) : tunnel);
  }
}
