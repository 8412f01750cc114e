package guywire.control.api;

import guywire.control.hook.Destinations;
import guywire.control.store.Audit;
import guywire.control.store.Database;
import guywire.control.store.HookSecret;
import guywire.control.store.Networks;
import guywire.control.store.Session;
import guywire.control.store.StoredNetwork;
import guywire.control.store.Webhook;
import guywire.control.store.Webhooks;
import guywire.network.Name;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** Webhooks: who is told of what happens to nodes. */
final class WebhookCalls {

  private static final int LONGEST_NAME = 63;
  private static final int LONGEST_URL = 500;

  /** What a list of webhooks can be asked for by. */
  static final Listing<Webhook> LISTING =
      Listing.by("id", Webhook::id)
          .ordered("url", hook -> hook.url().toString())
          .orderedByTime("created", hook -> Optional.of(hook.created()))
          .orderedByNumber("tries", hook -> Optional.of(hook.tries()))
          .searched(hook -> Stream.of(hook.url().toString(), hook.outcome()));

  private final Database database;

  WebhookCalls(Database database) {
    this.database = database;
  }

  /** Of its URL only the server: the rest may be a secret. */
  private ObjectNode form(Webhook webhook) {
    var node = ApiJson.object();
    node.put("id", webhook.id());
    node.put("server", webhook.url().getScheme() + "://" + webhook.url().getRawAuthority());
    webhook
        .network()
        .flatMap(id -> database.read(session -> new Networks(session).of(id)))
        .ifPresent(network -> node.put("network", network.name().text()));
    node.put("created", webhook.created().toString());
    node.put("tries", webhook.tries());
    if (!webhook.outcome().isEmpty()) {
      node.put("outcome", webhook.outcome());
    }
    return node;
  }

  Reply list(Call call) {
    var page = LISTING.page(database.read(session -> new Webhooks(session).all()), call);
    return Reply.ok(ApiJson.page(page, this::form));
  }

  Reply make(Call call) {
    var body = call.body();
    var url =
        Destinations.tryParse(body.needed("url", LONGEST_URL))
            .orElseThrow(() -> Problem.of(400, "bad-url"));
    var network =
        body.text("network", LONGEST_NAME)
            .map(text ->
                Name.tryParse(text)
                    .flatMap(name -> database.read(session -> new Networks(session).named(name)))
                    .orElseThrow(() -> Problem.of(400, "no-network")));
    body.complete();
    var secret = HookSecret.random();
    var made =
        database.write(session -> {
          var webhook =
              new Webhooks(session)
                  .add(url, secret, network.map(StoredNetwork::id), call.now())
                  .orElseThrow(
                      () -> Problem.of(409, "enough-webhooks", String.valueOf(Webhooks.MOST)));
          audit(session, call, "webhook-made", network.map(StoredNetwork::name), webhook.id());
          return webhook;
        });
    var node = form(made);
    node.put("secret", secret.reveal());
    return Reply.created(node);
  }

  /** Something to be told of by which its receiver can be tried; all webhooks hear of it. */
  Reply test(Call call) {
    var webhook =
        database.write(session -> {
          var webhooks = new Webhooks(session);
          var found =
              webhooks
                  .of(call.path().getOrDefault("webhook", ""))
                  .orElseThrow(() -> Problem.of(404, "not-found"));
          var network =
              found
                  .network()
                  .flatMap(id -> new Networks(session).of(id))
                  .map(one -> one.name().text());
          webhooks.happened(call.now(), "test", network.orElse(""), found.id(), "");
          return found;
        });
    return Reply.ok(form(webhook));
  }

  Reply remove(Call call) {
    String id = call.path().getOrDefault("webhook", "");
    database.write(session -> {
      if (!new Webhooks(session).remove(id)) {
        throw Problem.of(404, "not-found");
      }
      audit(session, call, "webhook-removed", Optional.empty(), id);
      return true;
    });
    var node = ApiJson.object();
    node.put("id", id);
    return Reply.ok(node);
  }

  private static void audit(
      Session session, Call call, String action, Optional<Name> network, String id) {
    new Audit(session).add(call.now(), call.by(), action, network, id, "");
  }
}
