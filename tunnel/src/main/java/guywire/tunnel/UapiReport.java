package guywire.tunnel;

import guywire.address.Prefix;
import guywire.protocol.DropReason;
import guywire.protocol.Peer;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.time.Instant;
import java.util.HexFormat;
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

  private static final HexFormat HEX = HexFormat.of();
  private static final PresharedKey NO_KEY = PresharedKey.of(new byte[32]);

  /** Of a report that is made in memory. */
  private static final int PEERS_AT_ONCE = 10_000;

  private final Tunnel tunnel;

  UapiReport(Tunnel tunnel) {
    this.tunnel = tunnel;
  }

  /** Writes everything up to the peers' last line, without {@code errno}. */
  void write(Writer out) throws IOException {
    var whole = new StringWriter();
    List<Peer> peers;
    tunnel.requests().lock();
    try {
      peers = write(whole);
      if (peers.size() <= PEERS_AT_ONCE) {
        write(peers, whole);
      }
    } finally {
      tunnel.requests().unlock();
    }
    out.append(whole.getBuffer());
    if (peers.size() > PEERS_AT_ONCE) {
      write(peers, out);
    }
  }

  /** Writes about the device, and answers its peers. */
  private List<Peer> write(StringWriter out) {
    var text = new StringBuilder();
    List<Peer> peers =
        tunnel.locked(outbox -> {
          device(text);
          return List.copyOf(tunnel.device().peers());
        });
    out.append(text);
    return peers;
  }

  private void write(List<Peer> peers, Writer out) throws IOException {
    var text = new StringBuilder();
    for (Peer peer : peers) {
      text.setLength(0);
      List<Prefix> prefixes =
          tunnel.locked(outbox -> {
            if (peer.isRemoved()) {
              return List.<Prefix>of();
            }
            peer(text, peer);
            return tunnel.device().allowedIps().of(peer);
          });
      out.append(text);
      for (Prefix prefix : prefixes) {
        out.append("allowed_ip=").append(prefix.toString()).append('\n');
      }
    }
  }

  private void device(StringBuilder text) {
    var device = tunnel.device();
    device
        .privateKey()
        .map(PrivateKey::bytes)
        .ifPresent(key -> line(text, "private_key", HEX.formatHex(key)));
    if (tunnel.port() != 0) {
      line(text, "listen_port", String.valueOf(tunnel.port()));
    }
    if (tunnel.mark() != 0) {
      line(text, "fwmark", Integer.toUnsignedString(tunnel.mark()));
    }
    // Ours alone; wg skips what it does not know.
    line(text, "engine", tunnel.engines().choice().name());
    if (tunnel.failures().areMany()) {
      line(text, "failing", "true");
    }
    for (DropReason reason : DropReason.values()) {
      long count = device.drops().get(reason);
      if (count > 0) {
        line(text, "dropped_" + reason.name().toLowerCase(Locale.ROOT), String.valueOf(count));
      }
    }
  }

  private static void peer(StringBuilder text, Peer peer) {
    line(text, "public_key", HEX.formatHex(peer.publicKey().bytes()));
    line(text, "preshared_key", HEX.formatHex(peer.presharedKey().orElse(NO_KEY).bytes()));
    line(text, "protocol_version", "1");
    var path = peer.path();
    if (path != null) {
      line(text, "endpoint", path.endpoint().toString());
    }
    Instant handshake = peer.lastHandshake().orElse(Instant.EPOCH);
    line(text, "last_handshake_time_sec", String.valueOf(handshake.getEpochSecond()));
    line(text, "last_handshake_time_nsec", String.valueOf(handshake.getNano()));
    line(text, "tx_bytes", String.valueOf(peer.sentBytes()));
    line(text, "rx_bytes", String.valueOf(peer.receivedBytes()));
    int keepalive = peer.persistentKeepaliveSeconds();
    line(text, "persistent_keepalive_interval", String.valueOf(keepalive));
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append('=').append(value).append('\n');
  }
}
