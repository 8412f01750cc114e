package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.json.RecordCodec;
import guywire.network.managed.HostDescription;
import guywire.network.managed.Report;
import guywire.protocol.PublicKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The hosts that asked to be nodes, and what the tokens grant that they come with.
 *
 * @param session the transaction they are seen and changed in
 */
public record Hosts(Session session) {

  private static final RecordCodec<HostDescription> FACTS = RecordCodec.of(HostDescription.class);

  private static final String COLUMNS =
      "SELECT id, network, node, state, name, member_of, public_key, identity, facts, address,"
          + " created FROM hosts";

  private static final String STANDING = "seen, applied, rejected, rejected_digest, rejected_why";

  /** Says what a token to join with grants. */
  public void invite(Token token, Invitation invitation) {
    session.update(
        "INSERT INTO invitations (token, name, member_of, approves) VALUES (?, ?, ?, ?)",
        token.id(),
        invitation.name().map(Name::text),
        invitation.memberOf().map(Name::text),
        invitation.approves() ? 1 : 0);
  }

  /** What a token grants to a host that joins with it. */
  public Optional<Invitation> invitation(Token token) {
    return session.first(
        row ->
            new Invitation(
                row.optionalText("name").map(Name::new),
                row.optionalText("member_of").map(Name::new),
                row.number("approves") != 0),
        "SELECT name, member_of, approves FROM invitations WHERE token = ?",
        token.id());
  }

  /** Adds a host. */
  public void add(StoredHost host) {
    session.update(
        "INSERT INTO hosts (id, network, state, name, member_of, public_key, identity, facts,"
            + " address, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        host.id().text(),
        host.network().text(),
        host.state().word(),
        host.name().text(),
        host.memberOf().map(Name::text),
        host.publicKey().toString(),
        host.identity(),
        FACTS.write(host.facts()),
        host.address(),
        host.created().toEpochMilli());
  }

  /** The host of this identity. */
  public Optional<StoredHost> of(NodeId id) {
    return session.first(Hosts::host, COLUMNS + " WHERE id = ?", id.text());
  }

  /** The host that has this key to prove who it is. */
  public Optional<StoredHost> withIdentity(String identity) {
    return session.first(Hosts::host, COLUMNS + " WHERE identity = ?", identity);
  }

  /** The host that is this node. */
  public Optional<StoredHost> ofNode(NetworkId network, NodeId node) {
    return session.first(
        Hosts::host, COLUMNS + " WHERE network = ? AND node = ?", network.text(), node.text());
  }

  /**
   * What hosts are found by in a list.
   *
   * @param id which it is
   * @param name what it would like to be called
   * @param state what became of its wish
   * @param address where it came from, as this server saw it
   * @param created since when it is kept
   */
  public record Listed(
      NodeId id, Name name, StoredHost.State state, String address, Instant created) {}

  /** The hosts of a network, without what they told of themselves. */
  public List<Listed> listed(NetworkId network) {
    return session.list(
        row ->
            new Listed(
                new NodeId(row.text("id")),
                new Name(row.text("name")),
                StoredHost.State.valueOf(row.text("state").toUpperCase(Locale.ROOT)),
                row.text("address"),
                Instant.ofEpochMilli(row.number("created"))),
        "SELECT id, name, state, address, created FROM hosts WHERE network = ?",
        network.text());
  }

  /** Makes a host a node; false if it is one already, or is gone. */
  public boolean approve(NodeId host, NodeId node) {
    return session.update(
            "UPDATE hosts SET state = ?, node = ? WHERE id = ? AND node IS NULL",
            StoredHost.State.APPROVED.word(),
            node.text(),
            host.text())
        == 1;
  }

  /** Keeps the WireGuard key that a host has now. */
  public void setKey(NodeId host, PublicKey key) {
    session.update("UPDATE hosts SET public_key = ? WHERE id = ?", key.toString(), host.text());
  }

  /** How many hosts of a network wait for an answer. */
  public long waiting(NetworkId network) {
    return session
        .first(
            row -> row.number("n"),
            "SELECT count(*) AS n FROM hosts WHERE network = ? AND state = ?",
            network.text(),
            StoredHost.State.WAITING.word())
        .orElse(0L);
  }

  /** Says no to a host that waits; false if it does not. */
  public boolean refuse(NodeId host) {
    return session.update(
            "UPDATE hosts SET state = ? WHERE id = ? AND state = ?",
            StoredHost.State.REFUSED.word(),
            host.text(),
            StoredHost.State.WAITING.word())
        == 1;
  }

  /** Keeps what a host tells: what it is, and what it did not become. */
  public void tell(NodeId host, Report report, Instant now) {
    session.update(
        "UPDATE hosts SET seen = ?, applied = ?, rejected = ?, rejected_digest = ?,"
            + " rejected_why = ? WHERE id = ?",
        now.toEpochMilli(),
        report.applied().map(Report.Applied::revision),
        report.rejected().map(Report.Rejected::revision),
        report.rejected().map(Report.Rejected::digest),
        report.rejected().map(Report.Rejected::why),
        host.text());
  }

  /** How far a host came. */
  public Optional<HostStanding> standing(NodeId host) {
    return session.first(
        Hosts::standing, "SELECT " + STANDING + " FROM hosts WHERE id = ?", host.text());
  }

  /**
   * A host as far as its orders go.
   *
   * @param host it
   * @param network its network
   * @param node the node that it is; empty until that is approved
   * @param rejected the document that it did not keep to
   */
  public record Ordered(
      NodeId host, NetworkId network, Optional<NodeId> node, Optional<Report.Rejected> rejected) {}

  private static final String ORDERED = "SELECT id, network, node, " + STANDING + " FROM hosts";

  /** A host as far as its orders go. */
  public Optional<Ordered> ordered(NodeId host) {
    return session.first(Hosts::ordered, ORDERED + " WHERE id = ?", host.text());
  }

  /** The same of all of a network. */
  public List<Ordered> ordered(NetworkId network) {
    return session.list(Hosts::ordered, ORDERED + " WHERE network = ?", network.text());
  }

  private static Ordered ordered(Session.Row row) throws SQLException {
    return new Ordered(
        new NodeId(row.text("id")),
        new NetworkId(row.text("network")),
        row.optionalText("node").map(NodeId::new),
        standing(row).rejected());
  }

  /**
   * How far a host came, by what it told.
   *
   * @param seen when it told something that was new
   * @param applied the revision that it is set up by
   * @param rejected the document that it did not keep to
   */
  public record HostStanding(
      Optional<Instant> seen, Optional<Long> applied, Optional<Report.Rejected> rejected) {}

  /** The nodes of a network that are hosts with an agent. */
  public Set<NodeId> managed(NetworkId network) {
    return session
        .list(
            row -> new NodeId(row.text("node")),
            "SELECT node FROM hosts WHERE network = ? AND node IS NOT NULL",
            network.text())
        .stream()
        .collect(Collectors.toSet());
  }

  /** How far each of a network's hosts came that are nodes. */
  public Map<NodeId, HostStanding> standings(NetworkId network) {
    record Of(NodeId node, HostStanding standing) {}
    return session
        .list(
            row -> new Of(new NodeId(row.text("node")), standing(row)),
            "SELECT node, " + STANDING + " FROM hosts WHERE network = ? AND node IS NOT NULL",
            network.text())
        .stream()
        .collect(Collectors.toMap(Of::node, Of::standing));
  }

  private static HostStanding standing(Session.Row row) throws SQLException {
    var revision = row.optionalNumber("rejected");
    var digest = row.optionalText("rejected_digest");
    return new HostStanding(
        row.optionalNumber("seen").map(Instant::ofEpochMilli),
        row.optionalNumber("applied"),
        revision.isPresent() && digest.isPresent()
            ? Optional.of(
                Report.Rejected.of(
                    revision.get(), digest.get(), row.optionalText("rejected_why").orElse("")))
            : Optional.empty());
  }

  /** Forgets a host. */
  public void remove(NodeId host) {
    session.update("DELETE FROM hosts WHERE id = ?", host.text());
  }

  private static StoredHost host(Session.Row row) throws SQLException {
    return new StoredHost(
        new NodeId(row.text("id")),
        new NetworkId(row.text("network")),
        row.optionalText("node").map(NodeId::new),
        StoredHost.State.valueOf(row.text("state").toUpperCase(Locale.ROOT)),
        new Name(row.text("name")),
        row.optionalText("member_of").map(Name::new),
        PublicKey.parse(row.text("public_key")).orElseThrow(() -> new SQLException("no key")),
        row.text("identity"),
        FACTS.read(row.text("facts")),
        row.text("address"),
        Instant.ofEpochMilli(row.number("created")));
  }
}
