package guywire.agent.mapping;

import guywire.address.IpAddress;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A port asked by NAT-PMP (RFC 6886), in two datagrams: for the router's address and for the port.
 *
 * <p>For one thread.
 */
final class PmpQuestion implements MappingQuestion {

  private final AskedGateway gateway;
  private final int port;
  private final int wished;
  private final RepeatedDatagram datagram;
  private Optional<IpAddress> address = Optional.empty();
  private Optional<RouterAnswer.PmpMapped> mapped = Optional.empty();

  PmpQuestion(AskedGateway gateway, int port, int wished, long now) {
    this.gateway = gateway;
    this.port = port;
    this.wished = wished;
    this.datagram = new RepeatedDatagram(RepeatedDatagram.ASKED, now);
  }

  @Override
  public MappingProtocol protocol() {
    return MappingProtocol.NAT_PMP;
  }

  @Override
  public long nextAt() {
    return datagram.nextAt();
  }

  @Override
  public Optional<MappingAnswer> advance(long now, Consumer<RouterDeed> deeds) {
    if (datagram.isOver()) {
      return Optional.of(new MappingAnswer.Nothing());
    }
    send(RouterRequest.pmpAddress(), deeds);
    send(RouterRequest.pmp(port, wished, LIFETIME_SECONDS), deeds);
    datagram.sent(now);
    return Optional.empty();
  }

  private void send(byte[] request, Consumer<RouterDeed> deeds) {
    deeds.accept(new RouterDeed.Send(gateway.address(), RouterRequest.PORT, request));
  }

  /** The router says what its address is, or why not. */
  Optional<MappingAnswer> heard(RouterAnswer.PmpAddress answer) {
    if (answer.result() != RouterAnswer.SUCCESS) {
      return Optional.of(new MappingAnswer.Refused(answer.result()));
    }
    address = Optional.of(answer.external());
    return whole();
  }

  /** The router says what it passes on, or why not. */
  Optional<MappingAnswer> heard(RouterAnswer.PmpMapped answer) {
    if (answer.port() != port) {
      return Optional.empty();
    }
    if (answer.result() != RouterAnswer.SUCCESS) {
      return Optional.of(new MappingAnswer.Refused(answer.result()));
    }
    mapped = Optional.of(answer);
    return whole();
  }

  private Optional<MappingAnswer> whole() {
    return address.flatMap(known ->
        mapped.map(got ->
            new MappingAnswer.Granted(
                known, got.externalPort(), got.lifetimeSeconds(), Optional.empty())));
  }
}
