package guywire.linux;

import static guywire.linux.NetlinkMessage.ACK;
import static guywire.linux.NetlinkMessage.DUMP;
import static guywire.linux.NetlinkMessage.NESTED;
import static guywire.linux.NetlinkMessage.REQUEST;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The kernel's WireGuard interfaces in the network namespace of the thread that opened this:
 * generic netlink's family "wireguard", version 1 (linux/wireguard.h).
 *
 * <p>Keys are 32 raw bytes; a key of zeros says "none". Thread-safe.
 */
public final class KernelWireGuard implements AutoCloseable {

  static final int GET_DEVICE = 0;
  static final int SET_DEVICE = 1;

  // WGDEVICE_A_*
  private static final int DEVICE_NAME = 2;
  private static final int DEVICE_PRIVATE_KEY = 3;
  private static final int DEVICE_LISTEN_PORT = 6;
  private static final int DEVICE_MARK = 7;
  private static final int DEVICE_PEERS = 8;

  // WGPEER_A_*
  private static final int PEER_PUBLIC_KEY = 1;
  private static final int PEER_PRESHARED_KEY = 2;
  private static final int PEER_FLAGS = 3;
  private static final int PEER_ENDPOINT = 4;
  private static final int PEER_KEEPALIVE = 5;
  private static final int PEER_LAST_HANDSHAKE = 6;
  private static final int PEER_RECEIVED = 7;
  private static final int PEER_SENT = 8;
  private static final int PEER_ALLOWED_IPS = 9;

  // WGALLOWEDIP_A_*
  private static final int ALLOWED_FAMILY = 1;
  private static final int ALLOWED_ADDRESS = 2;
  private static final int ALLOWED_LENGTH = 3;

  // WGPEER_F_*
  private static final int REMOVE = 1;
  private static final int REPLACE_ALLOWED_IPS = 2;
  private static final int UPDATE_ONLY = 4;

  /** An attribute's length has 16 bits; a fragment stays well below, with its last peer. */
  private static final int FRAGMENT_BYTES = 32 * 1024;

  private static final int ALLOWED_IPS_AT_ONCE = 500;

  private final NetlinkSocket socket;
  private final int family;

  private KernelWireGuard(NetlinkSocket socket, int family) {
    this.socket = socket;
    this.family = family;
  }

  /**
   * Opens the family.
   *
   * @throws LinuxException with ENOENT if the kernel has no WireGuard, or has not loaded it
   */
  public static KernelWireGuard open() {
    NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.GENERIC);
    try {
      return new KernelWireGuard(socket, GenericFamily.number(socket, "wireguard"));
    } catch (LinuxException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * An interface.
   *
   * @param privateKey 32 bytes; zeros if it has none
   * @param listenPort its UDP port
   * @param mark the mark of its outer packets, 0 for none
   * @param peers its peers
   */
  public record KernelDevice(
      byte[] privateKey, int listenPort, long mark, List<KernelPeer> peers) {}

  /**
   * A peer.
   *
   * @param publicKey 32 bytes
   * @param presharedKey 32 bytes; zeros if it has none
   * @param endpoint where its datagrams go
   * @param keepaliveSeconds 0 for none
   * @param handshakeSeconds when the latest handshake was, in seconds since 1970; 0 for never
   * @param handshakeNanos and the nanoseconds of it
   * @param receivedBytes received from it
   * @param sentBytes sent to it
   * @param allowedIps what is routed to it and accepted from it
   */
  public record KernelPeer(
      byte[] publicKey,
      byte[] presharedKey,
      Optional<KernelEndpoint> endpoint,
      int keepaliveSeconds,
      long handshakeSeconds,
      long handshakeNanos,
      long receivedBytes,
      long sentBytes,
      List<AllowedIp> allowedIps) {}

  /** An address, a UDP port, and the interface index of a link-local IPv6 address or 0. */
  public record KernelEndpoint(InetAddress address, int port, int scope) {}

  /** A prefix: its first address and length. */
  public record AllowedIp(InetAddress address, int length) {}

  /** A change of an interface; what is empty stays. */
  public record Change(
      Optional<byte[]> privateKey,
      OptionalInt listenPort,
      OptionalLong mark,
      List<KernelPeerChange> peers) {}

  /**
   * A change of a peer; what is empty stays.
   *
   * @param removes whether the peer goes
   * @param onlyIfThere whether nothing happens if there is no such peer
   * @param replacesAllowedIps whether it first loses all its allowed IPs
   */
  public record KernelPeerChange(
      byte[] publicKey,
      boolean removes,
      boolean onlyIfThere,
      Optional<byte[]> presharedKey,
      Optional<KernelEndpoint> endpoint,
      OptionalInt keepaliveSeconds,
      boolean replacesAllowedIps,
      List<AllowedIp> allowedIps) {}

  /** Reads an interface; ENODEV if there is none, EOPNOTSUPP if it is another kind. */
  public KernelDevice read(String name) {
    NetlinkMessage request =
        GenericFamily.message("read " + name, family, REQUEST | DUMP, GET_DEVICE)
            .attribute(DEVICE_NAME, name);
    return decode(socket.request(request).stream().map(NetlinkSocket.Received::body).toList());
  }

  /** Changes an interface. A large change takes several messages, so it may be seen half done. */
  public void change(String name, Change change) {
    for (var message : encode(name, family, change)) {
      try {
        socket.execute(message);
      } finally {
        message.erase();
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }

  static List<NetlinkMessage> encode(String name, int family, Change change) {
    List<KernelPeerChange> parts = change.peers().stream().flatMap(p -> split(p).stream()).toList();
    var messages = new ArrayList<NetlinkMessage>();
    int next = 0;
    do {
      NetlinkMessage message =
          GenericFamily.message("change " + name, family, REQUEST | ACK, SET_DEVICE)
              .attribute(DEVICE_NAME, name);
      if (messages.isEmpty()) {
        change.privateKey().ifPresent(key -> message.attribute(DEVICE_PRIVATE_KEY, key));
        change.listenPort().ifPresent(port -> message.attribute16(DEVICE_LISTEN_PORT, port));
        change.mark().ifPresent(mark -> message.attribute32(DEVICE_MARK, mark));
      }
      int from = next;
      int[] to = {next};
      if (from < parts.size()) {
        message.nest(
            DEVICE_PEERS | NESTED,
            peers -> {
              while (to[0] < parts.size() && peers.length() < FRAGMENT_BYTES) {
                KernelPeerChange part = parts.get(to[0]++);
                peers.nest(NESTED, peer -> encode(peer, part));
              }
            });
      }
      next = to[0];
      messages.add(message);
    } while (next < parts.size());
    return messages;
  }

  /** A peer with many allowed IPs goes in parts; only the first of them replaces anything. */
  private static List<KernelPeerChange> split(KernelPeerChange peer) {
    var all = peer.allowedIps();
    if (all.size() <= ALLOWED_IPS_AT_ONCE) {
      return List.of(peer);
    }
    var parts = new ArrayList<KernelPeerChange>();
    for (int from = 0; from < all.size(); from += ALLOWED_IPS_AT_ONCE) {
      var some = all.subList(from, Math.min(all.size(), from + ALLOWED_IPS_AT_ONCE));
      parts.add(
          from == 0
              ? new KernelPeerChange(
                  peer.publicKey(),
                  peer.removes(),
                  peer.onlyIfThere(),
                  peer.presharedKey(),
                  peer.endpoint(),
                  peer.keepaliveSeconds(),
                  peer.replacesAllowedIps(),
                  some)
              : new KernelPeerChange(
                  peer.publicKey(),
                  false,
                  true,
                  Optional.empty(),
                  Optional.empty(),
                  OptionalInt.empty(),
                  false,
                  some));
    }
    return parts;
  }

  private static void encode(NetlinkMessage message, KernelPeerChange peer) {
    int flags =
        (peer.removes() ? REMOVE : 0)
            | (peer.replacesAllowedIps() ? REPLACE_ALLOWED_IPS : 0)
            | (peer.onlyIfThere() ? UPDATE_ONLY : 0);
    message.attribute(PEER_PUBLIC_KEY, peer.publicKey()).attribute32(PEER_FLAGS, flags);
    peer.presharedKey().ifPresent(key -> message.attribute(PEER_PRESHARED_KEY, key));
    peer.endpoint().ifPresent(e -> message.attribute(PEER_ENDPOINT, socketAddress(e)));
    peer.keepaliveSeconds().ifPresent(seconds -> message.attribute16(PEER_KEEPALIVE, seconds));
    if (!peer.allowedIps().isEmpty()) {
      message.nest(
          PEER_ALLOWED_IPS | NESTED,
          list -> peer.allowedIps().forEach(ip -> list.nest(NESTED, one -> encode(one, ip))));
    }
  }

  private static void encode(NetlinkMessage message, AllowedIp prefix) {
    boolean ipv4 = RouteMessages.isIpv4(prefix.address());
    message
        .attribute16(ALLOWED_FAMILY, RouteMessages.family(ipv4))
        .attribute(ALLOWED_ADDRESS, prefix.address())
        .attribute8(ALLOWED_LENGTH, prefix.length());
  }

  /** struct sockaddr_in or sockaddr_in6: the family in the machine's order, the port big endian. */
  private static byte[] socketAddress(KernelEndpoint endpoint) {
    byte[] address = endpoint.address().getAddress();
    boolean ipv4 = address.length == 4;
    var bytes = ByteBuffer.allocate(ipv4 ? 16 : 28);
    bytes.order(ByteOrder.nativeOrder()).putShort((short) RouteMessages.family(ipv4));
    bytes.order(ByteOrder.BIG_ENDIAN).putShort((short) endpoint.port());
    if (ipv4) {
      bytes.put(address);
    } else {
      bytes.putInt(0).put(address);
      bytes.order(ByteOrder.nativeOrder()).putInt(endpoint.scope());
    }
    return bytes.array();
  }

  /** Joins the messages of an answer: a peer may go on in the next one. */
  static KernelDevice decode(List<ByteBuffer> bodies) {
    byte[] privateKey = new byte[32];
    int port = 0;
    long mark = 0;
    var peers = new ArrayList<KernelPeer>();
    for (int i = 0; i < bodies.size(); i++) {
      Attributes device = GenericFamily.attributes(bodies.get(i));
      if (i == 0) {
        privateKey = device.bytes(DEVICE_PRIVATE_KEY).orElse(privateKey);
        port = device.u16(DEVICE_LISTEN_PORT);
        mark = device.u32(DEVICE_MARK).orElse(0L);
      }
      for (var element : device.nested(DEVICE_PEERS).values()) {
        KernelPeer peer = peer(Attributes.of(element));
        if (!peers.isEmpty() && Arrays.equals(peers.getLast().publicKey(), peer.publicKey())) {
          peers.add(joined(peers.removeLast(), peer.allowedIps()));
        } else {
          peers.add(peer);
        }
      }
    }
    return new KernelDevice(privateKey, port, mark, List.copyOf(peers));
  }

  private static KernelPeer peer(Attributes peer) {
    Optional<ByteBuffer> handshake =
        peer.value(PEER_LAST_HANDSHAKE).filter(time -> time.remaining() >= 16);
    return new KernelPeer(
        peer.bytes(PEER_PUBLIC_KEY).orElseGet(() -> new byte[32]),
        peer.bytes(PEER_PRESHARED_KEY).orElseGet(() -> new byte[32]),
        peer.value(PEER_ENDPOINT).flatMap(KernelWireGuard::endpoint),
        peer.u16(PEER_KEEPALIVE),
        handshake.map(time -> time.getLong(0)).orElse(0L),
        handshake.map(time -> time.getLong(8)).orElse(0L),
        peer.u64(PEER_RECEIVED),
        peer.u64(PEER_SENT),
        peer.nested(PEER_ALLOWED_IPS).values().stream()
            .map(Attributes::of)
            .flatMap(KernelWireGuard::allowedIp)
            .toList());
  }

  private static Stream<AllowedIp> allowedIp(Attributes ip) {
    return ip
        .address(ALLOWED_ADDRESS)
        .map(address -> new AllowedIp(address, ip.u8(ALLOWED_LENGTH)))
        .stream();
  }

  private static Optional<KernelEndpoint> endpoint(ByteBuffer value) {
    int length = value.remaining();
    if (length != 16 && length != 28) {
      return Optional.empty();
    }
    int port = (value.get(2) & 0xff) << 8 | (value.get(3) & 0xff);
    byte[] address = new byte[length == 16 ? 4 : 16];
    value.get(length == 16 ? 4 : 8, address);
    int scope = length == 16 ? 0 : value.getInt(24);
    return Optional.of(new KernelEndpoint(Attributes.address(address), port, scope));
  }

  private static KernelPeer joined(KernelPeer peer, List<AllowedIp> more) {
    var all = new ArrayList<>(peer.allowedIps());
    all.addAll(more);
    return new KernelPeer(
        peer.publicKey(),
        peer.presharedKey(),
        peer.endpoint(),
        peer.keepaliveSeconds(),
        peer.handshakeSeconds(),
        peer.handshakeNanos(),
        peer.receivedBytes(),
        peer.sentBytes(),
        List.copyOf(all));
  }
}
