package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The control socket, spoken to by {@code wg} and as raw text. */
@Timeout(60)
class UapiTest {

  private static final String KEY = "11".repeat(32);
  private static final String OTHER = "22".repeat(32);

  private static Pair pair;
  private static Path socket;

  @BeforeAll
  static void start() {
    pair = new Pair(Pair.Program.guywire(), Pair.Program.guywire());
    socket = pair.a.socket();
  }

  @AfterAll
  static void stop() {
    pair.close();
  }

  @BeforeEach
  void reset() {
    assertThat(
            set("private_key=" + "0".repeat(64), "listen_port=0", "fwmark=0", "replace_peers=true"))
        .isEqualTo("errno=0\n\n");
  }

  @Test
  void what_is_set_is_told() {
    assertThat(
            set(
                "listen_port=7777",
                "fwmark=4294967295",
                "public_key=" + KEY,
                "preshared_key=" + OTHER,
                "endpoint=[2001:db8::1]:9",
                "persistent_keepalive_interval=65535",
                "replace_allowed_ips=true",
                "allowed_ip=10.0.0.7/8",
                "allowed_ip=2001:db8::/32",
                "protocol_version=1"))
        .isEqualTo("errno=0\n\n");
    assertThat(get())
        .contains(
            "listen_port=7777",
            "fwmark=4294967295",
            "public_key=" + KEY,
            "preshared_key=" + OTHER,
            "endpoint=[2001:db8::1]:9",
            "persistent_keepalive_interval=65535",
            "allowed_ip=10.0.0.0/8",
            "allowed_ip=2001:db8::/32",
            "protocol_version=1",
            "rx_bytes=0",
            "errno=0")
        .doesNotContain("private_key=" + "0".repeat(64));
  }

  @ParameterizedTest
  @CsvSource({
    "private_key=12, -22",
    "private_key=zz, -22",
    "listen_port=65536, -22",
    "listen_port=, -22",
    "listen_port=-1, -22",
    "listen_port=1e3, -22",
    "fwmark=4294967296, -22",
    "fwmark=0x10, -22",
    "replace_peers=false, -22",
    "endpoint=1.2.3.4:5, -22",
    "nonsense=1, -22",
    "nonsense, -71",
    "public_key=1234, -22",
  })
  void a_wrong_line_is_answered_by_its_error_and_the_next_request_works(String line, String errno)
      throws IOException {
    try (SocketChannel channel = UapiClient.connect(socket)) {
      UapiClient.send(channel, "set=1\n" + line + "\nfwmark=7\n\nget=1\n\n");
      assertThat(UapiClient.answer(channel)).isEqualTo("errno=" + errno + "\n\n");
      assertThat(UapiClient.answer(channel)).endsWith("errno=0\n\n").doesNotContain("fwmark");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "preshared_key=12",
        "endpoint=example.org:1",
        "endpoint=1.2.3.4:0",
        "endpoint=1.2.3.4",
        "persistent_keepalive_interval=65536",
        "persistent_keepalive_interval=off",
        "allowed_ip=10.0.0.0/33",
        "allowed_ip=2001:db8::/129",
        "allowed_ip=10.0.0/8",
        "remove=1",
        "update_only=yes",
        "protocol_version=2",
        "listen_port=1"
      })
  void a_wrong_line_about_a_peer_is_invalid(String line) {
    assertThat(set("public_key=" + KEY, line)).isEqualTo("errno=-22\n\n");
  }

  @Test
  void an_allowed_ip_moves_to_the_last_peer_that_claims_it_and_only_its_owner_removes_it() {
    set(
        "public_key=" + KEY,
        "allowed_ip=10.0.0.0/8",
        "public_key=" + OTHER,
        "allowed_ip=10.0.0.0/8");
    assertThat(section(OTHER)).contains("allowed_ip=10.0.0.0/8");
    assertThat(section(KEY)).doesNotContain("allowed_ip=10.0.0.0/8");
    assertThat(set("public_key=" + KEY, "allowed_ip=-10.0.0.0/8")).isEqualTo("errno=0\n\n");
    assertThat(section(OTHER)).contains("allowed_ip=10.0.0.0/8");
    assertThat(set("public_key=" + OTHER, "allowed_ip=-10.0.0.0/8")).isEqualTo("errno=0\n\n");
    assertThat(section(OTHER)).doesNotContain("allowed_ip=10.0.0.0/8");
  }

  @Test
  void an_unknown_peer_is_not_made_by_update_only_nor_by_remove() {
    assertThat(set("public_key=" + KEY, "update_only=true", "endpoint=1.2.3.4:5"))
        .isEqualTo("errno=0\n\n");
    assertThat(set("public_key=" + KEY, "remove=true", "allowed_ip=10.0.0.0/8"))
        .isEqualTo("errno=0\n\n");
    assertThat(get()).doesNotContain("public_key=" + KEY);
  }

  @Test
  void our_own_key_is_no_peer() {
    PrivateKey own = PrivateKey.generate(new SecureRandom());
    String hex = HexFormat.of().formatHex(own.publicKey().bytes());
    assertThat(set("public_key=" + hex, "allowed_ip=10.0.0.0/8")).isEqualTo("errno=0\n\n");
    set("private_key=" + HexFormat.of().formatHex(own.bytes()));
    assertThat(get()).doesNotContain("public_key=" + hex);
    assertThat(set("public_key=" + hex, "allowed_ip=10.0.0.0/8")).isEqualTo("errno=0\n\n");
    assertThat(get()).doesNotContain("public_key=" + hex);
  }

  @Test
  void a_port_in_use_is_refused_and_the_old_one_stays() {
    pair.a.ip("link", "set", pair.a.interfaceName, "up");
    set("listen_port=5001");
    // The port is told from the moment it is set, and taken once the interface is seen to be up.
    Pair.await("a socket on port 5001", () -> isTaken(5001));
    try (var socketInUse = guywireSocket(5002)) {
      assertThat(set("listen_port=5002")).isEqualTo("errno=-98\n\n");
      assertThat(get()).contains("listen_port=5001");
    }
    assertThat(set("listen_port=5002")).isEqualTo("errno=0\n\n");
    assertThat(get()).contains("listen_port=5002");
    pair.a.ip("link", "set", pair.a.interfaceName, "down");
  }

  private static boolean isTaken(int port) {
    try (var socket = guywireSocket(port)) {
      return socket.port() != port;
    } catch (guywire.linux.LinuxException e) {
      return e.errno() == guywire.linux.Errno.EADDRINUSE;
    }
  }

  private static guywire.linux.UdpSocket guywireSocket(int port) {
    return pair.a.namespace.call(() -> guywire.linux.UdpSocket.open(false, port));
  }

  @Test
  void a_request_is_one_change_and_nobody_waits_for_who_has_not_ended_his() throws IOException {
    String one = "ab".repeat(32);
    String other = "cd".repeat(32);
    try (SocketChannel slow = UapiClient.connect(pair.a.socket())) {
      UapiClient.send(slow, "set=1\npublic_key=" + one + "\nallowed_ip=10.70.0.0/24\n");
      assertThat(set("public_key=" + other + "\nallowed_ip=10.70.0.0/24")).isEqualTo("errno=0\n\n");
      assertThat(UapiClient.request(pair.a.socket(), "get=1\n\n"))
          .as("while the first request has not ended")
          .contains(other)
          .doesNotContain(one);
      UapiClient.send(slow, "persistent_keepalive_interval=7\n\n");
      assertThat(UapiClient.answer(slow)).isEqualTo("errno=0\n\n");
      assertThat(UapiClient.request(pair.a.socket(), "get=1\n\n"))
          .containsSubsequence(one, "persistent_keepalive_interval=7", "allowed_ip=10.70.0.0/24");
    }
  }

  @Test
  void a_request_that_breaks_off_changes_nothing() throws IOException {
    String one = "ef".repeat(32);
    try (SocketChannel broken = UapiClient.connect(pair.a.socket())) {
      UapiClient.send(broken, "set=1\npublic_key=" + one + "\nallowed_ip=10.71.0.0/24\n");
      broken.shutdownOutput();
      assertThat(UapiClient.answer(broken)).isEqualTo("errno=-5\n\n");
    }
    assertThat(UapiClient.request(pair.a.socket(), "get=1\n\n")).doesNotContain(one);
  }

  @Test
  void unfinished_and_endless_requests_harm_nobody() throws IOException {
    var open = new ArrayList<SocketChannel>();
    for (String text : List.of("set=1\n", "get=1\n", "se", "", "set=1\nprivate_key=")) {
      SocketChannel channel = UapiClient.connect(socket);
      UapiClient.send(channel, text);
      open.add(channel);
    }
    assertThat(get()).contains("errno=0");
    for (SocketChannel channel : open) {
      channel.close();
    }
    assertThat(get()).contains("errno=0");
    try (SocketChannel endless = UapiClient.connect(socket)) {
      UapiClient.send(endless, "set=1\n" + "x".repeat(1000));
      assertThat(UapiClient.answer(endless)).isEmpty();
    }
    try (SocketChannel unknown = UapiClient.connect(socket)) {
      UapiClient.send(unknown, "quit=1\n\n");
      assertThat(UapiClient.answer(unknown)).isEmpty();
    }
    assertThat(get()).contains("errno=0");
  }

  @ParameterizedTest
  @CsvSource({"get=1|fwmark=1||, 71", "get=1|fwmark=1, 71", "get=1, 5", "set=1|fwmark=1, -5"})
  void errors_of_get_are_positive_and_those_of_set_negative_as_wg_reads_them(
      String request, String errno) throws IOException {
    try (SocketChannel channel = UapiClient.connect(socket)) {
      UapiClient.send(channel, request.replace('|', '\n') + "\n");
      channel.shutdownOutput();
      assertThat(UapiClient.answer(channel)).isEqualTo("errno=" + errno + "\n\n");
      assertThat(UapiClient.answer(channel)).as("the connection ends").isEmpty();
    }
  }

  @Test
  void operations_follow_each_other_on_one_connection_however_they_are_cut_into_pieces()
      throws IOException {
    String all = "set=1\nfwmark=5\n\n\nget=1\n\nset=1\nnonsense\nfwmark=6\n\nset=1\n\nget=1\n\n";
    for (int piece : List.of(1, 2, 7, all.length())) {
      try (SocketChannel channel = UapiClient.connect(socket)) {
        for (int at = 0; at < all.length(); at += piece) {
          UapiClient.send(channel, all.substring(at, Math.min(all.length(), at + piece)));
        }
        assertThat(UapiClient.answer(channel)).isEqualTo("errno=0\n\n");
        assertThat(UapiClient.answer(channel)).contains("fwmark=5\n").endsWith("errno=0\n\n");
        assertThat(UapiClient.answer(channel)).isEqualTo("errno=-71\n\n");
        assertThat(UapiClient.answer(channel)).isEqualTo("errno=0\n\n");
        assertThat(UapiClient.answer(channel)).contains("fwmark=5\n").endsWith("errno=0\n\n");
      }
    }
  }

  @Test
  void wg_sets_shows_and_synchronises() throws IOException {
    PrivateKey own = PrivateKey.generate(new SecureRandom());
    PrivateKey peer = PrivateKey.generate(new SecureRandom());
    Path file = Files.createTempFile("wg", ".conf");
    String first =
        """
        [Interface]
        ListenPort = 4242
        FwMark = 0xca6c
        PrivateKey = %s

        [Peer]
        PublicKey = %s
        AllowedIPs = 10.1.0.0/16, fd00::/8
        Endpoint = 192.0.2.1:51820
        PersistentKeepalive = 25
        """
            .formatted(own.base64(), peer.publicKey());
    Files.writeString(file, first);
    pair.a.wg("setconf", "IF", file.toString());
    assertThat(pair.a.wg("show", "IF", "dump").lines().toList())
        .hasSize(2)
        .first()
        .asString()
        .isEqualTo(own.base64() + "\t" + own.publicKey() + "\t4242\t0xca6c");
    assertThat(pair.a.wg("show", "IF", "dump"))
        .contains(
            peer.publicKey() + "\t(none)\t192.0.2.1:51820\tfd00::/8,10.1.0.0/16\t0\t0\t0\t25");
    assertThat(pair.a.wg("showconf", "IF")).contains("FwMark = 0xca6c", "ListenPort = 4242");
    Files.writeString(file, first.replace("10.1.0.0/16, fd00::/8", "10.2.0.0/16"));
    pair.a.wg("syncconf", "IF", file.toString());
    assertThat(pair.a.wg("show", "IF", "allowed-ips"))
        .contains("10.2.0.0/16")
        .doesNotContain("fd00");
    Files.writeString(file, "[Peer]\nPublicKey = " + own.publicKey() + "\n");
    pair.a.wg("addconf", "IF", file.toString());
    pair.a.wg("set", "IF", "peer", peer.publicKey().toString(), "remove");
    assertThat(pair.a.wg("show", "IF", "peers")).isEmpty();
    Files.delete(file);
  }

  private static String set(String... lines) {
    return UapiClient.request(socket, "set=1\n" + String.join("\n", lines) + "\n\n");
  }

  private static List<String> get() {
    return UapiClient.request(socket, "get=1\n\n").lines().toList();
  }

  /** The lines of one peer. */
  private static List<String> section(String key) {
    List<String> lines = get();
    int from = lines.indexOf("public_key=" + key) + 1;
    int to = from;
    while (!lines.get(to).startsWith("public_key=") && !lines.get(to).startsWith("errno=")) {
      to++;
    }
    return lines.subList(from, to);
  }
}
