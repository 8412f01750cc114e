package guywire.control.api;

import guywire.control.join.LiveNodes;
import guywire.control.join.LiveNodes.Peer;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.StoredNode;
import guywire.network.json.NetworkId;
import guywire.network.managed.Report;
import guywire.protocol.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What nodes and devices are doing, as the API shows it: by what the nodes told last.
 *
 * @param database who they are
 * @param nodes what they told
 * @param clock what is lately
 */
record Live(Database database, LiveNodes nodes, Clock clock) {

  /**
   * WireGuard makes a new handshake within two minutes of traffic; with some delay (whitepaper
   * 6.1).
   */
  private static final Duration HANDSHAKE = Duration.ofSeconds(180);

  /** A node: whether it is there, what it is set up by, its peers. Empty if it is not managed. */
  Optional<ObjectNode> node(NetworkId network, StoredNode node) {
    record Told(Hosts.Standing standing, Map<PublicKey, String> names) {}
    var told =
        database.read(session -> {
          var hosts = new Hosts(session);
          return hosts
              .ofNode(network, node.id())
              .flatMap(host -> hosts.standing(host.id()))
              .map(standing -> new Told(standing, names(new Networks(session), network)));
        });
    return told.map(known -> {
      var state = nodes.of(node.id());
      var now = clock.instant();
      var form = ApiJson.object();
      form.put("online", state.map(each -> each.isOnline(now)).orElse(false));
      state
          .map(LiveNodes.State::seen)
          .or(known.standing()::seen)
          .ifPresent(seen -> form.put("last-seen", seen.toString()));
      known.standing().applied().ifPresent(revision -> form.put("revision", revision));
      known
          .standing()
          .rejected()
          .ifPresent(rejected -> rejected(form.putObject("rejected"), rejected));
      state
          .flatMap(LiveNodes.State::report)
          .ifPresent(report -> {
            form.put("program", report.program());
            var ways = form.putArray("ways");
            report.ways().forEach(way -> way(ways.addObject(), way));
          });
      var peers = form.putArray("peers");
      state.ifPresent(each ->
          each.peers()
              .forEach(peer -> {
                var one = peers.addObject();
                one.put("public-key", peer.report().publicKey().toString());
                one.put("interface", peer.report().tunnel().text());
                Optional.ofNullable(known.names().get(peer.report().publicKey()))
                    .ifPresent(name -> one.put("node", name));
                traffic(one, peer);
              }));
      return form;
    });
  }

  private static Map<PublicKey, String> names(Networks networks, NetworkId network) {
    var names = new HashMap<PublicKey, String>();
    for (var node : networks.nodes(network)) {
      node.publicKey().ifPresent(key -> names.put(key, node.name().text()));
    }
    return names;
  }

  private static void rejected(ObjectNode form, Report.Rejected rejected) {
    form.put("revision", rejected.revision());
    form.put("why", rejected.why());
  }

  private static void way(ObjectNode form, Report.WayReport way) {
    form.put("node", way.node().text());
    form.put("interface", way.tunnel().text());
    var via = form.putArray("via");
    way.via().forEach(name -> via.add(name.text()));
    form.put("alive", way.alive());
  }

  private static void traffic(ObjectNode form, Peer peer) {
    peer.handshake().ifPresent(at -> form.put("latest-handshake", at.toString()));
    peer.report().endpoint().ifPresent(endpoint -> form.put("endpoint", endpoint));
    form.put("received-bytes", peer.report().receivedBytes());
    form.put("sent-bytes", peer.report().sentBytes());
    peer.rate()
        .ifPresent(rate -> {
          form.put("received-bytes-per-second", rate.received());
          form.put("sent-bytes-per-second", rate.sent());
        });
  }

  /** A device, as the nodes that have a tunnel to it see it. Empty if none told of it. */
  Optional<ObjectNode> device(NetworkId network, StoredNode device) {
    return device
        .publicKey()
        .flatMap(key -> nodes.peer(network, key))
        .map(peer -> {
          var form = ApiJson.object();
          form.put("online", isLate(peer.handshake()));
          traffic(form, peer);
          return form;
        });
  }

  private boolean isLate(Optional<Instant> handshake) {
    return handshake.map(at -> clock.instant().isBefore(at.plus(HANDSHAKE))).orElse(false);
  }

  /** All of a network, for those who watch it. */
  ObjectNode all(NetworkId network) {
    var form = ApiJson.object();
    var managed = form.putArray("nodes");
    var others = form.putArray("devices");
    for (var node : database.read(session -> new Networks(session).nodes(network))) {
      var live = node(network, node);
      live.ifPresent(each -> managed.addObject().put("name", node.name().text()).set("live", each));
      if (live.isEmpty()) {
        device(network, node)
            .ifPresent(
                each -> others.addObject().put("name", node.name().text()).set("live", each));
      }
    }
    return form;
  }
}
