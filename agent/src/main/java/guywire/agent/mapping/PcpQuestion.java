package guywire.agent.mapping;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * A port asked by PCP (RFC 6887). That the router granted it is heard by {@link LeasedPort},
 * whatever it is asking then: the nonce says what is answered.
 *
 * <p>For one thread.
 */
final class PcpQuestion implements MappingQuestion {

  private final AskedGateway gateway;
  private final byte[] request;
  private final RepeatedDatagram datagram;

  PcpQuestion(AskedGateway gateway, MappingNonce nonce, int port, int wished, long now) {
    this.gateway = gateway;
    this.request = RouterRequest.pcp(gateway, nonce, port, wished, LIFETIME_SECONDS);
    this.datagram = new RepeatedDatagram(RepeatedDatagram.ASKED, now);
  }

  @Override
  public MappingProtocol protocol() {
    return MappingProtocol.PCP;
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
    deeds.accept(new RouterDeed.Send(gateway.address(), RouterRequest.PORT, request));
    datagram.sent(now);
    return Optional.empty();
  }
}
