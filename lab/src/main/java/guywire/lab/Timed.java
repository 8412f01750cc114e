package guywire.lab;

import guywire.address.IpAddress;
import guywire.lab.LabReport.MeasuredSpeed;
import guywire.lab.LabReport.RoamedConnection;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Promise;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Text;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The measurements that take time of their own: speed, and roaming in mid-connection. */
final class Timed {

  private static final int CONNECT_MILLIS = 5_000;
  private static final int ROUND_TRIPS = 21;
  private static final int WARM_UP_MILLIS = 200;

  /**
   * A connection that a change of networks has not killed speaks again within this time. A data
   * plane that clings to its old source address gives up on it after 15 s, and then TCP may be in
   * the middle of a long wait.
   */
  private static final long LIVES_ON_MILLIS = 40_000;

  private static final int ANSWER_MILLIS = 250;

  private final Lab lab;
  private final ProbeOptions options;
  private final LabListener listener;

  Timed(Lab lab, ProbeOptions options, LabListener listener) {
    this.lab = lab;
    this.options = options;
    this.listener = listener;
  }

  /** One pair's throughput and round-trip time, if asked for and there is a pair. */
  Optional<MeasuredSpeed> speed() {
    if (!options.speed()) {
      return Optional.empty();
    }
    Optional<Promise> promise = measuredPair();
    if (promise.isEmpty()) {
      return Optional.empty();
    }
    listener.progress(Text.of(Timed.class, "step.speed"), 0, 1);
    LabMachine from = lab.machine(promise.get().from());
    LabMachine to = lab.machine(promise.get().to());
    try {
      MeasuredSpeed speed =
          new MeasuredSpeed(
              promise.get().from(),
              promise.get().to(),
              throughput(from, to, promise.get().target()),
              roundTripMillis(from, to, promise.get().target()));
      listener.progress(Text.of(Timed.class, "step.speed"), 1, 1);
      return Optional.of(speed);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<Promise> measuredPair() {
    return lab.network().promises().stream()
        .filter(Promise::arrives)
        .filter(promise ->
            options
                .speedPair()
                .map(pair -> pair.from().equals(promise.from()) && pair.to().equals(promise.to()))
                .orElse(!(promise.to() instanceof Spot.Outside)))
        .findFirst();
  }

  private double throughput(LabMachine from, LabMachine to, IpAddress target) throws IOException {
    var received = new AtomicLong();
    try (ServerSocketChannel server = listening(to, target)) {
      Thread.ofPlatform().daemon().name("speed sink").start(() -> sink(server, received));
      try (SocketChannel channel =
          ProbeSender.open(from, target, portOf(server), Probing.nextKey(), CONNECT_MILLIS)) {
        var buffer = ByteBuffer.allocateDirect(1 << 17);
        long warm = System.nanoTime() + WARM_UP_MILLIS * 1_000_000L;
        pour(channel, buffer, warm);
        long start = System.nanoTime();
        long before = received.get();
        pour(channel, buffer, start + options.speedMillis() * 1_000_000L);
        long bytes = received.get() - before;
        return bytes * 8e9 / (System.nanoTime() - start);
      }
    }
  }

  private static void pour(SocketChannel channel, ByteBuffer buffer, long untilNanos)
      throws IOException {
    while (System.nanoTime() - untilNanos < 0) {
      channel.write(buffer.clear());
    }
  }

  private static void sink(ServerSocketChannel server, AtomicLong received) {
    try (SocketChannel channel = server.accept()) {
      var buffer = ByteBuffer.allocateDirect(1 << 17);
      for (int n = channel.read(buffer); n >= 0; n = channel.read(buffer.clear())) {
        received.addAndGet(n);
      }
    } catch (IOException e) {
      // The sender closes by a reset when its time is over.
    }
  }

  private double roundTripMillis(LabMachine from, LabMachine to, IpAddress target) {
    long mark = System.nanoTime();
    var attempts = new ArrayList<Attempt>();
    for (int i = 0; i < ROUND_TRIPS; i++) {
      attempts.add(new Attempt(i, from, to, target, Transport.ICMP, 0));
    }
    var hearer =
        new ProbeListener.Hearer() {
          @Override
          public void arrived(LabMachine machine, SeenPacket sighting) {
            if (sighting.kind() == SeenPacket.Kind.ECHO_REPLY) {
              attempts.get(sighting.key()).replied(System.nanoTime());
            }
          }

          @Override
          public void passed(LabMachine machine, SeenPacket sighting) {}
        };
    try (var probes = ProbeListener.open(mark, List.of(from), List.of(), hearer)) {
      var sender = new ProbeSender(probes, mark, _ -> {});
      for (Attempt attempt : attempts) {
        sender.call(attempt, System.nanoTime() + 1_000_000_000L, false);
      }
    }
    double[] millis =
        attempts.stream()
            .filter(attempt -> attempt.outcome() == ProbeOutcome.REACHED)
            .mapToDouble(Attempt::millis)
            .sorted()
            .toArray();
    return millis.length == 0 ? Double.NaN : millis[millis.length / 2];
  }

  private static ServerSocketChannel listening(LabMachine machine, IpAddress address)
      throws IOException {
    ServerSocketChannel server =
        machine.namespace().call(() -> ServerSocketChannel.open(Responder.family(address)));
    return server.bind(SocketAddresses.of(address.family().any(), 0));
  }

  private static int portOf(ServerSocketChannel server) throws IOException {
    return server.getLocalAddress() instanceof InetSocketAddress address ? address.getPort() : 0;
  }

  /** Moves every roaming node through its networks while a connection of it is open. */
  List<RoamedConnection> roaming() {
    if (!options.roaming()) {
      return List.of();
    }
    var results = new ArrayList<RoamedConnection>();
    for (NodeConfig node : lab.network().nodes()) {
      if (lab.networksAhead(node.name()) > 0) {
        farEnd(node.name())
            .ifPresent(promise -> {
              listener.progress(Text.of(Timed.class, "step.roaming", node.name().text()), 0, 1);
              results.addAll(roam(node.name(), promise));
              listener.progress(Text.of(Timed.class, "step.roaming", node.name().text()), 1, 1);
            });
      }
    }
    return results;
  }

  /** Something that the node must reach with any packet, inside the network. */
  private Optional<Promise> farEnd(Name node) {
    return lab.network().promises().stream()
        .filter(Promise::arrives)
        .filter(promise -> promise.from().equals(new Spot.Node(node)))
        .filter(promise -> promise.transport() == Transport.ICMP)
        .filter(promise -> !(promise.to() instanceof Spot.Outside))
        .findFirst();
  }

  private List<RoamedConnection> roam(Name node, Promise promise) {
    var results = new ArrayList<RoamedConnection>();
    LabMachine to = lab.machine(promise.to());
    try (ServerSocketChannel server = listening(to, promise.target())) {
      Thread.ofVirtual().name("roaming echo").start(() -> echo(server));
      try (SocketChannel channel =
          ProbeSender.open(
              lab.machine(node.text()),
              promise.target(),
              portOf(server),
              Probing.nextKey(),
              CONNECT_MILLIS)) {
        channel.socket().setSoTimeout(ANSWER_MILLIS);
        var talk = new Talk(channel);
        boolean lives = talk.exchange(LIVES_ON_MILLIS);
        while (lives && lab.networksAhead(node) > 0) {
          lab.roam(node);
          long moved = System.nanoTime();
          lives = talk.exchange(LIVES_ON_MILLIS);
          double millis = (System.nanoTime() - moved) / 1e6;
          lab.settle(node);
          lives = lives && talk.exchange(LIVES_ON_MILLIS);
          results.add(new RoamedConnection(node, promise.to(), lives, millis));
        }
        if (results.isEmpty()) {
          results.add(new RoamedConnection(node, promise.to(), false, 0));
        }
      }
    } catch (IOException e) {
      results.add(new RoamedConnection(node, promise.to(), false, 0));
    }
    return results;
  }

  private static void echo(ServerSocketChannel server) {
    try (SocketChannel channel = server.accept()) {
      var buffer = ByteBuffer.allocate(4096);
      while (channel.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // The sender is done.
    }
  }

  /** Lines back and forth on one connection. */
  private static final class Talk {
    private final SocketChannel channel;
    private byte number;

    Talk(SocketChannel channel) {
      this.channel = channel;
    }

    /** Sends a new line and waits until it is back; whether it came in time. */
    boolean exchange(long millis) throws IOException {
      byte[] line = new byte[32];
      Arrays.fill(line, ++number);
      long until = System.nanoTime() + millis * 1_000_000;
      channel.write(ByteBuffer.wrap(line));
      int missing = line.length;
      var in = channel.socket().getInputStream();
      while (missing > 0 && System.nanoTime() - until < 0) {
        try {
          int count = in.read(line, 0, missing);
          if (count < 0) {
            return false;
          }
          missing -= count;
        } catch (SocketTimeoutException e) {
          // TCP sends it again by itself; nothing to do but wait.
        }
      }
      return missing == 0;
    }
  }
}
