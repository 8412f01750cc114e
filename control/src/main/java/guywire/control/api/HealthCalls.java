package guywire.control.api;

import static guywire.control.api.HealthFinding.Remedy.Kind.APPROVE;
import static guywire.control.api.HealthFinding.Remedy.Kind.PROLONG;

import guywire.control.api.HealthFinding.Source;
import guywire.control.change.Changes;
import guywire.control.change.NewestVersion;
import guywire.control.change.Preview;
import guywire.control.join.KeyAges;
import guywire.control.join.LiveNodes;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.tls.CertificateFiles;
import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.managed.Report;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import guywire.plan.definition.NodeEntry.Role;
import guywire.plan.definition.NodeEntry.Where;
import guywire.protocol.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a network fares: what the prover finds in its definition, what nodes tell and no longer tell,
 * what the server keeps that somebody has to see to.
 */
final class HealthCalls {

  /** A tunnel that is kept open has a new handshake within three minutes; with some delay. */
  private static final Duration QUIET = Duration.ofMinutes(5);

  /** So long before a device ends it is said. */
  private static final Duration SOON = Duration.ofDays(7);

  /** What is wrong in so many places has one cause; more are not read. */
  private static final int MOST = 500;

  private static final int KEPT = 16;

  /** What the prover said of a revision of a network. */
  /** So long it is told what an agent mended. */
  private static final Duration LATELY = Duration.ofHours(1);

  /** A report may be under way for some seconds, and by another server for some more. */
  private static final Duration WRONG = Duration.ofSeconds(60);

  private record Checked(long revision, Optional<Preview> preview) {}

  private final Database database;
  private final Changes changes;
  private final LiveNodes live;
  private final KeyAges ages;
  private final Optional<CertificateFiles> certificate;

  private final Map<NetworkId, Checked> checked =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<NetworkId, Checked> eldest) {
          return size() > KEPT;
        }
      };

  HealthCalls(
      Database database,
      Changes changes,
      LiveNodes live,
      KeyAges ages,
      Optional<CertificateFiles> certificate) {
    this.database = database;
    this.changes = changes;
    this.live = live;
    this.ages = ages;
    this.certificate = certificate;
  }

  Reply show(Call call) {
    var network = call.about();
    var all = new ArrayList<HealthFinding>();
    var newest = changes.desired().newest(network);
    certificate.ifPresent(files -> certificate(files, all));
    server(network, newest, call.now(), all);
    newest.ifPresent(known -> nodes(network, known, call.now(), all));
    check(network).ifPresent(preview -> definition(preview, all));
    all.sort(Comparator.comparing(HealthFinding::severity).thenComparing(HealthFinding::source));
    var form = ApiJson.object();
    var items = form.putArray("items");
    all.stream().limit(MOST).forEach(ailment -> items.add(ailment.form(call.locale())));
    form.put("left-out", Math.max(0, all.size() - MOST));
    return Reply.ok(form);
  }

  /** The proof takes its time, and is the same until something changes. */
  private Optional<Preview> check(StoredNetwork network) {
    synchronized (checked) {
      var known = checked.get(network.id());
      if (known != null && known.revision() == network.revision()) {
        return known.preview();
      }
    }
    var preview = changes.check(network);
    synchronized (checked) {
      checked.put(network.id(), new Checked(network.revision(), preview));
    }
    return preview;
  }

  private static void definition(Preview preview, List<HealthFinding> all) {
    for (Finding finding : preview.findings()) {
      all.add(
          new HealthFinding(
              Source.DEFINITION,
              finding.code(),
              finding.severity(),
              finding.node(),
              finding.place().line(),
              Optional.empty(),
              finding.what(),
              finding.mend(),
              Optional.empty(),
              Optional.empty()));
    }
    var said = new HashSet<Integer>();
    preview
        .broken()
        .forEach(broken -> {
          var promise = broken.promise();
          if (said.add(promise.place().line())) {
            all.add(broken(promise.text(), promise.place().line(), broken.why()));
          }
        });
    preview
        .brokenLookups()
        .forEach(broken -> {
          var lookup = broken.lookup();
          if (said.add(lookup.place().line())) {
            all.add(broken(lookup.text(), lookup.place().line(), broken.why()));
          }
        });
  }

  private static HealthFinding broken(String promise, int line, Optional<Text> why) {
    return new HealthFinding(
        Source.DEFINITION,
        "broken",
        Severity.ERROR,
        Optional.empty(),
        line,
        Optional.empty(),
        Text.of(HealthFinding.class, "health.broken", promise),
        why.orElseGet(() -> Text.of(HealthFinding.class, "health.broken.mend")),
        Optional.empty(),
        Optional.empty());
  }

  /** The one for browsers, which another program renews, or the server by an authority. */
  private static void certificate(CertificateFiles files, List<HealthFinding> all) {
    String file = files.certificate().toString();
    if (files.isDue()) {
      var ends = files.expires().map(Instant::toString).orElse("");
      all.add(HealthFinding.ofServer("certificate-ends", Severity.WARNING, file, ends));
    }
    files
        .refused()
        .ifPresent(why ->
            all.add(HealthFinding.ofServer("certificate-refused", Severity.WARNING, file, why)));
    files
        .unrenewed()
        .ifPresent(
            why -> all.add(HealthFinding.ofServer("certificate-not-got", Severity.WARNING, why)));
  }

  /** What is kept that somebody has to see to. */
  private void server(
      StoredNetwork network, Optional<NewestVersion> newest, Instant now, List<HealthFinding> all) {
    record Kept(List<Hosts.Listed> hosts, List<StoredNode> nodes) {}
    var kept =
        database.read(session ->
            new Kept(
                new Hosts(session).listed(network.id()),
                new Networks(session).nodes(network.id())));
    for (var host : kept.hosts()) {
      if (host.state() == StoredHost.State.WAITING) {
        String name = host.name().text();
        all.add(
            HealthFinding.of(
                    Source.SERVER, "host-waits", Severity.WARNING, name, name, host.address())
                .since(Optional.of(host.created()))
                .by(APPROVE, host.id().text()));
      }
    }
    var devices = newest.map(HealthCalls::devices).orElse(Set.of());
    var due = ages.due(network);
    for (var node : kept.nodes()) {
      if (due.contains(node.id())) {
        String name = node.name().text();
        all.add(HealthFinding.of(Source.SERVER, "key-due", Severity.WARNING, name, name));
      }
      keys(node, devices.contains(node.name()), now).ifPresent(all::add);
    }
  }

  private static Optional<HealthFinding> keys(StoredNode node, boolean device, Instant now) {
    String name = node.name().text();
    if (device && !node.paused() && node.isExpired(now)) {
      return Optional.of(
          HealthFinding.of(Source.SERVER, "device-ended", Severity.WARNING, name, name)
              .since(node.expires())
              .by(PROLONG, name));
    }
    if (device
        && !node.paused()
        && node.expires().filter(end -> end.isBefore(now.plus(SOON))).isPresent()) {
      return Optional.of(
          HealthFinding.of(Source.SERVER, "device-ends", Severity.INFO, name, name)
              .since(node.expires())
              .by(PROLONG, name));
    }
    if (node.publicKey().isEmpty()) {
      String code = device ? "device-without-key" : "node-without-key";
      var severity = device ? Severity.INFO : Severity.WARNING;
      return Optional.of(HealthFinding.of(Source.SERVER, code, severity, name, name));
    }
    return Optional.empty();
  }

  private static Set<Name> devices(NewestVersion newest) {
    return newest.definition().nodes().stream()
        .filter(entry -> entry.where() instanceof Where.Roaming && entry.role() == Role.PLAIN)
        .map(entry -> entry.name())
        .collect(Collectors.toSet());
  }

  /** What managed nodes tell, and that they tell nothing. */
  private void nodes(
      StoredNetwork network, NewestVersion newest, Instant now, List<HealthFinding> all) {
    record Known(Map<NodeId, Hosts.HostStanding> standings, List<StoredNode> nodes) {}
    var known =
        database.read(session ->
            new Known(
                new Hosts(session).standings(network.id()),
                new Networks(session).nodes(network.id())));
    var online = new HashMap<Name, LiveNodes.State>();
    for (var node : known.nodes()) {
      var standing = Optional.ofNullable(known.standings().get(node.id()));
      if (standing.isEmpty()) {
        continue;
      }
      var state = live.of(node.id()).filter(each -> each.isOnline(now));
      state.ifPresent(each -> online.put(node.name(), each));
      String name = node.name().text();
      if (state.isEmpty()) {
        var seen = live.of(node.id()).map(LiveNodes.State::seen).or(standing.get()::seen);
        all.add(
            HealthFinding.of(Source.NODE, "node-silent", Severity.ERROR, name, name).since(seen));
      }
      standing
          .get()
          .rejected()
          .ifPresent(rejected ->
              all.add(
                  HealthFinding.of(
                      Source.NODE,
                      "went-back",
                      Severity.ERROR,
                      name,
                      name,
                      String.valueOf(rejected.revision()),
                      rejected.why())));
    }
    online.forEach((name, state) -> {
      drift(name.text(), state, all);
      clock(name.text(), state, all);
    });
    quiet(newest, known.nodes(), online, now, all);
    versions(online, all);
  }

  /** What is not as a node was set up, and what its agent lately did about that. */
  private static void drift(String name, LiveNodes.State state, List<HealthFinding> all) {
    state
        .report()
        .ifPresent(report -> {
          for (var words : report.drift()) {
            all.add(said("drift", Severity.WARNING, name, words));
          }
          for (var mend : report.mends()) {
            if (mend.secondsAgo() < LATELY.toSeconds()) {
              var severity =
                  switch (mend.outcome()) {
                    case MENDED -> Severity.INFO;
                    case GIVEN_UP -> Severity.WARNING;
                    case FAILED -> Severity.ERROR;
                  };
              String code =
                  switch (mend.outcome()) {
                    case MENDED -> "mended";
                    case GIVEN_UP -> "tug-of-war";
                    case FAILED -> "not-mended";
                  };
              all.add(
                  said(code, severity, name, mend.words())
                      .since(Optional.of(state.seen().minusSeconds(mend.secondsAgo()))));
            }
          }
        });
  }

  /** One with words that a node brings. */
  private static HealthFinding said(
      String code, Severity severity, String name, Report.Words words) {
    return HealthFinding.of(Source.NODE, code, severity, name, name).saying(words);
  }

  /** A clock that is far from this server's. */
  private static void clock(String name, LiveNodes.State state, List<HealthFinding> all) {
    state
        .clockAhead()
        .filter(ahead -> ahead.abs().compareTo(WRONG) > 0)
        .ifPresent(ahead ->
            all.add(
                HealthFinding.of(
                    Source.NODE,
                    ahead.isNegative() ? "clock-behind" : "clock-ahead",
                    Severity.WARNING,
                    name,
                    name,
                    String.valueOf(ahead.abs().toSeconds()))));
  }

  /** Tunnels between managed nodes that should be open and are not, and ways that are dead. */
  private static void quiet(
      NewestVersion newest,
      List<StoredNode> nodes,
      Map<Name, LiveNodes.State> online,
      Instant now,
      List<HealthFinding> all) {
    var names = new HashMap<PublicKey, Name>();
    nodes.forEach(node -> node.publicKey().ifPresent(key -> names.put(key, node.name())));
    var said = new HashSet<Set<Name>>();
    online.forEach((name, state) -> {
      for (var peer : state.peers()) {
        var other = Optional.ofNullable(names.get(peer.report().publicKey()));
        boolean late = peer.handshake().map(at -> at.isBefore(now.minus(QUIET))).orElse(true);
        if (late
            && other.filter(online::containsKey).isPresent()
            && isKeptOpen(newest, name, other.get())
            && said.add(Set.of(name, other.get()))) {
          all.add(
              HealthFinding.of(
                      Source.NODE,
                      "tunnel-quiet",
                      Severity.WARNING,
                      name.text(),
                      name.text(),
                      other.get().text())
                  .since(peer.handshake()));
        }
      }
      state.report().map(Report::ways).orElse(List.of()).stream()
          .filter(way -> !way.alive())
          .forEach(way ->
              all.add(
                  HealthFinding.of(
                      Source.NODE,
                      "way-dead",
                      Severity.ERROR,
                      name.text(),
                      name.text(),
                      way.node().text())));
    });
  }

  /** Whether either end has a tunnel to the other refreshed, so that it is never quiet for long. */
  private static boolean isKeptOpen(NewestVersion newest, Name one, Name other) {
    return keeps(newest, one, other) || keeps(newest, other, one);
  }

  private static boolean keeps(NewestVersion newest, Name from, Name to) {
    return newest.network().node(from).stream()
        .flatMap(node -> node.interfaces().stream())
        .flatMap(tunnel -> tunnel.peers().stream())
        .anyMatch(peer -> peer.name().equals(Optional.of(to)) && peer.keepaliveSeconds() > 0);
  }

  /** Who runs another program than most. */
  private static void versions(Map<Name, LiveNodes.State> online, List<HealthFinding> all) {
    var programs = new HashMap<String, List<Name>>();
    online.forEach((name, state) ->
        state
            .report()
            .ifPresent(report ->
                programs.computeIfAbsent(report.program(), _ -> new ArrayList<>()).add(name)));
    var usual =
        programs.entrySet().stream()
            .max(
                Map.Entry.<String, List<Name>>comparingByValue(Comparator.comparingInt(List::size))
                    .thenComparing(Map.Entry.comparingByKey()));
    usual.ifPresent(most ->
        programs.forEach((program, names) -> {
          if (!program.equals(most.getKey())) {
            names.forEach(name ->
                all.add(
                    HealthFinding.of(
                        Source.NODE,
                        "other-version",
                        Severity.INFO,
                        name.text(),
                        name.text(),
                        program,
                        most.getKey())));
          }
        }));
  }
}
