package guywire.control.hook;

import guywire.control.store.Database;
import guywire.control.store.Event;
import guywire.control.store.Session;
import guywire.control.store.Webhook;
import guywire.control.store.Webhooks;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells webhooks of events, each in order, until it takes them: at least once. What was not taken
 * is tried again after 1, 2, 4, ... seconds, an hour at most, and given up after {@link #TRIES}.
 * For one thread.
 */
/*
 * How far each webhook came stands in the database, so nothing is lost with the server; and who tells it makes it
 * due later first, so that nobody else does at the same time. The signature
 * covers the time, so that a receiver can refuse what somebody recorded and sends again.
 */
public final class Deliveries {

  /** About a day. */
  static final int TRIES = 36;

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_DOUBLINGS = 12;
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final Database database;
  private final Destinations destinations;
  private final Clock clock;
  private final Duration patience;

  /** To where these destinations allow. */
  public Deliveries(Database database, Destinations destinations, Clock clock) {
    this(database, destinations, clock, PATIENCE);
  }

  Deliveries(Database database, Destinations destinations, Clock clock, Duration patience) {
    this.database = database;
    this.destinations = destinations;
    this.clock = clock;
    this.patience = patience;
  }

  /** An event that a webhook is told of, by nobody else meanwhile. */
  private record Due(Webhook webhook, Event event) {}

  /** Tells each webhook that is due of one event; those that are slow don't hold the others. */
  public void round() {
    var now = clock.instant();
    if (database.read(session -> due(session, now)).isEmpty()) {
      return;
    }
    var due =
        database.write(session ->
            due(session, now).stream()
                .flatMap(each ->
                    new Webhooks(session)
                            .claim(each.webhook(), now.plus(patience.multipliedBy(2)))
                            .map(hook -> new Due(hook, each.event()))
                            .stream())
                .toList());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      due.forEach(each -> threads.execute(() -> deliver(each)));
    }
  }

  private static List<Due> due(Session session, Instant now) {
    var webhooks = new Webhooks(session);
    return webhooks.due(now).stream()
        .flatMap(hook -> webhooks.next(hook).map(event -> new Due(hook, event)).stream())
        .toList();
  }

  private void deliver(Due due) {
    var failure = send(due);
    var webhook = due.webhook();
    var now = clock.instant();
    database.write(session -> {
      var webhooks = new Webhooks(session);
      if (failure.isEmpty()) {
        webhooks.done(webhook, due.event(), now, "taken");
      } else if (webhook.tries() + 1 >= TRIES) {
        webhooks.done(webhook, due.event(), now, "given up: " + failure.get());
      } else {
        webhooks.failed(webhook, now.plus(pause(webhook.tries())), failure.get());
      }
      return true;
    });
  }

  static Duration pause(long tries) {
    var pause = Duration.ofSeconds(1L << Math.min(tries, MOST_DOUBLINGS));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  /**
   * What went wrong, in words that hold nothing of what the receiver said; empty if nothing did.
   */
  private Optional<String> send(Due due) {
    var place = destinations.of(due.webhook().url());
    if (place.isEmpty()) {
      return Optional.of("not allowed, or no such host");
    }
    String body = body(due.event());
    long seconds = clock.instant().getEpochSecond();
    var headers = new LinkedHashMap<String, String>();
    headers.put("User-Agent", "Guywire");
    headers.put("Guywire-Event", due.event().kind());
    headers.put("Guywire-Delivery", String.valueOf(due.event().number()));
    headers.put(
        "Guywire-Signature",
        "t=" + seconds + ",v1=" + due.webhook().secret().sign(seconds + "." + body));
    try {
      int status = Post.send(place.get(), due.webhook().url(), headers, body, patience);
      return Post.isSuccess(status) ? Optional.empty() : Optional.of("HTTP " + status);
    } catch (IOException e) {
      return Optional.of("not reached");
    }
  }

  private static String body(Event event) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("number", event.number());
    body.put("at", event.at().toString());
    body.put("event", event.kind());
    body.put("network", event.network());
    body.put("subject", event.subject());
    body.put("detail", event.detail());
    return MAPPER.writeValueAsString(body);
  }
}
