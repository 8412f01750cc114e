package guywire.tunnel;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.linux.PacketPort;
import guywire.linux.ReceivedDatagrams;
import guywire.linux.Region;
import guywire.linux.Wakeup;
import guywire.protocol.Device;
import guywire.protocol.DiffieHellman;
import guywire.protocol.DropReason;
import guywire.protocol.Endpoint;
import guywire.protocol.Outbox;
import guywire.protocol.Peer;
import guywire.protocol.PrivateKey;
import guywire.tunnel.cipher.Engines;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel without threads, sockets, interface or clock of its own: both ways of packets, the
 * device and its queue of handshakes, moved on by whoever calls. Its datagrams go to a {@link
 * LoneNetwork}.
 */
final class LoneTunnel implements Surroundings, AutoCloseable {

  private static final long FIRST_SECOND = 1_800_000_000L;

  final int number;
  final LoneNetwork network;
  final PacketPort tun;
  final PrivateKey key;
  final Endpoint endpoint;
  final Outbound outbound;
  final Inbound inbound;
  private final Region memory = new Region();

  /** Where what it receives at a time lies. */
  final long received =
      memory.allocate((long) Inbound.BUFFERS * (1 << 16) + ReceivedDatagrams.SLACK_BYTES);

  private final Wakeup control = new Wakeup();
  private final HandshakeQueue handshakes = new HandshakeQueue(control);
  private final ReentrantLock lock = new ReentrantLock();
  private final Offloads offloads;
  private final Log log;
  private final Failures failures;
  private final Device device;
  private final LockedOutbox outbox;
  private volatile Engines.Choice choice;

  LoneTunnel(
      LoneNetwork network,
      int number,
      PacketPort tun,
      Engines.Choice choice,
      String off,
      RandomGenerator random,
      Log log) {
    this.network = network;
    this.number = number;
    this.tun = tun;
    this.choice = choice;
    this.log = log;
    failures = new Failures(log, network);
    offloads = new Offloads(off, log);
    offloads.probe(tun);
    offloads.interfaceTakes(Flow.LONGEST);
    device =
        new Device(
            Engines.single(memory),
            DiffieHellman.JDK,
            random,
            () -> Instant.ofEpochSecond(FIRST_SECOND, network.bootNanos()));
    key = PrivateKey.generate(random);
    device.setPrivateKey(key);
    endpoint = new Endpoint(IpAddress.ipv4(0xc0000200 + number), 1000 + number);
    outbox = new LockedOutbox(this);
    outbound = new Outbound(this);
    inbound = new Inbound(this);
    network.add(this);
  }

  /**
   * Makes another tunnel a peer of this one.
   *
   * @param allowed its allowed IPs
   */
  Peer meet(LoneTunnel other, String... allowed) {
    Peer peer = device.addPeer(other.key.publicKey()).orElseThrow();
    device.setEndpoint(peer, other.endpoint);
    for (String prefix : allowed) {
      device.allowedIps().insert(Prefix.parse(prefix), peer);
    }
    return peer;
  }

  void up() {
    underLock(out -> {
      device.up(network.bootNanos(), out);
    });
  }

  /** Works on handshakes that wait and on timers that are due; whether there was anything. */
  boolean control() {
    boolean any = false;
    for (var message = handshakes.poll(); message != null; message = handshakes.poll()) {
      any = true;
      MemorySegment bytes = message.segment();
      int length = message.length();
      var path = message.path();
      int tos = message.trafficClass();
      locked(out -> device.receive(bytes, 0, length, path, tos, 0, network.bootNanos(), out));
    }
    if (device.nextDeadline() <= network.bootNanos()) {
      any = true;
      underLock(out -> {
        device.tick(network.bootNanos(), out);
      });
    }
    return any;
  }

  /** Carries all that the TUN has. */
  void drain() {
    while (outbound.carry() == Outbound.Rest.MORE) {
      // Once more.
    }
  }

  /** Changes the engine, as a measurement does. */
  void use(Engines.Choice other) {
    choice = other;
  }

  long dropped(DropReason reason) {
    return device.drops().get(reason);
  }

  @Override
  public PacketPort tun() {
    return tun;
  }

  @Override
  public DatagramSender newSender() {
    return network.senderOf(this);
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public int ownPort() {
    return endpoint.port();
  }

  @Override
  public <T extends @Nullable Object> T locked(Function<Outbox, T> work) {
    lock.lock();
    try {
      return work.apply(outbox);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void tickSoon() {}

  @Override
  public void lookAtInterface() {}

  @Override
  public void interfaceGone(int errno) {
    throw new AssertionError("the TUN ended with errno " + errno);
  }

  @Override
  public HandshakeQueue handshakes() {
    return handshakes;
  }

  @Override
  public Offloads offloads() {
    return offloads;
  }

  @Override
  public Engines.Choice engine(long carried) {
    return choice;
  }

  @Override
  public Times times() {
    return network;
  }

  @Override
  public Region memory() {
    return memory;
  }

  @Override
  public Failures failures() {
    return failures;
  }

  @Override
  public Log log() {
    return log;
  }

  @Override
  public void close() {
    control.close();
    memory.close();
  }
}
