package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Agents;
import guywire.network.InterfaceName;
import guywire.network.RoutingPolicy;
import guywire.network.RoutingPolicy.Rule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A machine's kernel routes: the main table, wg-quick's rules for tunnels that take the default
 * route, and the rules and tables that its owner made. Rules are asked by their priority; one that
 * has none goes before all that are there, as in the kernel.
 */
final class RoutingTable {

  /** When the main table is asked. */
  private static final int MAIN_PRIORITY = 32766;

  /**
   * A route.
   *
   * @param to the destination
   * @param device the interface
   * @param via the next hop; empty means the destination itself
   * @param metric smaller wins among equal prefixes; of equals the first stays
   */
  record Entry(Prefix to, ModelledInterface device, Optional<IpAddress> via, int metric) {}

  /**
   * What rules look at.
   *
   * @param destination where the packet goes
   * @param source where it comes from; empty if the route decides that
   * @param mark its firewall mark, or 0
   * @param cameBy whether it came in by the interface of this name; {@code lo} if it is the host's
   *     own
   */
  record Query(
      IpAddress destination,
      Optional<IpAddress> source,
      long mark,
      Predicate<InterfaceName> cameBy) {

    private static final InterfaceName LOOPBACK = new InterfaceName("lo");

    /** A packet of the host's own, whose source the route decides. */
    static Query own(IpAddress destination, long mark) {
      return new Query(destination, Optional.empty(), mark, LOOPBACK::equals);
    }

    /** A packet of the host's own that has a source. */
    static Query own(IpAddress destination, IpAddress source, long mark) {
      return new Query(destination, Optional.of(source), mark, LOOPBACK::equals);
    }
  }

  /** What comes of a look-up. */
  sealed interface Outcome {
    /** A route. */
    record Found(Entry route) implements Outcome {}

    /** A route or a rule that discards. */
    record Discarded() implements Outcome {}

    /** No route. */
    record Nothing() implements Outcome {}

    /** The route, if there is one. */
    default Optional<Entry> entry() {
      return this instanceof Found found ? Optional.of(found.route()) : Optional.empty();
    }
  }

  private static final Outcome DISCARDED = new Outcome.Discarded();
  private static final Outcome NOTHING = new Outcome.Nothing();

  /** One table. */
  private static final class Table {
    private final PrefixMap<Entry> routes = new PrefixMap<>();
    private final List<Prefix> discards = new ArrayList<>();

    boolean add(Entry entry) {
      var present = routes.exactly(entry.to());
      if (present.isEmpty() || entry.metric() < present.get().metric()) {
        routes.put(entry.to(), entry);
      }
      return present.isEmpty() || entry.metric() != present.get().metric();
    }

    void discard(Prefix to, int metric) {
      var present = routes.exactly(to);
      if (present.isEmpty() || metric < present.get().metric()) {
        discards.add(to);
      }
    }

    /**
     * Looks an address up.
     *
     * @param suppressed a route with a prefix of at most this length does not count; one that
     *     discards does, because the kernel suppresses only what it found
     */
    Outcome find(IpAddress destination, int suppressed) {
      var found = routes.longest(destination).map(PrefixMap.Entry::value);
      int length = found.map(entry -> entry.to().length()).orElse(-1);
      boolean discarded =
          !discards.isEmpty()
              && discards.stream()
                  .anyMatch(prefix -> prefix.contains(destination) && prefix.length() >= length);
      if (discarded) {
        return DISCARDED;
      }
      return found.isPresent() && length > suppressed ? new Outcome.Found(found.get()) : NOTHING;
    }
  }

  /** Something that is asked in its turn: a rule, a tunnel that takes all, or the main table. */
  private record Ask(Optional<Rule> rule, Optional<ModelledInterface.Tunnel> tunnel) {}

  private final Map<String, Table> tables = new HashMap<>();
  private final Table main = new Table();
  private final Map<Family, NavigableMap<Integer, List<Ask>>> asks = new EnumMap<>(Family.class);
  private final Map<ModelledInterface, PrefixMap<ModelledInterface>> arrivals = new HashMap<>();
  private final PrefixMap<Supplier<Optional<ModelledInterface.Tunnel>>> chosen = new PrefixMap<>();
  private final PrefixMap<Supplier<Optional<ModelledInterface.Tunnel>>> gateways =
      new PrefixMap<>();

  RoutingTable() {
    tables.put(RoutingPolicy.MAIN, main);
  }

  /** Adds a route to the main table; false if one of the same prefix and metric is there. */
  boolean add(Entry entry) {
    return main.add(entry);
  }

  /** Adds a route to a table. */
  void add(String table, Entry entry) {
    table(table).add(entry);
  }

  /** Adds a route to the main table that discards what it is for. */
  void discard(Prefix to, int metric) {
    main.discard(to, metric);
  }

  /** Adds a route to a table that discards what it is for. */
  void discard(String table, Prefix to, int metric) {
    table(table).discard(to, metric);
  }

  private Table table(String name) {
    return tables.computeIfAbsent(name, _ -> new Table());
  }

  /** Adds a tunnel that takes the default route; the last one added is asked first. */
  void addDefault(ModelledInterface.Tunnel tunnel) {
    for (var family : Family.values()) {
      if (tunnel.takesDefault(family)) {
        // wg-quick makes two rules: its own table, and before it all of the main one but the
        // default.
        ask(family, first(family) - 2, new Ask(Optional.empty(), Optional.of(tunnel)));
      }
    }
  }

  /** Adds a rule. */
  void addRule(Rule rule) {
    int priority = rule.priority().orElse(first(rule.family()) - 1);
    ask(rule.family(), priority, new Ask(Optional.of(rule), Optional.empty()));
  }

  private void ask(Family family, int priority, Ask ask) {
    asks(family).computeIfAbsent(priority, _ -> new ArrayList<>()).add(ask);
  }

  /** The priority of what is asked first. */
  private int first(Family family) {
    return asks(family).firstKey();
  }

  private NavigableMap<Integer, List<Ask>> asks(Family family) {
    return asks.computeIfAbsent(
        family,
        _ -> {
          var all = new TreeMap<Integer, List<Ask>>();
          all.put(
              MAIN_PRIORITY, new ArrayList<>(List.of(new Ask(Optional.empty(), Optional.empty()))));
          return all;
        });
  }

  /** Adds a route for what came out of a tunnel that agents choose: by that tunnel again. */
  void addArrival(Prefix to, ModelledInterface.Tunnel tunnel) {
    arrivals.computeIfAbsent(tunnel, key -> new PrefixMap<>()).put(to, tunnel);
  }

  /** Adds what an agent chooses among the ways to a prefix: a tunnel, if not the usual one. */
  void addChoice(Prefix to, Supplier<Optional<ModelledInterface.Tunnel>> choice) {
    chosen.put(to, choice);
  }

  /**
   * Adds what an agent chooses among the gateways of a LAN, for all packets: a tunnel to a further
   * one, if not the first.
   */
  void addGatewayChoice(Prefix to, Supplier<Optional<ModelledInterface.Tunnel>> choice) {
    gateways.put(to, choice);
  }

  /** The route of a packet that is bound to an interface. */
  static Entry by(ModelledInterface device, IpAddress destination) {
    var all = new Prefix(destination.family().any(), 0);
    if (device instanceof ModelledInterface.Port port
        && port.segment() instanceof Segment.Lan lan) {
      Prefix prefix = lan.lan().prefix();
      return prefix.contains(destination)
          ? new Entry(prefix, device, Optional.empty(), 0)
          : new Entry(all, device, Optional.of(lan.lan().router()), 0);
    }
    return new Entry(all, device, Optional.empty(), 0);
  }

  /**
   * Looks up a packet that came in by an interface. What came out of a tunnel goes by the ordinary
   * routes, whatever the agent has chosen for the host's own packets and those of its LAN.
   */
  Outcome lookup(Query query, ModelledInterface in) {
    var first = first(query);
    if (!first.equals(NOTHING)) {
      return first;
    }
    var arrival =
        Optional.ofNullable(arrivals.get(in)).flatMap(table -> table.longest(query.destination()));
    if (arrival.isPresent()) {
      var entry = arrival.get();
      return new Outcome.Found(new Entry(entry.prefix(), entry.value(), Optional.empty(), 0));
    }
    return in instanceof ModelledInterface.Tunnel ? ordinary(query) : lookup(query);
  }

  /** Looks up a packet that is the host's own. */
  Outcome lookup(Query query) {
    var first = first(query);
    if (!first.equals(NOTHING)) {
      return first;
    }
    var choice = chosen(chosen, query);
    return choice.equals(NOTHING) ? ordinary(query) : choice;
  }

  private static Outcome chosen(
      PrefixMap<Supplier<Optional<ModelledInterface.Tunnel>>> among, Query query) {
    return among
        .longest(query.destination())
        .flatMap(entry ->
            entry
                .value()
                .get()
                .map(tunnel -> new Entry(entry.prefix(), tunnel, Optional.empty(), 0)))
        .<Outcome>map(Outcome.Found::new)
        .orElse(NOTHING);
  }

  /** What rules say that are asked before all choices of agents but those among gateways. */
  private Outcome first(Query query) {
    var chosen = chosen(gateways, query);
    var all = asks.get(query.destination().family());
    return !chosen.equals(NOTHING) || all == null
        ? chosen
        : asked(all.headMap((int) Agents.ARRIVAL_RULE, false), query);
  }

  private Outcome ordinary(Query query) {
    var destination = query.destination();
    var all = asks.get(destination.family());
    return all == null ? main.find(destination, -1) : asked(all, query);
  }

  private Outcome asked(NavigableMap<Integer, List<Ask>> all, Query query) {
    for (var asks : all.values()) {
      for (var ask : asks) {
        var outcome = answer(ask, query);
        if (!outcome.equals(NOTHING)) {
          return outcome;
        }
      }
    }
    return NOTHING;
  }

  private Outcome answer(Ask ask, Query query) {
    var destination = query.destination();
    if (ask.tunnel().isPresent()) {
      var inside = main.find(destination, 0);
      if (!inside.equals(NOTHING) || ask.tunnel().get().mark() == query.mark()) {
        return inside;
      }
      var everything = new Prefix(destination.family().any(), 0);
      return new Outcome.Found(new Entry(everything, ask.tunnel().get(), Optional.empty(), 0));
    }
    if (ask.rule().isEmpty()) {
      return main.find(destination, -1);
    }
    var rule = ask.rule().get();
    if (!covers(rule, query)) {
      return NOTHING;
    }
    return rule.table().isEmpty()
        ? DISCARDED
        : table(rule.table().get()).find(destination, rule.suppressed().orElse(-1));
  }

  private static boolean covers(Rule rule, Query query) {
    boolean covered =
        rule.from()
                .map(from -> query.source().filter(from::contains).isPresent() || isAll(from))
                .orElse(true)
            && rule.to().map(to -> to.contains(query.destination())).orElse(true)
            && rule.mark().map(mark -> mark.covers(query.mark())).orElse(true)
            && rule.in().map(query.cameBy()::test).orElse(true);
    return covered != rule.inverted();
  }

  private static boolean isAll(Prefix prefix) {
    return prefix.length() == 0;
  }
}
