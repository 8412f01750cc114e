package guywire.agent.mapping;

import guywire.linux.Alarm;
import guywire.linux.Clock;
import guywire.linux.LinuxException;
import guywire.linux.Netlink;
import guywire.linux.NetworkChanges;
import guywire.linux.Poll;
import guywire.linux.Wakeup;
import guywire.node.PowerlessThread;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The hands of the mapping of ports, in a thread of its own: sockets, the router's HTTP, and the
 * look at which router it is.
 */
/*
 * The thread reads what anybody on the LAN may send. So it is nobody's and has no powers, as those of the name
 * server; what it learns are numbers, which the thread of the ways takes from a list.
 */
public final class PortMappings implements AutoCloseable {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** When the routes change they change in numbers, so it is looked a moment later. */
  private static final long LOOKED_AFTER = 1_000_000_000L;

  /** What could not be opened is tried again after this time. */
  private static final long TRIED_AGAIN_AFTER = 30_000_000_000L;

  private static final long FETCH_NANOS = 5_000_000_000L;

  /** Nobody waits for more than this when the agent ends; what is not given back lapses. */
  private static final long LAST_FETCH_NANOS = 1_000_000_000L;

  private static final long END_MILLIS = 5000;

  /** What the thread needs, loaded while it may still read files; nested classes by their names. */
  static final List<String> PRELOADED =
      List.of(
          "AskedGateway",
          "ConnectionService",
          "ConnectionService$Kind",
          "DiscoveryMessage",
          "GatewayLook",
          "LeasedPort",
          "LeasedPort$1",
          "LeasedPort$Lease",
          "MappingAnswer",
          "MappingAnswer$Granted",
          "MappingAnswer$Nothing",
          "MappingAnswer$Private",
          "MappingAnswer$Refused",
          "MappingNonce",
          "MappingProtocol",
          "MappingQuestion",
          "PcpQuestion",
          "PmpQuestion",
          "PortMapper",
          "PortMapping",
          "PortMapping$1",
          "PortMapping$State",
          "RepeatedDatagram",
          "RouterAnswer",
          "RouterAnswer$OtherVersion",
          "RouterAnswer$PcpAnnounced",
          "RouterAnswer$PcpMapped",
          "RouterAnswer$PmpAddress",
          "RouterAnswer$PmpMapped",
          "RouterCall",
          "RouterDeed",
          "RouterDeed$Fetch",
          "RouterDeed$Send",
          "RouterEpoch",
          "RouterPorts",
          "RouterReply",
          "RouterReply$Reading",
          "RouterReply$Reading$Broken",
          "RouterReply$Reading$Partial",
          "RouterReply$Reading$Whole",
          "RouterRequest",
          "RouterUrl",
          "RouterXml",
          "RouterXml$Leaf",
          "RouterXml$Open",
          "UpnpQuestion",
          "UpnpQuestion$Step");

  private final PortMapper mapper;
  private final Consumer<List<PortMapping>> told;
  private final Netlink netlink = Netlink.open();
  private final NetworkChanges changes = NetworkChanges.ofRoutes();
  private final Alarm alarm = new Alarm();
  private final Wakeup call = new Wakeup();
  private final RouterCall http = new RouterCall();
  private Optional<RouterPorts> ports = Optional.empty();
  private List<PortMapping> said = List.of();
  private long lookAt;
  private volatile boolean ended;
  private Optional<Thread> thread = Optional.empty();

  private PortMappings(List<Integer> ports, Consumer<List<PortMapping>> told) {
    this.mapper = new PortMapper(ports, secret());
    this.told = told;
  }

  /**
   * Begins, in the network namespace of the calling thread.
   *
   * @param ports the UDP ports that the router is asked for
   * @param told who is told how it stands, in another thread, whenever that changes
   */
  public static PortMappings begin(List<Integer> ports, Consumer<List<PortMapping>> told) {
    var mappings = new PortMappings(ports, told);
    mappings.preload();
    mappings.thread = Optional.of(PowerlessThread.start("port mappings", 0, mappings::run));
    return mappings;
  }

  /** The same for as long as the machine runs, and known to nobody on the LAN. */
  private static byte[] secret() {
    try {
      return Files.readAllBytes(BOOT_ID);
    } catch (IOException e) {
      byte[] bytes = new byte[32];
      new SecureRandom().nextBytes(bytes);
      return bytes;
    }
  }

  private void preload() {
    try {
      var lookup = MethodHandles.lookup();
      for (var name : PRELOADED) {
        lookup.ensureInitialized(
            lookup.findClass(PortMappings.class.getPackageName() + "." + name));
      }
      new Socket().close();
    } catch (ReflectiveOperationException | IOException e) {
      throw new IllegalStateException(e);
    }
    seen();
    lookAt = Clock.bootNanos();
  }

  private Optional<AskedGateway> seen() {
    return GatewayLook.of(netlink.routes(), netlink.links(), netlink.addresses());
  }

  private void run() {
    while (!ended) {
      long now = Clock.bootNanos();
      if (lookAt <= now) {
        look(now);
      }
      perform(mapper.advance(now), FETCH_NANOS);
      say();
      alarm.set(Math.min(lookAt, mapper.deadline()));
      var poll =
          new Poll(
              alarm.fd(),
              changes.fd(),
              call.fd(),
              ports.map(RouterPorts::asksFd).orElse(-1),
              ports.map(RouterPorts::hearsFd).orElse(-1));
      poll.await();
      alarm.clear();
      if (poll.ready(1) && changes.poll(Duration.ZERO).stream().anyMatch(GatewayLook::concerns)) {
        lookAt = Math.min(lookAt, Clock.bootNanos() + LOOKED_AFTER);
      }
      ports.ifPresent(each -> each.receive(mapper, Clock.bootNanos()));
    }
    perform(mapper.release(), LAST_FETCH_NANOS);
    ports.ifPresent(RouterPorts::close);
  }

  private void look(long now) {
    lookAt = Long.MAX_VALUE;
    var gateway = seen().filter(AskedGateway::hides);
    if (!gateway.equals(ports.map(RouterPorts::gateway))) {
      ports.ifPresent(RouterPorts::close);
      ports = gateway.flatMap(this::open);
      if (gateway.isPresent() && ports.isEmpty()) {
        lookAt = now + TRIED_AGAIN_AFTER;
      }
    }
    mapper.gateway(ports.map(RouterPorts::gateway), now);
    mapper.doubted(now);
  }

  private Optional<RouterPorts> open(AskedGateway gateway) {
    try {
      return Optional.of(RouterPorts.open(gateway));
    } catch (LinuxException e) {
      return Optional.empty();
    }
  }

  private void perform(List<RouterDeed> deeds, long fetchNanos) {
    for (var deed : deeds) {
      if (ports.isEmpty()) {
        return;
      }
      switch (deed) {
        case RouterDeed.Send send -> ports.get().send(send);
        case RouterDeed.Fetch fetch -> {
          var gateway = ports.get().gateway();
          var reply =
              http.fetch(
                  RouterPorts.address(gateway.self()),
                  RouterPorts.address(gateway.address()),
                  fetch,
                  fetchNanos);
          mapper.fetched(fetch.leased(), fetch.number(), reply, Clock.bootNanos());
        }
      }
    }
  }

  private void say() {
    var now = mapper.mappings();
    if (!now.equals(said)) {
      said = now;
      told.accept(now);
    }
  }

  /** Gives back what the router granted, and ends. */
  @Override
  public void close() {
    ended = true;
    call.signal();
    http.interrupt();
    boolean interrupted = false;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(END_MILLIS);
    for (var each : thread.stream().toList()) {
      while (each.isAlive() && System.nanoTime() < end) {
        try {
          each.join(100);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    http.close();
    changes.close();
    netlink.close();
    alarm.close();
    call.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
