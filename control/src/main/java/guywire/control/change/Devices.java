package guywire.control.change;

import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.Session;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.control.store.User;
import guywire.network.Name;
import guywire.network.Platform;
import guywire.network.json.NodeDocument;
import guywire.plan.definition.DefinitionText;
import guywire.protocol.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Devices without an agent: put into the definition and taken out of it as any change is, let in or
 * not meanwhile, given their keys by whoever holds them. Safe for use by several threads.
 */
public final class Devices {

  private final Database database;
  private final Changes changes;
  private final Clock clock;

  /** Devices of the networks in a database. */
  public Devices(Database database, Changes changes, Clock clock) {
    this.database = database;
    this.changes = changes;
    this.clock = clock;
  }

  /**
   * A device that somebody wants.
   *
   * @param name what it will be called
   * @param platform what it runs
   * @param hub the hub that it hangs on; empty where there is one
   * @param key its public key, if it is known already
   * @param expires from when on nobody lets it in
   * @param owner whose it will be
   */
  public record Wanted(
      Name name,
      Platform platform,
      Optional<Name> hub,
      Optional<PublicKey> key,
      Optional<Instant> expires,
      Optional<User> owner) {}

  /** Adds a device to the definition, if that is proven, with its key. */
  public ChangeOutcome add(Token by, StoredNetwork network, Wanted wanted) {
    var known = database.read(session -> new Networks(session).nodes(network.id()));
    if (known.stream().anyMatch(node -> node.name().equals(wanted.name()))) {
      return new ChangeOutcome.NameTaken(wanted.name().text());
    }
    if (wanted.key().isPresent()
        && known.stream().anyMatch(node -> node.publicKey().equals(wanted.key()))) {
      return new ChangeOutcome.KeyTaken();
    }
    var fields = new ArrayList<>(List.of("roaming: true"));
    fields.add("platform: " + wanted.platform().word());
    wanted.hub().ifPresent(hub -> fields.add("hub: \"" + hub + "\""));
    Map<Name, PublicKey> keys =
        wanted.key().map(key -> Map.of(wanted.name(), key)).orElse(Map.of());
    return changes.edit(
        by,
        network,
        new Edit(
            "device-added",
            wanted.name(),
            text ->
                text.flatMap(now -> new DefinitionText(now).with(wanted.name(), fields))
                    .map(DefinitionText::text),
            keys,
            List.of(),
            (networks, now) -> {
              var node = networks.node(now.id(), wanted.name()).orElseThrow();
              wanted
                  .key()
                  .ifPresent(key -> networks.setKey(now.id(), node.id(), key, clock.instant()));
              if (wanted.owner().isPresent()) {
                networks.setOwner(now.id(), node.id(), wanted.owner());
              }
              if (wanted.expires().isPresent()) {
                networks.setLeave(now.id(), node.id(), false, wanted.expires());
              }
            }));
  }

  /** Takes a device out of the definition, if that breaks no promise. */
  public ChangeOutcome delete(Token by, StoredNetwork network, StoredNode node) {
    return changes.edit(
        by,
        network,
        new Edit(
            "device-deleted",
            node.name(),
            text ->
                text.flatMap(now -> new DefinitionText(now).without(node.name()))
                    .map(DefinitionText::text),
            Map.of(),
            List.of(new Cut(node.name().text(), Optional.empty())),
            (_, _) -> {}));
  }

  /** Says whether and until when a device is let in; at once, and without a proof. */
  public StoredNode leave(
      Token by, StoredNetwork network, StoredNode node, boolean paused, Optional<Instant> expires) {
    var now =
        database.write(session -> {
          var networks = new Networks(session);
          networks.setLeave(network.id(), node.id(), paused, expires);
          audit(session, by, paused ? "device-paused" : "device-let-in", network, node);
          return networks.of(network.id()).orElse(network);
        });
    changes.tell(now);
    return new StoredNode(node.id(), node.name(), node.publicKey(), paused, expires, node.owner());
  }

  /** Says whose a device is; nobody's where no owner is given. */
  public void give(Token by, StoredNetwork network, StoredNode node, Optional<User> owner) {
    database.write(session -> {
      new Networks(session).setOwner(network.id(), node.id(), owner);
      new Audit(session)
          .add(
              clock.instant(),
              by,
              "device-given",
              Optional.of(network.name()),
              node.name().text(),
              owner.map(user -> user.name().text()).orElse(""));
      return true;
    });
  }

  /**
   * Makes a token with which somebody else gives the device its key, once; an earlier one is worth
   * nothing from then on.
   */
  public Token link(
      Token by, StoredNetwork network, StoredNode node, TokenSecret secret, Duration life) {
    var now = clock.instant();
    return database.write(session -> {
      var tokens = new Tokens(session);
      tokens.revoke(node.id());
      var made =
          tokens.add(
              secret,
              new Tokens.Wanted(
                  by.owner().name(),
                  node.name().text(),
                  Scope.DEVICE,
                  Optional.of(network.id()),
                  Optional.of(node.id()),
                  Optional.of(now.plus(life)),
                  Optional.of(1L)),
              now);
      audit(session, by, "device-linked", network, node);
      return made;
    });
  }

  /**
   * What a device shall be, with the key that its holder made: for a token that is for it alone,
   * and is used up by this.
   *
   * @return empty if the token was used meanwhile, or another node has the key
   */
  public Optional<NodeDocument> take(
      Token by, StoredNetwork network, StoredNode node, PublicKey key) {
    var outcome =
        changes.setKey(
            by, network, node, key, "device-taken", session -> new Tokens(session).use(by));
    return outcome == Changes.KeyOutcome.KEPT
        ? changes.desired().document(network, node)
        : Optional.empty();
  }

  private void audit(
      Session session, Token by, String action, StoredNetwork network, StoredNode node) {
    new Audit(session)
        .add(clock.instant(), by, action, Optional.of(network.name()), node.name().text(), "");
  }
}
