package guywire.control.change;

import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Version;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeDocument;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What networks and their nodes shall be now, by what is kept of them. Safe for use by several
 * threads.
 */
public final class DesiredStates {

  /** Of so many networks what was read is kept. */
  private static final int KEPT = 8;

  private final Database database;
  private final Clock clock;
  private final WorkSlots slots;
  private final Plans plans = new Plans();

  /** A definition that was read, and of which version; empty if it can't be read any more. */
  private record Read(long version, Optional<Definition> definition) {}

  /** The newest of some networks: a version never changes, and a long one takes long to read. */
  private final Map<NetworkId, Read> definitions =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<NetworkId, Read> eldest) {
          return size() > KEPT;
        }
      };

  DesiredStates(Database database, Clock clock, WorkSlots slots) {
    this.database = database;
    this.clock = clock;
    this.slots = slots;
  }

  /** A network as it is kept now. */
  Snapshot snapshot(StoredNetwork network) {
    return database.read(session -> Snapshot.of(session, network, clock.instant()));
  }

  /** What the nodes of a network shall be. */
  public DesiredState of(Snapshot now) {
    return new DesiredState(now, plan(now), now.before().flatMap(this::plan));
  }

  private Optional<Network> plan(Snapshot now) {
    return plans.of(
        Plans.Inputs.of(now),
        inputs ->
            slots.when(() -> inputs.definition().flatMap(text -> plan(text, inputs.store()))));
  }

  private DesiredState now(StoredNetwork network) {
    return of(snapshot(network));
  }

  /** What a node shall be by the newest version; empty if it is none of its nodes. */
  public Optional<NodeConfig> config(StoredNetwork network, Name node) {
    return now(network).config(node);
  }

  /** The same as it is handed over, with the revision that it is of. */
  public Optional<NodeDocument> document(StoredNetwork network, StoredNode node) {
    return now(network).document(node);
  }

  /** The newest plan, with those who are not let in. */
  public Optional<Network> planned(StoredNetwork network) {
    return plan(snapshot(network));
  }

  /** The newest version as it is carried out: who is not let in is nobody's peer. */
  public Optional<NewestVersion> newest(StoredNetwork network) {
    var now = snapshot(network);
    return definition(now.network(), now::definition)
        .flatMap(read ->
            plan(now)
                .map(planned ->
                    new NewestVersion(
                        now.network().version(),
                        read,
                        planned.withNodes(
                            planned.nodes().stream()
                                .map(config -> CarriedOut.without(config, now.out()))
                                .toList()))));
  }

  /** The newest definition of a network, where it can be read. */
  public Optional<Definition> definition(StoredNetwork network) {
    var now = database.read(session -> new Networks(session).of(network.id()).orElse(network));
    return definition(
        now,
        () ->
            database
                .read(session -> new Networks(session).version(now.id(), now.version()))
                .map(Version::definition));
  }

  /** The newest definition as it was read before, or from its text. */
  private Optional<Definition> definition(StoredNetwork now, Supplier<Optional<String>> text) {
    synchronized (definitions) {
      var read = definitions.get(now.id());
      if (read != null && read.version() == now.version()) {
        return read.definition();
      }
    }
    var definition = text.get().flatMap(each -> Definition.parse("definition", each).definition());
    synchronized (definitions) {
      definitions.put(now.id(), new Read(now.version(), definition));
    }
    return definition;
  }

  static Optional<Network> plan(String text, PublicKeys keys) {
    return Definition.parse("definition", text)
        .definition()
        .flatMap(definition -> Planner.plan(definition, keys).network());
  }
}
