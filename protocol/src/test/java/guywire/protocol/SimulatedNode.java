package guywire.protocol;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One machine of a simulation: a device with its clocks, perhaps behind a NAT. It can be restarted
 * and suspended.
 */
final class SimulatedNode implements Outbox {

  private static final long FIRST_SECOND = 1_800_000_000L;

  final int number;
  final boolean natted;
  final PrivateKey key;
  private final Simulation simulation;
  private Endpoint outside;
  private Device device;
  private long bootOffset;
  private long wallOffset;
  private boolean asleep;
  private final Map<Integer, Long> lastInitiation = new HashMap<>();
  private final Map<PublicKey, Integer> numbers = new HashMap<>();
  long wakeTime = Device.NO_DEADLINE;

  SimulatedNode(Simulation simulation, int number, boolean natted) {
    this.simulation = simulation;
    this.number = number;
    this.natted = natted;
    key = PrivateKey.generate(simulation.random);
    outside = new Endpoint(IpAddress.ipv4(0xc6336400 + number), 1000 + number);
    bootOffset = Station.SECOND * (1 + simulation.random.nextInt(100_000));
    device = newDevice();
  }

  private Device newDevice() {
    var fresh =
        new Device(
            simulation.newEngine(),
            simulation.diffieHellman,
            simulation.random,
            () -> Instant.ofEpochSecond(FIRST_SECOND, simulation.now + wallOffset));
    fresh.setPrivateKey(key);
    return fresh;
  }

  PublicKey publicKey() {
    return device.publicKey().orElseThrow();
  }

  Endpoint outside() {
    return outside;
  }

  boolean isAsleep() {
    return asleep;
  }

  Device device() {
    return device;
  }

  /** This node's count of nanoseconds since it was booted. */
  long clock() {
    return simulation.now + bootOffset;
  }

  /** Makes the peers known and comes up. */
  void configure() {
    for (SimulatedNode other : simulation.nodes) {
      if (other == this || (natted && other.natted)) {
        continue;
      }
      Peer peer = device.addPeer(other.publicKey()).orElseThrow();
      numbers.put(other.publicKey(), other.number);
      device.setPresharedKey(peer, simulation.presharedKey(number, other.number));
      device.allowedIps().insert(Prefix.host(Station.inner(other.number)), peer);
      if (!other.natted) {
        device.setEndpoint(peer, other.outside);
        if (natted && simulation.persistentKeepalive) {
          device.setPersistentKeepalive(peer, 25, clock(), this);
        }
      }
    }
    device.up(clock(), this);
    reschedule();
  }

  /** Everything but the configuration is lost; the clock since boot begins anew. */
  void restart() {
    device.down();
    bootOffset = Station.SECOND - simulation.now;
    lastInitiation.clear();
    wakeTime = Device.NO_DEADLINE;
    device = newDevice();
    configure();
  }

  void sleep() {
    asleep = true;
  }

  /** The clock since boot has gone on; a device may be told of the suspend or not. */
  void wake(boolean told) {
    asleep = false;
    if (told) {
      device.clearSessions();
    }
    tick();
  }

  /** The wall clock is set: up to 20 seconds later than true time, or less late again. */
  void setWallClock() {
    wallOffset = simulation.random.nextLong(20 * Station.SECOND);
  }

  /** The NAT forgets its mapping and takes another port. */
  void rebind() {
    outside = new Endpoint(outside.address(), 1024 + simulation.random.nextInt(60_000));
  }

  void sendPacket(SimulatedNode to, long sequence) {
    if (asleep) {
      return;
    }
    int length = 28 + simulation.random.nextInt(30);
    byte[] packet =
        Station.packet(Station.inner(number), Station.inner(to.number), length, sequence);
    device.send(MemorySegment.ofArray(packet), 0, length, clock(), this);
    reschedule();
  }

  /**
   * Whether a packet sent now may come too late: a responder's end of a session is older than the
   * initiator's by the time that its response travelled, up to three seconds in bad times.
   */
  boolean isExpiring(SimulatedNode to) {
    Keypair session = device.peer(to.publicKey()).orElseThrow().sendingKeypair(clock());
    return session != null && session.age(clock()) > 176 * Station.SECOND;
  }

  void receive(byte[] datagram, Endpoint from) {
    if (asleep) {
      return;
    }
    MemorySegment segment = MemorySegment.ofArray(datagram);
    Keypair session = null;
    if (Message.type(segment, 0, datagram.length) == Message.DATA) {
      session = device.sessions().session(Message.receiver(segment, 0));
    }
    Optional<DropReason> drop =
        device.receive(
            segment, 0, datagram.length, Path.to(from), 0, simulation.backlog(), clock(), this);
    drop.ifPresent(reason -> simulation.tell("node %d drops: %s", number, reason));
    if (session != null && drop.isEmpty() && session.age(clock()) >= 180 * Station.SECOND) {
      throw new AssertionError("a session older than 180 s was used");
    }
    reschedule();
  }

  void tick() {
    if (asleep) {
      return;
    }
    device.tick(clock(), this);
    reschedule();
  }

  private void reschedule() {
    long due = device.nextDeadline();
    if (due == Device.NO_DEADLINE) {
      wakeTime = due;
      return;
    }
    if (due > clock() + 3600 * Station.SECOND) {
      throw new AssertionError("a timer of more than an hour");
    }
    long time = Math.max(simulation.now, due - bootOffset);
    if (time < wakeTime || wakeTime < simulation.now) {
      wakeTime = time;
      // Real timers are late.
      simulation.at(time + simulation.lateness(), () -> wakeUp(time));
    }
  }

  private void wakeUp(long time) {
    if (wakeTime == time) {
      wakeTime = Device.NO_DEADLINE;
      tick();
      if (!asleep && device.nextDeadline() <= clock()) {
        throw new AssertionError("due, but not done");
      }
    }
  }

  void checkIdle() {
    if (device.nextDeadline() != Device.NO_DEADLINE) {
      throw new AssertionError("a timer is alive though nothing happens");
    }
    if (device.sessions().size() != 0) {
      throw new AssertionError("keys are kept though nothing happens");
    }
    for (Peer peer : device.peers()) {
      if (peer.stagedPackets() != 0) {
        throw new AssertionError("packets wait for ever");
      }
    }
  }

  @Override
  public boolean send(
      Peer peer, Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
    byte[] bytes = Station.bytes(datagram, offset, length);
    if (bytes[0] == Message.INITIATION) {
      int to = numbers.getOrDefault(peer.publicKey(), 0);
      simulation.initiation(number, to);
      Long last = lastInitiation.put(to, clock());
      if (last != null && clock() - last < 5 * Station.SECOND) {
        throw new AssertionError("two initiations within 5 s");
      }
    }
    if (device.sessions().size() > 4 * numbers.size()) {
      throw new AssertionError("indices leak");
    }
    simulation.transmit(this, path.endpoint(), bytes);
    return true;
  }

  @Override
  public void reply(Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
    simulation.transmit(this, path.endpoint(), Station.bytes(datagram, offset, length));
  }

  @Override
  public void deliver(Peer peer, MemorySegment packet, long offset, int length) {
    if (!peer.publicKey()
        .equals(
            simulation.nodes.get(packet.get(ValueLayout.JAVA_BYTE, offset + 15) - 1).publicKey())) {
      throw new AssertionError("a packet under another peer's key");
    }
    if (packet.get(ValueLayout.JAVA_BYTE, offset + 19) != number) {
      throw new AssertionError("a packet for another node");
    }
    long sequence = packet.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + 20);
    simulation.delivered(packet.get(ValueLayout.JAVA_BYTE, offset + 15), number, sequence);
  }
}
