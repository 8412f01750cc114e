package guywire.control.api;

import guywire.address.IpAddress;
import guywire.control.change.Changes;
import guywire.control.join.Joining;
import guywire.control.join.Joining.Approval;
import guywire.control.join.Placing;
import guywire.control.store.Database;
import guywire.control.store.Hosts;
import guywire.control.store.Invitation;
import guywire.control.store.Networks;
import guywire.control.store.Page;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.TokenSecret;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.network.json.RecordCodec;
import guywire.network.managed.HostDescription;
import guywire.plan.definition.Definition;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** Hosts that ask to be nodes, for those who say yes or no to them. */
final class HostCalls {

  private static final int LONGEST_NAME = 63;
  private static final int LONGEST_ADDRESS = 45;
  private static final long LONGEST_INVITATION = Duration.ofDays(366).toSeconds();
  private static final long USUAL_INVITATION = Duration.ofDays(1).toSeconds();
  private static final long MOST_USES = 10_000;
  private static final RecordCodec<HostDescription> FACTS = RecordCodec.of(HostDescription.class);

  /** What a list of hosts can be asked for by. */
  static final Listing<Hosts.Listed> LISTING =
      Listing.<Hosts.Listed>by("id", host -> host.id().text())
          .ordered("name", host -> host.name().text())
          .orderedByTime("created", host -> Optional.of(host.created()))
          .chosen(
              "state",
              Stream.of(StoredHost.State.values()).map(StoredHost.State::word).toList(),
              host -> host.state().word())
          .searched(host -> Stream.of(host.name().text(), host.address()));

  private final Database database;
  private final Changes changes;
  private final Joining joining;

  HostCalls(Database database, Changes changes, Joining joining) {
    this.database = database;
    this.changes = changes;
    this.joining = joining;
  }

  Reply list(Call call) {
    var network = call.about();
    var definition = changes.desired().definition(network);
    return database.read(session -> {
      var hosts = new Hosts(session);
      var networks = new Networks(session);
      var page = LISTING.page(hosts.listed(network.id()), call);
      var forms =
          page.items().stream()
              .flatMap(listed -> hosts.of(listed.id()).stream())
              .map(host ->
                  form(
                      host, host.node().flatMap(id -> networks.node(network.id(), id)), definition))
              .toList();
      return Reply.ok(ApiJson.page(new Page<>(forms, page.next()), form -> form));
    });
  }

  private static ObjectNode form(
      StoredHost host, Optional<StoredNode> node, Optional<Definition> definition) {
    var form = ApiJson.object();
    form.put("id", host.id().text());
    form.put("name", host.name().text());
    form.put("state", host.state().word());
    node.ifPresent(known -> form.put("node", known.name().text()));
    host.memberOf().ifPresent(group -> form.put("group", group.text()));
    form.put("public-key", host.publicKey().toString());
    form.put("identity", host.identity());
    form.put("address", host.address());
    form.put("created", host.created().toString());
    form.set("facts", ApiJson.parse(FACTS.write(host.facts())));
    if (host.state() == StoredHost.State.WAITING) {
      var proposed = new Placing(Placing.proposed(host, definition), Optional.empty());
      form.put("proposal", String.join(", ", proposed.fields()));
    }
    return form;
  }

  /** A token to join with. */
  Reply invite(Call call) {
    var body = call.body();
    var name = name(body, "name");
    var group = name(body, "group");
    boolean approves = body.flag("approved");
    long seconds =
        body.number("expires-in-seconds", 1, LONGEST_INVITATION).orElse(USUAL_INVITATION);
    long uses = body.number("uses", 1, MOST_USES).orElse(1L);
    body.complete();
    var secret = TokenSecret.random();
    var token =
        joining.invite(
            call.by(),
            call.about(),
            secret,
            new Invitation(name, group, approves),
            Optional.of(call.now().plusSeconds(seconds)),
            Optional.of(uses));
    var answer = ApiJson.token(token, _ -> call.about().name().text());
    answer.put("token", secret.reveal());
    answer.put("fingerprint", joining.fingerprint());
    return Reply.created(answer);
  }

  Reply approve(Call call) {
    var host = host(call);
    var body = call.body();
    var name = name(body, "name").orElse(host.name());
    var hub = name(body, "hub");
    var where = where(body);
    body.complete();
    if (where.isEmpty() && hub.isPresent()) {
      where = Optional.of(Placing.proposed(host, changes.desired().definition(call.about())));
    }
    var approval =
        joining.approve(
            call.by(), call.about(), host, name, where.map(place -> new Placing(place, hub)));
    return switch (approval) {
      case Approval.Done done -> Reply.ok(form(done.host(), call.about()));
      case Approval.Taken _ -> throw Problem.of(409, "node-taken", name.text());
      case Approval.KeyTaken _ -> throw Problem.of(409, "key-taken");
      case Approval.DeclaredOtherwise _ -> throw Problem.of(409, "key-declared");
      case Approval.NotProven why -> NetworkCalls.outcome(call, why.outcome());
    };
  }

  private static Optional<Placing.Where> where(Body body) {
    var site = name(body, "site").<Placing.Where>map(Placing.Where.Site::new);
    var on =
        body.text("public", LONGEST_ADDRESS)
            .<Placing.Where>map(text ->
                new Placing.Where.Public(
                    IpAddress.tryParse(text)
                        .orElseThrow(() -> Problem.of(400, "bad-address", "public"))));
    boolean roaming = body.flag("roaming");
    if ((site.isPresent() ? 1 : 0) + (on.isPresent() ? 1 : 0) + (roaming ? 1 : 0) > 1) {
      throw Problem.of(400, "one-place");
    }
    return site.or(() -> on)
        .or(() -> roaming ? Optional.of(new Placing.Where.Roaming()) : Optional.empty());
  }

  private ObjectNode form(StoredHost host, StoredNetwork network) {
    var node =
        host.node()
            .flatMap(id -> database.read(session -> new Networks(session).node(network.id(), id)));
    return form(host, node, changes.desired().definition(network));
  }

  Reply refuse(Call call) {
    var host = host(call);
    if (!joining.refuse(call.by(), call.about(), host)) {
      throw Problem.of(409, "not-waiting");
    }
    return Reply.ok(form(joining.of(host.id()).orElse(host), call.about()));
  }

  Reply remove(Call call) {
    var host = host(call);
    joining.remove(call.by(), call.about(), host);
    var node = ApiJson.object();
    node.put("id", host.id().text());
    return Reply.ok(node);
  }

  private static Optional<Name> name(Body body, String member) {
    return body.text(member, LONGEST_NAME)
        .map(text -> Name.tryParse(text).orElseThrow(() -> Problem.of(400, "bad-name", member)));
  }

  /** The host in the path; one of another network is as if it were not there. */
  private StoredHost host(Call call) {
    return NodeId.tryParse(call.path().getOrDefault("host", ""))
        .flatMap(joining::of)
        .filter(found -> found.network().equals(call.about().id()))
        .orElseThrow(() -> Problem.of(404, "not-found"));
  }
}
