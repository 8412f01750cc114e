package guywire.control.store;

import guywire.network.Name;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * What was done: written in the transaction that did it, so that neither is without the other.
 *
 * @param session the transaction
 */
public record Audit(Session session) {

  /** Adds an entry; its number is given here. */
  public void add(
      Instant at, Token by, String action, Optional<Name> network, String subject, String detail) {
    add(at, by.owner().name().text(), by.id(), action, network, subject, detail);
  }

  /** Adds an entry on what the server did by itself. */
  public void add(Instant at, String action, Name network, String subject, String detail) {
    add(at, action, Optional.of(network), subject, detail);
  }

  /** Adds an entry on what the server did by itself, to itself where no network is given. */
  public void add(
      Instant at, String action, Optional<Name> network, String subject, String detail) {
    add(at, "server", "", action, network, subject, detail);
  }

  private void add(
      Instant at,
      String actor,
      String token,
      String action,
      Optional<Name> network,
      String subject,
      String detail) {
    session.update(
        "INSERT INTO audit (number, at, actor, token, action, network, subject, detail)"
            + " SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM audit",
        at.toEpochMilli(),
        actor,
        token,
        action,
        network.map(Name::text).orElse(""),
        subject,
        detail);
  }

  /** A page of the entries that are asked for: of all, or of those of one network. */
  public Page<AuditEntry> page(Optional<Name> only, LogQuery query, Page.Wanted wanted) {
    String network = only.map(Name::text).orElse("");
    String by = query.by().orElse("");
    String action = query.action().orElse("");
    var read =
        session.list(
            Audit::entry,
            "SELECT number, at, actor, token, action, network, subject, detail FROM audit WHERE "
                + query.following("number")
                + " AND (network = ? OR ? = '') AND (actor = ? OR ? = '')"
                + " AND (action = ? OR ? = '') AND at >= ? AND at < ? AND "
                + LogQuery.contains("actor", "action", "network", "subject", "detail")
                + query.order("number")
                + " LIMIT ?",
            wanted.after(query.oldestFirst()),
            network,
            network,
            by,
            by,
            action,
            action,
            query.from(),
            query.to(),
            query.search(),
            query.pattern(),
            query.pattern(),
            query.pattern(),
            query.pattern(),
            query.pattern(),
            wanted.limit() + 1);
    return Page.of(read, wanted, entry -> String.valueOf(entry.number()));
  }

  private static AuditEntry entry(Session.Row row) throws SQLException {
    return new AuditEntry(
        row.number("number"),
        Instant.ofEpochMilli(row.number("at")),
        row.text("actor"),
        row.text("token"),
        row.text("action"),
        row.text("network"),
        row.text("subject"),
        row.text("detail"));
  }
}
