package guywire.control.store;

import guywire.network.json.NetworkId;
import java.net.URI;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Who is told of what happened to nodes, and what that was.
 *
 * @param session the transaction they are seen and changed in
 */
public record Webhooks(Session session) {

  /** As many webhooks there are at most. */
  public static final int MOST = 50;

  /** As many events are kept; who was not told of an older one is told of those that are left. */
  private static final int EVENTS = 10_000;

  private static final int ID_BYTES = 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final String COLUMNS =
      "SELECT id, url, secret, network, created, sent, tries, due, outcome FROM webhooks";

  /** Notes that something happened; its number is given here. */
  public void happened(Instant at, String kind, String network, String subject, String detail) {
    session.update(
        "INSERT INTO events (number, at, kind, network, subject, detail)"
            + " SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ? FROM events",
        at.toEpochMilli(),
        kind,
        network,
        subject,
        detail);
    session.update(
        "DELETE FROM events WHERE number <= (SELECT max(number) FROM events) - ?", (long) EVENTS);
  }

  /** Adds a webhook, which is told of what happens from now on; empty if there are enough. */
  public Optional<Webhook> add(
      URI url, HookSecret secret, Optional<NetworkId> network, Instant now) {
    if (count("SELECT count(*) AS n FROM webhooks") >= MOST) {
      return Optional.empty();
    }
    byte[] id = new byte[ID_BYTES];
    RANDOM.nextBytes(id);
    long last = count("SELECT coalesce(max(number), 0) AS n FROM events");
    var made =
        new Webhook(HexFormat.of().formatHex(id), url, secret, network, now, last, 0, now, "");
    session.update(
        "INSERT INTO webhooks (id, url, secret, network, created, sent, tries, due, outcome)"
            + " VALUES (?, ?, ?, ?, ?, ?, 0, ?, '')",
        made.id(),
        url.toString(),
        secret.reveal(),
        network.map(NetworkId::text),
        now.toEpochMilli(),
        last,
        now.toEpochMilli());
    return Optional.of(made);
  }

  private long count(String sql) {
    return session.first(row -> row.number("n"), sql).orElse(0L);
  }

  /** Whether anybody is told of anything. */
  public boolean isAny() {
    return count("SELECT count(*) AS n FROM webhooks") > 0;
  }

  /** The webhook of this identity. */
  public Optional<Webhook> of(String id) {
    return session.first(Webhooks::webhook, COLUMNS + " WHERE id = ?", id);
  }

  /** All webhooks. */
  public List<Webhook> all() {
    return session.list(Webhooks::webhook, COLUMNS);
  }

  /** Those that may be told of something now. */
  public List<Webhook> due(Instant now) {
    return session.list(Webhooks::webhook, COLUMNS + " WHERE due <= ?", now.toEpochMilli());
  }

  /** The first event that a webhook has not taken and is to be told of. */
  public Optional<Event> next(Webhook webhook) {
    String only =
        webhook
            .network()
            .flatMap(id -> new Networks(session).of(id))
            .map(network -> network.name().text())
            .orElse("");
    return session.first(
        row ->
            new Event(
                row.number("number"),
                Instant.ofEpochMilli(row.number("at")),
                row.text("kind"),
                row.text("network"),
                row.text("subject"),
                row.text("detail")),
        "SELECT number, at, kind, network, subject, detail FROM events"
            + " WHERE number > ? AND (network = ? OR ? = '') ORDER BY number LIMIT 1",
        webhook.sent(),
        only,
        only);
  }

  /**
   * Makes a webhook due again at a time, for whoever tells it until then; empty if somebody else
   * did that meanwhile.
   */
  public Optional<Webhook> claim(Webhook webhook, Instant until) {
    int claimed =
        session.update(
            "UPDATE webhooks SET due = ? WHERE id = ? AND due = ? AND sent = ?",
            until.toEpochMilli(),
            webhook.id(),
            webhook.due().toEpochMilli(),
            webhook.sent());
    return claimed == 1 ? of(webhook.id()) : Optional.empty();
  }

  /** Notes that a webhook is done with an event, taken or given up. */
  public void done(Webhook webhook, Event event, Instant now, String outcome) {
    session.update(
        "UPDATE webhooks SET sent = ?, tries = 0, due = ?, outcome = ? WHERE id = ? AND sent < ?",
        event.number(),
        now.toEpochMilli(),
        outcome,
        webhook.id(),
        event.number());
  }

  /** Notes that a webhook was told of its next event in vain. */
  public void failed(Webhook webhook, Instant again, String outcome) {
    session.update(
        "UPDATE webhooks SET tries = ?, due = ?, outcome = ? WHERE id = ?",
        webhook.tries() + 1,
        again.toEpochMilli(),
        outcome,
        webhook.id());
  }

  /** Takes a webhook away; false if there is none. */
  public boolean remove(String id) {
    return session.update("DELETE FROM webhooks WHERE id = ?", id) == 1;
  }

  private static Webhook webhook(Session.Row row) throws SQLException {
    return new Webhook(
        row.text("id"),
        URI.create(row.text("url")),
        new HookSecret(row.text("secret")),
        row.optionalText("network").map(NetworkId::new),
        Instant.ofEpochMilli(row.number("created")),
        row.number("sent"),
        row.number("tries"),
        Instant.ofEpochMilli(row.number("due")),
        row.text("outcome"));
  }
}
