package guywire.agent.mapping;

import guywire.address.IpAddress;
import guywire.network.Internet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A port asked by UPnP: a router is searched for, what it says of itself is read, then it is asked
 * for its address and then for the port.
 *
 * <p>For one thread.
 */
final class UpnpQuestion implements MappingQuestion {

  private static final long SECOND = 1_000_000_000L;

  /** The hands give up earlier. */
  private static final long FETCH_GIVEN_UP = 20 * SECOND;

  /** So many requests for a port, as their answers lead to others. */
  private static final int MOST_ADDS = 6;

  // Error codes of WANIPConnection.
  private static final int INVALID_ACTION = 401;
  private static final int OPTIONAL_ACTION = 602;
  private static final int CONFLICT = 718;
  private static final int NO_SUCH_PORT = 728;
  private static final int CONFLICT_WITH_OTHER = 729;
  private static final int ONLY_PERMANENT = 725;

  private enum Step {
    SEARCH,
    DESCRIBE,
    ADDRESS,
    ADD
  }

  private final AskedGateway gateway;
  private final int port;
  private final MappingNonce nonce;
  private final int wished;
  private final LongSupplier numbers;
  private final RepeatedDatagram search;

  private Step step;
  private long fetchAt;
  private OptionalLong fetching = OptionalLong.empty();
  private Optional<RouterUrl> described = Optional.empty();
  private List<ConnectionService> services;
  private int service;
  private Optional<IpAddress> address = Optional.empty();
  private boolean any;
  private int external;
  private int lifetimeSeconds;
  private int adds;

  /**
   * Begins with a search, or with the service that granted the port before.
   *
   * @param numbers what to call the next request by HTTP, unlike all before it
   */
  UpnpQuestion(
      AskedGateway gateway,
      int port,
      MappingNonce nonce,
      int wished,
      Optional<ConnectionService> known,
      LongSupplier numbers,
      long now) {
    this.gateway = gateway;
    this.port = port;
    this.nonce = nonce;
    this.wished = wished;
    this.services = known.stream().toList();
    this.numbers = numbers;
    this.search = new RepeatedDatagram(RepeatedDatagram.SEARCHED, now);
    this.step = known.isPresent() ? Step.ADDRESS : Step.SEARCH;
    this.fetchAt = now;
  }

  @Override
  public MappingProtocol protocol() {
    return MappingProtocol.UPNP;
  }

  @Override
  public long nextAt() {
    return step == Step.SEARCH ? search.nextAt() : fetchAt;
  }

  private void go(Step next, long now) {
    step = next;
    fetchAt = now;
    fetching = OptionalLong.empty();
  }

  private static Optional<MappingAnswer> nothing() {
    return Optional.of(new MappingAnswer.Nothing());
  }

  @Override
  public Optional<MappingAnswer> advance(long now, Consumer<RouterDeed> deeds) {
    return step == Step.SEARCH ? search(now, deeds) : fetch(now, deeds);
  }

  private Optional<MappingAnswer> search(long now, Consumer<RouterDeed> deeds) {
    if (search.isOver()) {
      return nothing();
    }
    for (var device : DiscoveryMessage.DEVICES) {
      byte[] message = DiscoveryMessage.search(device);
      // A firewall of this host lets in the answer to what went to the router itself.
      deeds.accept(new RouterDeed.Send(gateway.address(), DiscoveryMessage.PORT, message));
      deeds.accept(new RouterDeed.Send(DiscoveryMessage.GROUP, DiscoveryMessage.PORT, message));
    }
    search.sent(now);
    return Optional.empty();
  }

  private Optional<MappingAnswer> fetch(long now, Consumer<RouterDeed> deeds) {
    var at =
        step == Step.DESCRIBE
            ? described
            : services.stream().skip(service).findFirst().map(ConnectionService::control);
    if (fetching.isPresent() || at.isEmpty()) {
      return nothing();
    }
    byte[] request =
        switch (step) {
          case DESCRIBE -> ConnectionService.describe(at.get(), gateway);
          case ADDRESS -> services.get(service).getAddress(gateway);
          default -> services.get(service).add(gateway, any, port, external, lifetimeSeconds);
        };
    long number = numbers.getAsLong();
    fetching = OptionalLong.of(number);
    fetchAt = now + FETCH_GIVEN_UP;
    deeds.accept(new RouterDeed.Fetch(port, number, at.get().port(), request));
    return Optional.empty();
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
  Optional<MappingAnswer> fetched(long number, Optional<RouterReply> reply, long now) {
    if (!fetching.equals(OptionalLong.of(number))) {
      return Optional.empty();
    }
    return switch (step) {
      case SEARCH -> Optional.empty();
      case DESCRIBE -> described(reply, now);
      case ADDRESS -> addressed(reply, now);
      case ADD -> added(reply, now);
    };
  }

  private Optional<MappingAnswer> described(Optional<RouterReply> reply, long now) {
    services =
        reply.filter(each -> each.status() == 200).stream()
            .flatMap(each ->
                ConnectionService.read(each.body(), described.orElseThrow(), gateway.address())
                    .stream())
            .toList();
    service = 0;
    if (services.isEmpty()) {
      return nothing();
    }
    go(Step.ADDRESS, now);
    return Optional.empty();
  }

  private Optional<MappingAnswer> addressed(Optional<RouterReply> reply, long now) {
    address =
        reply
            .filter(each -> each.status() == 200)
            .flatMap(each -> RouterXml.read(each.body()))
            .flatMap(xml -> xml.text("NewExternalIPAddress"))
            .flatMap(IpAddress::tryParse)
            .filter(each -> each.isIpv4() && !each.isUnspecified());
    if (address.isEmpty()) {
      // Of several services one may have a line.
      service++;
      if (service >= services.size()) {
        return nothing();
      }
      go(Step.ADDRESS, now);
      return Optional.empty();
    }
    if (!Internet.routes(address.get())) {
      return Optional.of(new MappingAnswer.Private(address.get()));
    }
    any = services.get(service).choosesPort();
    external = wished;
    lifetimeSeconds = LIFETIME_SECONDS;
    adds = 0;
    go(Step.ADD, now);
    return Optional.empty();
  }

  private Optional<MappingAnswer> added(Optional<RouterReply> reply, long now) {
    adds++;
    var xml = reply.flatMap(each -> RouterXml.read(each.body()));
    if (reply.filter(each -> each.status() == 200).isPresent()) {
      int got =
          any
              ? xml.flatMap(each -> each.text("NewReservedPort"))
                  .map(UpnpQuestion::number)
                  .orElse(0)
              : external;
      return Optional.of(
          new MappingAnswer.Granted(
              address.orElseThrow(), got, LIFETIME_SECONDS, Optional.of(services.get(service))));
    }
    int error = xml.flatMap(each -> each.text("errorCode")).map(UpnpQuestion::number).orElse(0);
    if (!isOtherwiseAskable(error)) {
      return reply.isEmpty() ? nothing() : Optional.of(new MappingAnswer.Refused(error));
    }
    go(Step.ADD, now);
    return Optional.empty();
  }

  /** Whether it can be asked in another way after this error, which is then the next one. */
  private boolean isOtherwiseAskable(int error) {
    if (adds >= MOST_ADDS) {
      return false;
    }
    switch (error) {
      case INVALID_ACTION, OPTIONAL_ACTION -> {
        boolean asked = any;
        any = false;
        return asked;
      }
      case ONLY_PERMANENT -> {
        boolean limited = lifetimeSeconds > 0;
        lifetimeSeconds = 0;
        return limited;
      }
      case CONFLICT, CONFLICT_WITH_OTHER, NO_SUCH_PORT -> {
        external = another();
        return true;
      }
      default -> {
        return false;
      }
    }
  }

  /** Another port, from those that nobody has by right, by what the nonce has of chance. */
  private int another() {
    return 49152 + (int) Long.remainderUnsigned(nonce.high() + adds * 4099L, 16384);
  }

  private static int number(String text) {
    return text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
  }
}
