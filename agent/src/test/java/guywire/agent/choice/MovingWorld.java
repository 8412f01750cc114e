package guywire.agent.choice;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.agent.choice.NatTraversal.Seen;
import guywire.agent.choice.NatTraversal.Signal;
import guywire.network.Destination;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Introduction;
import guywire.network.Introduction.Party;
import guywire.network.Name;
import guywire.network.Way;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Two nodes in virtual time, one of which moves from LAN to LAN: NATs that let in what was called,
 * routers with and without hairpin, a hub that hears both, and WireGuard's endpoints, which follow
 * the peer and are called at every 5 s at most.
 */
final class MovingWorld {

  static final long MILLI = 1_000_000L;
  static final long SECOND = 1000 * MILLI;
  static final InterfaceName DIRECT = new InterfaceName("wg0-hub");
  private static final InterfaceName RELAYED = new InterfaceName("wg0");
  private static final Party HUB = party("hub", 1, 51820);
  static final Party NAS = party("nas", 2, 51821);
  static final Party LAPTOP = party("laptop", 3, 51822);
  private static final Introduction PAIR = new Introduction(DIRECT, HUB, NAS, LAPTOP);

  /**
   * A LAN behind a NAT.
   *
   * @param name the same for the same LAN
   * @param prefix its addresses
   * @param publicAddress where the internet sees it
   * @param hairpin whether its router lets its hosts reach each other by that
   */
  record House(String name, Prefix prefix, IpAddress publicAddress, boolean hairpin) {
    static House of(String name, String prefix, String publicAddress) {
      return new House(name, Prefix.parse(prefix), IpAddress.parse(publicAddress), false);
    }

    House withHairpin() {
      return new House(name, prefix, publicAddress, true);
    }
  }

  private record Event(long at, long number, Runnable what) {}

  /** One of the two: where it is, its WireGuard, its agent. */
  final class Node implements NatTraversal.View {
    final Party party;
    private final Party other;
    Optional<House> place;
    IpAddress address;
    Optional<EndpointAddress> endpoint = Optional.empty();
    private long received;
    private long calledAt = -100 * SECOND;
    private final Map<EndpointAddress, Long> opened = new HashMap<>();
    private final Choices choices;
    private final NatTraversal traversal;
    long heardAt;
    int changes;
    final List<Long> changedAt = new ArrayList<>();

    Node(Party party, Party other, House place, String address) {
      this.party = party;
      this.other = other;
      this.place = Optional.of(place);
      this.address = IpAddress.parse(address);
      var to = other.address();
      var destination =
          new Destination(
              other.node(),
              to,
              List.of(new Prefix(to, 32)),
              List.of(
                  new Way(DIRECT, List.of(), false), new Way(RELAYED, List.of(HUB.node()), true)));
      choices = new Choices(Timing.USUAL, random::nextLong);
      choices.configure(List.of(destination), Map.of(), clock());
      traversal = new NatTraversal(party.node(), List.of(PAIR), List.of(destination), clock());
      traversal.plugged(own(), clock());
    }

    private List<InterfaceAddress> own() {
      return place
          .map(at -> List.of(new InterfaceAddress(address, at.prefix().length())))
          .orElse(List.of());
    }

    /** It is plugged in elsewhere, or nowhere. */
    void move(Optional<House> to, String as) {
      place = to;
      address = IpAddress.parse(as);
      opened.clear();
      traversal.plugged(own(), clock());
    }

    Node far() {
      return this == nas ? laptop : nas;
    }

    InterfaceName used() {
      return choices.tunnel(other.node()).orElseThrow();
    }

    @Override
    public boolean isUsed(Introduction introduction, Party whom) {
      return used().equals(DIRECT);
    }

    @Override
    public boolean answers(Introduction introduction, Party whom) {
      return choices.isAlive(other.node(), DIRECT, clock());
    }

    @Override
    public boolean isBusy(Name whom) {
      return choices.isBusy(whom);
    }

    @Override
    public Optional<Seen> seen(Introduction introduction, Party whom) {
      return endpoint.map(where -> new Seen(where, received));
    }

    void step() {
      choices.traffic(other.node(), clock());
      for (var signal : traversal.advance(clock(), this)) {
        switch (signal) {
          case Signal.Ask _ -> place.ifPresent(_ -> after(20, () -> tell(this)));
          case Signal.Call(_, _, var where) -> endpoint = Optional.of(where);
          case Signal.Try(_, _, var where) -> {
            endpoint = Optional.of(where);
            trials++;
            send(DIRECT, () -> {}, 0);
          }
          case Signal.Say(_, var own, boolean asks) -> {
            var by = used();
            send(
                by,
                () -> far().traversal.said(by, party.address(), own, asks, far(), far().clock()),
                0);
          }
        }
      }
      for (var act : choices.advance(clock())) {
        switch (act) {
          case Act.Probe probe -> send(probe.tunnel(), () -> far().answer(probe), 0);
          case Act.Choose(_, var tunnel) -> {
            changes++;
            changedAt.add(now);
            log("%s takes %s", party.node(), tunnel);
          }
          case Act.Look _ -> {}
        }
      }
    }

    private void answer(Act.Probe probe) {
      choices.probed(other.node(), probe.tunnel(), clock());
      send(
          probe.tunnel(),
          () -> far().choices.answered(party.node(), probe.tunnel(), probe.nonce(), far().clock()),
          0);
    }

    /** A packet to the other goes by a tunnel. */
    void send(InterfaceName tunnel, Runnable arrives, int depth) {
      if (!tunnel.equals(DIRECT)) {
        if (place.isPresent()) {
          after(40, () -> far().place.ifPresent(_ -> arrives.run()));
        }
        return;
      }
      if (endpoint.isEmpty()) {
        return;
      }
      if (now - sessionAt < 180 * SECOND) {
        datagram(endpoint.get(), arrives);
      } else if (now - calledAt >= 5 * SECOND && depth == 0) {
        calledAt = now;
        datagram(
            endpoint.get(),
            () ->
                far()
                    .datagram(
                        far().endpoint.orElseThrow(),
                        () -> {
                          sessionAt = now;
                          send(tunnel, arrives, 1);
                        }));
      }
    }

    /** One is sent beneath the tunnel; what arrives moves the other's endpoint. */
    private void datagram(EndpointAddress to, Runnable arrives) {
      var at = to.address().orElseThrow();
      if (place.isEmpty()) {
        return;
      }
      boolean near = place.get().prefix().contains(at);
      var source = EndpointAddress.of(near ? address : place.get().publicAddress(), party.port());
      opened.put(to, now);
      after(
          near ? 1 : 20,
          () -> {
            var there = far();
            if (near ? isNeighbour(at, there) : passes(source, to, there)) {
              there.endpoint = Optional.of(source);
              there.received += 100;
              arrives.run();
            } else if (near) {
              strays++;
            }
          });
    }

    private boolean isNeighbour(IpAddress at, Node there) {
      return place.isPresent() && place.equals(there.place) && there.address.equals(at);
    }

    private boolean passes(EndpointAddress source, EndpointAddress to, Node there) {
      var target = there.place.filter(at -> to.host().equals(at.publicAddress().toString()));
      if (target.isEmpty() || to.port() != there.party.port()) {
        return false;
      }
      boolean back = there.opened.getOrDefault(source, -1000 * SECOND) >= now - 120 * SECOND;
      return back && (!place.equals(there.place) || target.get().hairpin());
    }

    private long clock() {
      return now + SECOND;
    }
  }

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private final Random random;
  private final List<String> story = new ArrayList<>();
  private long number;
  private long sessionAt = -1000 * SECOND;
  long now;
  long longestDark;
  int strays;
  int trials;
  Node nas;
  Node laptop;

  /** Both are there, and talk all the time. */
  MovingWorld(long seed, House nasAt, String nasAddress, House laptopAt, String laptopAddress) {
    random = new Random(seed);
    nas = new Node(NAS, LAPTOP, nasAt, nasAddress);
    laptop = new Node(LAPTOP, NAS, laptopAt, laptopAddress);
    tick();
    talk();
  }

  private static Party party(String name, int number, int port) {
    byte[] key = new byte[32];
    key[0] = (byte) number;
    return new Party(new Name(name), IpAddress.parse("10.9.0." + number), PublicKey.of(key), port);
  }

  private void log(String form, Object... what) {
    story.add(now / MILLI + " ms: " + form.formatted(what));
  }

  /** What happened. */
  String story() {
    return String.join("\n", story);
  }

  private void after(long millis, Runnable what) {
    events.add(new Event(now + millis * MILLI, number++, what));
  }

  private void tick() {
    nas.step();
    laptop.step();
    after(50, this::tick);
  }

  /** Each says something to the other ten times a second, by the way in use. */
  private void talk() {
    for (var node : List.of(nas, laptop)) {
      var there = node.far();
      node.send(node.used(), () -> there.heardAt = now, 0);
      if (nas.place.isPresent() && laptop.place.isPresent()) {
        long dark = now - Math.max(node.heardAt, movedAt);
        if (dark > longestDark) {
          longestDark = dark;
          log("%s heard nothing for %d ms", node.party.node(), dark / MILLI);
        }
      }
    }
    after(100, this::talk);
  }

  private long movedAt;

  /** The laptop is carried elsewhere. */
  void carry(Optional<House> to, String address) {
    movedAt = now;
    log("laptop at %s", to);
    laptop.move(to, address);
  }

  /** The hub tells both where it hears them from. */
  private void tell(Node asker) {
    var there = asker.far();
    for (var whom : List.of(asker, there)) {
      for (var about : List.of(whom, whom.far())) {
        if (about.place.isPresent() && whom.place.isPresent()) {
          var where = EndpointAddress.of(about.place.get().publicAddress(), about.party.port());
          after(
              20,
              () ->
                  whom.traversal.told(
                      DIRECT, HUB.address(), about.party.address(), where, whom, whom.clock()));
        }
      }
    }
  }

  /** Whether both go to the other's own address in a LAN, directly. */
  boolean isByLan() {
    return nas.used().equals(DIRECT) && laptop.used().equals(DIRECT) && isCalledInLan();
  }

  /** Whether both are called at their own address in a LAN, and the direct way answers. */
  boolean isCalledInLan() {
    return isAt(nas.endpoint, laptop)
        && isAt(laptop.endpoint, nas)
        && (laptop.isUsed(PAIR, NAS) || laptop.answers(PAIR, NAS));
  }

  private static boolean isAt(Optional<EndpointAddress> endpoint, Node node) {
    return endpoint.equals(Optional.of(EndpointAddress.of(node.address, node.party.port())));
  }

  void run(long nanos) {
    long end = now + nanos;
    while (!events.isEmpty() && events.peek().at() <= end) {
      var event = events.poll();
      now = event.at();
      event.what().run();
    }
    now = end;
  }
}
