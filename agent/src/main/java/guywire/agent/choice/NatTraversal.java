package guywire.agent.choice;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Introduction;
import guywire.network.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How two nodes meet of which NATs hide both: when a node asks for the other, whom a third tells,
 * and when a node that was told calls. All times are nanoseconds of a clock that never goes back
 * and starts above 0.
 *
 * <p>For one thread.
 */
/*
 * The one that asks is told, and so is the other, so that both send and each opens its NAT for the other. They
 * don't call in the same instant: two WireGuard peers that do each take the other's call for more recent than
 * their own, and try again only after 5 s. So the second waits for a moment; by then the first one's call was lost
 * at the second one's NAT, but has opened the first one's.
 *
 * What is told is believed only of whom the plan lets meet, from the node that the plan lets tell it, on the
 * tunnel in which all three are peers; not while the two reach each other by that tunnel, and once a second at
 * most. It never leads into a tunnel, nor where the internet does not lead. All that it changes is where that one
 * peer is called, and who answers there must still have that peer's key.
 */
public final class NatTraversal {

  private static final long SECOND = 1_000_000_000L;

  /** Asked after 1, 2, 4, ... s, this often without traffic. */
  private static final int TRIES = 7;

  /** A pair that has traffic is asked for again and again, this seldom. */
  private static final long SELDOM = 32 * SECOND;

  /** The second of two calls this much later. */
  static final long TURN = 300_000_000L;

  /** Who asks for the same node is told no oftener. */
  private static final long TOLD_EVERY = SECOND / 2;

  private static final long NEVER = Long.MIN_VALUE / 2;

  /** Something that is to be done. */
  public sealed interface Signal {

    /**
     * Ask the teller where the other is.
     *
     * @param introduction which one
     * @param met the other
     */
    record Ask(Introduction introduction, Introduction.Party met) implements Signal {}

    /**
     * Call the other there, and look at the ways to it.
     *
     * @param introduction which one
     * @param met the other
     * @param where where it is
     */
    record Call(Introduction introduction, Introduction.Party met, EndpointAddress where)
        implements Signal {}
  }

  /**
   * What a node was told of a pair that it is one of.
   *
   * @param other where the other is called
   * @param self where its own datagrams come from
   */
  public record Told(Optional<EndpointAddress> other, Optional<EndpointAddress> self) {}

  /** One that this node is to meet. */
  private static final class Partner {
    private final Introduction introduction;
    private final Introduction.Party met;
    private final boolean first;
    private Optional<EndpointAddress> where = Optional.empty();
    private Optional<EndpointAddress> self = Optional.empty();
    private int tries;
    private long askAt;
    private long toldAt = NEVER;
    private long callAt = Long.MAX_VALUE;

    Partner(Introduction introduction, Introduction.Party met, long now) {
      this.introduction = introduction;
      this.met = met;
      this.first = met.equals(introduction.other());
      this.askAt = now;
    }

    /** When it is asked for next; Long.MAX_VALUE for not. */
    long askAt(boolean isMet, boolean isBusy) {
      return !isMet && (isBusy || tries < TRIES) ? askAt : Long.MAX_VALUE;
    }
  }

  private record Asked(Name asker, Name about) {}

  private final Name self;
  private final List<Introduction> mine;
  private final List<Prefix> tunnelled;
  private final Map<Name, Partner> partners = new LinkedHashMap<>();
  private final Map<Asked, Long> answeredAt = new HashMap<>();

  /**
   * The introductions in which a node has a part.
   *
   * @param tunnelled what is reached by tunnels, where nobody can be called
   */
  public NatTraversal(
      Name self, List<Introduction> introductions, List<Prefix> tunnelled, long now) {
    this.self = self;
    this.mine = introductions.stream().filter(each -> each.teller().node().equals(self)).toList();
    this.tunnelled = List.copyOf(tunnelled);
    for (var introduction : introductions) {
      introduction
          .met(self)
          .ifPresent(met -> partners.putIfAbsent(met.node(), new Partner(introduction, met, now)));
    }
  }

  /**
   * Goes on to now, and says what is to be done.
   *
   * @param isMet who is reached directly now
   * @param isBusy who has traffic
   */
  public List<Signal> advance(
      long now, Predicate<Introduction.Party> isMet, Predicate<Name> isBusy) {
    var signals = new ArrayList<Signal>();
    for (var each : partners.values()) {
      boolean met = isMet.test(each.met);
      if (met) {
        each.tries = 0;
        each.askAt = now;
        each.callAt = Long.MAX_VALUE;
      }
      if (each.callAt <= now) {
        each.callAt = Long.MAX_VALUE;
        each.where.ifPresent(
            where -> signals.add(new Signal.Call(each.introduction, each.met, where)));
      }
      if (each.askAt(met, isBusy.test(each.met.node())) <= now) {
        each.askAt = now + Math.min(SELDOM, SECOND << Math.min(each.tries, TRIES));
        each.tries = Math.min(each.tries + 1, TRIES);
        signals.add(new Signal.Ask(each.introduction, each.met));
      }
    }
    return signals;
  }

  /** There is something new to say on a tunnel: whom it leads to is asked for again. */
  public void askAgain(InterfaceName tunnel, long now) {
    for (var each : partners.values()) {
      if (each.introduction.tunnel().equals(tunnel)) {
        each.tries = 0;
        each.askAt = now;
      }
    }
  }

  /** When to go on, if nothing happens before; Long.MAX_VALUE for never. */
  public long deadline(Predicate<Introduction.Party> isMet, Predicate<Name> isBusy) {
    long next = Long.MAX_VALUE;
    for (var each : partners.values()) {
      long ask = each.askAt(isMet.test(each.met), isBusy.test(each.met.node()));
      next = Math.min(next, Math.min(each.callAt, ask));
    }
    return next;
  }

  /**
   * This node was asked where another is.
   *
   * @param tunnel the interface by which it was asked
   * @param from the address that asked
   * @param about the address of the other
   * @return the two that are to be told; empty if that is not for this node to tell, or was just
   *     now
   */
  public Optional<Introduction> asked(
      InterfaceName tunnel, IpAddress from, IpAddress about, long now) {
    for (var each : mine) {
      boolean one = each.one().address().equals(from) && each.other().address().equals(about);
      boolean other = each.other().address().equals(from) && each.one().address().equals(about);
      if (each.tunnel().equals(tunnel) && (one || other)) {
        var asked =
            one
                ? new Asked(each.one().node(), each.other().node())
                : new Asked(each.other().node(), each.one().node());
        if (now - answeredAt.getOrDefault(asked, NEVER) < TOLD_EVERY) {
          return Optional.empty();
        }
        answeredAt.put(asked, now);
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /**
   * This node was told where another is, or itself.
   *
   * @param tunnel the interface by which it was told
   * @param from the address that told it
   * @param about the address of whom it is about
   * @param where where that one's datagrams come from
   * @param isMet who is reached directly now
   * @return whether it is believed
   */
  public boolean told(
      InterfaceName tunnel,
      IpAddress from,
      IpAddress about,
      EndpointAddress where,
      Predicate<Introduction.Party> isMet,
      long now) {
    if (!canBeCalled(where)) {
      return false;
    }
    boolean believed = false;
    for (var each : partners.values()) {
      var introduction = each.introduction;
      if (!introduction.tunnel().equals(tunnel) || !introduction.teller().address().equals(from)) {
        continue;
      }
      if (each.met.address().equals(about)) {
        if (isMet.test(each.met) || now - each.toldAt < SECOND) {
          return false;
        }
        each.toldAt = now;
        each.where = Optional.of(where);
        each.callAt = now + (each.first ? 0 : TURN);
        return true;
      }
      if (own(introduction).equals(about)) {
        each.self = Optional.of(where);
        believed = true;
      }
    }
    return believed;
  }

  private IpAddress own(Introduction introduction) {
    return introduction.one().node().equals(self)
        ? introduction.one().address()
        : introduction.other().address();
  }

  private boolean canBeCalled(EndpointAddress where) {
    return where
        .address()
        .filter(Internet::routes)
        .filter(address -> tunnelled.stream().noneMatch(prefix -> prefix.contains(address)))
        .isPresent();
  }

  /** What this node was told of a pair that it is one of; empty if there is no such pair. */
  public Optional<Told> told(Name other) {
    return Optional.ofNullable(partners.get(other)).map(each -> new Told(each.where, each.self));
  }
}
