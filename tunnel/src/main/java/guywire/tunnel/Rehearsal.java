package guywire.tunnel;

import guywire.linux.LinkAddress;
import guywire.linux.Memory;
import guywire.linux.Netlink;
import guywire.linux.Tun;
import guywire.linux.UdpSender;
import guywire.linux.UdpSocket;
import guywire.linux.UnixListener;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import guywire.tunnel.cipher.Engines;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;

/**
 * Two tunnels that pass packets to each other for a moment, in a network namespace made for it: the
 * build runs this once, so that the JVM can keep what it learned for later starts.
 */
public final class Rehearsal {

  private static final int LOOPBACK = 1;
  private static final int LEFT_PORT = 29_001;
  private static final int RIGHT_PORT = 29_002;
  private static final int DESTINATION = 0x0a630002;
  private static final int DATAGRAM = 1000;
  private static final int DATAGRAMS = 32;
  private static final int SENDS = 300;

  /** How long a batch may take to arrive: the first ones wait for the handshake. */
  private static final long ARRIVAL_NANOS = 20_000_000;

  private static final long LOOK_NANOS = 200_000;

  private Rehearsal() {}

  /**
   * Runs the rehearsal; ends the process.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) throws Exception {
    var log = new Log(Log.Level.ERROR, "rehearsal", System.err);
    Path directory = Files.createTempDirectory("guywire");
    try (Netlink netlink = Netlink.open();
        Tunnel left = tunnel("gwleft", log);
        Tunnel right = tunnel("gwright", log);
        UapiServer uapi = UapiServer.listen(left, directory, "gwleft")) {
      left.start();
      right.start();
      uapi.start();
      var random = new SecureRandom();
      PrivateKey leftKey = PrivateKey.generate(random);
      PrivateKey rightKey = PrivateKey.generate(random);
      configure(left, leftKey, LEFT_PORT, rightKey.publicKey(), RIGHT_PORT);
      configure(right, rightKey, RIGHT_PORT, leftKey.publicKey(), LEFT_PORT);
      int index = left.tun().index();
      netlink.setUp(LOOPBACK);
      netlink.addAddress(new LinkAddress(index, InetAddress.getByName("10.99.0.1"), 24));
      netlink.setUp(index);
      netlink.setUp(right.tun().index());
      UnixListener.isLive(directory.resolve("gwleft.sock"));
      send(left, right);
      new UapiReport(right).write(new StringWriter());
    } finally {
      Files.deleteIfExists(directory.resolve("gwleft.sock"));
      Files.deleteIfExists(directory);
    }
    System.exit(0);
  }

  private static Tunnel tunnel(String name, Log log) {
    return new Tunnel(
        Tun.open(name),
        new Engines(Engines.AUTO, log::error, log::verbose),
        new Offloads("", log),
        log);
  }

  private static void configure(
      Tunnel tunnel, PrivateKey own, int port, PublicKey peer, int peerPort)
      throws UapiRequest.Refused {
    var request = new UapiRequest(tunnel);
    var hex = HexFormat.of();
    request.line("private_key=" + hex.formatHex(own.bytes()));
    request.line("listen_port=" + port);
    request.line("fwmark=0");
    request.line("replace_peers=true");
    request.line("public_key=" + hex.formatHex(peer.bytes()));
    request.line("preshared_key=" + hex.formatHex(new byte[32]));
    request.line("endpoint=127.0.0.1:" + peerPort);
    request.line("persistent_keepalive_interval=25");
    request.line("replace_allowed_ips=true");
    request.line("allowed_ip=0.0.0.0/0");
    request.line("allowed_ip=::/0");
    request.finish();
  }

  /** Datagrams into the left tunnel, until enough of them came out of the right one. */
  private static void send(Tunnel left, Tunnel right) {
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
