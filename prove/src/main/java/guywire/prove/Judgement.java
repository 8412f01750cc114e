package guywire.prove;

import guywire.network.Promise;
import guywire.network.text.Text;
import java.util.Optional;

/**
 * Whether a network keeps a promise.
 *
 * @param promise the promise
 * @param verdict the verdict
 * @param answer what becomes of the promised packet
 * @param why what breaks the promise, or what it depends on; empty if it is kept
 */
public record Judgement(
    Promise promise, PromiseVerdict verdict, Answer answer, Optional<Text> why) {

  /** The verdicts. */
  public enum PromiseVerdict {
    KEPT,
    /** Kept if the answer's conditions hold. */
    DEPENDS,
    BROKEN
  }

  /** The judgement of a promise whose packet fares so. */
  static Judgement of(Promise promise, Answer answer) {
    if (answer.mayWork()) {
      return new Judgement(
          promise,
          PromiseVerdict.DEPENDS,
          answer,
          answer.conditions().stream().findFirst().map(Condition::text));
    }
    var broken = broken(promise, answer);
    if (broken.isPresent()) {
      return new Judgement(promise, PromiseVerdict.BROKEN, answer, broken);
    }
    boolean open = promise.arrives() || answer.arrives();
    if (open && !answer.conditions().isEmpty()) {
      return new Judgement(
          promise,
          PromiseVerdict.DEPENDS,
          answer,
          Optional.of(answer.conditions().getFirst().text()));
    }
    return new Judgement(promise, PromiseVerdict.KEPT, answer, Optional.empty());
  }

  private static Optional<Text> broken(Promise promise, Answer answer) {
    if (!promise.arrives()) {
      return answer.arrives() && answer.conditions().isEmpty()
          ? Optional.of(text("broken.arrives", answer.there().packet().toString()))
          : Optional.empty();
    }
    if (answer.stop().isPresent()) {
      return answer.stop().map(Stop::text);
    }
    if (!answer.there().end().equals(Optional.of(promise.to()))) {
      return Optional.of(
          text(
              "broken.elsewhere",
              answer.there().hops().getLast().machine(),
              promise.to().toString()));
    }
    if (promise.sourceSeen().isPresent() && !promise.sourceSeen().equals(answer.sourceSeen())) {
      return Optional.of(
          text(
              "broken.source",
              answer.there().seen().source().toString(),
              promise.sourceSeen().get().toString()));
    }
    boolean detour = promise.direct() && !answer.there().passed().isEmpty();
    if (detour || !answer.there().passed(promise.via())) {
      return Optional.of(text("broken.via", String.join(", ", answer.there().passed())));
    }
    return Optional.empty();
  }

  private static Text text(String key, Object... arguments) {
    return Text.of(Judgement.class, key, arguments);
  }
}
