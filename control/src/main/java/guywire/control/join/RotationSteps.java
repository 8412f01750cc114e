package guywire.control.join;

import guywire.control.change.Changes;
import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.KeyRotation;
import guywire.control.store.KeyRotation.State;
import guywire.control.store.Keys;
import guywire.control.store.Networks;
import guywire.control.store.Session;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.network.Name;
import guywire.network.json.NodeId;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The steps of a node that changes its key, each gone when all whom it concerns are at the revision
 * of the one before. Safe for use by several threads.
 *
 * @param database where they are kept
 * @param changes who is told of them
 * @param clock when it is now, for the audit and the age of keys
 * @param waits whose grace has ended
 * @param ages whose keys are in files
 */
record RotationSteps(Database database, Changes changes, Clock clock, Waits waits, KeyAges ages) {

  /** Goes the next step of a change of a key, if it can be gone. */
  void advance(KeyRotation rotation) {
    record Known(
        StoredNetwork network,
        StoredNode node,
        StoredHost host,
        Map<NodeId, Hosts.HostStanding> standings,
        boolean anotherSwitches) {}
    var found =
        database.read(session -> {
          var networks = new Networks(session);
          var network = networks.of(rotation.network());
          var node = networks.node(rotation.network(), rotation.node());
          var host = new Hosts(session).ofNode(rotation.network(), rotation.node());
          boolean another =
              new Keys(session)
                  .rotations(rotation.network()).values().stream()
                      .filter(each -> !each.node().equals(rotation.node()))
                      .anyMatch(each -> each.state() == State.SWITCHED);
          return network.flatMap(in ->
              node.flatMap(of ->
                  host.map(is ->
                      new Known(
                          in, of, is, new Hosts(session).standings(rotation.network()), another))));
        });
    if (found.isEmpty() || rotation.state() == State.WANTED) {
      return;
    }
    var known = found.get();
    var own = Optional.ofNullable(known.standings().get(rotation.node()));
    boolean wentBack =
        own.flatMap(Hosts.HostStanding::rejected)
            .filter(rejected -> rejected.revision() >= rotation.revision())
            .isPresent();
    if (rotation.state() == State.SWITCHED && wentBack) {
      step(
          rotation,
          session -> {
            new Keys(session).goBack(rotation);
            String why =
                own.flatMap(Hosts.HostStanding::rejected)
                    .map(rejected -> rejected.why())
                    .orElse("");
            audit(session, rotation, "key-rotation-failed", why);
            ages.tell(session, known.network(), known.node(), "it did not change its key: " + why);
          });
      return;
    }
    boolean ready =
        isAt(own, rotation)
            && (waiting(known.network(), rotation).isEmpty() || waits.isOver(rotation));
    if (!ready) {
      return;
    }
    if (rotation.state() == State.SWITCHED) {
      step(
          rotation,
          session -> {
            new Keys(session).retire(rotation, clock.instant());
            known
                .node()
                .publicKey()
                .ifPresent(key -> new Hosts(session).setKey(known.host().id(), key));
            audit(session, rotation, "key-retired", rotation.otherKey().orElseThrow().toString());
          });
    } else if (!known.anotherSwitches()) {
      var name = known.node().name();
      var cut = ages.unattended(known.network(), name);
      step(
          rotation,
          session -> {
            var former = known.node().publicKey().orElseThrow();
            new Keys(session).switchOver(rotation, former);
            audit(session, rotation, "key-switched", rotation.otherKey().orElseThrow().toString());
            for (var peer : cut) {
              new Networks(session)
                  .node(rotation.network(), peer)
                  .ifPresent(
                      node -> ages.tell(session, known.network(), node, name + " has another key"));
            }
          });
    }
  }

  /** Goes a step, unless something happened since it was decided on. */
  private void step(KeyRotation rotation, Consumer<Session> work) {
    var network =
        database.write(session -> {
          if (!new Keys(session)
              .of(rotation.network(), rotation.node())
              .equals(Optional.of(rotation))) {
            return Optional.<StoredNetwork>empty();
          }
          work.accept(session);
          return new Networks(session).of(rotation.network());
        });
    network.ifPresent(changes::tell);
  }

  /** Whether a node is set up by what was said in the last step, or later. */
  private static boolean isAt(Optional<Hosts.HostStanding> standing, KeyRotation rotation) {
    return standing
        .filter(each -> each.applied().orElse(-1L) >= rotation.revision())
        .filter(each ->
            each.rejected().map(rejected -> rejected.revision()).orElse(-1L) < rotation.revision())
        .isPresent();
  }

  /** The peers with an agent that are not as far yet as the next step needs. */
  List<Name> waiting(StoredNetwork network, KeyRotation rotation) {
    if (rotation.state() == State.WANTED) {
      return List.of();
    }
    record Known(List<StoredNode> nodes, Map<NodeId, Hosts.HostStanding> standings) {}
    var known =
        database.read(session ->
            new Known(
                new Networks(session).nodes(network.id()),
                new Hosts(session).standings(network.id())));
    var name =
        known.nodes().stream()
            .filter(node -> node.id().equals(rotation.node()))
            .map(StoredNode::name)
            .findFirst();
    var peers = name.map(of -> ages.peers(network, of)).orElse(Set.of());
    return known.nodes().stream()
        .filter(node -> peers.contains(node.name()))
        .filter(node -> known.standings().containsKey(node.id()))
        .filter(node -> !isAt(Optional.ofNullable(known.standings().get(node.id())), rotation))
        .map(StoredNode::name)
        .toList();
  }

  /** Notes what happened to a node's key. */
  void audit(Session session, KeyRotation rotation, String action, String detail) {
    var networks = new Networks(session);
    var network = networks.of(rotation.network());
    var node = networks.node(rotation.network(), rotation.node());
    network.ifPresent(in ->
        node.ifPresent(of ->
            new Audit(session).add(clock.instant(), action, in.name(), of.name().text(), detail)));
  }
}
