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
    var node = ApiJson.object();
    node.put("state", host.state().word());
    return Reply.ok(node);
  }

  /** Takes the key that the host will change to. */
  Reply announce(Call call) {
    var host = host(call);
    return switch (joining
        .announce(host, call.body().as(NextKey.CODEC))
        .orElseThrow(() -> Problem.of(401, "not-proven"))) {
      case KEPT -> {
        var node = ApiJson.object();
        node.put("state", host.state().word());
        yield Reply.ok(node);
      }
      case NOT_ASKED -> throw Problem.of(409, "key-not-asked");
      case TAKEN -> throw Problem.of(409, "key-taken");
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
