package guywire.bench;

import guywire.protocol.Device;
import guywire.protocol.DiffieHellman;
import guywire.protocol.Endpoint;
import guywire.protocol.JceAead;
import guywire.protocol.Outbox;
import guywire.protocol.Peer;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Many WireGuard devices in one process, each with an address of its own, that begin a handshake
 * with one tunnel at the same moment. Prints the seconds from the first initiation to the last
 * session. One thread.
 */
final class HandshakeStorm implements Outbox {

  private static final long GIVE_UP_NANOS = 60_000_000_000L;
  private static final int WARM_UPS = 300;

  /** One device with its socket. */
  private record Newcomer(Device device, Peer hub, DatagramChannel channel) {}

  private final InetSocketAddress hub;
  private final guywire.protocol.Path path;
  private final ByteBuffer buffer = ByteBuffer.allocate(2048);

  /** The socket of the device that is being worked on. */
  private DatagramChannel channel;

  private HandshakeStorm(String hub, DatagramChannel first) {
    Endpoint endpoint = Endpoint.tryParse(hub).orElseThrow();
    path = guywire.protocol.Path.to(endpoint);
    this.hub = new InetSocketAddress(endpoint.address().toString(), endpoint.port());
    channel = first;
  }

  /**
   * Runs and prints.
   *
   * @param arguments a file of private keys, the tunnel's public key, and its address with port
   */
  public static void main(String[] arguments) throws IOException {
    var keys = new ArrayList<PrivateKey>();
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      keys.add(PrivateKey.parse(line).orElseThrow());
    }
    warmUp(keys);
    var newcomers = new HandshakeStorm(arguments[2], DatagramChannel.open());
    System.out.println(newcomers.run(keys, PublicKey.parse(arguments[1]).orElseThrow()));
  }

  /** Runs the program in a namespace; the seconds it took, or NaN. */
  static double run(BareNamespace namespace, List<PrivateKey> keys, String hubKey, String hub) {
    try {
      Path file = Files.createTempFile("bench", "");
      try {
        Files.write(file, keys.stream().map(PrivateKey::base64).toList());
        List<String> arguments = List.of(file.toString(), hubKey, hub);
        String seconds = namespace.inside(Program.command(HandshakeStorm.class, arguments));
        return Double.parseDouble(seconds.strip());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Initiations to nowhere, so that what is measured is not this process's compiler. */
  private static void warmUp(List<PrivateKey> keys) {
    for (int i = 0; i < WARM_UPS; i++) {
      PrivateKey own = keys.get(i % keys.size());
      DiffieHellman.JDK.agree(own.bytes(), keys.get((i + 1) % keys.size()).publicKey().bytes());
    }
  }

  private double run(List<PrivateKey> keys, PublicKey hubKey) throws IOException {
    var all = new ArrayList<Newcomer>();
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < keys.size(); i++) {
        all.add(open(i, keys.get(i), hubKey, selector));
      }
      long start = System.nanoTime();
      for (Newcomer newcomer : all) {
        channel = newcomer.channel();
        newcomer.device().up(System.nanoTime(), this);
        receive(selector, false);
      }
      long done = all.stream().filter(HandshakeStorm::isDone).count();
      while (done < all.size()) {
        if (System.nanoTime() - start > GIVE_UP_NANOS) {
          return Double.NaN;
        }
        receive(selector, true);
        for (Newcomer newcomer : all) {
          if (newcomer.device().nextDeadline() <= System.nanoTime()) {
            channel = newcomer.channel();
            newcomer.device().tick(System.nanoTime(), this);
          }
        }
        done = all.stream().filter(HandshakeStorm::isDone).count();
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static boolean isDone(Newcomer newcomer) {
    return newcomer.hub().lastHandshake().isPresent();
  }

  private Newcomer open(int index, PrivateKey key, PublicKey hubKey, Selector selector)
      throws IOException {
    var device =
        new Device(new JceAead(), DiffieHellman.JDK, new SecureRandom(), Clock.systemUTC());
    device.setPrivateKey(key);
    Peer peer = device.addPeer(hubKey).orElseThrow();
    device.setEndpoint(peer, path.endpoint());
    device.setPersistentKeepalive(peer, 25, System.nanoTime(), this);
    DatagramChannel own = DatagramChannel.open();
    own.bind(new InetSocketAddress("10.20." + (index >> 8) + "." + (index & 255), 1001));
    own.configureBlocking(false);
    var newcomer = new Newcomer(device, peer, own);
    own.register(selector, SelectionKey.OP_READ, newcomer);
    return newcomer;
  }

  private void receive(Selector selector, boolean wait) throws IOException {
    int ready = wait ? selector.select(10) : selector.selectNow();
    if (ready == 0) {
      return;
    }
    for (SelectionKey key : selector.selectedKeys()) {
      var newcomer = (Newcomer) key.attachment();
      channel = newcomer.channel();
      buffer.clear();
      if (channel.receive(buffer) != null) {
        MemorySegment bytes = MemorySegment.ofArray(buffer.array());
        int length = buffer.position();
        newcomer.device().receive(bytes, 0, length, path, 0, 0, System.nanoTime(), this);
      }
    }
    selector.selectedKeys().clear();
  }

  @Override
  public boolean send(
      Peer peer,
      guywire.protocol.Path to,
      MemorySegment datagram,
      long offset,
      int length,
      int trafficClass) {
    try {
      return channel.send(datagram.asSlice(offset, length).asByteBuffer(), hub) == length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void reply(
      guywire.protocol.Path to, MemorySegment datagram, long offset, int length, int trafficClass) {
    throw new IllegalStateException("a newcomer is never under load");
  }

  @Override
  public void deliver(Peer peer, MemorySegment packet, long offset, int length) {
    throw new IllegalStateException("nobody sends packets here");
  }
}
