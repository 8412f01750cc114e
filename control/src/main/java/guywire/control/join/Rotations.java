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
import guywire.control.store.Token;
import guywire.control.store.TunnelKeys;
import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How managed nodes change their WireGuard keys while connections go on: the node makes a key, its
 * peers are told to accept both, the node changes over, and the former key is worth nothing. Safe
 * for use by several threads.
 */
/*
 * Each step waits until all whom it concerns are at the revision of the one before. A peer that accepts both
 * keys follows the node by itself (agent.managed.LiveKeys), so nobody has to change over at the same moment,
 * and an agent or server that is started again in between changes nothing. A node that goes back from the
 * document with its new key still has the former, which its peers still accept.
 *
 * One node of a network changes over at a time: of two peers that did it at once, each would call the other by
 * the key that it had.
 */
public final class Rotations {

  private final Database database;
  private final Changes changes;
  private final Clock clock;
  private final KeyAges ages;
  private final Waits waits;
  private final RotationSteps steps;

  /** Those of the networks in a database. */
  Rotations(Database database, Changes changes, Clock clock) {
    this(database, changes, clock, System::nanoTime);
  }

  /**
   * The same by another clock that only goes on.
   *
   * @param nanos what it says
   */
  Rotations(Database database, Changes changes, Clock clock, LongSupplier nanos) {
    this.database = database;
    this.changes = changes;
    this.clock = clock;
    this.ages = new KeyAges(database, changes, clock);
    this.waits = new Waits(database, nanos);
    this.steps = new RotationSteps(database, changes, clock, waits, ages);
  }

  /** How old keys are. */
  public KeyAges ages() {
    return ages;
  }

  /** What became of a wish that a node changes its key. */
  public sealed interface Begun {

    /**
     * It is told to.
     *
     * @param rotation how far it is
     */
    record Done(KeyRotation rotation) implements Begun {}

    /** It has no agent that could. */
    record NotManaged() implements Begun {}

    /** It changes its key already. */
    record UnderWay() implements Begun {}

    /** The definition gives it a key, which counts. */
    record Declared() implements Begun {}

    /**
     * Peers without an agent would be cut off, as they have its key in a file.
     *
     * @param peers who
     */
    record NeedFiles(List<Name> peers) implements Begun {}
  }

  /**
   * Has a node change its key.
   *
   * @param grace so long peers that are away are waited for
   * @param despiteFiles whether peers without an agent may be cut off until they have new files
   */
  public Begun begin(
      Token by, StoredNetwork network, StoredNode node, Duration grace, boolean despiteFiles) {
    var host = database.read(session -> new Hosts(session).ofNode(network.id(), node.id()));
    if (host.isEmpty() || node.publicKey().isEmpty()) {
      return new Begun.NotManaged();
    }
    if (ages.isDeclared(network, node)) {
      return new Begun.Declared();
    }
    var cut = ages.unattended(network, node.name());
    if (!cut.isEmpty() && !despiteFiles) {
      return new Begun.NeedFiles(cut);
    }
    var begun =
        database.write(session -> {
          var made = begin(session, network, node, grace);
          if (made.isPresent()) {
            new Audit(session)
                .add(
                    clock.instant(),
                    by,
                    "key-rotation-begun",
                    Optional.of(network.name()),
                    node.name().text(),
                    "");
          }
          return made;
        });
    changes.tell(network);
    return begun.<Begun>map(Begun.Done::new).orElseGet(Begun.UnderWay::new);
  }

  private Optional<KeyRotation> begin(
      Session session, StoredNetwork network, StoredNode node, Duration grace) {
    return new Keys(session).of(network.id(), node.id()).isPresent()
        ? Optional.empty()
        : Optional.of(begun(session, network.id(), node.id(), grace));
  }

  private KeyRotation begun(Session session, NetworkId network, NodeId node, Duration grace) {
    var now = clock.instant();
    return new Keys(session).begin(network, node, now, now.plus(grace));
  }

  /** What became of a wish that a node keeps its key. */
  public enum Aborted {
    /** It keeps it. */
    DONE,
    /** It does not change it. */
    NOT_BEGUN,
    /** It changed over already. */
    TOO_LATE
  }

  /** Has a node keep its key, if it did not change over yet. */
  public Aborted abort(Token by, StoredNetwork network, StoredNode node) {
    var done =
        database.write(session -> {
          var keys = new Keys(session);
          var rotation = keys.of(network.id(), node.id());
          if (rotation.isEmpty()) {
            return Aborted.NOT_BEGUN;
          }
          if (rotation.get().state() == State.SWITCHED) {
            return Aborted.TOO_LATE;
          }
          keys.end(rotation.get());
          new Audit(session)
              .add(
                  clock.instant(),
                  by,
                  "key-rotation-aborted",
                  Optional.of(network.name()),
                  node.name().text(),
                  "");
          return Aborted.DONE;
        });
    tell(network);
    return done;
  }

  /** Says after how many days the keys of a network are due; 0 for never. */
  public void setDays(Token by, StoredNetwork network, long days) {
    database.write(session -> {
      new Keys(session).setDays(network.id(), days);
      new Audit(session)
          .add(
              clock.instant(),
              by,
              "key-schedule-set",
              Optional.of(network.name()),
              network.name().text(),
              days + " days");
      return true;
    });
  }

  /** What became of a key that a host announced. */
  public enum Announced {
    KEPT,
    /** Nobody asked for it. */
    NOT_ASKED,
    /** Another node has it. */
    TAKEN
  }

  /**
   * Keeps the key that a host will change to. A host that could not be what it was told says
   * unasked which key it has: this server may have been made from an old backup, and know a former
   * one.
   */
  Announced announce(StoredHost host, PublicKey key) {
    var done =
        database.write(session -> {
          var keys = new Keys(session);
          var networks = new Networks(session);
          var found = host.node().flatMap(id -> networks.node(host.network(), id));
          if (found.isEmpty()) {
            return Announced.NOT_ASKED;
          }
          var node = found.get();
          if (node.publicKey().equals(Optional.of(key))) {
            return Announced.KEPT;
          }
          boolean taken =
              networks.nodes(host.network()).stream()
                  .anyMatch(other -> other.publicKey().equals(Optional.of(key)));
          boolean wanted =
              keys.rotations(host.network()).values().stream()
                  .filter(other -> !other.node().equals(node.id()))
                  .anyMatch(other -> other.otherKey().equals(Optional.of(key)));
          boolean told = new TunnelKeys(session).having(host.network(), key).isPresent();
          if (taken || wanted || told) {
            return Announced.TAKEN;
          }
          var rotation =
              keys.of(host.network(), node.id())
                  .or(() ->
                      new Hosts(session)
                          .standing(host.id())
                          .flatMap(Hosts.HostStanding::rejected)
                          .map(_ -> begun(session, host.network(), node.id(), KeyAges.GRACE)));
          if (rotation.filter(each -> each.state() == State.WANTED).isPresent()) {
            keys.announce(rotation.get(), key);
            steps.audit(session, rotation.get(), "key-announced", key.toString());
          } else if (rotation.filter(each -> each.otherKey().equals(Optional.of(key))).isEmpty()) {
            return Announced.NOT_ASKED;
          }
          return Announced.KEPT;
        });
    database.read(session -> new Networks(session).of(host.network())).ifPresent(changes::tell);
    return done;
  }

  /** Goes the next step wherever it can be gone, and begins where a key is due. */
  public void look() {
    var rotations = database.read(session -> new Keys(session).rotations());
    waits.look(rotations);
    rotations.forEach(steps::advance);
    ages.look()
        .forEach(due ->
            database
                .write(session -> {
                  var begun = begin(session, due.network(), due.node(), KeyAges.GRACE);
                  begun.ifPresent(
                      each -> steps.audit(session, each, "key-rotation-begun", "it is due"));
                  return begun;
                })
                .ifPresent(_ -> tell(due.network())));
  }

  /** The peers with an agent that are not as far yet as the next step needs. */
  public List<Name> waiting(StoredNetwork network, KeyRotation rotation) {
    return steps.waiting(network, rotation);
  }

  /** When they are waited for no longer, if a server is there until then. */
  public Instant graceEnds(KeyRotation rotation) {
    var waited = database.<Duration>read(session -> new Keys(session).waited(rotation));
    return clock.instant().plus(rotation.grace()).minus(waited);
  }

  private void tell(StoredNetwork network) {
    database.read(session -> new Networks(session).of(network.id())).ifPresent(changes::tell);
  }
}
