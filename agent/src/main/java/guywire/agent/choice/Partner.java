package guywire.agent.choice;

import guywire.address.IpAddress;
import guywire.agent.choice.NatTraversal.Seen;
import guywire.agent.choice.NatTraversal.Signal;
import guywire.agent.choice.NatTraversal.Told;
import guywire.agent.choice.NatTraversal.View;
import guywire.network.EndpointAddress;
import guywire.network.Introduction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One that a node is to meet: what is known of where it is, and when it is asked for and called.
 *
 * <p>For one thread.
 */
/*
 * There are two sorts of places to call the other at: where the node between hears it from, and the addresses that
 * it says it has, as far as they lie in a LAN of this host. Homes and cafés have the same private prefixes, so an
 * address of the second sort is the likely one only if both come from one public address, or if it is of IPv6, whose
 * prefixes are nobody else's. Then it is called first; else it is the last that is tried. A wrong machine there can't
 * answer a handshake.
 *
 * A place keeps its turn for longer than WireGuard waits before it calls again (REKEY_TIMEOUT, 5 s and a third):
 * a second place named before that would not be called at all.
 *
 * While the two reach each other, a way by the LAN is taken in a trial: the likely address is made the peer's, a
 * probe is sent, and if nothing came from there within a moment, shorter than it takes to find the way dead, the
 * address before is put back. What the peer sends meanwhile from where it was puts it back at once (WireGuard
 * follows its peers), so that a busy pair loses no more than a round trip's packets. A trial is made when there is
 * something new, and a few times more.
 */
final class Partner {

  private static final long SECOND = 1_000_000_000L;

  /** Asked after 1, 2, 4, ... s, this often without traffic. */
  private static final int TRIES = 7;

  /** A pair that has traffic is asked for again and again, this seldom. */
  private static final long SELDOM = 32 * SECOND;

  /** One that is met is asked for so often when this host was plugged in elsewhere. */
  private static final int ANNOUNCED = 3;

  /** Of two behind one NAT the other's own addresses are waited for so long. */
  private static final long PATIENCE = SECOND / 2;

  /** How long a place is the one that is called. */
  private static final long PLACE = 6 * SECOND;

  /** How long something must come from the LAN in. */
  static final long TRIAL = 400_000_000L;

  private static final int MOST_TRIALS = 4;
  private static final long BETWEEN_TRIALS = 5 * SECOND;

  private record LanTrial(EndpointAddress to, Seen before, long until) {}

  private final Introduction introduction;
  private final Introduction.Party met;
  private final boolean first;
  private Optional<EndpointAddress> where = Optional.empty();
  private Optional<EndpointAddress> self = Optional.empty();
  private List<IpAddress> said = List.of();
  private boolean answerDue;
  private int tries;
  private int announcements;
  private long askAt;
  private long askedAt = ProbedWay.NEVER;
  private long toldAt = ProbedWay.NEVER;
  private long saidAt = ProbedWay.NEVER;
  private long callAt = Long.MAX_VALUE;
  private int place;
  private long placeSince = ProbedWay.NEVER;
  private int trials;
  private long trialAt = Long.MAX_VALUE;
  private long triedAt = ProbedWay.NEVER;
  private Optional<LanTrial> trial = Optional.empty();

  Partner(Introduction introduction, Introduction.Party met, long now) {
    this.introduction = introduction;
    this.met = met;
    this.first = met.equals(introduction.other());
    this.askAt = now;
  }

  Introduction introduction() {
    return introduction;
  }

  Introduction.Party met() {
    return met;
  }

  Told told() {
    return new Told(where, self);
  }

  /** Goes on to now. */
  void advance(long now, View view, Neighbourhood here, List<Signal> signals) {
    if (isReached(view)) {
      tries = 0;
      askAt = announcements > 0 ? askAt : now;
      callAt = Long.MAX_VALUE;
      // Where it was reached it is called first when it is lost.
      placeSince = now;
    }
    if (answerDue) {
      answerDue = false;
      signals.add(new Signal.Say(met, here.told(), false));
    }
    if (callAt <= now) {
      callAt = Long.MAX_VALUE;
      next(now, here).ifPresent(to -> signals.add(new Signal.Call(introduction, met, to)));
    }
    if (askAt(view) <= now) {
      askedAt = now;
      announcements = Math.max(0, announcements - 1);
      askAt = now + (isReached(view) ? SECOND : pause());
      signals.add(new Signal.Ask(introduction, met));
      signals.add(new Signal.Say(met, here.told(), true));
    }
    tryLan(now, view, here, signals);
  }

  private long pause() {
    long pause = Math.min(SELDOM, SECOND << Math.min(tries, TRIES));
    tries = Math.min(tries + 1, TRIES);
    return pause;
  }

  /** When there is something to do; Long.MAX_VALUE for never. */
  long deadline(View view) {
    long next = Math.min(callAt, askAt(view));
    if (answerDue) {
      return ProbedWay.NEVER;
    }
    if (trial.isPresent()) {
      return Math.min(next, trial.get().until());
    }
    return view.isUsed(introduction, met) ? Math.min(next, trialAt) : next;
  }

  private boolean isReached(View view) {
    return view.isUsed(introduction, met) || view.answers(introduction, met);
  }

  private long askAt(View view) {
    boolean wanted = !isReached(view) && (tries < TRIES || view.isBusy(met.node()));
    return wanted || announcements > 0 ? askAt : Long.MAX_VALUE;
  }

  /** The node between told where the other is. */
  boolean isTold(EndpointAddress at, View view, long now) {
    if (now - toldAt < SECOND) {
      return false;
    }
    toldAt = now;
    if (!where.equals(Optional.of(at))) {
      where = Optional.of(at);
      thereIsNews(now);
    }
    if (!isReached(view)) {
      boolean waits = said.isEmpty() && isBehindOneNat();
      callAt = now + turn() + (waits ? PATIENCE : 0);
    }
    return true;
  }

  /** The node between told where this one is. */
  void isToldOfSelf(EndpointAddress at, long now) {
    if (!self.equals(Optional.of(at))) {
      self = Optional.of(at);
      thereIsNews(now);
    }
  }

  /** The other said what its addresses are. */
  boolean isSaid(List<IpAddress> addresses, boolean asks, View view, Neighbourhood here, long now) {
    if (now - saidAt < NatTraversal.TOLD_EVERY) {
      return false;
    }
    saidAt = now;
    answerDue |= asks;
    if (!said.equals(addresses)) {
      said = List.copyOf(addresses);
      thereIsNews(now);
      if (isReached(view)) {
        // Whether both are behind one NAT is another question now.
        announcements = Math.max(announcements, 1);
        askAt = Math.max(now, askedAt + SECOND);
      }
    }
    if (!isReached(view) && !near(here).isEmpty()) {
      callAt = Math.min(callAt, now + turn());
    }
    return true;
  }

  /** This host was plugged in elsewhere. */
  void isElsewhere(long now) {
    self = Optional.empty();
    tries = 0;
    announcements = ANNOUNCED;
    askAt = Math.max(now, askedAt + SECOND);
    thereIsNews(now);
  }

  private void thereIsNews(long now) {
    place = 0;
    placeSince = ProbedWay.NEVER;
    trials = 0;
    trialAt = Math.max(now, triedAt + BETWEEN_TRIALS);
  }

  /** There is something new to say to the other. */
  void askAgain(long now) {
    tries = 0;
    askAt = now;
  }

  private long turn() {
    return first ? 0 : NatTraversal.TURN;
  }

  /** Where it is called next. */
  private Optional<EndpointAddress> next(long now, Neighbourhood here) {
    var likely = likely(here);
    var places =
        Stream.of(likely.stream(), where.stream(), near(here).stream())
            .flatMap(each -> each)
            .distinct()
            .toList();
    if (placeSince == ProbedWay.NEVER) {
      placeSince = now;
    } else if (now - placeSince >= PLACE) {
      placeSince = now;
      place++;
    }
    return places.isEmpty() ? Optional.empty() : Optional.of(places.get(place % places.size()));
  }

  /** Where it would be if it were in a LAN of this host. */
  private List<EndpointAddress> near(Neighbourhood here) {
    if (met.port() == 0) {
      return List.of();
    }
    var near = new ArrayList<EndpointAddress>();
    for (var address : said) {
      if (here.contains(address)) {
        near.add(EndpointAddress.of(address, met.port()));
      }
    }
    return near;
  }

  private List<EndpointAddress> likely(Neighbourhood here) {
    return near(here).stream().filter(this::isLikely).toList();
  }

  private boolean isLikely(EndpointAddress at) {
    return isBehindOneNat() || at.address().filter(address -> !address.isIpv4()).isPresent();
  }

  private boolean isBehindOneNat() {
    return where.isPresent() && self.isPresent() && where.get().host().equals(self.get().host());
  }

  private void tryLan(long now, View view, Neighbourhood here, List<Signal> signals) {
    if (trial.isPresent()) {
      if (trial.get().until() <= now) {
        conclude(trial.get(), view, signals);
        trial = Optional.empty();
      }
      return;
    }
    if (trialAt > now || !view.isUsed(introduction, met)) {
      return;
    }
    trialAt = Long.MAX_VALUE;
    var likely = likely(here);
    var seen = view.seen(introduction, met);
    if (likely.isEmpty() || seen.isEmpty() || near(here).contains(seen.get().where())) {
      return;
    }
    var to = likely.get(trials % likely.size());
    trials++;
    triedAt = now;
    if (trials < MOST_TRIALS) {
      trialAt = now + (BETWEEN_TRIALS << trials);
    }
    trial = Optional.of(new LanTrial(to, seen.get(), now + TRIAL));
    signals.add(new Signal.Try(introduction, met, to));
  }

  /** Puts back what was before, unless something came from the LAN. */
  private void conclude(LanTrial done, View view, List<Signal> signals) {
    var seen = view.seen(introduction, met);
    boolean stands = seen.filter(now -> now.where().equals(done.to())).isPresent();
    if (stands && seen.get().receivedBytes() > done.before().receivedBytes()) {
      trialAt = Long.MAX_VALUE;
    } else if (stands) {
      signals.add(new Signal.Call(introduction, met, done.before().where()));
    }
  }
}
