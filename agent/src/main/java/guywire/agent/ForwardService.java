package guywire.agent;

import guywire.address.IpAddress;
import guywire.agent.ForwardMessage.Reply;
import guywire.guard.PlainText;
import guywire.linux.Clock;
import guywire.linux.Netlink;
import guywire.linux.NetworkChanges;
import guywire.network.Agents;
import guywire.network.InterfaceName;
import guywire.network.Transport;
import guywire.network.Way;
import guywire.node.AgentOrders;
import guywire.node.HostAgent;
import guywire.node.Machine;
import guywire.node.PortOpening;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What a gateway passes on because somebody asked it to, and may: it opens a port of its tunnel
 * address, for the asker's address alone, and passes connections on to the target, until the asker
 * ends that, the time is over, the policy changes or the agent ends. Nothing of it is kept on disk.
 *
 * <p>One thread of its own does it, in the network namespace of the node; {@link ForwardTraffic}
 * passes the bytes on.
 */
/*
 * A message is believed if it came by a socket that is bound to a tunnel's interface: what has that source
 * there was sealed by a peer that may have it (cryptokey routing). It can bring about no more than the
 * node's own configuration permits to that source, and end only what that source began.
 */
final class ForwardService implements HostAgent.RunningForwards, TunnelLoop.TunnelWork {

  /** How long it lasts if nobody says. */
  static final long USUAL_SECONDS = 2 * 60 * 60;

  /** How long it lasts at most; whoever still needs it asks again. */
  static final long MOST_SECONDS = 7 * 24 * 60 * 60;

  private static final int MOST = 64;
  private static final int MOST_OF_ONE = 16;

  /** So many askers are told apart; more are the same peers with many addresses. */
  private static final int MOST_ASKERS = 1024;

  /**
   * How often it is seen, while something is open, that the filter lets it in; or refusals told.
   */
  private static final long LOOK_NANOS = 1_000_000_000L;

  /** Where a forward is opened: a port has one. */
  private record Place(Transport transport, int port) {}

  /** A forward that is open. */
  private record Open(ForwardPath path, ForwardTraffic.Opened traffic, long untilNanos) {
    Open until(long nanos) {
      return new Open(path, traffic, nanos);
    }
  }

  private final Consumer<String> log;
  private final TrafficNews news;
  private final TunnelLoop loop = new TunnelLoop("forwards", this);
  private final Netlink netlink = Netlink.open();
  private final ForwardTraffic traffic = ForwardTraffic.begin();
  private final Map<Place, Open> open = new LinkedHashMap<>();
  private final Set<IpAddress> askers = new LinkedHashSet<>();
  private final PortOpening filter;
  private Allowance<IpAddress> allowance = new Allowance<>();
  private AgentOrders orders;
  private ProbePorts ports;
  private long nextRefusalNanos;

  private ForwardService(
      AgentOrders orders, Machine machine, Consumer<String> log, TrafficNews news) {
    this.orders = orders;
    this.log = log;
    this.news = news;
    this.filter = new PortOpening(machine, orders.usual());
    this.ports = ports(orders);
  }

  private static ProbePorts ports(AgentOrders orders) {
    return new ProbePorts(
        tunnels(orders), orders.addresses(), Agents.FORWARD_PORT, ForwardMessage.BYTES + 1);
  }

  private static Set<InterfaceName> tunnels(AgentOrders orders) {
    var tunnels = new LinkedHashSet<InterfaceName>(List.of(orders.usual()));
    orders.destinations().stream()
        .flatMap(destination -> destination.ways().stream())
        .map(Way::tunnel)
        .forEach(tunnels::add);
    return tunnels;
  }

  /** Begins for a node of this host; it can be asked when this returns. */
  static HostAgent.RunningForwards begin(AgentOrders orders, TrafficNews news) {
    return begin(orders, Machine.LOCAL, ForwardLog::say, news);
  }

  /** Begins in the network namespace of the calling thread. */
  static ForwardService begin(
      AgentOrders orders, Machine machine, Consumer<String> log, TrafficNews news) {
    var forwarding =
        new ForwardService(
            orders, machine, line -> log.accept(PlainText.line("forward " + line)), news);
    try {
      forwarding.followLinks();
    } catch (RuntimeException e) {
      forwarding.close();
      throw e;
    }
    forwarding.loop.begin();
    return forwarding;
  }

  @Override
  public ProbePorts ports() {
    return ports;
  }

  @Override
  public void changed(List<NetworkChanges.Change> changes) {
    followLinks();
  }

  @Override
  public void advance() {
    endOverdue(Clock.bootNanos());
    filter.hold();
  }

  private void followLinks() {
    ports.follow(netlink.links().stream().collect(Collectors.toMap(link -> link.name(), l -> l)));
  }

  @Override
  public long deadline() {
    long next = open.isEmpty() ? Long.MAX_VALUE : Clock.bootNanos() + LOOK_NANOS;
    for (var each : open.values()) {
      next = Math.min(next, each.untilNanos());
    }
    return next;
  }

  @Override
  public void heard(ProbePorts.Opened port, byte[] bytes, InetSocketAddress from) {
    var question = ForwardMessage.read(bytes).filter(each -> each.reply().isEmpty());
    var asker = IpAddress.of(from.getAddress().getAddress());
    if (question.isEmpty() || !isAnswered(asker)) {
      return;
    }
    long now = Clock.bootNanos();
    var answer =
        switch (question.get().kind()) {
          case OPEN -> open(question.get(), asker, port.address(), now);
          case END -> end(question.get(), asker);
          case LIST -> list(question.get(), asker, now);
        };
    port.port().send(answer.bytes(), from);
  }

  private boolean isAnswered(IpAddress asker) {
    if (askers.size() >= MOST_ASKERS) {
      askers.clear();
      allowance = new Allowance<>();
    }
    askers.add(asker);
    return allowance.allows(asker, Clock.bootNanos());
  }

  private boolean permits(ForwardPath path) {
    return orders.forwards().stream()
        .anyMatch(permission ->
            permission.at().contains(path.address())
                && permission.permits(
                    path.asker(), path.target(), path.transport(), path.targetPort()));
  }

  private ForwardMessage open(
      ForwardMessage question, IpAddress asker, IpAddress address, long now) {
    var path =
        new ForwardPath(
            asker,
            address,
            question.transport(),
            question.port(),
            question.target(),
            question.targetPort());
    if (!permits(path)) {
      if (now >= nextRefusalNanos) {
        nextRefusalNanos = now + LOOK_NANOS;
        log.accept("refused: " + path);
      }
      return question.answer(Reply.REFUSED, 0);
    }
    long seconds =
        question.seconds() == 0 ? USUAL_SECONDS : Math.min(MOST_SECONDS, question.seconds());
    long until = now + Duration.ofSeconds(seconds).toNanos();
    var place = new Place(path.transport(), path.port());
    var there = Optional.ofNullable(open.get(place));
    if (there.isPresent()) {
      if (!there.get().path().equals(path)) {
        return question.answer(Reply.TAKEN, 0);
      }
      // Asked again: the answer was lost, or it is to last longer.
      open.put(place, there.get().until(until));
      return question.answer(Reply.DONE, seconds);
    }
    if (open.size() >= MOST || of(asker).size() >= MOST_OF_ONE) {
      return question.answer(Reply.FULL, 0);
    }
    try {
      var opened = traffic.open(path);
      if (!filter.open(asker, path.transport(), path.port())) {
        traffic.end(opened);
        log.accept("the filter does not let it in: " + path);
        return question.answer(Reply.UNABLE, 0);
      }
      open.put(place, new Open(path, opened, until));
    } catch (BindException e) {
      return question.answer(Reply.TAKEN, 0);
    } catch (IOException e) {
      log.accept("can't be opened: " + path + ": " + e.getMessage());
      return question.answer(Reply.UNABLE, 0);
    }
    log.accept("opened for " + seconds + " s: " + path);
    news.say();
    return question.answer(Reply.DONE, seconds);
  }

  private ForwardMessage end(ForwardMessage question, IpAddress asker) {
    var place = new Place(question.transport(), question.port());
    var there = Optional.ofNullable(open.get(place)).filter(each -> isOf(each, asker));
    there.ifPresent(each -> end(place, each, "by its user"));
    return question.answer(there.isPresent() ? Reply.DONE : Reply.NONE, 0);
  }

  private ForwardMessage list(ForwardMessage question, IpAddress asker, long now) {
    var own = of(asker);
    if (question.port() >= own.size()) {
      return question.answer(Reply.NONE, 0);
    }
    var each = own.get(question.port());
    var path = each.path();
    return new ForwardMessage(
        question.kind(),
        Optional.of(Reply.DONE),
        question.number(),
        path.transport(),
        path.port(),
        path.targetPort(),
        path.target(),
        secondsLeft(each, now));
  }

  private static long secondsLeft(Open each, long now) {
    return Math.max(0, Duration.ofNanos(each.untilNanos() - now).toSeconds());
  }

  private List<Open> of(IpAddress asker) {
    return open.values().stream().filter(each -> isOf(each, asker)).toList();
  }

  private static boolean isOf(Open each, IpAddress asker) {
    return each.path().asker().equals(asker);
  }

  private void endOverdue(long now) {
    List.copyOf(open.entrySet()).stream()
        .filter(each -> each.getValue().untilNanos() <= now)
        .forEach(each -> end(each.getKey(), each.getValue(), "its time is over"));
  }

  private void end(Place place, Open each, String why) {
    open.remove(place);
    filter.close(each.path().asker(), place.transport(), place.port());
    traffic.end(each.traffic());
    var counts = each.traffic().counts();
    log.accept(
        "ended, %s: %s; %d connections, %d bytes"
            .formatted(why, each.path(), counts.soFar(), counts.bytes()));
    news.say();
  }

  private void endAll(String why) {
    Map.copyOf(open).forEach((place, each) -> end(place, each, why));
  }

  @Override
  public void follow(AgentOrders next) {
    loop.errands()
        .call(() -> {
          boolean elsewhere =
              !next.addresses().equals(orders.addresses())
                  || !tunnels(next).equals(tunnels(orders));
          orders = next;
          for (var each : Map.copyOf(open).entrySet()) {
            if (!permits(each.getValue().path())) {
              end(each.getKey(), each.getValue(), "the policy permits it no more");
            }
          }
          if (elsewhere) {
            ports.close();
            ports = ports(next);
            followLinks();
          }
        });
  }

  @Override
  public List<String> status() {
    var lines = new ArrayList<String>();
    loop.errands()
        .call(() -> {
          long now = Clock.bootNanos();
          for (var each : open.values()) {
            var path = each.path();
            var counts = each.traffic().counts();
            lines.add(
                ForwardStatus.CODEC.write(
                    new ForwardStatus(
                        orders.node(),
                        path.asker(),
                        path.address(),
                        path.transport(),
                        path.port(),
                        path.target(),
                        path.targetPort(),
                        secondsLeft(each, now),
                        counts.now(),
                        counts.soFar(),
                        counts.bytes())));
          }
        });
    return lines;
  }

  @Override
  public void close() {
    loop.end(() -> endAll("the node or its agent ends"));
    traffic.close();
    ports.close();
    netlink.close();
  }
}
