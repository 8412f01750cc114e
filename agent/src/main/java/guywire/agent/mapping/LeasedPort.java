package guywire.agent.mapping;

import guywire.address.IpAddress;
import guywire.agent.mapping.PortMapping.State;
import guywire.network.EndpointAddress;
import guywire.network.Internet;
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

  /** A longer grant is not relied on (RFC 6887 section 15: a day). */
  private static final long LONGEST_SECONDS = 86_400;

  /** Asked for again no oftener, however short the grant. */
  private static final long SHORTEST_RENEWAL = 30 * SECOND;

  private static final long FIRST_REST = 300 * SECOND;
  private static final long LONGEST_REST = 3600 * SECOND;

  /** What was granted. */
  private record Lease(
      MappingProtocol protocol,
      EndpointAddress external,
      Optional<ConnectionService> service,
      long expiresAt) {}

  private final AskedGateway gateway;
  private final int port;
  private final MappingNonce nonce;

  /** Empty while nothing is asked: the port is granted, or the router is left alone for a while. */
  private Optional<MappingQuestion> question = Optional.empty();

  private long restsUntil;
  private boolean renewing;
  private long rest = FIRST_REST;
  private Optional<Lease> held = Optional.empty();
  private Optional<PortMapping> outcome = Optional.empty();
  private Optional<PortMapping> refusal = Optional.empty();
  private long fetches;

  LeasedPort(AskedGateway gateway, int port, byte[] secret, long now) {
    this.gateway = gateway;
    this.port = port;
    this.nonce = MappingNonce.of(secret, gateway, port);
    ask(MappingProtocol.PCP, now);
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
    return question.filter(asked -> asked.protocol() == protocol).isPresent();
  }

  /** The router has forgotten what it granted by a protocol, or may have. */
  void forgotten(MappingProtocol protocol, long now) {
    if (question.isEmpty() && held.filter(lease -> lease.protocol() == protocol).isPresent()) {
      restsUntil = now;
    }
  }

  /** Whether an announced address is not the one that is known. */
  boolean isElsewhere(IpAddress announced) {
    return held.filter(lease -> lease.protocol() == MappingProtocol.NAT_PMP)
        .flatMap(lease -> lease.external().address())
        .filter(known -> !known.equals(announced))
        .isPresent();
  }

  private void ask(MappingProtocol protocol, long now) {
    int wished = held.map(lease -> lease.external().port()).orElse(port);
    var known = renewing ? held.flatMap(Lease::service) : Optional.<ConnectionService>empty();
    question =
        Optional.of(
            switch (protocol) {
              case PCP -> new PcpQuestion(gateway, nonce, port, wished, now);
              case NAT_PMP -> new PmpQuestion(gateway, port, wished, now);
              case UPNP ->
                  new UpnpQuestion(gateway, port, nonce, wished, known, () -> ++fetches, now);
            });
  }

  private long nextAt() {
    return question.map(MappingQuestion::nextAt).orElse(restsUntil);
  }

  /** When to go on, if nothing happens before. */
  long deadline() {
    return held.map(lease -> Math.min(lease.expiresAt(), nextAt())).orElse(nextAt());
  }

  /** Goes on to now. */
  void advance(long now, Consumer<RouterDeed> deeds) {
    if (held.filter(lease -> lease.expiresAt() <= now).isPresent()) {
      held = Optional.empty();
    }
    while (nextAt() <= now) {
      if (question.isEmpty()) {
        refusal = Optional.empty();
        renewing = held.isPresent();
        ask(held.map(Lease::protocol).orElse(MappingProtocol.PCP), now);
      } else {
        var asked = question.get();
        asked.advance(now, deeds).ifPresent(answer -> take(asked.protocol(), answer, now, deeds));
      }
    }
  }

  private void take(
      MappingProtocol protocol, MappingAnswer answer, long now, Consumer<RouterDeed> deeds) {
    switch (answer) {
      case MappingAnswer.Granted granted -> grant(protocol, granted, now, deeds);
      case MappingAnswer.Refused refused -> refused(protocol, refused.reason(), now);
      case MappingAnswer.Private behind -> behindAnother(protocol, behind.address(), now);
      case MappingAnswer.Nothing _ -> failed(now);
    }
  }

  private <Q extends MappingQuestion> Optional<Q> asking(Class<Q> kind) {
    return question.filter(kind::isInstance).map(kind::cast);
  }

  /** This question led to nothing: on to the next. */
  private void failed(long now) {
    var by = question.map(MappingQuestion::protocol).orElse(MappingProtocol.UPNP);
    if (renewing) {
      renewing = false;
      ask(MappingProtocol.PCP, now);
      return;
    }
    switch (by) {
      case PCP -> ask(MappingProtocol.NAT_PMP, now);
      case NAT_PMP -> ask(MappingProtocol.UPNP, now);
      case UPNP -> rest(refusal.orElseGet(() -> without(State.UNANSWERED)), now);
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
    question = Optional.empty();
    renewing = false;
    restsUntil = now + rest;
    rest = Math.min(LONGEST_REST, rest * 2);
  }

  /** The router answered by PCP, with this port's nonce. */
  void heard(RouterAnswer.PcpMapped answer, long now, Consumer<RouterDeed> deeds) {
    boolean toRelease = answer.result() == RouterAnswer.SUCCESS && answer.lifetimeSeconds() == 0;
    if (answer.port() != port || toRelease) {
      return;
    }
    if (answer.result() != RouterAnswer.SUCCESS) {
      if (isAskingBy(MappingProtocol.PCP)) {
        refused(MappingProtocol.PCP, answer.result(), now);
      }
    } else if (question.isPresent() || held.isEmpty()) {
      var granted =
          new MappingAnswer.Granted(
              answer.external(), answer.externalPort(), answer.lifetimeSeconds(), Optional.empty());
      grant(MappingProtocol.PCP, granted, now, deeds);
    }
  }

  void heard(RouterAnswer.PmpAddress answer, long now, Consumer<RouterDeed> deeds) {
    asking(PmpQuestion.class)
        .flatMap(asked -> asked.heard(answer))
        .ifPresent(it -> take(MappingProtocol.NAT_PMP, it, now, deeds));
  }

  void heard(RouterAnswer.PmpMapped answer, long now, Consumer<RouterDeed> deeds) {
    asking(PmpQuestion.class)
        .flatMap(asked -> asked.heard(answer))
        .ifPresent(it -> take(MappingProtocol.NAT_PMP, it, now, deeds));
  }

  /** The router does not know the protocol. */
  void heardOtherVersion(long now) {
    if (isAskingBy(MappingProtocol.PCP) || isAskingBy(MappingProtocol.NAT_PMP)) {
      failed(now);
    }
  }

  /** The router says where it is described. */
  void found(RouterUrl where, long now) {
    asking(UpnpQuestion.class).ifPresent(asked -> asked.found(where, now));
  }

  /**
   * The router answered by HTTP, or did not.
   *
   * @param number of the request
   */
  void fetched(long number, Optional<RouterReply> reply, long now, Consumer<RouterDeed> deeds) {
    asking(UpnpQuestion.class)
        .flatMap(asked -> asked.fetched(number, reply, now))
        .ifPresent(it -> take(MappingProtocol.UPNP, it, now, deeds));
  }

  private void grant(
      MappingProtocol protocol,
      MappingAnswer.Granted granted,
      long now,
      Consumer<RouterDeed> deeds) {
    var address = granted.address();
    if (granted.port() < 1 || granted.port() > 65535 || granted.seconds() == 0) {
      refused(protocol, 0, now);
      return;
    }
    long lifetime = Math.min(granted.seconds(), LONGEST_SECONDS) * SECOND;
    var external = EndpointAddress.of(address, granted.port());
    var lease = new Lease(protocol, external, granted.service(), now + lifetime);
    if (!address.isIpv4() || !Internet.routes(address)) {
      release(lease, deeds);
      behindAnother(protocol, address, now);
      return;
    }
    held = Optional.of(lease);
    outcome = Optional.empty();
    question = Optional.empty();
    renewing = false;
    rest = FIRST_REST;
    restsUntil = now + Math.max(SHORTEST_RENEWAL, lifetime / 2);
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
      case PCP -> deeds.accept(send(RouterRequest.pcp(gateway, nonce, port, 0, 0)));
      case NAT_PMP -> deeds.accept(send(RouterRequest.pmp(port, 0, 0)));
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

  private RouterDeed send(byte[] request) {
    return new RouterDeed.Send(gateway.address(), RouterRequest.PORT, request);
  }
}
