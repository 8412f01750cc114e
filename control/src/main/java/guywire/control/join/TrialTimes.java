package guywire.control.join;

import guywire.control.store.Rollout;
import guywire.network.json.NetworkId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * How long nodes have tried the versions that are not everywhere yet. Safe for use by several
 * threads.
 */
/*
 * What is kept is when a trial began, by the clock of then. That clock may be set meanwhile, and so may be one
 * that was wrong by a day: then all trials would be over at once, or none for a day. So the time is added up from
 * look to look, which are a second apart, and a step that no look takes is not counted. Likewise after a machine
 * slept: its nodes had no time either.
 */
final class TrialTimes {

  /** Between two looks no more time passes. */
  private static final Duration LONGEST_STEP = Duration.ofMinutes(3);

  private final Instant started;
  private final Map<NetworkId, Trying> all = new HashMap<>();

  /** A trial as it was looked at last. */
  private record Trying(long version, Instant begun, Instant looked, Duration time) {
    boolean isOf(Rollout rollout) {
      return version == rollout.version() && begun.equals(rollout.begun());
    }

    Trying at(Instant now) {
      return new Trying(version, begun, now, time.plus(step(looked, now)));
    }
  }

  /**
   * Those that a server sees.
   *
   * @param started when it started: before, nobody could tell it anything
   */
  TrialTimes(Instant started) {
    this.started = started;
  }

  /** How long the nodes that try a version have had it, as far as this server saw. */
  synchronized Duration look(Rollout rollout, Instant now) {
    var before = all.get(rollout.network());
    var after = before != null && before.isOf(rollout) ? before.at(now) : first(rollout, now);
    all.put(rollout.network(), after);
    return after.time();
  }

  private Trying first(Rollout rollout, Instant now) {
    var since = rollout.begun().isBefore(started) ? started : rollout.begun();
    return new Trying(rollout.version(), rollout.begun(), now, step(since, now));
  }

  private static Duration step(Instant from, Instant to) {
    var step = Duration.between(from, to);
    return step.isNegative() || step.compareTo(LONGEST_STEP) > 0 ? Duration.ZERO : step;
  }
}
