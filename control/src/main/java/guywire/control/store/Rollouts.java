package guywire.control.store;

import guywire.address.IpAddress;
import guywire.control.store.Rollout.State;
import guywire.control.store.Rollout.Trial;
import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.protocol.PublicKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The versions that are not everywhere yet.
 *
 * @param session the transaction they are seen and changed in
 */
public record Rollouts(Session session) {

  private static final String COLUMNS =
      "SELECT network, version, former, state, revision, trials, begun FROM rollouts";

  private static final String STEP = "UPDATE networks SET revision = revision + 1 WHERE id = ?";

  /**
   * What a network was before a version that is not everywhere yet.
   *
   * @param definition the text of the former version
   * @param addresses the addresses that its nodes had
   * @param keys the keys of managed nodes then
   * @param devices the nodes that were not managed
   */
  public record Former(
      String definition,
      Map<Name, List<IpAddress>> addresses,
      Map<Name, PublicKey> keys,
      Set<Name> devices) {
    /** Copies the collections. */
    public Former {
      addresses = Map.copyOf(addresses);
      keys = Map.copyOf(keys);
      devices = Set.copyOf(devices);
    }
  }

  /** All of them. */
  public List<Rollout> all() {
    return session.list(Rollouts::rollout, COLUMNS + " ORDER BY network");
  }

  /** That of a network, if its newest version is not everywhere. */
  public Optional<Rollout> of(NetworkId network) {
    return session.first(Rollouts::rollout, COLUMNS + " WHERE network = ?", network.text());
  }

  /** What a network was before. */
  public Optional<Former> former(Rollout rollout) {
    record Was(Name name, boolean managed, Optional<PublicKey> key, List<IpAddress> addresses) {}
    var nodes =
        session.list(
            row ->
                new Was(
                    new Name(row.text("name")),
                    row.number("managed") != 0,
                    row.optionalText("public_key").flatMap(PublicKey::parse),
                    addresses(row.text("addresses"))),
            "SELECT name, managed, public_key, addresses FROM rollout_nodes WHERE network = ?",
            rollout.network().text());
    var addresses = new HashMap<Name, List<IpAddress>>();
    var keys = new HashMap<Name, PublicKey>();
    var devices = new HashSet<Name>();
    for (var node : nodes) {
      if (!node.managed()) {
        devices.add(node.name());
      } else {
        node.key().ifPresent(key -> keys.put(node.name(), key));
      }
      if (!node.addresses().isEmpty()) {
        addresses.put(node.name(), node.addresses());
      }
    }
    return new Networks(session)
        .version(rollout.network(), rollout.former())
        .map(version -> new Former(version.definition(), addresses, keys, devices));
  }

  private static List<IpAddress> addresses(String text) {
    return text.isEmpty()
        ? List.of()
        : Arrays.stream(text.split(" ")).map(IpAddress::parse).toList();
  }

  /**
   * Keeps that a version is not everywhere, before anything else of it is kept. One that another
   * was not everywhere before takes its place.
   *
   * @param version the newest version
   */
  public void begin(NetworkId network, long version, Instant now) {
    var before = of(network);
    if (before.isPresent()) {
      if (before.get().state() != State.STOPPED) {
        say(before.get(), State.STOPPED, "version " + version + " came before it was everywhere");
      }
      session.update(
          "UPDATE rollouts SET version = ?, state = ?, trials = '', begun = ?,"
              + " revision = (SELECT revision FROM networks WHERE id = ?) WHERE network = ?",
          version,
          State.LANDED.word(),
          now.toEpochMilli(),
          network.text(),
          network.text());
      say(network, version, State.LANDED, "");
      return;
    }
    boolean isManaged =
        session
            .first(
                row -> row.text("id"),
                "SELECT id FROM hosts WHERE network = ? AND node IS NOT NULL LIMIT 1",
                network.text())
            .isPresent();
    if (!isManaged || version <= 1) {
      return;
    }
    session.update(
        "INSERT INTO rollouts (network, version, former, state, revision, trials, begun)"
            + " SELECT id, ?, ?, ?, revision, '', ? FROM networks WHERE id = ?",
        version,
        version - 1,
        State.LANDED.word(),
        now.toEpochMilli(),
        network.text());
    say(network, version, State.LANDED, "");
    session.update(
        "INSERT INTO rollout_nodes (network, name, managed, public_key, addresses)"
            + " SELECT n.network, n.name, CASE WHEN h.id IS NULL THEN 0 ELSE 1 END, n.public_key, ''"
            + " FROM nodes n LEFT JOIN hosts h ON h.network = n.network AND h.node = n.id"
            + " WHERE n.network = ?",
        network.text());
    new Networks(session)
        .addresses(network)
        .forEach((node, given) ->
            session.update(
                "UPDATE rollout_nodes SET addresses = ? WHERE network = ? AND name = ?",
                given.stream().map(IpAddress::toString).collect(Collectors.joining(" ")),
                network.text(),
                node.text()));
  }

  /** Has more nodes, or the first ones, have a version before the others. */
  public void choose(Rollout rollout, List<Trial> trials, Instant now) {
    session.update(STEP, rollout.network().text());
    session.update(
        "UPDATE rollouts SET state = ?, trials = ?, begun = ?,"
            + " revision = (SELECT revision FROM networks WHERE id = ?) WHERE network = ?",
        State.TRIED.word(),
        Rollout.text(trials),
        now.toEpochMilli(),
        rollout.network().text(),
        rollout.network().text());
    say(rollout, State.TRIED, "");
  }

  /** Keeps who was reached. */
  public void note(Rollout rollout, List<Trial> trials) {
    session.update(
        "UPDATE rollouts SET trials = ? WHERE network = ?",
        Rollout.text(trials),
        rollout.network().text());
  }

  /** Lets a version be everywhere. */
  public void release(Rollout rollout, String word) {
    session.update(STEP, rollout.network().text());
    session.update("DELETE FROM rollouts WHERE network = ?", rollout.network().text());
    session.update("DELETE FROM rollout_nodes WHERE network = ?", rollout.network().text());
    session.update(
        "UPDATE versions SET state = '', word = ? WHERE network = ? AND number = ?",
        word,
        rollout.network().text(),
        rollout.version());
  }

  /** Makes all again what the former version says. */
  public void stop(Rollout rollout, String why) {
    session.update(STEP, rollout.network().text());
    session.update(
        "UPDATE rollouts SET state = ?, trials = '',"
            + " revision = (SELECT revision FROM networks WHERE id = ?) WHERE network = ?",
        State.STOPPED.word(),
        rollout.network().text(),
        rollout.network().text());
    say(rollout, State.STOPPED, why);
  }

  private void say(Rollout rollout, State state, String word) {
    say(rollout.network(), rollout.version(), state, word);
  }

  private void say(NetworkId network, long version, State state, String word) {
    session.update(
        "UPDATE versions SET state = ?, word = ? WHERE network = ? AND number = ?",
        state.word(),
        word,
        network.text(),
        version);
  }

  private static Rollout rollout(Session.Row row) throws SQLException {
    return new Rollout(
        new NetworkId(row.text("network")),
        row.number("version"),
        row.number("former"),
        State.valueOf(row.text("state").toUpperCase(Locale.ROOT)),
        row.number("revision"),
        Rollout.trials(row.text("trials")),
        Instant.ofEpochMilli(row.number("begun")));
  }
}
