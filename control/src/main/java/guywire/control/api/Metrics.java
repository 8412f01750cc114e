package guywire.control.api;

import guywire.control.join.LiveNodes;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.TunnelKeys;
import guywire.control.tls.CertificateFiles;
import guywire.control.tls.ServerTls;
import guywire.network.json.NodeId;
import guywire.network.managed.Report;
import guywire.protocol.PublicKey;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The server, its networks, their managed nodes, tunnels and ways as numbers for Prometheus. Their
 * names are part of what others build on: docs/serve.md lists them, and docs/grafana.json shows
 * them.
 *
 * @param database who there is
 * @param nodes what they told
 * @param answers how many requests were answered
 * @param tls when its certificates end
 * @param clock what is lately
 */
record Metrics(Database database, LiveNodes nodes, Answers answers, ServerTls tls, Clock clock) {

  /** What is kept of a network. */
  private record Kept(
      StoredNetwork network,
      List<StoredNode> nodes,
      Map<TunnelKeys.Spare, PublicKey> spares,
      Map<NodeId, Hosts.HostStanding> standings,
      long waiting) {}

  Reply show(Call call) {
    var out = new Exposition();
    process(out);
    certificate(out, "own", tls.ownExpires());
    tls.given().flatMap(CertificateFiles::expires).ifPresent(at -> certificate(out, "given", at));
    var kept =
        database.read(session -> {
          var networks = new Networks(session);
          var hosts = new Hosts(session);
          return networks.all().stream()
              .map(network ->
                  new Kept(
                      network,
                      networks.nodes(network.id()),
                      new TunnelKeys(session).of(network.id()),
                      hosts.standings(network.id()),
                      hosts.waiting(network.id())))
              .toList();
        });
    kept.forEach(network -> network(out, network));
    kept.forEach(network -> managed(out, network));
    return new Reply.Text(Exposition.TYPE, Optional.empty(), out.text());
  }

  private void process(Exposition out) {
    var process = ProcessHandle.current().info();
    process
        .startInstant()
        .ifPresent(at ->
            out.gauge(
                "process_start_time_seconds",
                "When the server was started, in seconds since 1970.",
                at.getEpochSecond()));
    process
        .totalCpuDuration()
        .ifPresent(used ->
            out.counter(
                "process_cpu_seconds_total",
                "Time of processors that the server has used.",
                used.toMillis() / 1000.0));
    var machine = Runtime.getRuntime();
    out.gauge(
        "guywire_heap_bytes",
        "Memory that the server's objects use, with what is not collected yet.",
        machine.totalMemory() - machine.freeMemory());
    answers
        .all()
        .forEach((status, count) ->
            out.counter(
                "guywire_requests_total",
                "Requests that were answered, by status.",
                count,
                "status",
                String.valueOf(status)));
  }

  private static void certificate(Exposition out, String which, Instant expires) {
    out.gauge(
        "guywire_certificate_expires_timestamp_seconds",
        "When a certificate of the server ends, in seconds since 1970; given: for browsers.",
        expires.getEpochSecond(),
        "certificate",
        which);
  }

  private void network(Exposition out, Kept kept) {
    String name = kept.network().name().text();
    out.gauge(
        "guywire_network_version",
        "The number of a network's newest definition.",
        kept.network().version(),
        "network",
        name);
    out.gauge(
        "guywire_network_revision",
        "Counts the changes of what a network's nodes shall be.",
        kept.network().revision(),
        "network",
        name);
    var now = clock.instant();
    var states = new HashMap<String, Long>();
    for (var state : List.of("active", "paused", "expired", "waiting")) {
      states.put(state, 0L);
    }
    kept.nodes().forEach(node -> states.merge(state(node, now), 1L, Long::sum));
    states.forEach((state, count) ->
        out.gauge(
            "guywire_nodes",
            "Nodes and devices of a network; waiting: without a key.",
            count,
            "network",
            name,
            "state",
            state));
    out.gauge(
        "guywire_hosts_waiting",
        "Hosts that asked to be nodes and wait for a yes.",
        kept.waiting(),
        "network",
        name);
  }

  private static String state(StoredNode node, Instant now) {
    return node.isExpired(now)
        ? "expired"
        : node.paused() ? "paused" : node.publicKey().isEmpty() ? "waiting" : "active";
  }

  private void managed(Exposition out, Kept kept) {
    var names = Live.names(kept.nodes(), kept.spares());
    for (var node : kept.nodes()) {
      var standing = kept.standings().get(node.id());
      if (standing != null) {
        node(out, kept.network(), node, standing, names);
      }
    }
  }

  private void node(
      Exposition out,
      StoredNetwork network,
      StoredNode node,
      Hosts.HostStanding standing,
      Map<PublicKey, String> names) {
    var labels = new String[] {"network", network.name().text(), "node", node.name().text()};
    var state = nodes.of(node.id());
    boolean up = state.map(each -> each.isOnline(clock.instant())).orElse(false);
    out.gauge(
        "guywire_node_up", "Whether a managed node is connected: 1 or 0.", up ? 1 : 0, labels);
    state
        .map(LiveNodes.State::seen)
        .or(standing::seen)
        .ifPresent(seen ->
            out.gauge(
                "guywire_node_last_seen_timestamp_seconds",
                "When a managed node was heard of last.",
                seen.getEpochSecond(),
                labels));
    standing
        .applied()
        .ifPresent(revision ->
            out.gauge(
                "guywire_node_revision",
                "The revision that a managed node is set up by.",
                revision,
                labels));
    out.gauge(
        "guywire_node_rejected",
        "Whether a managed node went back from the newest document: 1 or 0.",
        standing.rejected().isPresent() ? 1 : 0,
        labels);
    state.ifPresent(each -> {
      each.peers().forEach(peer -> peer(out, labels, peer, names));
      each.report()
          .ifPresent(report -> {
            report.ways().forEach(way -> way(out, labels, way));
            forwards(out, labels, report.forwards());
          });
    });
  }

  private static void peer(
      Exposition out, String[] node, LiveNodes.LivePeer peer, Map<PublicKey, String> names) {
    var report = peer.report();
    var labels =
        with(
            node,
            "interface",
            report.tunnel().text(),
            "peer",
            names.getOrDefault(report.publicKey(), report.publicKey().toString()));
    peer.handshake()
        .ifPresent(at ->
            out.gauge(
                "guywire_peer_latest_handshake_timestamp_seconds",
                "When a managed node had the latest handshake with a peer.",
                at.getEpochSecond(),
                labels));
    out.counter(
        "guywire_peer_received_bytes_total",
        "What a managed node got from a peer.",
        report.receivedBytes(),
        labels);
    out.counter(
        "guywire_peer_sent_bytes_total",
        "What a managed node sent to a peer.",
        report.sentBytes(),
        labels);
  }

  private static void way(Exposition out, String[] node, Report.WayReport way) {
    var via = way.via().stream().map(name -> name.text()).collect(Collectors.joining(">"));
    var labels =
        with(
            with(node, "interface", way.tunnel().text()),
            "to",
            way.node().text(),
            "via",
            via.isEmpty() ? "direct" : via);
    out.gauge(
        "guywire_way_up",
        "Whether the way in use from a managed node to another answers: 1 or 0.",
        way.alive() ? 1 : 0,
        labels);
    way.roundTripMicros()
        .ifPresent(micros ->
            out.gauge(
                "guywire_way_round_trip_seconds",
                "How long an answer takes on the way in use from a managed node to another.",
                micros / 1e6,
                labels));
  }

  private static void forwards(Exposition out, String[] node, List<Report.ForwardReport> forwards) {
    out.gauge(
        "guywire_forwards",
        "How many ports a managed node forwards because somebody asked it to.",
        forwards.size(),
        node);
    out.gauge(
        "guywire_forward_connections",
        "How many connections are in what it forwards.",
        forwards.stream().mapToLong(Report.ForwardReport::connections).sum(),
        node);
  }

  private static String[] with(String[] labels, String... more) {
    var all = Arrays.copyOf(labels, labels.length + more.length);
    System.arraycopy(more, 0, all, labels.length, more.length);
    return all;
  }
}
