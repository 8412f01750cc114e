package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.node.DeviceChange.Fate;
import guywire.node.DeviceChange.PeerChange;
import guywire.protocol.Endpoint;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The smallest change between two states, held against a slow model of a WireGuard interface. */
class DeviceChangeTest {

  private static final int PEERS = 5;
  private static final int PREFIXES = 12;

  /** Applies a change line by line, as wg's control interfaces say it is done. */
  private static final class Model {
    private final Map<PublicKey, TreeSet<Prefix>> allowed = new TreeMap<>();
    private final Map<PublicKey, PresharedKey> secrets = new TreeMap<>();
    private final Map<PublicKey, Integer> keepalives = new TreeMap<>();
    private final Map<PublicKey, Endpoint> endpoints = new TreeMap<>();

    void apply(DeviceChange change) {
      change.peers().forEach(this::apply);
    }

    private void apply(PeerChange peer) {
      if (peer.fate() == Fate.REMOVED) {
        List.of(allowed, secrets, keepalives, endpoints).forEach(map -> map.remove(peer.key()));
        return;
      }
      assertThat(allowed.containsKey(peer.key())).isEqualTo(peer.fate() == Fate.CHANGED);
      var own = allowed.computeIfAbsent(peer.key(), _ -> new TreeSet<>());
      if (peer.replaceAllowedIps()) {
        own.clear();
      }
      for (var prefix : peer.allowedIps()) {
        allowed.values().forEach(all -> all.remove(prefix));
        own.add(prefix);
      }
      peer.presharedKey().ifPresent(secret -> secrets.put(peer.key(), secret));
      peer.keepaliveSeconds().ifPresent(seconds -> keepalives.put(peer.key(), seconds));
      peer.endpoint().ifPresent(endpoint -> endpoints.put(peer.key(), endpoint));
    }

    WireGuardDevice device() {
      var peers = new ArrayList<WireGuardPeer>();
      allowed.forEach((key, prefixes) ->
          peers.add(
              new WireGuardPeer(
                  key,
                  Optional.ofNullable(secrets.get(key)).filter(s -> !s.isZero()),
                  Optional.ofNullable(endpoints.get(key)),
                  List.copyOf(prefixes),
                  keepalives.getOrDefault(key, 0),
                  Optional.empty(),
                  0,
                  0)));
      return new WireGuardDevice(Optional.empty(), 0, 0, peers);
    }
  }

  private static WireGuardDevice random(RandomGenerator random) {
    var peers = new ArrayList<WireGuardPeer>();
    for (int i = 0; i < PEERS; i++) {
      if (random.nextInt(3) > 0) {
        var prefixes = new ArrayList<Prefix>();
        for (int j = 0; j < PREFIXES; j++) {
          if (random.nextInt(4) == 0) {
            prefixes.add(Prefix.host(IpAddress.ipv4(0x0a000000 + j)));
          }
        }
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) random.nextInt(3));
        peers.add(
            new WireGuardPeer(
                key(i),
                Optional.of(PresharedKey.of(secret)).filter(s -> !s.isZero()),
                Optional.of(new Endpoint(IpAddress.ipv4(random.nextInt(2) + 1), 51820)),
                prefixes,
                random.nextInt(2) * 25,
                Optional.empty(),
                0,
                0));
      }
    }
    return new WireGuardDevice(Optional.empty(), 0, 0, peers);
  }

  private static PublicKey key(int number) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) (number + 1);
    return PublicKey.of(bytes);
  }

  /** What a device comes to: of two peers with a prefix the later one has it. */
  private static Map<PublicKey, String> settled(WireGuardDevice device) {
    var owners = new TreeMap<Prefix, PublicKey>();
    device.peers().forEach(p -> p.allowedIps().forEach(ip -> owners.put(ip, p.key())));
    var texts = new LinkedHashMap<PublicKey, String>();
    for (var peer : device.peers().stream().sorted((a, b) -> a.key().compareTo(b.key())).toList()) {
      var own = new TreeSet<Prefix>();
      owners.forEach((prefix, owner) -> {
        if (owner.equals(peer.key())) {
          own.add(prefix);
        }
      });
      texts.put(
          peer.key(),
          own
              + " "
              + peer.endpoint()
              + " "
              + peer.keepaliveSeconds()
              + " "
              + peer.presharedKey().map(PresharedKey::base64));
    }
    return texts;
  }

  @RepeatedTest(200)
  void leads_from_any_state_to_any_other_and_then_there_is_nothing_to_change(RepetitionInfo info) {
    var random = new Random(info.getCurrentRepetition());
    var model = new Model();
    model.apply(DeviceChange.between(model.device(), random(random)));
    var before = model.device();
    var wanted = random(random);

    var change = DeviceChange.between(before, wanted);
    model.apply(change);

    assertThat(settled(model.device())).isEqualTo(settled(wanted));
    assertThat(DeviceChange.between(model.device(), wanted).isEmpty()).isTrue();
    for (var peer : change.peers()) {
      // A peer that keeps all its prefixes is never without one of them.
      var had = before.peer(peer.key()).map(WireGuardPeer::allowedIps).orElse(List.of());
      if (settled(wanted).containsKey(peer.key())
          && wanted.peers().stream()
              .flatMap(p -> p.allowedIps().stream())
              .toList()
              .containsAll(had)) {
        assertThat(peer.replaceAllowedIps()).isFalse();
      }
    }
  }

  @Test
  void the_request_to_a_control_socket_is_the_text_that_wg_would_send() {
    var key = PrivateKey.of(new byte[32]);
    var change =
        new DeviceChange(
            Optional.of(key),
            java.util.OptionalInt.of(51820),
            java.util.OptionalLong.of(7),
            List.of(
                PeerChange.removal(key(0)),
                new PeerChange(
                    key(1),
                    Fate.ADDED,
                    Optional.of(DeviceChange.NO_PRESHARED_KEY),
                    Optional.of(new Endpoint(IpAddress.parse("2001:db8::1"), 1)),
                    java.util.OptionalInt.of(25),
                    false,
                    List.of(Prefix.parse("10.0.0.0/8"), Prefix.parse("fd00::/64")))));

    assertThat(UapiSocket.request(change))
        .isEqualTo(
            """
            set=1
            private_key=%1$s
            listen_port=51820
            fwmark=7
            public_key=01%2$s
            remove=true
            public_key=02%2$s
            preshared_key=%1$s
            endpoint=[2001:db8::1]:1
            persistent_keepalive_interval=25
            replace_allowed_ips=true
            allowed_ip=10.0.0.0/8
            allowed_ip=fd00::/64

            """
                .formatted("0".repeat(64), "0".repeat(62)));
  }

  @Test
  void an_answer_of_a_control_socket_is_read_with_keys_it_does_not_know() {
    var device =
        UapiSocket.parse(
            """
            private_key=%1$s
            listen_port=51820
            fwmark=0
            something=new
            public_key=01%2$s
            preshared_key=%1$s
            protocol_version=1
            endpoint=192.0.2.1:7
            last_handshake_time_sec=1700000000
            last_handshake_time_nsec=5
            rx_bytes=10
            tx_bytes=20
            persistent_keepalive_interval=0
            allowed_ip=10.0.0.0/8
            public_key=02%2$s
            """
                .formatted("0".repeat(64), "0".repeat(62))
                .lines()
                .toList());

    assertThat(device.privateKey()).isEmpty();
    assertThat(device.listenPort()).isEqualTo(51820);
    assertThat(device.peers()).hasSize(2);
    var peer = device.peers().getFirst();
    assertThat(peer.key()).isEqualTo(key(0));
    assertThat(peer.presharedKey()).isEmpty();
    assertThat(peer.endpoint().orElseThrow()).hasToString("192.0.2.1:7");
    assertThat(peer.latestHandshake().orElseThrow().getEpochSecond()).isEqualTo(1_700_000_000);
    assertThat(peer.receivedBytes()).isEqualTo(10);
    assertThat(peer.allowedIps()).containsExactly(Prefix.parse("10.0.0.0/8"));
  }
}
