package guywire.agent.choice;

import guywire.address.IpAddress;
import guywire.network.Destination;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Introduction;
import guywire.network.Name;
import guywire.network.Way;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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

  /** As many addresses of its own a node tells another. */
  public static final int MOST_ADDRESSES = Neighbourhood.MOST_ADDRESSES;

  /** The second of two calls this much later. */
  static final long TURN = 300_000_000L;

  /** Who asks for the same node is told no oftener, nor is one that says where it is heard. */
  static final long TOLD_EVERY = 500_000_000L;

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

    /**
     * Call the other there, whom this node reaches by another place, and send it a probe.
     *
     * @param introduction which one
     * @param met the other
     * @param where a place in a LAN of this host
     */
    record Try(Introduction introduction, Introduction.Party met, EndpointAddress where)
        implements Signal {}

    /**
     * Say what addresses this host has, by the way in use to the other.
     *
     * @param met the other
     * @param own the addresses
     * @param asks whether the other is to say the same
     */
    record Say(Introduction.Party met, List<IpAddress> own, boolean asks) implements Signal {
      /** Copies the list. */
      public Say {
        own = List.copyOf(own);
      }
    }
  }

  /**
   * What the tunnel knows of a peer.
   *
   * @param where where it is called
   * @param receivedBytes how much came from it
   */
  public record Seen(EndpointAddress where, long receivedBytes) {}

  /** How this node and one that it is to meet stand. */
  public interface View {

    /** Whether it is reached directly. */
    boolean isUsed(Introduction introduction, Introduction.Party other);

    /** Whether it answers directly, used or not. */
    boolean answers(Introduction introduction, Introduction.Party other);

    /** Whether there is traffic to or from it. */
    boolean isBusy(Name other);

    /** What the tunnel knows of it, if it has a place. */
    Optional<Seen> seen(Introduction introduction, Introduction.Party other);
  }

  /**
   * What a node was told of a pair that it is one of.
   *
   * @param other where the other is called
   * @param self where its own datagrams come from
   */
  public record Told(Optional<EndpointAddress> other, Optional<EndpointAddress> self) {}

  private record Asked(Name asker, Name about) {}

  private final Name self;
  private final List<Introduction> mine;
  private final Map<Name, Set<InterfaceName>> waysTo;
  private final Map<Name, Partner> partners = new LinkedHashMap<>();
  private final Map<Asked, Long> answeredAt = new HashMap<>();
  private Neighbourhood here;
  private boolean placed;

  /**
   * The introductions in which a node has a part.
   *
   * @param destinations whom it reaches by tunnels, where nobody can be called
   */
  public NatTraversal(
      Name self, List<Introduction> introductions, List<Destination> destinations, long now) {
    this.self = self;
    this.mine = introductions.stream().filter(each -> each.teller().node().equals(self)).toList();
    this.here =
        new Neighbourhood(
            List.of(), destinations.stream().flatMap(each -> each.prefixes().stream()).toList());
    this.waysTo =
        destinations.stream()
            .collect(
                Collectors.toMap(
                    Destination::node,
                    each -> each.ways().stream().map(Way::tunnel).collect(Collectors.toSet())));
    for (var introduction : introductions) {
      introduction
          .met(self)
          .ifPresent(met -> partners.putIfAbsent(met.node(), new Partner(introduction, met, now)));
    }
  }

  /**
   * This host is plugged in so from now on.
   *
   * @param own the addresses of its real interfaces, those that matter most first
   */
  public void plugged(List<InterfaceAddress> own, long now) {
    if (own.equals(here.own()) && placed) {
      return;
    }
    here = here.with(own);
    if (placed) {
      partners.values().forEach(each -> each.isElsewhere(now));
    }
    placed = true;
  }

  /** Goes on to now, and says what is to be done. */
  public List<Signal> advance(long now, View view) {
    var signals = new ArrayList<Signal>();
    partners.values().forEach(each -> each.advance(now, view, here, signals));
    return signals;
  }

  /** There is something new to say on a tunnel: whom it leads to is asked for again. */
  public void askAgain(InterfaceName tunnel, long now) {
    for (var each : partners.values()) {
      if (each.introduction().tunnel().equals(tunnel)) {
        each.askAgain(now);
      }
    }
  }

  /** When to go on, if nothing happens before; Long.MAX_VALUE for never. */
  public long deadline(View view) {
    return partners.values().stream()
        .mapToLong(each -> each.deadline(view))
        .min()
        .orElse(Long.MAX_VALUE);
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
        if (now - answeredAt.getOrDefault(asked, ProbedWay.NEVER) < TOLD_EVERY) {
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
   * @return whether it is believed
   */
  public boolean told(
      InterfaceName tunnel,
      IpAddress from,
      IpAddress about,
      EndpointAddress where,
      View view,
      long now) {
    if (!canBeCalled(where)) {
      return false;
    }
    boolean believed = false;
    for (var each : partners.values()) {
      var introduction = each.introduction();
      if (!introduction.tunnel().equals(tunnel) || !introduction.teller().address().equals(from)) {
        continue;
      }
      if (each.met().address().equals(about)) {
        return each.isTold(where, view, now);
      }
      if (own(introduction).equals(about)) {
        each.isToldOfSelf(where, now);
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
        .filter(address -> here.tunnelled().stream().noneMatch(prefix -> prefix.contains(address)))
        .isPresent();
  }

  /**
   * Another node said what addresses it has.
   *
   * @param tunnel the interface by which it came
   * @param from the address that said it
   * @param addresses what it said
   * @param asks whether it wants to be told the same
   * @return whether it is believed
   */
  public boolean said(
      InterfaceName tunnel,
      IpAddress from,
      List<IpAddress> addresses,
      boolean asks,
      View view,
      long now) {
    return partners.values().stream()
        .filter(each -> each.met().address().equals(from))
        .filter(each -> waysTo.getOrDefault(each.met().node(), Set.of()).contains(tunnel))
        .findFirst()
        .filter(each -> each.isSaid(addresses, asks, view, here, now))
        .isPresent();
  }

  /** What this node was told of a pair that it is one of; empty if there is no such pair. */
  public Optional<Told> told(Name other) {
    return Optional.ofNullable(partners.get(other)).map(Partner::told);
  }
}
