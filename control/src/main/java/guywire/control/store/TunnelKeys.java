package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.protocol.PublicKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The public keys of the tunnels that nodes have beside their usual ones, as the nodes told them.
 *
 * @param session the transaction they are seen and changed in
 */
public record TunnelKeys(Session session) {

  /**
   * A tunnel that a node has beside its usual one.
   *
   * @param node whose end it is
   * @param relay whom it leads to; the node itself for the end that all others lead to
   */
  public record Spare(Name node, Name relay) {}

  /** A key that was told, and when. */
  private record Told(Spare tunnel, PublicKey key, Instant since) {}

  private static final String COLUMNS =
      "SELECT node, relay, public_key, since FROM tunnel_keys WHERE network = ?";

  /** All of a network. */
  public Map<Spare, PublicKey> of(NetworkId network) {
    return session.list(TunnelKeys::told, COLUMNS, network.text()).stream()
        .collect(Collectors.toMap(Told::tunnel, Told::key));
  }

  /** When the key of a tunnel was told, if it was. */
  public Optional<Instant> since(NetworkId network, Spare tunnel) {
    return session
        .first(
            TunnelKeys::told,
            COLUMNS + " AND node = ? AND relay = ?",
            network.text(),
            tunnel.node().text(),
            tunnel.relay().text())
        .map(Told::since);
  }

  /** The tunnel of a node that has this key. */
  public Optional<Spare> having(NetworkId network, PublicKey key) {
    return session
        .first(
            TunnelKeys::told,
            COLUMNS + " AND public_key = ? AND node IN (SELECT name FROM nodes WHERE network = ?)",
            network.text(),
            key.toString(),
            network.text())
        .map(Told::tunnel);
  }

  /** Keeps the key of a tunnel, which is a change of what its peers shall be. */
  public void keep(NetworkId network, Spare tunnel, PublicKey key, Instant now) {
    // A node that is gone has no right to a key any more: its host may be another node now.
    session.update(
        "DELETE FROM tunnel_keys WHERE network = ? AND (public_key = ? OR (node = ? AND relay = ?))",
        network.text(),
        key.toString(),
        tunnel.node().text(),
        tunnel.relay().text());
    session.update(
        "INSERT INTO tunnel_keys (network, node, relay, public_key, since) VALUES (?, ?, ?, ?, ?)",
        network.text(),
        tunnel.node().text(),
        tunnel.relay().text(),
        key.toString(),
        now.toEpochMilli());
    session.update("UPDATE networks SET revision = revision + 1 WHERE id = ?", network.text());
  }

  /** Forgets the keys of a node: whoever has that name next has others. */
  void forget(NetworkId network, Name node) {
    session.update(
        "DELETE FROM tunnel_keys WHERE network = ? AND node = ?", network.text(), node.text());
  }

  /**
   * Keeps those that a change of a definition leaves: keys of nodes and relays that are gone by it
   * stay until the next, because until this one is everywhere the former still holds for some.
   *
   * @param before the nodes so far
   * @param after the nodes from now on
   */
  void keepOnly(NetworkId network, Set<Name> before, Set<Name> after) {
    for (var told : List.copyOf(of(network).keySet())) {
      boolean isKnown =
          (before.contains(told.node()) || after.contains(told.node()))
              && (before.contains(told.relay()) || after.contains(told.relay()));
      boolean isAnother = after.contains(told.node()) && !before.contains(told.node());
      if (!isKnown || isAnother) {
        session.update(
            "DELETE FROM tunnel_keys WHERE network = ? AND node = ? AND relay = ?",
            network.text(),
            told.node().text(),
            told.relay().text());
      }
    }
  }

  private static Told told(Session.Row row) throws SQLException {
    return new Told(
        new Spare(new Name(row.text("node")), new Name(row.text("relay"))),
        PublicKey.parse(row.text("public_key")).orElseThrow(() -> new SQLException("no key")),
        Instant.ofEpochMilli(row.number("since")));
  }
}
