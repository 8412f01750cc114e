package guywire.control.store;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.protocol.PublicKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The networks, their definitions with every version, their nodes and the addresses these have.
 *
 * @param session the transaction they are seen and changed in
 */
public record Networks(Session session) {

  private static final String COLUMNS = "SELECT id, name, version, revision, created FROM networks";

  private static final String VERSIONS =
      "SELECT v.number, v.definition, u.name AS author, v.created, v.comment, v.state, v.word"
          + " FROM versions v JOIN users u ON u.id = v.author WHERE v.network = ?";

  private static final String NODES =
      "SELECT n.id, n.name, n.public_key, n.paused, n.expires, n.owner, u.name AS owner_name"
          + " FROM nodes n LEFT JOIN users u ON u.id = n.owner WHERE n.network = ?";

  /** The network of this name. */
  public Optional<StoredNetwork> named(Name name) {
    return session.first(Networks::network, COLUMNS + " WHERE name = ?", name.text());
  }

  /** The network of this identity. */
  public Optional<StoredNetwork> of(NetworkId id) {
    return session.first(Networks::network, COLUMNS + " WHERE id = ?", id.text());
  }

  /** All of them, by name. */
  public List<StoredNetwork> all() {
    return session.list(Networks::network, COLUMNS + " ORDER BY name");
  }

  /** How many there are. */
  public long count() {
    return session.first(row -> row.number("n"), "SELECT count(*) AS n FROM networks").orElse(0L);
  }

  /** Adds a network that has no version yet. */
  public StoredNetwork add(NetworkId id, Name name, Instant now) {
    session.update(
        "INSERT INTO networks (id, name, version, revision, created) VALUES (?, ?, 0, 0, ?)",
        id.text(),
        name.text(),
        now.toEpochMilli());
    return new StoredNetwork(id, name, 0, 0, now);
  }

  /**
   * Makes a text the newest version of a definition, if the newest is still the one expected.
   *
   * @return the number of the new version, or empty if another came first
   */
  public Optional<Long> addVersion(
      NetworkId network,
      long expected,
      String definition,
      User author,
      String comment,
      Instant now) {
    int moved =
        session.update(
            "UPDATE networks SET version = version + 1, revision = revision + 1"
                + " WHERE id = ? AND version = ?",
            network.text(),
            expected);
    if (moved == 0) {
      return Optional.empty();
    }
    session.update(
        "INSERT INTO versions (network, number, definition, author, created, comment)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        network.text(),
        expected + 1,
        definition,
        author.id(),
        now.toEpochMilli(),
        comment);
    return Optional.of(expected + 1);
  }

  /** A version of a definition. */
  public Optional<Version> version(NetworkId network, long number) {
    return session.first(Networks::version, VERSIONS + " AND v.number = ?", network.text(), number);
  }

  /** A page of the versions of a definition that are asked for, whatever the action. */
  public Page<Version> versions(NetworkId network, LogQuery query, Page.Wanted wanted) {
    String by = query.by().orElse("");
    var read =
        session.list(
            Networks::version,
            VERSIONS
                + " AND "
                + query.following("v.number")
                + " AND (u.name = ? OR ? = '') AND v.created >= ? AND v.created < ? AND "
                + LogQuery.contains("u.name", "v.comment")
                + query.order("v.number")
                + " LIMIT ?",
            network.text(),
            wanted.after(query.oldestFirst()),
            by,
            by,
            query.from(),
            query.to(),
            query.search(),
            query.pattern(),
            query.pattern(),
            wanted.limit() + 1);
    return Page.of(read, wanted, version -> String.valueOf(version.number()));
  }

  /** The nodes of a network, to be kept until its revision is another. */
  public KnownNodes known(StoredNetwork network) {
    // The revision first: what is read after it is not older.
    long revision = of(network.id()).map(StoredNetwork::revision).orElse(-1L);
    var nodes =
        session.list(
            row -> node(row, Optional.empty()),
            "SELECT id, name, public_key, paused, expires FROM nodes WHERE network = ?"
                + " ORDER BY name",
            network.id().text());
    return new KnownNodes(
        revision, nodes, new Keys(session).since(network.id()), addresses(network.id()));
  }

  /** Whose devices the nodes of a network are, those that are somebody's. */
  public Map<NodeId, User> owners(NetworkId network) {
    record Owned(NodeId node, User owner) {}
    return session
        .list(
            row ->
                new Owned(
                    new NodeId(row.text("id")),
                    new User(row.text("owner"), new Name(row.text("owner_name")))),
            "SELECT n.id, n.owner, u.name AS owner_name FROM nodes n JOIN users u"
                + " ON u.id = n.owner WHERE n.network = ?",
            network.text())
        .stream()
        .collect(Collectors.toMap(Owned::node, Owned::owner));
  }

  /** All nodes of a network. */
  public List<StoredNode> nodes(NetworkId network) {
    return session.list(Networks::node, NODES + " ORDER BY n.name", network.text());
  }

  /** The node of this name. */
  public Optional<StoredNode> node(NetworkId network, Name name) {
    return session.first(Networks::node, NODES + " AND n.name = ?", network.text(), name.text());
  }

  /** The node of this identity. */
  public Optional<StoredNode> node(NetworkId network, NodeId id) {
    return session.first(Networks::node, NODES + " AND n.id = ?", network.text(), id.text());
  }

  /** Keeps the nodes of a definition: new ones are added, those that are gone leave. */
  public void keepNodes(NetworkId network, Set<Name> names, RandomGenerator random) {
    var known = nodes(network);
    for (var node : known) {
      if (!names.contains(node.name())) {
        session.update("DELETE FROM tokens WHERE node = ?", node.id().text());
        session.update("DELETE FROM hosts WHERE node = ?", node.id().text());
        endRotation(node.id());
        session.update(
            "DELETE FROM nodes WHERE network = ? AND id = ?", network.text(), node.id().text());
      }
    }
    var there = known.stream().map(StoredNode::name).collect(Collectors.toSet());
    for (var name : names) {
      if (!there.contains(name)) {
        session.update(
            "INSERT INTO nodes (network, id, name, public_key) VALUES (?, ?, ?, NULL)",
            network.text(),
            NodeId.random(random).text(),
            name.text());
      }
    }
    new TunnelKeys(session).keepOnly(network, there, names);
  }

  /** Gives a node a public key, which is a change of what its peers shall be. */
  public void setKey(NetworkId network, NodeId node, PublicKey key, Instant now) {
    session.update(
        "UPDATE nodes SET public_key = ?, key_since = ?, key_told = 0"
            + " WHERE network = ? AND id = ?",
        key.toString(),
        now.toEpochMilli(),
        network.text(),
        node.text());
    endRotation(node);
    session.update("UPDATE networks SET revision = revision + 1 WHERE id = ?", network.text());
  }

  /** Takes a node's public keys away, so that it is nobody's until there is another. */
  public void forgetKey(NetworkId network, NodeId node) {
    node(network, node).ifPresent(known -> new TunnelKeys(session).forget(network, known.name()));
    session.update(
        "UPDATE nodes SET public_key = NULL WHERE network = ? AND id = ?",
        network.text(),
        node.text());
    endRotation(node);
    session.update("UPDATE networks SET revision = revision + 1 WHERE id = ?", network.text());
  }

  /** Whoever gets another key, or goes, does not change to the one that was announced. */
  private void endRotation(NodeId node) {
    session.update("DELETE FROM key_rotations WHERE node = ?", node.text());
  }

  /** Says whether and until when a node is let in, which is a change of what others shall be. */
  public void setLeave(NetworkId network, NodeId node, boolean paused, Optional<Instant> expires) {
    session.update(
        "UPDATE nodes SET paused = ?, expires = ?, ended = 0 WHERE network = ? AND id = ?",
        paused ? 1 : 0,
        expires.map(Instant::toEpochMilli),
        network.text(),
        node.text());
    session.update("UPDATE networks SET revision = revision + 1 WHERE id = ?", network.text());
  }

  /** Says whose device a node is; nobody's where no owner is given. */
  public void setOwner(NetworkId network, NodeId node, Optional<User> owner) {
    session.update(
        "UPDATE nodes SET owner = ? WHERE network = ? AND id = ?",
        owner.map(User::id),
        network.text(),
        node.text());
  }

  /** Whether nodes have expired that {@link #expire} was not called for. */
  public boolean hasExpired(Instant now) {
    return session
        .first(
            row -> row.text("network"),
            "SELECT network FROM nodes WHERE expires <= ? AND ended = 0 LIMIT 1",
            now.toEpochMilli())
        .isPresent();
  }

  /** Counts a change in each network of which nodes have expired since; those networks. */
  public List<StoredNetwork> expire(Instant now) {
    var networks =
        session.list(
            row -> new NetworkId(row.text("network")),
            "SELECT DISTINCT network FROM nodes WHERE expires <= ? AND ended = 0",
            now.toEpochMilli());
    for (var network : networks) {
      session.update(
          "UPDATE nodes SET ended = 1 WHERE network = ? AND expires <= ?",
          network.text(),
          now.toEpochMilli());
      session.update("UPDATE networks SET revision = revision + 1 WHERE id = ?", network.text());
    }
    return networks.stream().flatMap(id -> of(id).stream()).toList();
  }

  /** The tunnel addresses that nodes were given. */
  public Map<Name, List<IpAddress>> addresses(NetworkId network) {
    record Given(Name node, IpAddress address) {}
    var addresses = new LinkedHashMap<Name, List<IpAddress>>();
    session
        .list(
            row -> new Given(new Name(row.text("node")), IpAddress.parse(row.text("address"))),
            "SELECT node, address FROM addresses WHERE network = ? ORDER BY node, address",
            network.text())
        .forEach(given ->
            addresses.computeIfAbsent(given.node(), _ -> new ArrayList<>()).add(given.address()));
    return addresses;
  }

  /** Keeps the tunnel addresses of nodes in place of those they had. */
  public void keepAddresses(NetworkId network, Map<Name, List<IpAddress>> addresses) {
    addresses.forEach((node, given) -> {
      session.update(
          "DELETE FROM addresses WHERE network = ? AND node = ?", network.text(), node.text());
      for (var address : given) {
        session.update(
            "INSERT INTO addresses (network, node, address) VALUES (?, ?, ?)",
            network.text(),
            node.text(),
            address.toString());
      }
    });
  }

  static StoredNetwork network(Session.Row row) throws SQLException {
    return new StoredNetwork(
        new NetworkId(row.text("id")),
        new Name(row.text("name")),
        row.number("version"),
        row.number("revision"),
        Instant.ofEpochMilli(row.number("created")));
  }

  private static Version version(Session.Row row) throws SQLException {
    return new Version(
        row.number("number"),
        row.text("definition"),
        row.text("author"),
        Instant.ofEpochMilli(row.number("created")),
        row.text("comment"),
        Optional.of(row.text("state"))
            .filter(word -> !word.isEmpty())
            .map(word -> Rollout.State.valueOf(word.toUpperCase(Locale.ROOT))),
        row.text("word"));
  }

  private static StoredNode node(Session.Row row) throws SQLException {
    return node(row, owner(row));
  }

  private static StoredNode node(Session.Row row, Optional<User> owner) throws SQLException {
    return new StoredNode(
        new NodeId(row.text("id")),
        new Name(row.text("name")),
        row.optionalText("public_key").flatMap(PublicKey::parse),
        row.number("paused") != 0,
        row.optionalNumber("expires").map(Instant::ofEpochMilli),
        owner);
  }

  private static Optional<User> owner(Session.Row row) throws SQLException {
    var id = row.optionalText("owner");
    var name = row.optionalText("owner_name");
    return id.flatMap(known -> name.map(called -> new User(known, new Name(called))));
  }
}
