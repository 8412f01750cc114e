package guywire.control.api;

import guywire.control.join.KeyAges;
import guywire.control.join.Rotations;
import guywire.control.join.Rotations.Begun;
import guywire.control.store.Database;
import guywire.control.store.KeyRotation;
import guywire.control.store.Keys;
import guywire.control.store.Networks;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.network.Name;
import java.time.Duration;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** Managed nodes that change their keys: now, or when these are too old. */
final class KeyCalls {

  private static final long LONGEST_GRACE = Duration.ofDays(30).toSeconds();
  private static final long MOST_DAYS = 3660;

  private final Database database;
  private final Rotations rotations;

  KeyCalls(Database database, Rotations rotations) {
    this.database = database;
    this.rotations = rotations;
  }

  /** A node that changes its key. */
  ObjectNode form(StoredNetwork network, KeyRotation rotation) {
    var form = ApiJson.object();
    form.put("state", rotation.state().word());
    var waiting = form.putArray("waiting");
    rotations.waiting(network, rotation).forEach(name -> waiting.add(name.text()));
    form.put("begun", rotation.begun().toString());
    form.put("grace-ends", rotations.graceEnds(rotation).toString());
    return form;
  }

  Reply begin(Call call) {
    var node = node(call);
    var body = call.body();
    long grace = body.number("grace-seconds", 0, LONGEST_GRACE).orElse(KeyAges.GRACE.toSeconds());
    boolean despiteFiles = body.flag("despite-files");
    body.complete();
    return switch (rotations.begin(
        call.by(), call.about(), node, Duration.ofSeconds(grace), despiteFiles)) {
      case Begun.Done done -> Reply.created(form(call.about(), done.rotation()));
      case Begun.NotManaged _ -> throw Problem.of(409, "not-managed");
      case Begun.UnderWay _ -> throw Problem.of(409, "key-changing");
      case Begun.Declared _ -> throw Problem.of(409, "key-declared");
      case Begun.NeedFiles needed ->
          throw Problem.of(
              409,
              "need-files",
              needed.peers().stream().map(Name::text).collect(Collectors.joining(", ")));
    };
  }

  Reply abort(Call call) {
    var node = node(call);
    return switch (rotations.abort(call.by(), call.about(), node)) {
      case DONE -> Reply.ok(ApiJson.node(node));
      case NOT_BEGUN -> throw Problem.of(404, "not-found");
      case TOO_LATE -> throw Problem.of(409, "key-changed");
    };
  }

  Reply schedule(Call call) {
    return days(database.<Long>read(session -> new Keys(session).days(call.about().id())));
  }

  Reply setSchedule(Call call) {
    long days =
        call.body()
            .number("rotate-days", 0, MOST_DAYS)
            .orElseThrow(() -> Problem.of(400, "missing", "rotate-days"));
    call.body().complete();
    rotations.setDays(call.by(), call.about(), days);
    return days(days);
  }

  private static Reply days(long days) {
    return Reply.ok(ApiJson.object().put("rotate-days", days));
  }

  private StoredNode node(Call call) {
    var name = call.name("node");
    return database
        .read(session -> new Networks(session).node(call.about().id(), name))
        .orElseThrow(() -> Problem.of(404, "not-found"));
  }
}
