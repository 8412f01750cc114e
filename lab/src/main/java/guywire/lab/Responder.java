package guywire.lab;

import guywire.address.IpAddress;
import guywire.network.Transport;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A real listener on a machine, which tells everyone who connects the source address and port it
 * saw, and then sends back what it gets. Where something listens already, such as a node's name
 * server, that stays and is probed instead.
 */
final class Responder implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 16;

  /**
   * How long a port that was ours is waited for. A process that is started just when a socket is
   * closed has it too until it becomes the program that it shall be.
   */
  private static final long FREE_NANOS = 5_000_000_000L;

  private static final long LOOK_EVERY_NANOS = 5_000_000L;

  /** What has ended, on machines that are still in use. */
  private static final Map<LabMachine, Set<Place>> ENDED =
      Collections.synchronizedMap(new WeakHashMap<>());

  private record Place(Transport transport, InetSocketAddress address) {}

  /** A channel, and the thread that serves it. */
  private record Service(AutoCloseable channel, Thread thread) {}

  private final Optional<Service> service;
  private final Runnable ended;

  private Responder(Optional<Service> service, Runnable ended) {
    this.service = service;
    this.ended = ended;
  }

  /**
   * Listens.
   *
   * @param address the address to listen on; if the machine does not have it, all its addresses
   * @param port the port
   * @throws LabException if that is impossible
   */
  static Responder start(LabMachine machine, Transport transport, IpAddress address, int port) {
    var wanted = SocketAddresses.of(address, port);
    var any = new InetSocketAddress(SocketAddresses.of(address.family().any()), port);
    var ended = ENDED.computeIfAbsent(machine, _ -> ConcurrentHashMap.newKeySet());
    var place = new Place(transport, wanted);
    boolean wasOurs = ended.contains(place);
    long until = System.nanoTime() + FREE_NANOS;
    try {
      var service = listen(machine, transport, family(address), wanted, any);
      while (wasOurs && service.isEmpty() && System.nanoTime() < until) {
        LockSupport.parkNanos(LOOK_EVERY_NANOS);
        service = listen(machine, transport, family(address), wanted, any);
      }
      return new Responder(service, () -> ended.add(place));
    } catch (IOException e) {
      throw new LabException("nothing can listen at " + wanted + " of " + machine.name(), e);
    }
  }

  private static Optional<Service> listen(
      LabMachine machine,
      Transport transport,
      ProtocolFamily family,
      InetSocketAddress wanted,
      InetSocketAddress any)
      throws IOException {
    return switch (transport) {
      case TCP -> tcp(machine, family, wanted, any);
      case UDP -> udp(machine, family, wanted, any);
      case ICMP -> throw new IllegalArgumentException("the kernel answers echo requests");
    };
  }

  static ProtocolFamily family(IpAddress address) {
    return address.isIpv4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
  }

  /** The address in a line that this told. */
  static Optional<IpAddress> addressIn(String line) {
    int space = line.indexOf(' ');
    return space < 0 ? Optional.empty() : IpAddress.tryParse(line.substring(0, space));
  }

  /** Whether something else than this listens there. */
  boolean isForeign() {
    return service.isEmpty();
  }

  private static Optional<Service> tcp(
      LabMachine machine, ProtocolFamily family, InetSocketAddress wanted, InetSocketAddress any)
      throws IOException {
    ServerSocketChannel server = machine.namespace().call(() -> ServerSocketChannel.open(family));
    server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    if (!bound(server::bind, wanted, any)) {
      server.close();
      return Optional.empty();
    }
    Thread thread = Thread.ofVirtual().name("tcp " + wanted).start(() -> accept(server));
    return Optional.of(new Service(server, thread));
  }

  private static Optional<Service> udp(
      LabMachine machine, ProtocolFamily family, InetSocketAddress wanted, InetSocketAddress any)
      throws IOException {
    DatagramChannel server = machine.namespace().call(() -> DatagramChannel.open(family));
    if (!bound(server::bind, wanted, any)) {
      server.close();
      return Optional.empty();
    }
    Thread thread = Thread.ofVirtual().name("udp " + wanted).start(() -> answer(server));
    return Optional.of(new Service(server, thread));
  }

  private interface Binding {
    Object to(InetSocketAddress address) throws IOException;
  }

  /** Binds to the first that is possible; false if something listens there already. */
  private static boolean bound(Binding binding, InetSocketAddress wanted, InetSocketAddress any)
      throws IOException {
    try {
      binding.to(wanted);
      return true;
    } catch (BindException e) {
      try {
        // "Cannot assign": the address is not the machine's own, but mapped to it on the way.
        binding.to(any);
        return true;
      } catch (BindException again) {
        return false;
      }
    }
  }

  private static void accept(ServerSocketChannel server) {
    while (true) {
      try {
        SocketChannel connection = server.accept();
        Thread.ofVirtual().name("tcp connection").start(() -> echo(connection));
      } catch (AsynchronousCloseException e) {
        return;
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // That connection is gone before it was taken; the next may be better.
      }
    }
  }

  private static void echo(SocketChannel connection) {
    try (connection) {
      var peer = (InetSocketAddress) connection.getRemoteAddress();
      write(connection, ByteBuffer.wrap(line(peer)));
      var buffer = ByteBuffer.allocate(BUFFER_BYTES);
      while (connection.read(buffer) >= 0) {
        write(connection, buffer.flip());
        buffer.clear();
      }
    } catch (IOException e) {
      // The other end broke it off.
    }
  }

  private static void write(SocketChannel connection, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      connection.write(bytes);
    }
  }

  private static void answer(DatagramChannel server) {
    var buffer = ByteBuffer.allocate(2048);
    while (true) {
      try {
        buffer.clear();
        var peer = (InetSocketAddress) server.receive(buffer);
        if (peer != null) {
          server.send(ByteBuffer.wrap(line(peer)), peer);
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // An ICMP error for an earlier answer.
      }
    }
  }

  private static byte[] line(InetSocketAddress peer) {
    return (SocketAddresses.of(peer.getAddress()) + " " + peer.getPort() + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Ends it. A port is free only when the thread that waits there has left: the next to listen
   * would take what is still bound for somebody else's.
   */
  @Override
  public void close() {
    try {
      if (service.isPresent()) {
        service.get().channel().close();
        service.get().thread().join();
        ended.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new LabException("a listener did not close", e);
    }
  }
}
