package guywire.control.hook;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.control.TestClock;
import guywire.control.join.LiveNodes;
import guywire.control.store.Database;
import guywire.control.store.HookSecret;
import guywire.control.store.Hosts;
import guywire.control.store.Networks;
import guywire.control.store.Session;
import guywire.control.store.StoredHost;
import guywire.control.store.Webhook;
import guywire.control.store.Webhooks;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.managed.HostDescription;
import guywire.network.managed.Report;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * What happens to nodes is told to webhooks: signed, in order, until it is taken, and not inside.
 */
@Timeout(60)
class WebhookTest {

  private static final NetworkId NETWORK = new NetworkId("1".repeat(32));
  private static final Name HOME = new Name("home");
  private static final Destinations HERE = new Destinations(List.of(Prefix.parse("127.0.0.0/8")));

  @TempDir Path directory;
  private final TestClock clock = new TestClock();
  private final LiveNodes live = new LiveNodes();
  private Database database;

  /** What a receiver got. */
  private record Got(String line, Map<String, String> headers, String body) {}

  /** A receiver that answers as it is told to, and with 204 then. */
  private static final class Receiver implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    final List<Got> got = Collections.synchronizedList(new ArrayList<>());
    final Queue<String> answers = new ArrayDeque<>();

    Receiver() throws IOException {
      Thread.ofVirtual().start(this::serve);
    }

    private void serve() {
      while (!socket.isClosed()) {
        try (var connection = socket.accept()) {
          var in = connection.getInputStream();
          String line = line(in);
          var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
          for (String header = line(in); !header.isEmpty(); header = line(in)) {
            headers.put(header.split(": ", 2)[0], header.split(": ", 2)[1]);
          }
          int length = Integer.parseInt(headers.get("Content-Length"));
          String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
          got.add(new Got(line, headers, body));
          String answer = answers.isEmpty() ? "204 No Content" : answers.remove();
          if (answer.isEmpty()) {
            // It says nothing until the other end is tired of it.
            assertThat(in.read()).isEqualTo(-1);
          }
          connection
              .getOutputStream()
              .write(("HTTP/1.1 " + answer + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
          // The other end is gone, or this one is at its end.
        }
      }
    }

    private static String line(InputStream in) throws IOException {
      var line = new StringBuilder();
      for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
        line.append((char) next);
      }
      return line.toString().strip();
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/hook?key=1");
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @BeforeEach
  void open() throws IOException {
    database = Database.inDirectory(directory.resolve("data"));
    database.write(session -> new Networks(session).add(NETWORK, HOME, clock.instant()));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Webhook hook(URI url, HookSecret secret) {
    return database.write(session ->
        new Webhooks(session).add(url, secret, Optional.empty(), clock.instant()).orElseThrow());
  }

  private void happened(String kind) {
    database.write(session -> {
      new Webhooks(session).happened(clock.instant(), kind, "home", "hub", "");
      return true;
    });
  }

  private Webhook kept() {
    return database.read(WebhookTest::kept);
  }

  private static Webhook kept(Session session) {
    return new Webhooks(session).all().getFirst();
  }

  private Deliveries deliveries(Destinations destinations) {
    return new Deliveries(database, destinations, clock, Duration.ofSeconds(5));
  }

  @Test
  void what_is_sent_is_signed_with_its_time_and_says_what_happened() throws Exception {
    try (var receiver = new Receiver()) {
      happened("before");
      var secret = HookSecret.random();
      hook(receiver.url(), secret);
      happened("node-down");
      deliveries(HERE).round();
      assertThat(receiver.got).hasSize(1);
      var got = receiver.got.getFirst();
      assertThat(got.line()).isEqualTo("POST /hook?key=1 HTTP/1.1");
      assertThat(got.headers()).containsEntry("Guywire-Event", "node-down");
      long seconds = clock.instant().getEpochSecond();
      assertThat(got.headers().get("Guywire-Signature"))
          .isEqualTo("t=" + seconds + ",v1=" + secret.sign(seconds + "." + got.body()));
      var body = JsonMapper.builder().build().readTree(got.body());
      assertThat(body.get("event").asString()).isEqualTo("node-down");
      assertThat(body.get("network").asString()).isEqualTo("home");
      assertThat(body.get("subject").asString()).isEqualTo("hub");
      deliveries(HERE).round();
      assertThat(receiver.got).as("once it was taken").hasSize(1);
    }
  }

  @Test
  void of_two_servers_that_tell_at_once_one_tells_each_event() throws Exception {
    try (var receiver = new Receiver()) {
      hook(receiver.url(), HookSecret.random());
      for (int i = 0; i < 20; i++) {
        happened("event-" + i);
      }
      Runnable server =
          () -> {
            var deliveries = deliveries(HERE);
            while (kept().sent() < 20) {
              deliveries.round();
            }
          };
      var other = Thread.ofVirtual().start(server);
      server.run();
      other.join();
      assertThat(receiver.got.stream().map(got -> got.headers().get("Guywire-Event")))
          .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(i -> "event-" + i).toList());
    }
  }

  @Test
  void what_a_server_was_about_to_tell_when_it_ended_another_tells() throws Exception {
    try (var receiver = new Receiver()) {
      hook(receiver.url(), HookSecret.random());
      happened("node-down");
      database.write(
          session -> new Webhooks(session).claim(kept(session), clock.instant().plusSeconds(10)));
      deliveries(HERE).round();
      assertThat(receiver.got).as("it may still be told").isEmpty();
      clock.pass(Duration.ofSeconds(10));
      deliveries(HERE).round();
      deliveries(HERE).round();
      assertThat(receiver.got).hasSize(1);
    }
  }

  @Test
  void the_signature_is_hmac_sha_256() throws Exception {
    var mac = Mac.getInstance("HmacSHA256");
    var secret = HookSecret.random();
    mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
    assertThat(secret.sign("1.{}"))
        .isEqualTo(
            HexFormat.of().formatHex(mac.doFinal("1.{}".getBytes(StandardCharsets.US_ASCII))));
    assertThat(secret).hasToString("(hidden)");
  }

  @Test
  void what_is_not_taken_comes_again_later_in_order_and_survives_the_server() throws Exception {
    try (var receiver = new Receiver()) {
      receiver.answers.addAll(List.of("500 No", "302 Found\r\nLocation: http://127.0.0.1/"));
      hook(receiver.url(), HookSecret.random());
      happened("node-down");
      happened("node-up");
      deliveries(HERE).round();
      assertThat(kept().outcome()).isEqualTo("HTTP 500");
      deliveries(HERE).round();
      assertThat(receiver.got).as("not before its time").hasSize(1);
      clock.pass(Duration.ofSeconds(1));
      deliveries(HERE).round();
      assertThat(kept().outcome()).as("a redirect leads nowhere").isEqualTo("HTTP 302");
      database.close();
      database = Database.inDirectory(directory.resolve("data"));
      clock.pass(Duration.ofSeconds(2));
      deliveries(HERE).round();
      deliveries(HERE).round();
      assertThat(receiver.got)
          .extracting(got -> got.headers().get("Guywire-Event"))
          .containsExactly("node-down", "node-down", "node-down", "node-up");
      assertThat(receiver.got.get(2).headers().get("Guywire-Delivery"))
          .isEqualTo(receiver.got.getFirst().headers().get("Guywire-Delivery"));
      assertThat(kept().outcome()).isEqualTo("taken");
    }
  }

  @Test
  void who_never_takes_anything_is_given_up_for_that_and_told_of_the_next() throws Exception {
    var hook = hook(URI.create("http://127.0.0.1:1/"), HookSecret.random());
    happened("node-down");
    happened("node-up");
    for (int i = 0; i < Deliveries.TRIES; i++) {
      assertThat(kept().sent()).isEqualTo(hook.sent());
      deliveries(HERE).round();
      clock.pass(Duration.ofHours(1));
    }
    assertThat(kept().sent()).isEqualTo(hook.sent() + 1);
    assertThat(kept().outcome()).isEqualTo("given up: not reached");
    assertThat(kept().tries()).isZero();
  }

  @Test
  void a_receiver_that_says_nothing_is_left_and_does_not_hold_the_others() throws Exception {
    try (var slow = new Receiver();
        var quick = new Receiver()) {
      slow.answers.add("");
      hook(slow.url(), HookSecret.random());
      hook(quick.url(), HookSecret.random());
      happened("node-down");
      new Deliveries(database, HERE, clock, Duration.ofSeconds(3)).round();
      assertThat(slow.got).hasSize(1);
      assertThat(quick.got).hasSize(1);
      var outcomes =
          database.read(session -> new Webhooks(session).all()).stream()
              .map(Webhook::outcome)
              .toList();
      assertThat(outcomes).containsExactlyInAnyOrder("not reached", "taken");
    }
  }

  /** SSRF: what a server can reach and others can't. */
  @Test
  void nothing_inside_is_asked_unless_whoever_started_the_server_said_so() throws Exception {
    try (var receiver = new Receiver()) {
      int port = receiver.url().getPort();
      for (var host :
          List.of(
              "127.0.0.1",
              "localhost",
              "2130706433",
              "0x7f.1",
              "[::1]",
              "[::ffff:127.0.0.1]",
              "0")) {
        hook(URI.create("http://" + host + ":" + port + "/"), HookSecret.random());
        hook(URI.create("https://" + host + ":" + port + "/"), HookSecret.random());
      }
      happened("node-down");
      deliveries(Destinations.PUBLIC).round();
      assertThat(receiver.got).isEmpty();
      var hooks = database.read(session -> new Webhooks(session).all());
      assertThat(hooks).allMatch(hook -> hook.outcome().equals("not allowed, or no such host"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "0.1.2.3",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fec0::1",
        "100::1"
      })
  void an_address_that_is_no_ones_on_the_internet_or_leads_inside_is_no_destination(String text) {
    assertThat(Destinations.PUBLIC.allows(IpAddress.parse(text), true)).isFalse();
  }

  @Test
  void the_internet_is_told_by_https_alone() {
    for (var text : List.of("1.1.1.1", "203.0.113.7", "2606:4700::1111", "2001:db8::1")) {
      assertThat(Destinations.PUBLIC.allows(IpAddress.parse(text), true)).isTrue();
      assertThat(Destinations.PUBLIC.allows(IpAddress.parse(text), false)).isFalse();
    }
    for (var text :
        List.of(
            "ftp://example.net/",
            "https:///x",
            "https://user:word@example.net/",
            "https://example.net/#part",
            "https://example.net:0/",
            "https://example.net/a b",
            "https://example.net/\r\nX: y",
            "file:///etc/passwd",
            "https://example.net/" + "x".repeat(500))) {
      assertThat(Destinations.tryParse(text)).as(text).isEmpty();
    }
    assertThat(Destinations.tryParse("https://example.net:8443/a?b=c")).isPresent();
  }

  private List<String> happenings() {
    return database.read(session -> {
      var webhooks = new Webhooks(session);
      var told = new ArrayList<String>();
      var at = kept();
      for (var event = webhooks.next(at); event.isPresent(); event = webhooks.next(at)) {
        told.add(
            (event.get().kind() + " " + event.get().subject() + " " + event.get().detail())
                .strip());
        at =
            new Webhook(
                at.id(),
                at.url(),
                at.secret(),
                at.network(),
                at.created(),
                event.get().number(),
                0,
                at.due(),
                "");
      }
      return told;
    });
  }

  private void tell(
      StoredHost host, NodeId node, List<Name> via, Optional<Report.Rejected> rejected) {
    var way =
        new Report.WayReport(
            new Name("office"),
            new InterfaceName("wg1"),
            via,
            true,
            OptionalLong.empty(),
            Optional.empty());
    var report = new Report(1, "test", Optional.empty(), rejected, List.of(), List.of(way));
    database.write(session -> {
      new Hosts(session).tell(host.id(), report, clock.instant());
      return true;
    });
    live.take(host, node, report, clock.instant());
  }

  @Test
  void a_node_that_goes_comes_takes_another_way_or_goes_back_is_seen_once() {
    hook(URI.create("https://203.0.113.1/"), HookSecret.random());
    var host =
        new StoredHost(
            new NodeId("5".repeat(32)),
            NETWORK,
            Optional.empty(),
            StoredHost.State.WAITING,
            new Name("hub"),
            Optional.empty(),
            PrivateKey.generate(new Random(8)).publicKey(),
            "",
            new HostDescription("hub", "6.1", List.of(), List.of()),
            "192.0.2.1",
            clock.instant());
    var node =
        database.write(session -> {
          var networks = new Networks(session);
          networks.keepNodes(NETWORK, Set.of(new Name("hub")), new Random(3));
          var id = networks.node(NETWORK, new Name("hub")).orElseThrow().id();
          new Hosts(session).add(host);
          new Hosts(session).approve(host.id(), id);
          return id;
        });
    var watch = new Watch(database, live, clock);
    var another = new Watch(database, live, clock);
    watch.look();
    another.look();
    tell(host, node, List.of(), Optional.empty());
    watch.look();
    another.look();
    assertThat(happenings()).as("a new start of the server is no news").isEmpty();
    tell(host, node, List.of(new Name("relay")), Optional.empty());
    watch.look();
    another.look();
    watch.look();
    another.look();
    var rejected = Optional.of(Report.Rejected.of(7, "0".repeat(64), "not reached"));
    tell(host, node, List.of(new Name("relay")), rejected);
    watch.look();
    another.look();
    clock.pass(Watch.GRACE.plusSeconds(60));
    watch.look();
    another.look();
    watch.look();
    another.look();
    tell(host, node, List.of(new Name("relay")), rejected);
    watch.look();
    another.look();
    assertThat(happenings())
        .containsExactly(
            "way-changed hub to office by relay",
            "change-refused hub revision 7: not reached",
            "node-down hub",
            "node-up hub");
  }
}
