package guywire.control.store;

import guywire.control.store.KeyRotation.State;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How old the keys of nodes are, and the nodes that change theirs.
 *
 * @param session the transaction they are seen and changed in
 */
public record Keys(Session session) {

  private static final String COLUMNS =
      "SELECT network, node, state, other_key, revision, begun, grace_ends FROM key_rotations";

  private static final String STEP = "UPDATE networks SET revision = revision + 1 WHERE id = ?";

  /** All nodes that change their keys, those that began first before the others. */
  public List<KeyRotation> rotations() {
    return session.list(Keys::rotation, COLUMNS + " ORDER BY begun, network, node");
  }

  /** Those of a network. */
  public Map<NodeId, KeyRotation> rotations(NetworkId network) {
    return session.list(Keys::rotation, COLUMNS + " WHERE network = ?", network.text()).stream()
        .collect(Collectors.toMap(KeyRotation::node, each -> each));
  }

  /** That of a node, if it changes its key. */
  public Optional<KeyRotation> of(NetworkId network, NodeId node) {
    return session.first(
        Keys::rotation, COLUMNS + " WHERE network = ? AND node = ?", network.text(), node.text());
  }

  /** Keeps that a node is to change its key. */
  public KeyRotation begin(NetworkId network, NodeId node, Instant now, Instant graceEnds) {
    session.update(
        "INSERT INTO key_rotations (network, node, state, revision, begun, grace_ends)"
            + " VALUES (?, ?, ?, 0, ?, ?)",
        network.text(),
        node.text(),
        State.WANTED.word(),
        now.toEpochMilli(),
        graceEnds.toEpochMilli());
    new Replicas(session).touch(network);
    return of(network, node).orElseThrow();
  }

  /** Keeps the key that a node will have; its peers are to accept it from now on. */
  public void announce(KeyRotation rotation, PublicKey next) {
    step(rotation, State.ANNOUNCED, next);
  }

  /**
   * Makes the announced key the node's; its peers still accept the former.
   *
   * @param former the key that it had
   */
  public void switchOver(KeyRotation rotation, PublicKey former) {
    give(rotation);
    step(rotation, State.SWITCHED, former);
  }

  /** Makes the former key the node's again, and ends the change. */
  public void goBack(KeyRotation rotation) {
    give(rotation);
    end(rotation);
  }

  /** Ends a change that was made: the former key is worth nothing. */
  public void retire(KeyRotation rotation, Instant now) {
    session.update(
        "UPDATE nodes SET key_since = ?, key_told = 0 WHERE network = ? AND id = ?",
        now.toEpochMilli(),
        rotation.network().text(),
        rotation.node().text());
    end(rotation);
  }

  /** Ends a change: the node keeps the key that it has. */
  public void end(KeyRotation rotation) {
    session.update(
        "DELETE FROM key_rotations WHERE network = ? AND node = ?",
        rotation.network().text(),
        rotation.node().text());
    session.update(STEP, rotation.network().text());
  }

  private void give(KeyRotation rotation) {
    session.update(
        "UPDATE nodes SET public_key = ? WHERE network = ? AND id = ?",
        rotation.otherKey().map(PublicKey::toString),
        rotation.network().text(),
        rotation.node().text());
  }

  private void step(KeyRotation rotation, State state, PublicKey other) {
    session.update(STEP, rotation.network().text());
    session.update(
        "UPDATE key_rotations SET state = ?, other_key = ?,"
            + " revision = (SELECT revision FROM networks WHERE id = ?)"
            + " WHERE network = ? AND node = ?",
        state.word(),
        other.toString(),
        rotation.network().text(),
        rotation.network().text(),
        rotation.node().text());
  }

  /** For how long others have been waited for, as far as it was written. */
  public Duration waited(KeyRotation rotation) {
    return session
        .first(
            row -> Duration.ofMillis(row.number("waited")),
            "SELECT waited FROM key_rotations WHERE network = ? AND node = ? AND begun = ?",
            rotation.network().text(),
            rotation.node().text(),
            rotation.begun().toEpochMilli())
        .orElse(Duration.ZERO);
  }

  /** Writes that others have been waited for so much longer; false if there is no such change. */
  public boolean addWait(KeyRotation rotation, Duration more) {
    return session.update(
            "UPDATE key_rotations SET waited = waited + ?"
                + " WHERE network = ? AND node = ? AND begun = ?",
            more.toMillis(),
            rotation.network().text(),
            rotation.node().text(),
            rotation.begun().toEpochMilli())
        == 1;
  }

  /** A key as somebody has it: since when, and whether he was told that it is due. */
  private record Age(NodeId node, Instant since, boolean told) {}

  private List<Age> ages(NetworkId network) {
    return session.list(
        row ->
            new Age(
                new NodeId(row.text("id")),
                Instant.ofEpochMilli(row.optionalNumber("key_since").orElse(0L)),
                row.number("key_told") != 0),
        "SELECT id, key_since, key_told FROM nodes WHERE network = ? AND public_key IS NOT NULL",
        network.text());
  }

  /**
   * Since when the nodes of a network have their keys, those that have one; the beginning of 1970
   * if that was before it was noted.
   */
  public Map<NodeId, Instant> since(NetworkId network) {
    return ages(network).stream().collect(Collectors.toMap(Age::node, Age::since));
  }

  /** The nodes of which it was told that their keys are due. */
  public List<NodeId> told(NetworkId network) {
    return ages(network).stream().filter(Age::told).map(Age::node).toList();
  }

  /** Notes that it was told. */
  public void tell(NetworkId network, NodeId node) {
    session.update(
        "UPDATE nodes SET key_told = 1 WHERE network = ? AND id = ?", network.text(), node.text());
  }

  /** After how many days the keys of a network are due; 0 for never. */
  public long days(NetworkId network) {
    return session
        .first(
            row -> row.number("days"),
            "SELECT days FROM key_schedules WHERE network = ?",
            network.text())
        .orElse(0L);
  }

  /** Says after how many days the keys of a network are due; 0 for never. */
  public void setDays(NetworkId network, long days) {
    session.update("DELETE FROM key_schedules WHERE network = ?", network.text());
    if (days > 0) {
      session.update(
          "INSERT INTO key_schedules (network, days) VALUES (?, ?)", network.text(), days);
    }
  }

  /** The networks whose keys are due some day. */
  public List<NetworkId> scheduled() {
    return session.list(
        row -> new NetworkId(row.text("network")), "SELECT network FROM key_schedules");
  }

  private static KeyRotation rotation(Session.Row row) throws SQLException {
    return new KeyRotation(
        new NetworkId(row.text("network")),
        new NodeId(row.text("node")),
        State.valueOf(row.text("state").toUpperCase(Locale.ROOT)),
        row.optionalText("other_key").flatMap(PublicKey::parse),
        row.number("revision"),
        Instant.ofEpochMilli(row.number("begun")),
        Instant.ofEpochMilli(row.number("grace_ends")));
  }
}
