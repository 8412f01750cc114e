package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Failure;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.ForwardedPort;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PortRange;
import guywire.network.Promise;
import guywire.network.PromisedConnection;
import guywire.network.PromisedReach;
import guywire.network.Spot;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import guywire.prove.Judgement.PromiseVerdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Judges connections that a gateway is asked to forward: whether it may, whether the asker gets to
 * the port that the gateway then opens for it alone, and the gateway to the target.
 *
 * @param network the network
 * @param failures what of it is down
 */
record ForwardJudgement(Network network, Set<Failure> failures) {

  /** The judgement of a promise. */
  Judgement of(Promise promise, ForwardedPort forward, Reachability closed) {
    var port = OptionalInt.of(forward.port());
    var asked = closed.answer(promise.from(), forward.address(), promise.transport(), port);
    var asker = asked.there().packet().source();
    var gateway = network.node(forward.gateway()).orElseThrow();
    boolean permitted =
        gateway.ownForwards().stream()
            .anyMatch(permission ->
                permission.permits(
                    asker, promise.target(), promise.transport(), promise.port().orElseThrow()));
    if (permitted != promise.arrives()) {
      String key = permitted ? "broken.forward-permitted" : "broken.forward-refused";
      var why = Text.of(Judgement.class, key, gateway.name().text(), promise.from().toString());
      return new Judgement(promise, PromiseVerdict.BROKEN, asked, Optional.of(why));
    }
    if (!permitted) {
      return new Judgement(promise, PromiseVerdict.KEPT, asked, Optional.empty());
    }
    var open = Reachability.of(opened(gateway, promise, forward, asker), failures);
    var itself = new Spot.Node(forward.gateway());
    var first =
        open.judge(
            new Promise(
                new PromisedConnection(
                    promise.from(), itself, forward.address(), promise.transport(), port),
                PromisedReach.ARRIVES,
                promise.place(),
                promise.text()));
    var second =
        open.judge(
            new Promise(
                new PromisedConnection(
                    itself, promise.to(), promise.target(), promise.transport(), promise.port()),
                promise.reach(),
                promise.place(),
                promise.text()));
    var decides = first.verdict() == PromiseVerdict.KEPT ? second : first;
    return new Judgement(promise, decides.verdict(), decides.answer(), decides.why());
  }

  /** The network while the gateway lets the asker in to the port. */
  private Network opened(
      NodeConfig gateway, Promise promise, ForwardedPort forward, IpAddress asker) {
    var tunnels = gateway.interfaces().stream().map(TunnelInterface::name).toList();
    var match =
        PacketMatch.ANY
            .comingIn(new InterfaceMatch(tunnels, false))
            .from(List.of(Prefix.host(asker)))
            .carrying(promise.transport(), List.of(PortRange.of(forward.port())));
    var firewall = gateway.firewall();
    var input = new ArrayList<FilterRule>();
    input.add(new FilterRule(match, Verdict.ACCEPT, "asked to forward"));
    input.addAll(firewall.input());
    var open =
        gateway.withFirewall(
            new Firewall(
                input,
                firewall.inputDefault(),
                firewall.forward(),
                firewall.forwardDefault(),
                firewall.output(),
                firewall.clampMss()));
    return network.withNodes(
        network.nodes().stream().map(node -> node == gateway ? open : node).toList());
  }
}
