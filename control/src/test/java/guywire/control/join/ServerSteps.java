package guywire.control.join;

import guywire.control.store.Audit;
import guywire.control.store.AuditEntry;
import guywire.control.store.Database;
import guywire.control.store.WholeLog;
import java.util.List;
import java.util.Optional;

/** What servers did by themselves, as the audit log tells. */
final class ServerSteps {

  private ServerSteps() {}

  /** The actions, the latest first. */
  static List<String> of(Database database) {
    return database
        .read(session -> new Audit(session).page(Optional.empty(), WholeLog.ALL, WholeLog.FIRST))
        .items()
        .stream()
        .filter(entry -> entry.actor().equals("server"))
        .map(AuditEntry::action)
        .toList();
  }
}
