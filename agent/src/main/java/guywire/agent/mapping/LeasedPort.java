package guywire.agent.mapping;

import guywire.address.IpAddress;
import guywire.agent.mapping.PortMapping.State;
import guywire.network.EndpointAddress;
import guywire.network.Internet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One port, asked of one router by one protocol after the other, and what was granted. All times
 * are nanoseconds of a clock that never goes back.
 *
 * <p>For one thread.
 */
/*
 * What is granted is asked for again at half of its time (RFC 6887 section 11.2.1, RFC 6886 section 3.3), first by
 * the protocol that granted it. If that fails, all are asked anew, while the grant counts until its time is over. If
 * all fail, the router is left alone for a while, the longer the oftener that was so. An answer by PCP that comes
 * late, while another protocol is being tried, is taken: its nonce says what it answers.
 */
final class LeasedPort {

  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  /** For how long a port is asked. */
  static final int LIFETIME_SECONDS = 3600;

  /** A longer grant is not relied on (RFC 6887 section 15: a day). */
  private static final long LONGEST_SECONDS = 86_400;

  /** Asked for again no oftener, however short the grant. */
  private static final long SHORTEST_RENEWAL = 30 * SECOND;

  private static final long FIRST_REST = 300 * SECOND;
  private static final long LONGEST_REST = 3600 * SECOND;

  /** When a datagram is sent again, after the first; the last says when it is given up. */
  private static final List<Long> ASKED_AGAIN =
      List.of(250 * MILLI, 750 * MILLI, 1750 * MILLI, 3 * SECOND);

  /** An answer to a search may take a second (its MX), so it has its time. */
  private static final List<Long> SEARCHED_AGAIN = List.of(SECOND, 2 * SECOND, 4 * SECOND);

  /** After a time in which nothing was done (a sleep), the next datagram follows no sooner. */
  private static final long APART = 250 * MILLI;

  /** The hands give up earlier. */
  private static final long FETCH_GIVEN_UP = 20 * SECOND;

  /** So many requests by UPnP, as their answers lead to others. */
  private static final int MOST_ADDS = 6;

  // Error codes of WANIPConnection.
  private static final int INVALID_ACTION = 401;
  private static final int OPTIONAL_ACTION = 602;
  private static final int CONFLICT = 718;
  private static final int NO_SUCH_PORT = 728;
  private static final int CONFLICT_WITH_OTHER = 729;
  private static final int ONLY_PERMANENT = 725;

  private enum Step {
    /** Nothing is asked: the port is granted, or the router is left alone for a while. */
    RESTING,
    PCP,
    NAT_PMP,
    /** UPnP: a router is searched for, then read, then asked for its address, then for the port. */
    SEARCH,
    DESCRIBE,
    ADDRESS,
    ADD
  }

  /** What was granted. */
  private record Lease(
      MappingProtocol protocol,
      EndpointAddress external,
      Optional<ConnectionService> service,
      long expiresAt) {}

  private final AskedGateway gateway;
  private final int port;
  private final MappingNonce nonce;

  private Step step = Step.PCP;
  private long stepBegan;
  private int sent;
  private long nextAt;
  private boolean renewing;
  private long rest = FIRST_REST;
  private Optional<Lease> held = Optional.empty();
  private Optional<PortMapping> outcome = Optional.empty();
  private Optional<PortMapping> refusal = Optional.empty();

  // What NAT-PMP answers in two datagrams.
  private Optional<IpAddress> address = Optional.empty();
  private Optional<RouterAnswer.PmpMapped> mapped = Optional.empty();

  // What UPnP found so far.
  private Optional<RouterUrl> described = Optional.empty();
  private List<ConnectionService> services = List.of();
  private int service;
  private boolean any;
  private int external;
  private int lifetimeSeconds;
  private int adds;
  private long fetches;

  LeasedPort(AskedGateway gateway, int port, byte[] secret, long now) {
    this.gateway = gateway;
    this.port = port;
    this.nonce = MappingNonce.of(secret, gateway, port);
    go(Step.PCP, now);
  }

  int port() {
    return port;
  }

  MappingNonce nonce() {
    return nonce;
  }

  /** How it stands. */
  PortMapping mapping() {
    if (held.isPresent()) {
      var lease = held.get();
      return new PortMapping(
          port,
          State.MAPPED,
          Optional.of(lease.protocol()),
          Optional.of(lease.external()),
          Optional.empty());
    }
    return outcome.orElseGet(() -> without(State.ASKED));
  }

  private PortMapping without(State state) {
    return new PortMapping(port, state, Optional.empty(), Optional.empty(), Optional.empty());
  }

  boolean isAskingBy(MappingProtocol protocol) {
    return switch (step) {
      case RESTING -> false;
      case PCP -> protocol == MappingProtocol.PCP;
      case NAT_PMP -> protocol == MappingProtocol.NAT_PMP;
      case SEARCH, DESCRIBE, ADDRESS, ADD -> protocol == MappingProtocol.UPNP;
    };
  }

  /** The router has forgotten what it granted by a protocol, or may have. */
  void forgotten(MappingProtocol protocol, long now) {
    if (step == Step.RESTING && held.filter(lease -> lease.protocol() == protocol).isPresent()) {
      nextAt = now;
    }
  }

  /** Whether an announced address is not the one that is known. */
  boolean isElsewhere(IpAddress announced) {
    return held.filter(lease -> lease.protocol() == MappingProtocol.NAT_PMP)
        .flatMap(lease -> lease.external().address())
        .filter(known -> !known.equals(announced))
        .isPresent();
  }

  private void go(Step next, long now) {
    step = next;
    stepBegan = now;
    sent = 0;
    nextAt = now;
    if (next == Step.NAT_PMP) {
      address = Optional.empty();
      mapped = Optional.empty();
    }
  }

  /** When to go on, if nothing happens before. */
  long deadline() {
    return held.map(lease -> Math.min(lease.expiresAt(), nextAt)).orElse(nextAt);
  }

  /** Goes on to now. */
  void advance(long now, Consumer<RouterDeed> deeds) {
    if (held.filter(lease -> lease.expiresAt() <= now).isPresent()) {
      held = Optional.empty();
    }
    while (nextAt <= now) {
      switch (step) {
        case RESTING -> begin(now);
        case PCP, NAT_PMP -> send(now, ASKED_AGAIN, deeds);
        case SEARCH -> send(now, SEARCHED_AGAIN, deeds);
        case DESCRIBE, ADDRESS, ADD -> fetch(now, deeds);
      }
    }
  }

  private void begin(long now) {
    refusal = Optional.empty();
    renewing = held.isPresent();
    go(
        switch (held.map(Lease::protocol).orElse(MappingProtocol.PCP)) {
          case PCP -> Step.PCP;
          case NAT_PMP -> Step.NAT_PMP;
          case UPNP -> Step.ADDRESS;
        },
        now);
    if (step == Step.ADDRESS) {
      services = held.flatMap(Lease::service).stream().toList();
      service = 0;
    }
  }

  private int wished() {
    return held.map(lease -> lease.external().port()).orElse(port);
  }

  private void send(long now, List<Long> again, Consumer<RouterDeed> deeds) {
    if (sent >= again.size()) {
      failed(now);
      return;
    }
    switch (step) {
      case PCP ->
          deeds.accept(ask(RouterRequest.pcp(gateway, nonce, port, wished(), LIFETIME_SECONDS)));
      case NAT_PMP -> {
        deeds.accept(ask(RouterRequest.pmpAddress()));
        deeds.accept(ask(RouterRequest.pmp(port, wished(), LIFETIME_SECONDS)));
      }
      default -> {
        for (var device : DiscoveryMessage.DEVICES) {
          byte[] search = DiscoveryMessage.search(device);
          // A firewall of this host lets in the answer to what went to the router itself.
          deeds.accept(new RouterDeed.Send(gateway.address(), DiscoveryMessage.PORT, search));
          deeds.accept(new RouterDeed.Send(DiscoveryMessage.GROUP, DiscoveryMessage.PORT, search));
        }
      }
    }
    nextAt = Math.max(stepBegan + again.get(sent), now + APART);
    sent++;
  }

  private RouterDeed ask(byte[] bytes) {
    return new RouterDeed.Send(gateway.address(), RouterRequest.PORT, bytes);
  }

  private void fetch(long now, Consumer<RouterDeed> deeds) {
    if (sent > 0) {
      failed(now);
      return;
    }
    sent++;
    nextAt = now + FETCH_GIVEN_UP;
    var at =
        step == Step.DESCRIBE
            ? described
            : services.stream().skip(service).findFirst().map(ConnectionService::control);
    if (at.isEmpty()) {
      failed(now);
      return;
    }
    byte[] request =
        switch (step) {
          case DESCRIBE -> ConnectionService.describe(at.get(), gateway);
          case ADDRESS -> services.get(service).getAddress(gateway);
          default -> services.get(service).add(gateway, any, port, external, lifetimeSeconds);
        };
    deeds.accept(new RouterDeed.Fetch(port, ++fetches, at.get().port(), request));
  }

  /** This step led to nothing: on to the next. */
  private void failed(long now) {
    if (renewing) {
      renewing = false;
      go(Step.PCP, now);
      return;
    }
    switch (step) {
      case PCP -> go(Step.NAT_PMP, now);
      case NAT_PMP -> go(Step.SEARCH, now);
      default -> rest(refusal.orElseGet(() -> without(State.UNANSWERED)), now);
    }
  }

  private void refused(MappingProtocol protocol, int reason, long now) {
    refusal =
        Optional.of(
            new PortMapping(
                port, State.REFUSED, Optional.of(protocol), Optional.empty(), Optional.of(reason)));
    failed(now);
  }

  private void rest(PortMapping why, long now) {
    outcome = Optional.of(why);
    step = Step.RESTING;
    renewing = false;
    nextAt = now + rest;
    rest = Math.min(LONGEST_REST, rest * 2);
  }

  /** The router answered by PCP, with this port's nonce. */
  void heard(RouterAnswer.PcpMapped answer, long now, Consumer<RouterDeed> deeds) {
    boolean toRelease = answer.result() == RouterAnswer.SUCCESS && answer.lifetimeSeconds() == 0;
    if (answer.port() != port || toRelease) {
      return;
    }
    if (answer.result() != RouterAnswer.SUCCESS) {
      if (step == Step.PCP) {
        refused(MappingProtocol.PCP, answer.result(), now);
      }
    } else if (step != Step.RESTING || held.isEmpty()) {
      grant(
          MappingProtocol.PCP,
          answer.external(),
          answer.externalPort(),
          answer.lifetimeSeconds(),
          Optional.empty(),
          now,
          deeds);
    }
  }

  void heard(RouterAnswer.PmpAddress answer, long now, Consumer<RouterDeed> deeds) {
    if (step == Step.NAT_PMP) {
      if (answer.result() != RouterAnswer.SUCCESS) {
        refused(MappingProtocol.NAT_PMP, answer.result(), now);
      } else {
        address = Optional.of(answer.external());
        grantIfWhole(now, deeds);
      }
    }
  }

  void heard(RouterAnswer.PmpMapped answer, long now, Consumer<RouterDeed> deeds) {
    if (step == Step.NAT_PMP && answer.port() == port) {
      if (answer.result() != RouterAnswer.SUCCESS) {
        refused(MappingProtocol.NAT_PMP, answer.result(), now);
      } else {
        mapped = Optional.of(answer);
        grantIfWhole(now, deeds);
      }
    }
  }

  private void grantIfWhole(long now, Consumer<RouterDeed> deeds) {
    if (address.isPresent() && mapped.isPresent()) {
      grant(
          MappingProtocol.NAT_PMP,
          address.get(),
          mapped.get().externalPort(),
          mapped.get().lifetimeSeconds(),
          Optional.empty(),
          now,
          deeds);
    }
  }

  /** The router does not know the protocol. */
  void heardOtherVersion(long now) {
    if (step == Step.PCP || step == Step.NAT_PMP) {
      failed(now);
    }
  }

  /** The router says where it is described. */
  void found(RouterUrl where, long now) {
    if (step == Step.SEARCH) {
      described = Optional.of(where);
      go(Step.DESCRIBE, now);
    }
  }

  /**
   * The router answered by HTTP, or did not.
   *
   * @param number of the request
   */
  void fetched(long number, Optional<RouterReply> reply, long now, Consumer<RouterDeed> deeds) {
    if (number != fetches || sent == 0) {
      return;
    }
    switch (step) {
      case DESCRIBE -> {
        services =
            reply.filter(each -> each.status() == 200).stream()
                .flatMap(each ->
                    ConnectionService.read(each.body(), described.orElseThrow(), gateway.address())
                        .stream())
                .toList();
        service = 0;
        if (services.isEmpty()) {
          failed(now);
        } else {
          go(Step.ADDRESS, now);
        }
      }
      case ADDRESS -> addressed(reply, now, deeds);
      case ADD -> added(reply, now, deeds);
      default -> {}
    }
  }

  private void addressed(Optional<RouterReply> reply, long now, Consumer<RouterDeed> deeds) {
    var said =
        reply
            .filter(each -> each.status() == 200)
            .flatMap(each -> RouterXml.read(each.body()))
            .flatMap(xml -> xml.text("NewExternalIPAddress"))
            .flatMap(IpAddress::tryParse)
            .filter(each -> each.isIpv4() && !each.isUnspecified());
    if (said.isEmpty()) {
      // Of several services one may have a line.
      service++;
      if (service < services.size()) {
        go(Step.ADDRESS, now);
      } else {
        failed(now);
      }
    } else if (!Internet.routes(said.get())) {
      behindAnother(MappingProtocol.UPNP, said.get(), now);
    } else {
      address = said;
      any = services.get(service).choosesPort();
      external = wished();
      lifetimeSeconds = LIFETIME_SECONDS;
      adds = 0;
      go(Step.ADD, now);
    }
  }

  private void added(Optional<RouterReply> reply, long now, Consumer<RouterDeed> deeds) {
    adds++;
    var xml = reply.flatMap(each -> RouterXml.read(each.body()));
    if (reply.filter(each -> each.status() == 200).isPresent()) {
      int got =
          any
              ? xml.flatMap(each -> each.text("NewReservedPort")).map(LeasedPort::number).orElse(0)
              : external;
      grant(
          MappingProtocol.UPNP,
          address.orElseThrow(),
          got,
          LIFETIME_SECONDS,
          Optional.of(services.get(service)),
          now,
          deeds);
      return;
    }
    int error = xml.flatMap(each -> each.text("errorCode")).map(LeasedPort::number).orElse(0);
    boolean again = adds < MOST_ADDS;
    if (again && any && (error == INVALID_ACTION || error == OPTIONAL_ACTION)) {
      any = false;
    } else if (again && lifetimeSeconds > 0 && error == ONLY_PERMANENT) {
      lifetimeSeconds = 0;
    } else if (again
        && (error == CONFLICT || error == CONFLICT_WITH_OTHER || error == NO_SUCH_PORT)) {
      external = another();
    } else if (reply.isEmpty()) {
      failed(now);
      return;
    } else {
      refused(MappingProtocol.UPNP, error, now);
      return;
    }
    go(Step.ADD, now);
  }

  /** Another port, from those that nobody has by right, by what the nonce has of chance. */
  private int another() {
    return 49152 + (int) Long.remainderUnsigned(nonce.high() + adds * 4099L, 16384);
  }

  private static int number(String text) {
    return text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
  }

  private void grant(
      MappingProtocol protocol,
      IpAddress address,
      int externalPort,
      long seconds,
      Optional<ConnectionService> by,
      long now,
      Consumer<RouterDeed> deeds) {
    if (externalPort < 1 || externalPort > 65535 || seconds == 0) {
      refused(protocol, 0, now);
      return;
    }
    long lifetime = Math.min(seconds, LONGEST_SECONDS) * SECOND;
    var lease = new Lease(protocol, EndpointAddress.of(address, externalPort), by, now + lifetime);
    if (!address.isIpv4() || !Internet.routes(address)) {
      release(lease, deeds);
      behindAnother(protocol, address, now);
      return;
    }
    held = Optional.of(lease);
    outcome = Optional.empty();
    renewing = false;
    rest = FIRST_REST;
    step = Step.RESTING;
    nextAt = now + Math.max(SHORTEST_RENEWAL, lifetime / 2);
  }

  private void behindAnother(MappingProtocol protocol, IpAddress address, long now) {
    held = Optional.empty();
    rest(
        new PortMapping(
            port,
            State.PRIVATE,
            Optional.of(protocol),
            Optional.of(EndpointAddress.of(address, port)),
            Optional.empty()),
        now);
  }

  /** Gives back what was granted. */
  void release(Consumer<RouterDeed> deeds) {
    held.ifPresent(lease -> release(lease, deeds));
    held = Optional.empty();
  }

  private void release(Lease lease, Consumer<RouterDeed> deeds) {
    switch (lease.protocol()) {
      case PCP -> deeds.accept(ask(RouterRequest.pcp(gateway, nonce, port, 0, 0)));
      case NAT_PMP -> deeds.accept(ask(RouterRequest.pmp(port, 0, 0)));
      case UPNP ->
          lease
              .service()
              .ifPresent(by ->
                  deeds.accept(
                      new RouterDeed.Fetch(
                          port,
                          ++fetches,
                          by.control().port(),
                          by.delete(gateway, lease.external().port()))));
    }
  }
}
