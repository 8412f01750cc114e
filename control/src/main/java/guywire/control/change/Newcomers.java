package guywire.control.change;

import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.Session;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.TunnelKeys;
import guywire.network.Name;
import guywire.plan.definition.DefinitionText;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Nodes with an agent that are put into a definition, as a change that is proven like any other.
 */
public final class Newcomers {

  private final Database database;
  private final Changes changes;

  /** Those of the networks in a database. */
  public Newcomers(Database database, Changes changes) {
    this.database = database;
    this.changes = changes;
  }

  /**
   * A node that is to be put into the definition.
   *
   * @param action what the audit calls it
   * @param name the node
   * @param fields what is said of it
   * @param memberOf the group that it is put into
   * @param key its public key
   */
  public record Newcomer(
      String action, Name name, List<String> fields, Optional<Name> memberOf, PublicKey key) {
    /** Copies the list. */
    public Newcomer {
      fields = List.copyOf(fields);
    }

    private Optional<String> in(String definition) {
      return new DefinitionText(definition)
          .with(name, fields)
          .flatMap(
              text -> memberOf.map(group -> text.withMember(group, name)).orElse(Optional.of(text)))
          .map(DefinitionText::text);
    }
  }

  /**
   * Puts a node into the newest version, or tells why not.
   *
   * @param beside what is done in the transaction that keeps it
   */
  public ChangeOutcome add(
      Token by, StoredNetwork network, Newcomer added, BiConsumer<Session, StoredNode> beside) {
    boolean taken =
        database.read(session ->
            new Networks(session)
                    .nodes(network.id()).stream()
                        .anyMatch(node -> node.publicKey().equals(Optional.of(added.key())))
                || new TunnelKeys(session).having(network.id(), added.key()).isPresent());
    if (taken) {
      return new ChangeOutcome.KeyTaken();
    }
    return changes.edit(
        by,
        network,
        new Edit(
            added.action(),
            added.name(),
            text -> text.flatMap(added::in),
            Map.of(added.name(), added.key()),
            List.of(),
            (networks, now) -> {
              var node = networks.node(now.id(), added.name()).orElseThrow();
              networks.setKey(now.id(), node.id(), added.key(), changes.now());
              beside.accept(networks.session(), node);
            }));
  }
}
