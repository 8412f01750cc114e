package guywire.agent.choice;

import guywire.network.Destination;
import guywire.network.InterfaceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The choice among the ways to one destination: the first that is alive.
 *
 * <p>For one thread.
 */
/*
 * A way counts as dead only in comparison. The one in use is left when as many probes in a row were missed on
 * it as chance does not explain, all of them sent while another way is known to have answered, between two
 * probes that it did answer: so it is that way which is dead, and not the far agent that is started again, or
 * this one that stood still. If nobody answers, the present way stays.
 *
 * A dead way is always left, however lately another was. A change back to a better way is never urgent, since
 * the present one lives; so it is made only when there was none for a minute. Only the first time that the better
 * way lives it is taken at once, if that is no third change in a minute: at start its tunnel may just take longer
 * to open. More than two changes in a minute therefore mean that the ways in use died one after the other; and as
 * it may also be chance, more misses are needed for those.
 */
final class Choice {

  private final Timing timing;
  private final LongSupplier nonces;
  private Destination destination;
  private List<ProbedWay> ways;
  private int current;
  private boolean busy;
  private long trafficAt = ProbedWay.NEVER;
  private long suspectSince = ProbedWay.NEVER;
  private long changedAt;
  private long changedBefore = ProbedWay.NEVER;
  private long wokenAt = ProbedWay.NEVER;
  private long since;

  Choice(
      Destination destination,
      Optional<InterfaceName> present,
      Timing timing,
      LongSupplier nonces,
      long now) {
    this.timing = timing;
    this.nonces = nonces;
    this.destination = destination;
    this.ways = destination.ways().stream().map(way -> new ProbedWay(way, timing)).toList();
    this.current = present.map(this::index).filter(at -> at >= 0).orElse(routed());
    this.since = now;
    // One before us may have made the choice that is found just now.
    this.changedAt = present.isPresent() ? now : ProbedWay.NEVER;
    ways.get(current).isUsedFrom(now);
  }

  /** The way that is used if nobody chooses: that of the ordinary routes. */
  private int routed() {
    for (int i = 0; i < ways.size(); i++) {
      if (ways.get(i).way().routed()) {
        return i;
      }
    }
    return 0;
  }

  private int index(InterfaceName tunnel) {
    for (int i = 0; i < ways.size(); i++) {
      if (ways.get(i).way().tunnel().equals(tunnel)) {
        return i;
      }
    }
    return -1;
  }

  Destination destination() {
    return destination;
  }

  InterfaceName tunnel() {
    return ways.get(current).way().tunnel();
  }

  boolean isBusy() {
    return busy;
  }

  /**
   * Takes another description of the same destination; what is known of a way that stays, stays.
   */
  void describe(Destination other, long now) {
    Map<InterfaceName, ProbedWay> known =
        ways.stream().collect(Collectors.toMap(way -> way.way().tunnel(), Function.identity()));
    InterfaceName used = tunnel();
    boolean routed = ways.get(current).way().routed();
    destination = other;
    ways =
        other.ways().stream()
            .map(way -> {
              var before = known.get(way.tunnel());
              return before != null && before.way().equals(way)
                  ? before
                  : new ProbedWay(way, timing);
            })
            .toList();
    int at = index(used);
    current = at >= 0 ? at : routed();
    if (at < 0 || routed != ways.get(current).way().routed()) {
      since = now;
    }
  }

  /** There was traffic. */
  void traffic(long now) {
    trafficAt = now;
    if (!busy) {
      busy = true;
      forget();
    }
  }

  /**
   * The other end tries a way that is not the one in use here: it may have found that dead, of
   * which nothing is seen here as long as nothing is sent.
   *
   * @return whether the ways are looked at because of that
   */
  /*
   * Our own look may be a probe of another way to the other end, and wakes it in turn: that is where it ends,
   * because a minute is longer than two looks.
   */
  boolean probed(InterfaceName tunnel, long now) {
    if (busy || tunnel.equals(tunnel()) || now - wokenAt < timing.minute()) {
      return false;
    }
    wokenAt = now;
    traffic(now);
    return true;
  }

  /** Whether there is a better way than the one in use. */
  boolean hasBetter() {
    return current > 0;
  }

  /** What was not answered says nothing, because nobody listened. */
  void forget() {
    ways.forEach(ProbedWay::rest);
    suspectSince = ProbedWay.NEVER;
  }

  /** The interface of a way came or went. */
  void link(InterfaceName tunnel, boolean there) {
    int at = index(tunnel);
    if (at >= 0 && ways.get(at).isThere() != there) {
      ways.get(at).setThere(there);
      ways.get(at).rest();
    }
  }

  /** Whether a way answered just now. */
  boolean isAlive(InterfaceName tunnel, long now) {
    int at = index(tunnel);
    return at >= 0 && ways.get(at).isAlive(now);
  }

  boolean answered(InterfaceName tunnel, long nonce, long now) {
    int at = index(tunnel);
    return at >= 0 && ways.get(at).answered(nonce, now);
  }

  /** Does what is due. */
  void advance(long now, List<Act> acts) {
    if (busy && now - trafficAt >= timing.linger()) {
      busy = false;
    }
    ways.forEach(way -> way.notice(now));
    var used = ways.get(current);
    // After a pause nothing is known of any way: it is found out as fast as where an answer is
    // missing.
    if (!used.isSuspect(now) && !(busy && used.isUnproven())) {
      suspectSince = ProbedWay.NEVER;
    } else if (suspectSince == ProbedWay.NEVER) {
      suspectSince = now;
    }
    int before = current;
    urgent(now)
        .ifPresentOrElse(
            at -> {
              ways.get(current).lost(now);
              change(at, now, acts);
            },
            () -> better(now).ifPresent(at -> change(at, now, acts)));
    if (before != current) {
      suspectSince = ProbedWay.NEVER;
    }
    if (busy) {
      for (int i = 0; i < ways.size(); i++) {
        if (dueAt(i, now) <= now) {
          probe(ways.get(i), now, acts);
        }
      }
    }
  }

  private void probe(ProbedWay way, long now, List<Act> acts) {
    long nonce = nonces.getAsLong();
    way.sent(nonce, now);
    var to = destination.address(way.way());
    acts.add(new Act.Probe(destination.node(), to, way.way().tunnel(), nonce));
  }

  /** When something is due next; Long.MAX_VALUE if nothing is. */
  long deadline(long now) {
    if (!busy) {
      return Long.MAX_VALUE;
    }
    long next = trafficAt + timing.linger();
    for (int i = 0; i < ways.size(); i++) {
      next = Math.min(next, dueAt(i, now));
    }
    return Math.min(next, ways.get(current).missesAt(now));
  }

  /** When a way is to be probed next. */
  private long dueAt(int at, long now) {
    var way = ways.get(at);
    if (!way.isThere()) {
      return Long.MAX_VALUE;
    }
    long last = way.lastSentAt();
    if (at == current) {
      return last == ProbedWay.NEVER ? now : last + interval(now);
    }
    if (suspectSince != ProbedWay.NEVER || !ways.get(current).isThere()) {
      long interval = isHopeless(now) ? timing.standby() / 2 : timing.pace();
      return last == ProbedWay.NEVER ? now : last + interval;
    }
    if (at < current) {
      return last == ProbedWay.NEVER ? now : last + timing.standby();
    }
    return Long.MAX_VALUE;
  }

  private long interval(long now) {
    if (suspectSince == ProbedWay.NEVER) {
      return timing.pace();
    }
    return isHopeless(now) ? timing.standby() / 2 : timing.burst();
  }

  /** Whether nobody has answered for so long that there is no hurry. */
  private boolean isHopeless(long now) {
    return suspectSince != ProbedWay.NEVER
        && now - suspectSince >= timing.patience()
        && ways.stream().noneMatch(way -> way.isAlive(now));
  }

  /** The way to change to because the present one is dead. */
  private Optional<Integer> urgent(long now) {
    var used = ways.get(current);
    if (!used.isThere()) {
      return first(at -> ways.get(at).isAlive(now)).or(() -> first(at -> ways.get(at).isThere()));
    }
    return first(at -> beats(ways.get(at), used, now));
  }

  /** The way to go back to because it is better and lives. */
  private Optional<Integer> better(long now) {
    boolean calm = now - changedAt >= timing.minute();
    boolean seldom = now - changedBefore >= timing.minute();
    return first(at ->
        at < current && ways.get(at).isSteady(now) && (calm || seldom && !ways.get(at).wasLost()));
  }

  /** Whether a way shows that another is dead. */
  private boolean beats(ProbedWay way, ProbedWay used, long now) {
    boolean often = now - changedBefore < timing.minute();
    int enough = often ? Math.min(2 * used.misses(), Timing.MOST_MISSES) : used.misses();
    return way.isAlive(now) && used.missedWhile(way, now) >= enough;
  }

  private Optional<Integer> first(IntPredicate which) {
    for (int i = 0; i < ways.size(); i++) {
      if (i != current && which.test(i)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private void change(int to, long now, List<Act> acts) {
    current = to;
    changedBefore = changedAt;
    changedAt = now;
    since = now;
    ways.get(to).isUsedFrom(now);
    acts.add(new Act.Choose(destination.node(), tunnel()));
  }

  /** How it stands. */
  Standing standing(long now) {
    var used = ways.get(current);
    var all = new ArrayList<Standing.WayStanding>();
    for (var way : ways) {
      all.add(
          new Standing.WayStanding(
              way.way(),
              way == used,
              life(way, now),
              way.answeredAt() == ProbedWay.NEVER
                  ? Optional.empty()
                  : Optional.of(now - way.answeredAt()),
              way.roundTripNanos() < 0 ? Optional.empty() : Optional.of(way.roundTripNanos()),
              way.loss()));
    }
    return new Standing(destination.node(), destination.address(), busy, now - since, all);
  }

  private Standing.Life life(ProbedWay way, long now) {
    if (!way.isThere()) {
      return Standing.Life.GONE;
    }
    if (way.missed(now) >= way.misses()) {
      return Standing.Life.SILENT;
    }
    if (way.isAlive(now)) {
      return way == ways.get(current) || way.isSteady(now)
          ? Standing.Life.ALIVE
          : Standing.Life.RETURNING;
    }
    return Standing.Life.UNKNOWN;
  }
}
