package guywire.tunnel;

import guywire.linux.LinkAddress;
import guywire.linux.Memory;
import guywire.linux.Namespace;
import guywire.linux.NamespaceRef;
import guywire.linux.Netlink;
import guywire.linux.Region;
import guywire.linux.Tun;
import guywire.linux.UdpSender;
import guywire.linux.UdpSocket;
import guywire.linux.UnixListener;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import guywire.tunnel.cipher.Engines;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;

/**
 * Two tunnels that carry streams to each other for some seconds, in network namespaces made for it:
 * the build runs this once, so that the JVM can keep what it learned for later starts.
 */
/*
 * Streams of TCP, because what is kept is not only which classes are loaded but also which code is hot: a
 * tunnel that is started later compiles that first, and is at full speed the sooner. IPv6 and short packets of
 * every length beside them, because code for which nothing was seen is compiled to a trap: the first odd
 * packet would throw away all that was compiled around it, in the middle of a transfer.
 */
public final class TunnelTrainingRun {

  private static final String CABLE = "gwcable";
  private static final int PORT = 29_001;
  private static final int MTU = 1420;
  private static final int DESTINATION = 0x0a630002;
  private static final int DATAGRAM = 1000;
  private static final int DATAGRAMS = 32;
  private static final int SENDS = 50;
  private static final long FORTH_NANOS = 2_500_000_000L;
  private static final long BACK_NANOS = 1_000_000_000L;
  private static final long SHORT_NANOS = 500_000_000L;

  /** So much has to pass in all of a stream's time, however much that takes on a busy machine. */
  private static final long BYTES_A_SECOND = 200_000_000L;

  /** So many times as long as a stream should take, it may. */
  private static final int PATIENCE = 8;

  private static final int CHUNK = 1 << 17;
  private static final int LONGEST_MESSAGE = 1500;

  /** How long a batch may take to arrive. */
  private static final long ARRIVAL_NANOS = 20_000_000;

  private static final long LOOK_NANOS = 200_000;

  private TunnelTrainingRun() {}

  /**
   * Runs it; ends the process.
   *
   * @param arguments the number of a process in another network namespace
   */
  public static void main(String[] arguments) throws Exception {
    var log = new Log(Log.Level.ERROR, "training", System.err);
    long pid = Long.parseLong(arguments[0]);
    // Where nothing at all has an IPv6 address the JDK does without IPv6 from its first socket on.
    setUp("lo");
    Path directory = Files.createTempDirectory("guywire");
    try (Namespace there = Namespace.of(pid);
        Netlink netlink = Netlink.open()) {
      netlink.createVeth(CABLE, CABLE, new NamespaceRef.OfProcess(pid));
      try (Tunnel left = tunnel("gwleft", log);
          Tunnel right = there.call(() -> tunnel("gwright", log));
          UapiServer uapi = UapiServer.listen(left, directory, "gwleft")) {
        left.start();
        there.run(right::start);
        uapi.start();
        var random = new SecureRandom();
        PrivateKey leftKey = PrivateKey.generate(random);
        PrivateKey rightKey = PrivateKey.generate(random);
        configure(left, leftKey, rightKey.publicKey(), "10.98.0.2");
        configure(right, rightKey, leftKey.publicKey(), "10.98.0.1");
        address(CABLE, "10.98.0.1");
        address("gwleft", "10.99.0.1");
        address("gwleft", "fd63::1");
        there.call(() -> address(CABLE, "10.98.0.2"));
        there.call(() -> address("gwright", "10.99.0.2"));
        there.call(() -> address("gwright", "fd63::2"));
        UnixListener.isLive(directory.resolve("gwleft.sock"));
        streams(there, "fd63::2", SHORT_NANOS, SHORT_NANOS);
        streams(there, "10.99.0.2", FORTH_NANOS, BACK_NANOS);
        datagrams(left, right);
        new UapiReport(right).write(new UapiText(), OutputStream.nullOutputStream());
      }
    } finally {
      Files.deleteIfExists(directory.resolve("gwleft.sock"));
      Files.deleteIfExists(directory);
    }
    System.exit(0);
  }

  /** Gives an interface of the calling thread's namespace an address and sets it up. */
  private static int address(String name, String address) throws UnknownHostException {
    try (Netlink netlink = Netlink.open()) {
      int index = netlink.index(name);
      netlink.addAddress(new LinkAddress(index, InetAddress.getByName(address), 24));
      netlink.setUp(index);
      return index;
    }
  }

  private static void setUp(String name) {
    try (Netlink netlink = Netlink.open()) {
      netlink.setUp(netlink.index(name));
    }
  }

  private static Tunnel tunnel(String name, Log log) {
    Tun tun = Tun.open(name);
    tun.setMtu(MTU);
    return new Tunnel(
        tun,
        new Engines(Engines.AUTO, log::error, log::verbose),
        new Offloads("", log),
        Sharing.BY_LOAD,
        log);
  }

  private static void configure(Tunnel tunnel, PrivateKey own, PublicKey peer, String peerAddress)
      throws UapiRequest.Refused {
    var request = new UapiRequest(tunnel);
    var hex = HexFormat.of();
    request.line(UapiLine.of("private_key=" + hex.formatHex(own.bytes())));
    request.line(UapiLine.of("listen_port=" + PORT));
    request.line(UapiLine.of("fwmark=0"));
    request.line(UapiLine.of("replace_peers=true"));
    request.line(UapiLine.of("public_key=" + hex.formatHex(peer.bytes())));
    request.line(UapiLine.of("preshared_key=" + hex.formatHex(new byte[32])));
    request.line(UapiLine.of("endpoint=" + peerAddress + ":" + PORT));
    request.line(UapiLine.of("persistent_keepalive_interval=25"));
    request.line(UapiLine.of("replace_allowed_ips=true"));
    // Not everything: the kernel's own packets to nobody in particular belong to no peer.
    request.line(UapiLine.of("allowed_ip=10.99.0.0/24"));
    request.line(UapiLine.of("allowed_ip=fd63::/24"));
    request.finish();
  }

  /** Streams forth and back, beside which somebody talks. */
  private static void streams(Namespace there, String host, long forthNanos, long backNanos)
      throws IOException, InterruptedException {
    var address = new InetSocketAddress(host, PORT);
    try (ServerSocketChannel server = there.call(() -> ServerSocketChannel.open().bind(address));
        SocketChannel left = SocketChannel.open(address);
        SocketChannel right = server.accept();
        SocketChannel asking = SocketChannel.open(address);
        SocketChannel answering = server.accept()) {
      Thread question = Thread.ofPlatform().start(() -> talk(asking));
      Thread answer = Thread.ofPlatform().start(() -> talk(answering));
      stream(left, right, forthNanos);
      stream(right, left, backNanos);
      asking.shutdownOutput();
      answering.shutdownOutput();
      question.join();
      answer.join();
    }
  }

  /** Sends messages of every length, each after one of the other side has come. */
  private static void talk(SocketChannel own) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST_MESSAGE);
    int length = 1;
    try {
      do {
        buffer.clear().limit(length);
        own.write(buffer);
        length = length % LONGEST_MESSAGE + 1;
        buffer.clear();
      } while (own.read(buffer) > 0);
    } catch (IOException end) {
      // The other side ended the talk while this one spoke.
    }
  }

  /**
   * A stream for so long, and until enough has passed: what was learned where others had the
   * processors would be too little, for all starts to come.
   */
  private static void stream(SocketChannel from, SocketChannel to, long nanos)
      throws IOException, InterruptedException {
    Thread reader = Thread.ofPlatform().start(() -> readAll(to));
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    long wanted = nanos / 1000 * BYTES_A_SECOND / 1_000_000;
    long carried = 0;
    long passed = 0;
    for (long start = System.nanoTime();
        passed < nanos || (carried < wanted && passed < PATIENCE * nanos);
        passed = System.nanoTime() - start) {
      carried += from.write(buffer.clear());
    }
    from.shutdownOutput();
    reader.join();
    if (carried < wanted) {
      throw new IOException("only " + carried + " of " + wanted + " bytes were carried");
    }
  }

  private static void readAll(SocketChannel from) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    try {
      while (from.read(buffer) >= 0) {
        buffer.clear();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Datagrams into the left tunnel, until enough of them came out of the right one. */
  private static void datagrams(Tunnel left, Tunnel right) {
    long data = Memory.allocate(1 << 16);
    var sender = new UdpSender(new Region());
    sender.to4(DESTINATION, 9);
    try (UdpSocket socket = UdpSocket.open(false, 0)) {
      for (int i = 0; i < SENDS && left.device().isUp() && right.device().isUp(); i++) {
        long before = received(right);
        sender.send(socket, data, DATAGRAM * DATAGRAMS, DATAGRAM, 0);
        long end = System.nanoTime() + ARRIVAL_NANOS;
        while (received(right) == before && System.nanoTime() < end) {
          LockSupport.parkNanos(LOOK_NANOS);
        }
      }
    }
  }

  private static long received(Tunnel tunnel) {
    return tunnel.device().peers().iterator().next().receivedBytes();
  }
}
