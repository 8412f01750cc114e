package guywire.control.api;

import guywire.control.change.ChangeOutcome;
import guywire.control.change.Changes;
import guywire.control.change.Cut;
import guywire.control.change.Proposal;
import guywire.control.join.KeyAges;
import guywire.control.store.Database;
import guywire.control.store.Keys;
import guywire.control.store.Networks;
import guywire.control.store.Page;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Version;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What is asked of networks: seen, changed, compared, restored, listened to. */
final class NetworkCalls {

  /** In characters; the body that holds it may be twice as long, for its escapes. */
  private static final int LONGEST_DEFINITION = 1 << 20;

  private static final int LONGEST_COMMENT = 2000;
  private static final int LONGEST_CUT = 200;
  private static final int MOST_CUTS = 1000;
  private static final int KEY_LENGTH = 44;

  private final Database database;
  private final Changes changes;
  private final Live live;
  private final KeyAges ages;
  private final KeyCalls keys;

  /** What a list of networks can be asked for by. */
  static final Listing<StoredNetwork> NETWORKS =
      Listing.<StoredNetwork>by("name", network -> network.name().text())
          .orderedByTime("created", network -> Optional.of(network.created()))
          .searched(network -> Stream.of(network.name().text()));

  /** What a list of nodes can be asked for by. */
  static final Listing<Live.ListedNode> NODES =
      Listing.<Live.ListedNode>by("name", listed -> listed.node().name().text())
          .orderedByTime("last-seen", Live.ListedNode::seen)
          .chosen("online", Listing.YES_NO, listed -> String.valueOf(listed.online()))
          .searched(listed ->
              Stream.concat(
                  Stream.of(listed.node().name().text()),
                  listed.node().publicKey().stream().map(PublicKey::toString)));

  NetworkCalls(Database database, Changes changes, Live live, KeyAges ages, KeyCalls keys) {
    this.live = live;
    this.ages = ages;
    this.keys = keys;
    this.database = database;
    this.changes = changes;
  }

  Reply list(Call call) {
    var only = call.by().network();
    var all =
        database.read(session -> new Networks(session).all()).stream()
            .filter(network -> only.isEmpty() || only.get().equals(network.id()))
            .toList();
    return Reply.ok(ApiJson.page(NETWORKS.page(all, call), ApiJson::network));
  }

  Reply make(Call call) {
    String definition = call.body().needed("definition", LONGEST_DEFINITION);
    String comment = comment(call.body());
    call.body().complete();
    return outcome(
        call, changes.create(call.by(), new Proposal(definition, 0, comment, List.of())));
  }

  Reply show(Call call) {
    return Reply.ok(ApiJson.network(call.about()));
  }

  Reply definition(Call call) {
    var version = version(call.about(), call.about().version());
    return new Reply.Text(
        "application/yaml", Optional.of(String.valueOf(version.number())), version.definition());
  }

  Reply preview(Call call) {
    return outcome(call, changes.preview(call.about(), proposal(call)));
  }

  Reply change(Call call) {
    return outcome(call, changes.apply(call.by(), call.about(), proposal(call)));
  }

  Reply restore(Call call) {
    var version = version(call.about(), call.number("version"));
    var body = call.body();
    var wanted = new Proposal("", expected(body), comment(body), cuts(body));
    body.complete();
    return outcome(call, changes.restore(call.by(), call.about(), version, wanted));
  }

  private static Proposal proposal(Call call) {
    var body = call.body();
    var proposal =
        new Proposal(
            body.needed("definition", LONGEST_DEFINITION),
            expected(body),
            comment(body),
            cuts(body));
    body.complete();
    return proposal;
  }

  private static long expected(Body body) {
    return body.number("expected-version", 1, Long.MAX_VALUE)
        .orElseThrow(() -> Problem.of(400, "missing", "expected-version"));
  }

  private static String comment(Body body) {
    return body.text("comment", LONGEST_COMMENT).orElse("");
  }

  static List<Cut> cuts(Body body) {
    var cuts = new ArrayList<Cut>();
    for (var text : body.texts("cuts", LONGEST_CUT, MOST_CUTS)) {
      cuts.add(Cut.tryParse(text).orElseThrow(() -> Problem.of(400, "bad-cut", text)));
    }
    return cuts;
  }

  /** What became of a change. */
  static Reply outcome(Call call, ChangeOutcome outcome) {
    return switch (outcome) {
      case ChangeOutcome.Landed landed -> {
        var node = ApiJson.object();
        node.set("network", ApiJson.network(landed.network()));
        node.set("preview", ApiJson.preview(landed.preview(), call.locale()));
        yield Reply.created(node);
      }
      case ChangeOutcome.Seen seen -> Reply.ok(ApiJson.preview(seen.preview(), call.locale()));
      case ChangeOutcome.Refused _ when call.only().isPresent() ->
          // The preview would tell him of others.
          throw Problem.of(422, "not-by-you");
      case ChangeOutcome.Refused refused -> {
        var more = ApiJson.object();
        more.set("preview", ApiJson.preview(refused.preview(), call.locale()));
        String code = refused.preview().holds() ? "cuts-off" : "does-not-hold";
        throw Problem.of(422, code).with(more);
      }
      case ChangeOutcome.Outdated outdated -> {
        var more = ApiJson.object();
        more.put("version", outdated.version());
        throw Problem.of(409, "outdated", String.valueOf(outdated.version())).with(more);
      }
      case ChangeOutcome.OtherName other -> throw Problem.of(409, "other-name", other.name());
      case ChangeOutcome.NameTaken taken -> throw Problem.of(409, "name-taken", taken.name());
      case ChangeOutcome.KeyTaken _ -> throw Problem.of(409, "key-taken");
      case ChangeOutcome.NotEditable _ -> throw Problem.of(409, "not-editable");
    };
  }

  Reply versions(Call call) {
    var query = call.log("author");
    var page =
        database.read(
            session -> new Networks(session).versions(call.about().id(), query, call.page()));
    return Reply.ok(ApiJson.page(page, ApiJson::version));
  }

  Reply version(Call call) {
    var version = version(call.about(), call.number("version"));
    var node = ApiJson.version(version);
    node.put("definition", version.definition());
    return Reply.ok(node);
  }

  Reply difference(Call call) {
    var one = version(call.about(), call.number("version"));
    var other = version(call.about(), call.number("other"));
    return Reply.ok(
        ApiJson.difference(
            changes
                .compare(call.about(), one, other)
                .orElseThrow(() -> Problem.of(422, "no-longer-works")),
            call.locale()));
  }

  Reply nodes(Call call) {
    var listed = NODES.page(live.listed(call.about().id()), call);
    var page =
        new Page<>(listed.items().stream().map(Live.ListedNode::node).toList(), listed.next());
    var managed = live.nodes(call.about().id(), page.items());
    var since = ages.since(call.about());
    var due = ages.due(call.about());
    var changing = database.read(session -> new Keys(session).rotations(call.about().id()));
    return Reply.ok(
        ApiJson.page(
            page,
            node -> {
              var form = ApiJson.node(node);
              Optional.ofNullable(managed.get(node.id())).ifPresent(each -> form.set("live", each));
              Optional.ofNullable(since.get(node.id()))
                  .ifPresent(at -> form.put("key-since", at.toString()));
              if (due.contains(node.id())) {
                form.put("key-due", true);
              }
              Optional.ofNullable(changing.get(node.id()))
                  .ifPresent(each -> form.set("key-rotation", keys.form(call.about(), each)));
              return form;
            }));
  }

  /** The traffic of a node in the last minutes. */
  Reply statistics(Call call) {
    var node = node(call);
    var form = ApiJson.object();
    var samples = form.putArray("samples");
    live.nodes()
        .of(node.id())
        .ifPresent(state ->
            state
                .samples()
                .forEach(sample ->
                    samples
                        .addObject()
                        .put("at", sample.at().toString())
                        .put("received-bytes-per-second", sample.rate().received())
                        .put("sent-bytes-per-second", sample.rate().sent())));
    return Reply.ok(form);
  }

  /** What a node shall be, without a secret and without a hook. */
  Reply document(Call call) {
    var node = node(call);
    var document =
        changes
            .desired()
            .document(call.about(), node)
            .orElseThrow(() -> Problem.of(422, "no-longer-works"));
    return Reply.ok(ApiJson.parse(document.write()));
  }

  Reply setKey(Call call) {
    var node = node(call);
    var key = key(call.body()).orElseThrow(() -> Problem.of(400, "missing", "public-key"));
    call.body().complete();
    return switch (changes.setKey(call.by(), call.about(), node, key)) {
      case KEPT ->
          Reply.ok(
              ApiJson.node(
                  new StoredNode(
                      node.id(),
                      node.name(),
                      Optional.of(key),
                      node.paused(),
                      node.expires(),
                      node.owner())));
      case DECLARED_OTHERWISE -> throw Problem.of(409, "key-declared");
      case TAKEN -> throw Problem.of(409, "key-taken");
    };
  }

  /** The member {@code public-key} of a body. */
  static Optional<PublicKey> key(Body body) {
    return body.text("public-key", KEY_LENGTH)
        .map(text ->
            PublicKey.parse(text)
                .filter(read -> !read.isZero())
                .orElseThrow(() -> Problem.of(400, "bad-key")));
  }

  Reply events(Call call) {
    String last = call.headers().getOrDefault("last-event-id", "");
    long after = last.matches("[0-9]{1,15}") ? Long.parseLong(last) : -1;
    return new Reply.Events(call.by(), call.about(), call.only(), after, changes.feed(), live);
  }

  private Version version(StoredNetwork network, long number) {
    return database
        .read(session -> new Networks(session).version(network.id(), number))
        .orElseThrow(() -> Problem.of(404, "not-found"));
  }

  private StoredNode node(Call call) {
    var name = call.name("node");
    return database
        .read(session -> new Networks(session).node(call.about().id(), name))
        .orElseThrow(() -> Problem.of(404, "not-found"));
  }
}
