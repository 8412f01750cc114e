package guywire.agent.choice;

import guywire.address.IpAddress;
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
import java.util.Objects;
import java.util.Optional;

/**
 * The ports that routers pass on to nodes, as far as that helps two to meet: where this node can be
 * called, where others say that they can be, and whom to call where. All times are nanoseconds of a
 * clock that never goes back.
 *
 * <p>For one thread.
 */
/*
 * A node says what its router gave it to the one that tells where nodes are, and says it again now and then, so
 * that neither a lost message nor a new start of the other matters. That one passes it on, beside where it hears the
 * node from, and only if both are one address: then a node can say no more of itself than another port, and a router
 * behind a second NAT leads nobody astray. Who is told calls one place and then the other, each for longer than
 * WireGuard waits before it calls again (REKEY_TIMEOUT, 5 s and a third): a place named before that would not be
 * called at all.
 */
public final class MappedPorts {

  private static final long SECOND = 1_000_000_000L;

  /** Said again so often. */
  static final long SAID_EVERY = 300 * SECOND;

  /** What was not said again is forgotten. */
  static final long FORGOTTEN_AFTER = 3 * SAID_EVERY + 10 * SECOND;

  /** How long one place is called. */
  static final long PLACE = 6 * SECOND;

  /**
   * Say to the one that tells where this node can be called.
   *
   * @param introduction one in which it tells
   * @param where where
   */
  public record Say(Introduction introduction, EndpointAddress where) {}

  private record Whom(InterfaceName tunnel, IpAddress address) {}

  private record Heard(EndpointAddress where, long at) {}

  private static final class Own {
    private final EndpointAddress where;
    private long sayAt;

    Own(EndpointAddress where, long now) {
      this.where = where;
      this.sayAt = now;
    }
  }

  private static final class Turn {
    private boolean open = true;
    private long since;

    Turn(long now) {
      since = now;
    }
  }

  private final Name self;
  private final List<Introduction> introductions;
  private final Map<InterfaceName, Own> own = new LinkedHashMap<>();
  private final Map<Whom, Heard> heard = new HashMap<>();
  private final Map<Whom, Turn> turns = new HashMap<>();

  /** The introductions in which a node has a part. */
  public MappedPorts(Name self, List<Introduction> introductions) {
    this.self = self;
    this.introductions = List.copyOf(introductions);
  }

  /**
   * Where the tunnel can be called from now on, if its router says so.
   *
   * @return whether that is another place than before, so that others should hear of it
   */
  public boolean opened(InterfaceName tunnel, Optional<EndpointAddress> where, long now) {
    var before = Optional.ofNullable(own.get(tunnel)).map(each -> each.where);
    if (before.equals(where)) {
      return false;
    }
    own.remove(tunnel);
    where.ifPresent(place -> own.put(tunnel, new Own(place, now)));
    return where.isPresent();
  }

  /** What is to be said now. */
  public List<Say> advance(long now) {
    var due = new ArrayList<Say>();
    own.forEach((tunnel, each) -> {
      if (each.sayAt <= now) {
        each.sayAt = now + SAID_EVERY;
        introduction(tunnel).ifPresent(by -> due.add(new Say(by, each.where)));
      }
    });
    return due;
  }

  /** When to go on; Long.MAX_VALUE for never. */
  public long deadline() {
    return own.values().stream().mapToLong(each -> each.sayAt).min().orElse(Long.MAX_VALUE);
  }

  /** All in a plane have one that tells: any of its introductions names it. */
  private Optional<Introduction> introduction(InterfaceName tunnel) {
    return introductions.stream()
        .filter(each -> each.tunnel().equals(tunnel) && each.met(self).isPresent())
        .findFirst();
  }

  /** What is to be said before the one that tells is asked, so that it knows; empty if nothing. */
  public Optional<EndpointAddress> own(InterfaceName tunnel) {
    return Optional.ofNullable(own.get(tunnel)).map(each -> each.where);
  }

  /**
   * Somebody said where a node can be called.
   *
   * @param tunnel the interface by which it was said
   * @param from the address that said it
   * @param about the address of whom it is about
   * @return whether it is believed
   */
  public boolean said(
      InterfaceName tunnel, IpAddress from, IpAddress about, EndpointAddress where, long now) {
    if (where.address().filter(Internet::routes).isEmpty()) {
      return false;
    }
    boolean believed =
        introductions.stream()
            .filter(each -> each.tunnel().equals(tunnel))
            .anyMatch(each -> isToldHere(each, from, about) || isTold(each, from, about));
    if (believed) {
      heard.put(new Whom(tunnel, about), new Heard(where, now));
    }
    return believed;
  }

  /** Whether a node says it of itself, and this one is to tell it. */
  private boolean isToldHere(Introduction each, IpAddress from, IpAddress about) {
    return each.teller().node().equals(self)
        && from.equals(about)
        && (each.one().address().equals(about) || each.other().address().equals(about));
  }

  /** Whether the one that tells says it of whom this node meets. */
  private boolean isTold(Introduction each, IpAddress from, IpAddress about) {
    return each.teller().address().equals(from)
        && each.met(self).filter(met -> met.address().equals(about)).isPresent();
  }

  /**
   * What one that tells passes on of a node.
   *
   * @param seen where it hears the node from
   */
  public Optional<EndpointAddress> passedOn(
      Introduction introduction, Introduction.Party about, EndpointAddress seen, long now) {
    return heard(introduction, about, now)
        .filter(where -> where.address().equals(seen.address()) && !where.equals(seen));
  }

  /** Where a node that this one meets can be called, as far as it was told. */
  public Optional<EndpointAddress> heard(
      Introduction introduction, Introduction.Party about, long now) {
    return Optional.ofNullable(heard.get(new Whom(introduction.tunnel(), about.address())))
        .filter(each -> now - each.at() < FORGOTTEN_AFTER)
        .map(Heard::where);
  }

  /**
   * Where to call one that this node meets.
   *
   * @param seen where its datagrams come from
   */
  public EndpointAddress place(
      Introduction introduction, Introduction.Party met, EndpointAddress seen, long now) {
    var open = heard(introduction, met, now);
    var whom = new Whom(introduction.tunnel(), met.address());
    if (open.isEmpty()) {
      turns.remove(whom);
      return seen;
    }
    var turn = Objects.requireNonNull(turns.computeIfAbsent(whom, _ -> new Turn(now)));
    if (now - turn.since >= PLACE) {
      turn.open = !turn.open;
      turn.since = now;
    }
    return turn.open ? open.get() : seen;
  }
}
