package guywire.control.api;

import guywire.control.join.LiveNodes;
import guywire.control.join.LiveNodes.LivePeer;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.StoredNode;
import guywire.control.store.TunnelKeys;
import guywire.control.store.User;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.managed.Report;
import guywire.protocol.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
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

  /**
   * Those of a network's nodes that are managed: whether each is there, what it is set up by, its
   * peers.
   */
  Map<NodeId, ObjectNode> nodes(NetworkId network, List<StoredNode> wanted) {
    record Known(Map<NodeId, Hosts.HostStanding> standings, Map<PublicKey, String> names) {}
    var known =
        database.read(session ->
            new Known(
                new Hosts(session).standings(network),
                names(new Networks(session).nodes(network), new TunnelKeys(session).of(network))));
    var forms = new HashMap<NodeId, ObjectNode>();
    for (var node : wanted) {
      Optional.ofNullable(known.standings().get(node.id()))
          .ifPresent(standing -> forms.put(node.id(), node(node.id(), standing, known.names())));
    }
    return forms;
  }

  private ObjectNode node(NodeId node, Hosts.HostStanding standing, Map<PublicKey, String> names) {
    var state = nodes.of(node);
    var now = clock.instant();
    var form = ApiJson.object();
    form.put("online", state.map(each -> each.isOnline(now)).orElse(false));
    state
        .map(LiveNodes.State::seen)
        .or(standing::seen)
        .ifPresent(seen -> form.put("last-seen", seen.toString()));
    standing.applied().ifPresent(revision -> form.put("revision", revision));
    standing.rejected().ifPresent(rejected -> rejected(form.putObject("rejected"), rejected));
    state
        .flatMap(LiveNodes.State::report)
        .ifPresent(report -> {
          form.put("program", report.program());
          var ways = form.putArray("ways");
          report.ways().forEach(way -> way(ways.addObject(), way));
          forwards(form, report, state.map(LiveNodes.State::seen).orElse(now));
        });
    var peers = form.putArray("peers");
    state.ifPresent(each ->
        each.peers()
            .forEach(peer -> {
              var one = peers.addObject();
              one.put("public-key", peer.report().publicKey().toString());
              one.put("interface", peer.report().tunnel().text());
              Optional.ofNullable(names.get(peer.report().publicKey()))
                  .ifPresent(name -> one.put("node", name));
              traffic(one, peer);
            }));
    return form;
  }

  /**
   * A node in a list.
   *
   * @param node the node
   * @param seen when it told of itself last, if it is managed and ever did
   * @param online whether it is there now; of others than managed nodes that is not known here
   */
  record ListedNode(StoredNode node, Optional<Instant> seen, boolean online) {}

  /** All nodes of a network, with what a list of them is put in order by. */
  List<ListedNode> listed(NetworkId network) {
    record Known(Map<NodeId, Hosts.HostStanding> standings, List<StoredNode> nodes) {}
    var known =
        database.read(session ->
            new Known(new Hosts(session).standings(network), new Networks(session).nodes(network)));
    var now = clock.instant();
    return known.nodes().stream()
        .map(node -> {
          var standing = Optional.ofNullable(known.standings().get(node.id()));
          var state = standing.flatMap(_ -> nodes.of(node.id()));
          return new ListedNode(
              node,
              state.map(LiveNodes.State::seen).or(() -> standing.flatMap(Hosts.HostStanding::seen)),
              state.map(each -> each.isOnline(now)).orElse(false));
        })
        .toList();
  }

  /** Whose a key is, also that of a tunnel beside the usual one. */
  static Map<PublicKey, String> names(
      List<StoredNode> all, Map<TunnelKeys.Spare, PublicKey> spares) {
    var names = new HashMap<PublicKey, String>();
    spares.forEach((tunnel, key) -> names.put(key, tunnel.node().text()));
    for (var node : all) {
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
    way.roundTripMicros().ifPresent(micros -> form.put("round-trip-microseconds", micros));
    way.notBest()
        .ifPresent(why -> {
          var words = form.putObject("not-best");
          words.put("english", why.english());
          words.put("chinese", why.chinese());
        });
  }

  private static void forwards(ObjectNode form, Report report, Instant told) {
    if (report.forwards().isEmpty()) {
      return;
    }
    var all = form.putArray("forwards");
    for (var each : report.forwards()) {
      var one = all.addObject();
      one.put("asker", each.asker().toString());
      one.put("address", each.address().toString());
      one.put("transport", each.transport().word());
      one.put("port", each.port());
      one.put("target", each.target().toString());
      one.put("target-port", each.targetPort());
      one.put("until", told.plusSeconds(each.secondsLeft()).toString());
      one.put("connections", each.connections());
      one.put("connections-so-far", each.connectionsSoFar());
      one.put("bytes", each.bytes());
    }
  }

  private static void traffic(ObjectNode form, LivePeer peer) {
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

  /** What a network's nodes told of their peers, by the peers' keys. */
  Map<PublicKey, LivePeer> peers(NetworkId network) {
    return nodes.peers(network);
  }

  /** The devices that a network's nodes told of, as those that have a tunnel to one see it. */
  private Map<NodeId, ObjectNode> devices(NetworkId network, List<StoredNode> wanted) {
    var peers = nodes.peers(network);
    var forms = new HashMap<NodeId, ObjectNode>();
    for (var device : wanted) {
      device
          .publicKey()
          .flatMap(key -> Optional.ofNullable(peers.get(key)))
          .ifPresent(peer -> forms.put(device.id(), device(peer)));
    }
    return forms;
  }

  /** A device, as the node that has a tunnel to it sees it. */
  ObjectNode device(LivePeer peer) {
    var form = ApiJson.object();
    form.put("online", isOnline(peer));
    traffic(form, peer);
    return form;
  }

  /** Whether a device has answered its peer lately. */
  boolean isOnline(LivePeer peer) {
    return peer.handshake().map(at -> clock.instant().isBefore(at.plus(HANDSHAKE))).orElse(false);
  }

  /** All of a network, for those who watch it: only the devices of one user where one is given. */
  ObjectNode all(NetworkId network, Optional<User> only) {
    var form = ApiJson.object();
    var all =
        database.read(session -> new Networks(session).nodes(network)).stream()
            .filter(node -> only.isEmpty() || node.owner().equals(only))
            .toList();
    var managed = nodes(network, all);
    var others =
        devices(network, all.stream().filter(node -> !managed.containsKey(node.id())).toList());
    put(form.putArray("nodes"), all, managed);
    put(form.putArray("devices"), all, others);
    return form;
  }

  private static void put(ArrayNode array, List<StoredNode> all, Map<NodeId, ObjectNode> live) {
    for (var node : all) {
      Optional.ofNullable(live.get(node.id()))
          .ifPresent(each -> array.addObject().put("name", node.name().text()).set("live", each));
    }
  }
}
