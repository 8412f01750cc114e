package guywire.control.change;

import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.Rollouts;
import guywire.control.store.Session;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.TunnelKeys;
import guywire.control.store.Version;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Underlay;
import guywire.network.json.NetworkId;
import guywire.plan.definition.Definition;
import guywire.plan.definition.NodeEntry;
import guywire.protocol.PublicKey;
import guywire.prove.NetworkDiff;
import guywire.prove.NetworkDiff.Shift;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The only way in which a network changes: a new text is planned and proven as a whole, and lands
 * if it works, keeps its promises and cuts off nobody but whom its author names. Safe for use by
 * several threads.
 */
/*
 * Planning and proving take up to seconds and happen outside of any transaction. What they were made from
 * (the version, and the revision, which also counts keys) is looked at once more in the transaction that
 * keeps the change: if a key came meanwhile, all is proven again; if another version did, its author has
 * to look at that first.
 */
public final class Changes {

  /** So often a change is proven again because a key came meanwhile. */
  private static final int TRIES = 5;

  private final Database database;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  /** As many at once: each needs a processor of its own, and memory. */
  private final WorkSlots slots = new WorkSlots(2, 30);

  private final ChangeFeed feed = new ChangeFeed();
  private final DesiredStates desired;

  /** Changes of the networks in a database. */
  public Changes(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.desired = new DesiredStates(database, clock, slots);
  }

  /** What networks shall be by all changes so far. */
  public DesiredStates desired() {
    return desired;
  }

  /** Who tells of changes. */
  public ChangeFeed feed() {
    return feed;
  }

  /** What a change is proven to be. */
  private record Judged(Snapshot before, PublicKeys keys, Proof proof, Preview preview) {}

  /** What a change would do; nothing is changed. */
  public ChangeOutcome preview(StoredNetwork network, Proposal proposal) {
    var before = desired.snapshot(network);
    if (before.network().version() != proposal.expected()) {
      return new ChangeOutcome.Outdated(before.network().version());
    }
    var other = otherName(proposal, network.name());
    return other.isPresent()
        ? other.get()
        : new ChangeOutcome.Seen(judge(before, proposal).preview());
  }

  /**
   * What the planner and the prover say of the newest version, with the keys of today; without what
   * it changes.
   */
  public Optional<Preview> check(StoredNetwork network) {
    var before = desired.snapshot(network);
    return before
        .definition()
        .map(text ->
            slots.when(() -> {
              var proof = Proof.of(text, before.store());
              return new Preview(
                  proof.findings(),
                  proof.broken(),
                  proof.brokenLookups(),
                  Optional.empty(),
                  List.of(),
                  proof.holds());
            }));
  }

  /** Lets a change land, or tells why not. */
  public ChangeOutcome apply(Token by, StoredNetwork network, Proposal proposal) {
    return apply(by, network, proposal, "definition-changed");
  }

  /** Makes a former version the newest again, as a change like any other. */
  public ChangeOutcome restore(Token by, StoredNetwork network, Version version, Proposal wanted) {
    var proposal =
        new Proposal(version.definition(), wanted.expected(), wanted.comment(), wanted.cuts());
    return apply(by, network, proposal, "version-" + version.number() + "-restored");
  }

  private ChangeOutcome apply(Token by, StoredNetwork network, Proposal proposal, String action) {
    for (int i = 0; i < TRIES; i++) {
      var before = desired.snapshot(network);
      if (before.network().version() != proposal.expected()) {
        return new ChangeOutcome.Outdated(before.network().version());
      }
      var other = otherName(proposal, network.name());
      if (other.isPresent()) {
        return other.get();
      }
      var judged = judge(before, proposal);
      if (!judged.preview().lands()) {
        return new ChangeOutcome.Refused(judged.preview());
      }
      var landed =
          database.write(session -> keep(session, by, judged, proposal, action, cuts(proposal)));
      if (landed.isPresent()) {
        feed.tell(landed.get());
        return new ChangeOutcome.Landed(landed.get(), judged.preview());
      }
    }
    throw new Busy();
  }

  /** Lets a change by a program land in the newest version, or tells why not. */
  ChangeOutcome edit(Token by, StoredNetwork network, Edit edit) {
    for (int i = 0; i < TRIES; i++) {
      var before = desired.snapshot(network).with(edit.keys());
      var text = edit.text().apply(before.definition());
      if (text.isEmpty()) {
        return new ChangeOutcome.NotEditable();
      }
      var proposal = new Proposal(text.get(), before.network().version(), "", edit.cuts());
      var judged = judge(before, proposal);
      if (!judged.preview().lands()) {
        return new ChangeOutcome.Refused(judged.preview());
      }
      var landed =
          database.write(session -> {
            var kept = keep(session, by, judged, proposal, edit.action(), edit.subject().text());
            var networks = new Networks(session);
            kept.ifPresent(now -> edit.beside().accept(networks, now));
            return kept.flatMap(now -> networks.of(now.id()));
          });
      if (landed.isPresent()) {
        feed.tell(landed.get());
        return new ChangeOutcome.Landed(landed.get(), judged.preview());
      }
    }
    throw new Busy();
  }

  /** Tells of what was changed in another way than by a text. */
  public void tell(StoredNetwork network) {
    feed.tell(network);
  }

  /** Tells of the networks of which nodes have expired since it was called last. */
  public void expire() {
    var now = clock.instant();
    if (database.<Boolean>read(session -> new Networks(session).hasExpired(now))) {
      database.write(session -> new Networks(session).expire(now)).forEach(feed::tell);
    }
  }

  /** Makes a network from its first definition, which says what it is called. */
  public ChangeOutcome create(Token by, Proposal proposal) {
    var name = Definition.parse("definition", proposal.definition()).definition();
    var id = NetworkId.random(random);
    var fresh =
        new StoredNetwork(
            id, name.map(Definition::name).orElse(new Name("unnamed")), 0, 0, clock.instant());
    var judged = judge(Snapshot.fresh(fresh), proposal);
    if (!judged.preview().lands()) {
      return new ChangeOutcome.Refused(judged.preview());
    }
    var landed =
        database.write(session -> {
          var networks = new Networks(session);
          if (networks.named(fresh.name()).isPresent()) {
            return Optional.<StoredNetwork>empty();
          }
          networks.add(id, fresh.name(), clock.instant());
          return keep(session, by, judged, proposal, "network-made", "");
        });
    if (landed.isEmpty()) {
      return new ChangeOutcome.OtherName(fresh.name().text());
    }
    feed.tell(landed.get());
    return new ChangeOutcome.Landed(landed.get(), judged.preview());
  }

  /** What changes from one version to another, with the keys and addresses of today. */
  public Optional<NetworkDiff> compare(StoredNetwork network, Version one, Version other) {
    var before = desired.snapshot(network);
    return slots.when(() -> {
      var keys = before.store();
      var from = DesiredStates.plan(one.definition(), keys);
      var to = DesiredStates.plan(other.definition(), keys);
      return from.flatMap(first -> to.map(second -> NetworkDiff.of(first, second)));
    });
  }

  /** The time of this server. */
  Instant now() {
    return clock.instant();
  }

  /** What became of a node's new key. */
  public enum KeyOutcome {
    KEPT,
    /** The definition says another, which counts. */
    DECLARED_OTHERWISE,
    /** Another node has it. */
    TAKEN
  }

  /** Takes a node's public key, which its peers are to have from now on. */
  public KeyOutcome setKey(Token by, StoredNetwork network, StoredNode node, PublicKey key) {
    return setKey(by, network, node, key, "key-changed", _ -> true);
  }

  /**
   * The same, where more is asked of the moment in which it is done.
   *
   * @param action what the audit calls it
   * @param condition what must be so, or else the key counts as taken; it may change something
   */
  public KeyOutcome setKey(
      Token by,
      StoredNetwork network,
      StoredNode node,
      PublicKey key,
      String action,
      Predicate<Session> condition) {
    for (var entry : entries(desired.snapshot(network))) {
      boolean same = entry.publicKey().equals(Optional.of(key));
      if (entry.name().equals(node.name()) && entry.publicKey().isPresent() && !same) {
        return KeyOutcome.DECLARED_OTHERWISE;
      }
      if (!entry.name().equals(node.name()) && same) {
        return KeyOutcome.TAKEN;
      }
    }
    var changed =
        database.write(session -> {
          var networks = new Networks(session);
          boolean taken =
              networks.nodes(network.id()).stream()
                      .filter(other -> !other.id().equals(node.id()))
                      .anyMatch(other -> other.publicKey().equals(Optional.of(key)))
                  || new TunnelKeys(session).having(network.id(), key).isPresent();
          if (taken || !condition.test(session)) {
            return Optional.<StoredNetwork>empty();
          }
          networks.setKey(network.id(), node.id(), key, clock.instant());
          new Audit(session)
              .add(
                  clock.instant(),
                  by,
                  action,
                  Optional.of(network.name()),
                  node.name().text(),
                  key.toString());
          return networks.named(network.name());
        });
    changed.ifPresent(feed::tell);
    return changed.isPresent() ? KeyOutcome.KEPT : KeyOutcome.TAKEN;
  }

  private static List<NodeEntry> entries(Snapshot before) {
    return before
        .definition()
        .flatMap(text -> Definition.parse("definition", text).definition())
        .map(Definition::nodes)
        .orElse(List.of());
  }

  private static Optional<ChangeOutcome> otherName(Proposal proposal, Name name) {
    return Definition.parse("definition", proposal.definition())
        .definition()
        .map(Definition::name)
        .filter(other -> !other.equals(name))
        .map(other -> new ChangeOutcome.OtherName(other.text()));
  }

  private Judged judge(Snapshot before, Proposal proposal) {
    return slots.when(() -> {
      var keys = before.store();
      var old = before.definition().flatMap(text -> DesiredStates.plan(text, keys));
      var proof = Proof.of(proposal.definition(), keys);
      var difference =
          proof.network().map(after -> NetworkDiff.of(old.orElse(nothing(after)), after));
      List<Shift> refused =
          difference.map(NetworkDiff::lost).orElse(List.of()).stream()
              .filter(lost -> !Cut.allow(proposal.cuts(), lost))
              .toList();
      var preview =
          new Preview(
              proof.findings(),
              proof.broken(),
              proof.brokenLookups(),
              difference,
              refused,
              proof.holds());
      return new Judged(before, keys, proof, preview);
    });
  }

  /** What was before a network was: its world, and none of its nodes. */
  private static Network nothing(Network after) {
    return new Network(
        after.name(), new Underlay(List.of(), List.of(), Map.of()), List.of(), List.of());
  }

  /** Keeps a change that was proven, unless what it was proven from has changed. */
  private Optional<StoredNetwork> keep(
      Session session, Token by, Judged judged, Proposal proposal, String action, String detail) {
    var networks = new Networks(session);
    var was = judged.before().network();
    var now = networks.named(was.name());
    if (now.isEmpty() || now.get().revision() != was.revision()) {
      return Optional.empty();
    }
    var at = clock.instant();
    var number =
        networks.addVersion(
            was.id(),
            proposal.expected(),
            proposal.definition(),
            by.owner(),
            proposal.comment(),
            at);
    if (number.isEmpty()) {
      return Optional.empty();
    }
    new Rollouts(session).begin(was.id(), number.get(), at);
    var nodes =
        judged.proof().network().orElseThrow().nodes().stream()
            .map(NodeConfig::name)
            .collect(Collectors.toSet());
    networks.keepNodes(was.id(), nodes, random);
    keepDeclared(networks, judged.proof().declared(), was.id(), at);
    networks.keepAddresses(was.id(), judged.keys().addresses());
    new Audit(session)
        .add(at, by, action, Optional.of(was.name()), "version " + number.get(), detail);
    return networks.named(was.name());
  }

  /** Whoever looks at the nodes sees the keys that their peers are told. */
  private static void keepDeclared(
      Networks networks, Map<Name, PublicKey> declared, NetworkId network, Instant at) {
    if (declared.isEmpty()) {
      return;
    }
    for (var node : networks.nodes(network)) {
      Optional.ofNullable(declared.get(node.name()))
          .filter(key -> !node.publicKey().equals(Optional.of(key)))
          .ifPresent(key -> networks.setKey(network, node.id(), key, at));
    }
  }

  private static String cuts(Proposal proposal) {
    return proposal.cuts().stream().map(Cut::toString).collect(Collectors.joining(", "));
  }
}
