package guywire.lab;

import guywire.agent.ForwardMessage;
import guywire.agent.ForwardMessage.Reply;
import guywire.agent.ForwardRequest;
import guywire.network.ForwardedPort;
import guywire.network.Promise;
import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** What gateways of a running lab are asked to forward, as the machines' users would ask. */
final class AskedForwards {

  /** A first handshake that is lost is tried again after some 5 s, and again. */
  private static final long PATIENCE_MILLIS = 16_000;

  /** Who is refused is told so, or told nothing. */
  private static final long REFUSED_MILLIS = 1_300;

  private static final long ASKED_SECONDS = 3600;

  private final Lab lab;
  private final MachineLag lag;
  private final List<Promise> opened = new ArrayList<>();

  AskedForwards(Lab lab, MachineLag lag) {
    this.lab = lab;
    this.lag = lag;
  }

  /** Asks for what a promise is about, if it is about a forward. */
  void ask(Promise promise) {
    if (promise.forward().isEmpty()) {
      return;
    }
    var question =
        ForwardMessage.open(
            ThreadLocalRandom.current().nextLong(),
            promise.transport(),
            promise.forward().get().port(),
            promise.target(),
            promise.port().orElseThrow(),
            ASKED_SECONDS);
    long millis = promise.arrives() ? PATIENCE_MILLIS : REFUSED_MILLIS;
    var reply = ask(promise, promise.forward().get(), question, millis);
    if (promise.arrives() && reply.equals(Optional.of(Reply.DONE))) {
      opened.add(promise);
    }
  }

  private Optional<Reply> ask(
      Promise promise, ForwardedPort forward, ForwardMessage question, long millis) {
    try {
      var channel =
          lab.machine(promise.from())
              .namespace()
              .call(() -> DatagramChannel.open(Responder.family(forward.address())));
      return ForwardRequest.ask(
              channel,
              SocketAddresses.of(forward.address()),
              question,
              Duration.ofMillis((long) (millis * lag.factor())))
          .flatMap(ForwardMessage::reply);
    } catch (IOException e) {
      throw new LabException(promise.from() + " can't ask", e);
    }
  }

  /** Asks that what is promised to work be forwarded no more: then it must not work. */
  void end() {
    for (var promise : opened) {
      var forward = promise.forward().orElseThrow();
      var question =
          ForwardMessage.end(
              ThreadLocalRandom.current().nextLong(), promise.transport(), forward.port());
      ask(promise, forward, question, PATIENCE_MILLIS);
    }
    opened.clear();
  }
}
