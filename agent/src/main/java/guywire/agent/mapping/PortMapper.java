package guywire.agent.mapping;

import guywire.address.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which of a node's ports its router passes on: asks for them, keeps them, and gives them back. All
 * times are nanoseconds of a clock that never goes back.
 *
 * <p>For one thread.
 */
/*
 * Only what comes from the router that was asked is read. An answer is believed if it has this node's nonce (PCP),
 * or its port while that is asked for (NAT-PMP, which has no more). What anybody on the LAN can forge, an
 * announcement that the router started anew, makes this node ask again, which it does once in ten seconds at most.
 */
final class PortMapper {

  private static final long SECOND = 1_000_000_000L;
  private static final long ALARMED_EVERY = 10 * SECOND;

  /** A node has a tunnel for each relay by which it meets others: few. */
  private static final int MOST_PORTS = 8;

  private final List<Integer> ports;
  private final byte[] secret;
  private Optional<AskedGateway> gateway = Optional.empty();
  private final List<LeasedPort> leased = new ArrayList<>();
  private RouterEpoch pcpEpoch = new RouterEpoch();
  private RouterEpoch pmpEpoch = new RouterEpoch();
  private long alarmedAt = Long.MIN_VALUE / 2;
  private final List<RouterDeed> deeds = new ArrayList<>();

  /**
   * Begins without a router.
   *
   * @param ports the ports on which the node's tunnels listen that may need it
   * @param secret what the nonces are made from, the same for as long as the machine runs
   */
  PortMapper(List<Integer> ports, byte[] secret) {
    this.ports = ports.stream().distinct().limit(MOST_PORTS).toList();
    this.secret = secret.clone();
  }

  /** This is the router now; one that does not hide this host is not asked. */
  void gateway(Optional<AskedGateway> now, long at) {
    var asked = now.filter(AskedGateway::hides);
    if (asked.equals(gateway)) {
      return;
    }
    gateway = asked;
    leased.clear();
    pcpEpoch = new RouterEpoch();
    pmpEpoch = new RouterEpoch();
    asked.ifPresent(
        router -> ports.forEach(port -> leased.add(new LeasedPort(router, port, secret, at))));
  }

  /** Something changed on the way to the router: another may have its address now. */
  void doubted(long now) {
    for (var protocol : MappingProtocol.values()) {
      leased.forEach(each -> each.forgotten(protocol, now));
    }
  }

  /** A datagram came. */
  void heard(IpAddress from, int fromPort, byte[] bytes, long now) {
    if (gateway.isEmpty() || !gateway.get().address().equals(from)) {
      return;
    }
    if (fromPort == RouterRequest.PORT) {
      RouterAnswer.read(bytes).ifPresent(answer -> heard(answer, now));
    } else {
      DiscoveryMessage.location(bytes, from)
          .ifPresent(where -> leased.forEach(each -> each.found(where, now)));
    }
  }

  private void heard(RouterAnswer answer, long now) {
    switch (answer) {
      case RouterAnswer.PcpMapped mapped -> {
        for (var each : leased) {
          if (each.nonce().equals(mapped.nonce())) {
            // First, as whom it answers is being asked and needs no other call.
            said(MappingProtocol.PCP, mapped.epochSeconds(), now);
            each.heard(mapped, now, deeds::add);
          }
        }
      }
      case RouterAnswer.PmpMapped mapped -> {
        if (isAskedByPmp()) {
          said(MappingProtocol.NAT_PMP, mapped.epochSeconds(), now);
        }
        leased.forEach(each -> each.heard(mapped, now, deeds::add));
      }
      case RouterAnswer.PmpAddress address -> {
        if (isAskedByPmp()) {
          said(MappingProtocol.NAT_PMP, address.epochSeconds(), now);
          leased.forEach(each -> each.heard(address, now, deeds::add));
        } else if (!pmpEpoch.goesOn(address.epochSeconds(), now)
            || leased.stream().anyMatch(each -> each.isElsewhere(address.external()))) {
          alarmed(MappingProtocol.NAT_PMP, now);
        }
      }
      case RouterAnswer.PcpAnnounced(var epoch) -> {
        if (!pcpEpoch.goesOn(epoch, now)) {
          alarmed(MappingProtocol.PCP, now);
        }
      }
      case RouterAnswer.OtherVersion _ -> leased.forEach(each -> each.heardOtherVersion(now));
    }
  }

  private boolean isAskedByPmp() {
    return leased.stream().anyMatch(each -> each.isAskingBy(MappingProtocol.NAT_PMP));
  }

  private void said(MappingProtocol protocol, long seconds, long now) {
    var epoch = protocol == MappingProtocol.PCP ? pcpEpoch : pmpEpoch;
    boolean goesOn = epoch.goesOn(seconds, now);
    epoch.take(seconds, now);
    if (!goesOn) {
      alarmed(protocol, now);
    }
  }

  /** The router may have started anew: what it granted is asked for again. */
  private void alarmed(MappingProtocol protocol, long now) {
    if (now - alarmedAt >= ALARMED_EVERY) {
      alarmedAt = now;
      leased.forEach(each -> each.forgotten(protocol, now));
    }
  }

  /**
   * What a request by HTTP brought.
   *
   * @param port the port that it was about
   * @param number of the request
   * @param reply what the router answered; empty if nothing of use
   */
  void fetched(int port, long number, Optional<RouterReply> reply, long now) {
    leased.stream()
        .filter(each -> each.port() == port)
        .forEach(each -> each.fetched(number, reply, now, deeds::add));
  }

  /** Goes on to now, and says what is to be done. */
  List<RouterDeed> advance(long now) {
    leased.forEach(each -> each.advance(now, deeds::add));
    return taken();
  }

  private List<RouterDeed> taken() {
    var all = List.copyOf(deeds);
    deeds.clear();
    return all;
  }

  /** When to go on, if nothing happens before; Long.MAX_VALUE for never. */
  long deadline() {
    return leased.stream().mapToLong(LeasedPort::deadline).min().orElse(Long.MAX_VALUE);
  }

  /** Gives everything back, and ends. */
  List<RouterDeed> release() {
    leased.forEach(each -> each.release(deeds::add));
    leased.clear();
    gateway = Optional.empty();
    return taken();
  }

  /** How it stands with each port; empty while there is no router that hides this host. */
  List<PortMapping> mappings() {
    return leased.stream().map(LeasedPort::mapping).toList();
  }
}
