package guywire.tunnel;

import guywire.address.Prefix;
import guywire.protocol.DropReason;
import guywire.protocol.Peer;
import guywire.protocol.PresharedKey;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The answer to a {@code get} request: the device, then each peer. */
/*
 * No request is applied while the report is made, as long as it has some thousand peers: then it is made
 * in memory. Where there are more, a request may change later peers while earlier ones are told.
 *
 * Peers are written one by one, each under the lock but the socket outside of it, so that a slow reader
 * neither holds the tunnel up nor makes a million lines wait in memory.
 */
final class UapiReport {

  private static final byte[] NO_KEY = new byte[32];

  /** Of a report that is made in memory. */
  private static final int PEERS_AT_ONCE = 10_000;

  /** Of one that is not, so much is sent at once. */
  private static final int BYTES_AT_ONCE = 1 << 14;

  private final Tunnel tunnel;

  UapiReport(Tunnel tunnel) {
    this.tunnel = tunnel;
  }

  /**
   * Writes everything up to the peers' last line, without {@code errno}.
   *
   * @param text where it is written
   * @param out where that is sent while it becomes too long
   */
  void write(UapiText text, OutputStream out) throws IOException {
    List<Peer> peers;
    tunnel.requests().lock();
    try {
      peers =
          tunnel.locked(outbox -> {
            device(text);
            return List.copyOf(tunnel.device().peers());
          });
      if (peers.size() <= PEERS_AT_ONCE) {
        peers.forEach(peer -> write(peer, text));
        return;
      }
    } finally {
      tunnel.requests().unlock();
    }
    for (Peer peer : peers) {
      write(peer, text);
      if (text.size() >= BYTES_AT_ONCE) {
        text.writeTo(out);
      }
    }
  }

  private void write(Peer peer, UapiText text) {
    List<Prefix> prefixes =
        tunnel.locked(outbox -> {
          if (peer.isRemoved()) {
            return List.<Prefix>of();
          }
          peer(text, peer);
          return tunnel.device().allowedIps().of(peer);
        });
    for (Prefix prefix : prefixes) {
      text.line("allowed_ip", prefix.toString());
    }
  }

  private void device(UapiText text) {
    var device = tunnel.device();
    device
        .privateKey()
        .ifPresent(key -> {
          byte[] bytes = key.bytes();
          text.line("private_key", bytes);
          Arrays.fill(bytes, (byte) 0);
          key.destroy();
        });
    if (tunnel.port() != 0) {
      text.line("listen_port", String.valueOf(tunnel.port()));
    }
    if (tunnel.mark() != 0) {
      text.line("fwmark", Integer.toUnsignedString(tunnel.mark()));
    }
    // Ours alone; wg skips what it does not know.
    text.line("engine", tunnel.engines().choice().name());
    if (tunnel.failures().areMany()) {
      text.line("failing", "true");
    }
    for (DropReason reason : DropReason.values()) {
      long count = device.drops().get(reason);
      if (count > 0) {
        text.line("dropped_" + reason.name().toLowerCase(Locale.ROOT), String.valueOf(count));
      }
    }
  }

  private static void peer(UapiText text, Peer peer) {
    text.line("public_key", peer.publicKey().bytes());
    byte[] preshared = peer.presharedKey().map(UapiReport::taken).orElse(NO_KEY);
    text.line("preshared_key", preshared);
    Arrays.fill(preshared, (byte) 0);
    text.line("protocol_version", "1");
    var path = peer.path();
    if (path != null) {
      text.line("endpoint", path.endpoint().toString());
    }
    Instant handshake = peer.lastHandshake().orElse(Instant.EPOCH);
    text.line("last_handshake_time_sec", String.valueOf(handshake.getEpochSecond()));
    text.line("last_handshake_time_nsec", String.valueOf(handshake.getNano()));
    text.line("tx_bytes", String.valueOf(peer.sentBytes()));
    text.line("rx_bytes", String.valueOf(peer.receivedBytes()));
    int keepalive = peer.persistentKeepaliveSeconds();
    text.line("persistent_keepalive_interval", String.valueOf(keepalive));
  }

  /** The bytes of a key that nobody needs any more. */
  private static byte[] taken(PresharedKey key) {
    byte[] bytes = key.bytes();
    key.destroy();
    return bytes;
  }
}
