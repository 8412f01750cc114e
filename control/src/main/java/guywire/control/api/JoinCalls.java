package guywire.control.api;

import guywire.control.join.Joining;
import guywire.control.join.Joining.Joined;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.network.managed.Arrival;
import guywire.network.managed.JoinRequest;
import guywire.network.managed.NextKey;
import guywire.network.managed.Report;
import guywire.network.managed.SpareKeys;
import tools.jackson.databind.node.ObjectNode;

/** What hosts ask: to become a node, and to be known as one. */
final class JoinCalls {

  private final Database database;
  private final Joining joining;

  JoinCalls(Database database, Joining joining) {
    this.database = database;
    this.joining = joining;
  }

  Reply challenge(Call call) {
    var node = ApiJson.object();
    node.put("challenge", joining.challenge());
    return Reply.ok(node);
  }

  Reply join(Call call) {
    var request = call.body().as(JoinRequest.CODEC);
    return switch (joining.join(call.by(), request, call.address())) {
      case Joined.Known known -> Reply.created(form(known.host()));
      case Joined.NotProven _ -> throw Problem.of(401, "not-proven");
      case Joined.NotInvited _ -> throw Problem.of(409, "not-invited");
      case Joined.OtherName other -> throw Problem.of(409, "other-host-name", other.name().text());
      case Joined.KeyTaken _ -> throw Problem.of(409, "key-taken");
    };
  }

  private StoredNetwork network(StoredHost host) {
    return database
        .read(session -> new Networks(session).of(host.network()))
        .orElseThrow(() -> Problem.of(404, "not-found"));
  }

  private ObjectNode form(StoredHost host) {
    var network = network(host);
    var node = ApiJson.object();
    node.put("host", host.id().text());
    node.put("network", network.name().text());
    node.put("network-id", network.id().text());
    node.put("state", host.state().word());
    return node;
  }

  /** The host that asks. */
  private StoredHost host(Call call) {
    return call.by().node().flatMap(joining::of).orElseThrow(() -> Problem.of(404, "not-found"));
  }

  /** What the host shall be, for as long as it listens. */
  Reply orders(Call call) {
    return new Reply.Told(call.by(), host(call), call.query().getOrDefault("digest", ""), joining);
  }

  Reply report(Call call) {
    var host = host(call);
    joining.orders().report(host, call.body().as(Report.CODEC));
    return Reply.ok(state(host));
  }

  private static ObjectNode state(StoredHost host) {
    var node = ApiJson.object();
    node.put("state", host.state().word());
    return node;
  }

  /** Takes the key that the host will change to. */
  Reply announce(Call call) {
    var host = host(call);
    return switch (joining
        .announce(host, call.body().as(NextKey.CODEC))
        .orElseThrow(() -> Problem.of(401, "not-proven"))) {
      case KEPT -> Reply.ok(state(host));
      case NOT_ASKED -> throw Problem.of(409, "key-not-asked");
      case TAKEN -> throw Problem.of(409, "key-taken");
    };
  }

  /** Takes the keys of the tunnels that the host has beside its usual one. */
  Reply tell(Call call) {
    var host = host(call);
    return switch (joining
        .tell(host, call.body().as(SpareKeys.CODEC))
        .orElseThrow(() -> Problem.of(401, "not-proven"))) {
      case KEPT -> Reply.ok(state(host));
      case NOT_PLANNED -> throw Problem.of(409, "tunnel-not-planned");
      case TAKEN -> throw Problem.of(409, "key-taken");
      case TOO_SOON -> throw Problem.of(409, "key-too-soon");
    };
  }

  Reply arrive(Call call) {
    var arrival = call.body().as(Arrival.CODEC);
    var secret = joining.arrive(arrival).orElseThrow(() -> Problem.of(401, "not-proven"));
    var host = joining.of(arrival.host()).orElseThrow(() -> Problem.of(401, "not-proven"));
    var node = form(host);
    node.put("token", secret.reveal());
    return Reply.created(node);
  }
}
