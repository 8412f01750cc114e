package guywire.tunnel;

import guywire.address.IpAddress;
import guywire.linux.Clock;
import guywire.linux.Memory;
import guywire.linux.Poll;
import guywire.linux.Region;
import guywire.linux.UdpReceiver;
import guywire.linux.UdpSender;
import guywire.linux.UdpSocket;
import guywire.protocol.Aead;
import guywire.protocol.Device;
import guywire.protocol.DiffieHellman;
import guywire.protocol.Endpoint;
import guywire.protocol.Keypair;
import guywire.protocol.Message;
import guywire.protocol.Outbox;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import guywire.tunnel.cipher.Engines;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;

/**
 * A peer that has a session with a tunnel under test and sends what no honest one would: a device
 * of the protocol, with its datagrams in the test's hands.
 */
final class WirePeer implements AutoCloseable, Outbox {

  private static final int PORT = 1002;

  private final Aead aead = Engines.single(new Region());
  private final Device device =
      new Device(aead, DiffieHellman.JDK, new SecureRandom(), Instant::now);
  private final Peer tunnel;
  private final UdpSocket socket;
  private final UdpSocket otherSocket;
  private final UdpSender sender = new UdpSender(new Region());
  private final UdpReceiver receiver = new UdpReceiver(8, new Region());
  private final long buffer = Memory.allocate(1 << 16);
  private final ArrayDeque<byte[]> toSend = new ArrayDeque<>();
  private final ArrayDeque<byte[]> packets = new ArrayDeque<>();
  private final PublicKey publicKey;
  private byte[] initiation = new byte[0];

  /** A peer on the host that is to be, whose tunnel is at that address. */
  private WirePeer(Pair.Host host, PublicKey of, String address, int port) {
    socket = host.namespace.call(() -> UdpSocket.open(false, PORT));
    otherSocket = host.namespace.call(() -> UdpSocket.open(false, PORT + 1));
    publicKey = host.key.publicKey();
    device.setPrivateKey(host.key);
    tunnel = device.addPeer(of).orElseThrow();
    device.setEndpoint(tunnel, new Endpoint(IpAddress.parse(address), port));
    sender.to4((int) IpAddress.parse(address).low(), port);
    device.up(Clock.bootNanos(), this);
  }

  /**
   * Has host a's tunnel know host b's key, as that of 10.10.0.0/24 but for 10.10.0.3, and comes up
   * in b's place with a session.
   */
  static WirePeer meet(Pair pair) throws IOException {
    Pair.Host host = pair.a;
    java.nio.file.Path key = Pair.secret("key", host.key.base64());
    String stranger = PrivateKey.generate(new SecureRandom()).publicKey().toString();
    host.wg(
        "set",
        "IF",
        "listen-port",
        "1001",
        "private-key",
        key.toString(),
        "peer",
        pair.b.key.publicKey().toString(),
        "allowed-ips",
        "10.10.0.0/24",
        "peer",
        stranger,
        "allowed-ips",
        "10.10.0.3/32");
    Files.delete(key);
    host.ip("addr", "add", "10.10.0.1/24", "dev", host.interfaceName);
    host.ip("link", "set", host.interfaceName, "up");
    return new WirePeer(pair.b, host.key.publicKey(), "10.9.0.1", 1001).withSession();
  }

  /** Makes a session, of which the tunnel knows that we have it. */
  private WirePeer withSession() {
    device.setPersistentKeepalive(tunnel, 25, Clock.bootNanos(), this);
    initiation = toSend.getFirst();
    Pair.await("a session", this::pump);
    return this;
  }

  /** The honest initiation that the session was begun with. */
  byte[] initiation() {
    return initiation;
  }

  private boolean pump() {
    flush();
    if (new Poll(socket.fd()).await(100_000_000L)) {
      int count = receiver.receive(socket);
      for (int i = 0; i < count; i++) {
        MemorySegment bytes = Memory.ALL.asSlice(receiver.address(i), receiver.length(i));
        Path from = Path.to(tunnel.path().endpoint());
        device.receive(bytes, 0, receiver.length(i), from, 0, 0, Clock.bootNanos(), this);
      }
      flush();
    } else {
      device.tick(Clock.bootNanos(), this);
    }
    return tunnel.sendingKeypair(Clock.bootNanos()) != null && toSend.isEmpty();
  }

  private void flush() {
    while (!toSend.isEmpty()) {
      send(toSend.remove());
    }
  }

  private Keypair session() {
    return tunnel.sendingKeypair(Clock.bootNanos());
  }

  /** The counter of the next message. */
  long nextCounter() {
    return session().reserve(1);
  }

  /** A data message around any plaintext. */
  byte[] message(long counter, byte[] plaintext) {
    var bytes = new byte[plaintext.length + Message.DATA_OVERHEAD];
    MemorySegment target = MemorySegment.ofArray(bytes);
    Message.writeDataHeader(target, 0, session().remoteIndex(), counter);
    aead.seal(
        session().sendKey(),
        counter,
        MemorySegment.ofArray(plaintext),
        0,
        plaintext.length,
        target,
        Message.DATA_HEADER_LENGTH);
    return bytes;
  }

  /** The next message around any plaintext. */
  byte[] message(byte[] plaintext) {
    return message(nextCounter(), plaintext);
  }

  /** Sends any bytes to the tunnel. */
  void send(byte[] datagram) {
    send(socket, datagram);
  }

  /** Sends datagrams of one length that arrive by one system call. */
  void sendTogether(byte[]... datagrams) {
    int each = datagrams[0].length;
    for (int i = 0; i < datagrams.length; i++) {
      MemorySegment.copy(
          MemorySegment.ofArray(datagrams[i]), 0, Memory.ALL, buffer + (long) i * each, each);
    }
    int all = datagrams.length * each;
    int sent = sender.send(socket, buffer, all, each, 0);
    if (sent != all) {
      throw new AssertionError("not sent: " + sent);
    }
  }

  /** The next packet from the tunnel, with its padding. */
  byte[] nextPacket() {
    Pair.await("a packet from the tunnel", this::receiveData);
    return packets.remove();
  }

  /** Whether there is a packet; what else comes from the tunnel is left out. */
  private boolean receiveData() {
    if (!packets.isEmpty()) {
      return true;
    }
    int count = receiver.receive(socket);
    for (int i = 0; i < count; i++) {
      long end = receiver.address(i) + receiver.length(i);
      int segment = receiver.segmentBytes(i);
      for (long at = receiver.address(i); at < end; at += segment) {
        int length = (int) Math.min(segment, end - at);
        if (Message.type(Memory.ALL, at, length) == Message.DATA) {
          open(at, length);
        }
      }
    }
    return !packets.isEmpty();
  }

  private void open(long message, int length) {
    var plaintext = MemorySegment.ofArray(new byte[length - Message.DATA_OVERHEAD]);
    boolean right =
        aead.open(
            session().receiveKey(),
            Message.counter(Memory.ALL, message),
            Memory.ALL,
            message + Message.DATA_HEADER_LENGTH,
            length - Message.DATA_HEADER_LENGTH,
            plaintext,
            0);
    if (!right) {
      throw new AssertionError("a message with a wrong tag");
    }
    if (plaintext.byteSize() > 0) {
      packets.add(plaintext.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /** Its key, as the tunnel knows it. */
  PublicKey publicKey() {
    return publicKey;
  }

  /** Sends any bytes to the tunnel from another port. */
  void sendFromElsewhere(byte[] datagram) {
    send(otherSocket, datagram);
  }

  private void send(UdpSocket from, byte[] datagram) {
    MemorySegment.copy(MemorySegment.ofArray(datagram), 0, Memory.ALL, buffer, datagram.length);
    int sent = sender.send(from, buffer, datagram.length, datagram.length, 0);
    if (sent != datagram.length) {
      throw new AssertionError("not sent: " + sent);
    }
  }

  @Override
  public boolean send(
      Peer peer, Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
    toSend.add(datagram.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
    return true;
  }

  @Override
  public void reply(Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
    toSend.add(datagram.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
  }

  @Override
  public void deliver(Peer peer, MemorySegment packet, long offset, int length) {}

  @Override
  public void close() {
    socket.close();
    otherSocket.close();
  }
}
