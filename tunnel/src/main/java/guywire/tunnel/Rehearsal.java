package guywire.tunnel;

import guywire.linux.LinkAddress;
import guywire.linux.Memory;
import guywire.linux.Namespace;
import guywire.linux.NamespaceRef;
import guywire.linux.Netlink;
import guywire.linux.Tun;
import guywire.linux.UdpSender;
import guywire.linux.UdpSocket;
import guywire.linux.UnixListener;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import guywire.tunnel.cipher.Engines;
import java.io.IOException;
import java.io.StringWriter;
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
 * tunnel that is started later compiles that first, and is at full speed the sooner.
 */
public final class Rehearsal {

  private static final String CABLE = "gwcable";
  private static final int PORT = 29_001;
  private static final int MTU = 1420;
  private static final int DESTINATION = 0x0a630002;
  private static final int DATAGRAM = 1000;
  private static final int DATAGRAMS = 32;
  private static final int SENDS = 50;
  private static final long FORTH_NANOS = 2_500_000_000L;
  private static final long BACK_NANOS = 1_000_000_000L;
  private static final int CHUNK = 1 << 17;

  /** How long a batch may take to arrive. */
  private static final long ARRIVAL_NANOS = 20_000_000;

  private static final long LOOK_NANOS = 200_000;

  private Rehearsal() {}

  /**
   * Runs the rehearsal; ends the process.
   *
   * @param arguments the number of a process in another network namespace
   */
  public static void main(String[] arguments) throws Exception {
    var log = new Log(Log.Level.ERROR, "rehearsal", System.err);
    long pid = Long.parseLong(arguments[0]);
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
        there.call(() -> address(CABLE, "10.98.0.2"));
        there.call(() -> address("gwright", "10.99.0.2"));
        UnixListener.isLive(directory.resolve("gwleft.sock"));
        streams(there);
        datagrams(left, right);
        new UapiReport(right).write(new StringWriter());
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
    request.line("private_key=" + hex.formatHex(own.bytes()));
    request.line("listen_port=" + PORT);
    request.line("fwmark=0");
    request.line("replace_peers=true");
    request.line("public_key=" + hex.formatHex(peer.bytes()));
    request.line("preshared_key=" + hex.formatHex(new byte[32]));
    request.line("endpoint=" + peerAddress + ":" + PORT);
    request.line("persistent_keepalive_interval=25");
    request.line("replace_allowed_ips=true");
    request.line("allowed_ip=0.0.0.0/0");
    request.line("allowed_ip=::/0");
    request.finish();
  }

  private static void streams(Namespace there) throws IOException, InterruptedException {
    var address = new InetSocketAddress("10.99.0.2", PORT);
    try (ServerSocketChannel server = there.call(() -> ServerSocketChannel.open().bind(address));
        SocketChannel left = SocketChannel.open(address);
        SocketChannel right = server.accept()) {
      stream(left, right, FORTH_NANOS);
      stream(right, left, BACK_NANOS);
    }
  }

  private static void stream(SocketChannel from, SocketChannel to, long nanos)
      throws IOException, InterruptedException {
    Thread reader = Thread.ofPlatform().start(() -> readAll(to));
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    for (long start = System.nanoTime(); System.nanoTime() - start < nanos; buffer.clear()) {
      from.write(buffer);
    }
    from.shutdownOutput();
    reader.join();
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
    var sender = new UdpSender();
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
