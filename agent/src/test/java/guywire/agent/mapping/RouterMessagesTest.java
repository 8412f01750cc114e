package guywire.agent.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import guywire.address.IpAddress;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said to a router and read from it, byte by byte; and whatever else it may send. */
class RouterMessagesTest {

  private static final IpAddress ROUTER = SimulatedRouter.ADDRESS;
  private static final RouterUrl HERE = new RouterUrl(5000, "/root.xml");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void requests_are_those_of_the_rfcs() {
    var nonce = new MappingNonce(0x0102030405060708L, 0x090a0b0c);
    assertThat(hex(RouterRequest.pcp(SimulatedRouter.GATEWAY, nonce, 51820, 51821, 3600)))
        .isEqualTo(
            "02010000"
                + "00000e10"
                + "00000000000000000000ffffc0a80702"
                + "0102030405060708090a0b0c"
                + "11000000ca6cca6d"
                + "00000000000000000000ffff00000000");
    assertThat(hex(RouterRequest.pmpAddress())).isEqualTo("0000");
    assertThat(hex(RouterRequest.pmp(51820, 51821, 3600))).isEqualTo("00010000ca6cca6d00000e10");
  }

  @Test
  void answers_of_miniupnpd_are_read() {
    var mapped =
        HexFormat.of()
            .parseHex(
                "0281000000000e10000000020000000000000000000000003483e4ab6132d6e35dc86cfd"
                    + "11000000ca6cca6c00000000000000000000ffff0b16212c");
    assertThat(RouterAnswer.read(mapped))
        .contains(
            new RouterAnswer.PcpMapped(
                0,
                3600,
                2,
                new MappingNonce(0x3483e4ab6132d6e3L, 0x5dc86cfd),
                51820,
                51820,
                IpAddress.parse("11.22.33.44")));
    assertThat(RouterAnswer.read(HexFormat.of().parseHex("00800000000000020b16212c")))
        .contains(new RouterAnswer.PmpAddress(0, 2, IpAddress.parse("11.22.33.44")));
    assertThat(RouterAnswer.read(HexFormat.of().parseHex("0081000000000002ca6cca6c00000e10")))
        .contains(new RouterAnswer.PmpMapped(0, 2, 51820, 51820, 3600));
  }

  @Test
  void requests_and_cut_or_overlong_answers_are_no_answers() {
    byte[] good = SimulatedRouter.pcpAnswer(0, 1, 2, new MappingNonce(3, 4), 5, 6, ROUTER);
    for (int length = 0; length < good.length; length++) {
      assertThat(RouterAnswer.read(Arrays.copyOf(good, length))).as("%d", length).isEmpty();
    }
    assertThat(RouterAnswer.read(Arrays.copyOf(good, 64))).as("options").isPresent();
    assertThat(RouterAnswer.read(Arrays.copyOf(good, 1104))).isEmpty();
    assertThat(
            RouterAnswer.read(
                RouterRequest.pcp(SimulatedRouter.GATEWAY, new MappingNonce(1, 2), 3, 4, 5)))
        .isEmpty();
    byte[] tcp = good.clone();
    tcp[36] = 6;
    assertThat(RouterAnswer.read(tcp)).isEmpty();
  }

  @Test
  void an_epoch_goes_on_with_the_clock_within_what_clocks_differ() {
    var epoch = new RouterEpoch();
    long second = SimulatedRouter.SECOND;
    assertThat(epoch.goesOn(77, second)).isTrue();
    epoch.take(1000, 0);
    assertThat(epoch.goesOn(1000, 0)).isTrue();
    assertThat(epoch.goesOn(4600, 3600 * second)).isTrue();
    assertThat(epoch.goesOn(4500, 3600 * second)).isTrue();
    assertThat(epoch.goesOn(4000, 3600 * second)).isFalse();
    assertThat(epoch.goesOn(5500, 3600 * second)).isFalse();
    assertThat(epoch.goesOn(3, 10 * second)).isFalse();
  }

  @Test
  void a_router_is_read_at_its_own_address_and_nowhere_else() {
    assertThat(DiscoveryMessage.location(SimulatedRouter.found(1), ROUTER)).contains(HERE);
    assertThat(DiscoveryMessage.location(SimulatedRouter.found(2), ROUTER)).contains(HERE);
    assertThat(DiscoveryMessage.location(SimulatedRouter.found(2), IpAddress.parse("192.168.7.9")))
        .isEmpty();
    for (var bad :
        List.of(
            "http://192.168.7.9:5000/x",
            "http://127.0.0.1:5000/x",
            "http://router:5000/x",
            "http://192.168.7.1@192.0.2.1/x",
            "http://192.168.7.1:5000@192.0.2.1/x",
            "http://192.168.7.1.example.org/x",
            "http://[::1]/x",
            "https://192.168.7.1/x",
            "file:///etc/passwd",
            "http://192.168.7.1:0/x",
            "http://192.168.7.1:65536/x",
            "http://192.168.7.1/a b",
            "http://192.168.7.1/\u00e4",
            "http://192.168.7.1/" + "x".repeat(600),
            "")) {
      String answer =
          "HTTP/1.1 200 OK\r\nST: "
              + DiscoveryMessage.DEVICES.getFirst()
              + "\r\nLOCATION: "
              + bad
              + "\r\n\r\n";
      assertThat(DiscoveryMessage.location(bytes(answer), ROUTER)).as(bad).isEmpty();
      assertThat(RouterUrl.absolute(bad, ROUTER)).as(bad).isEmpty();
    }
    String other =
        "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLOCATION: http://192.168.7.1/x\r\n\r\n";
    assertThat(DiscoveryMessage.location(bytes(other), ROUTER)).isEmpty();
    assertThat(DiscoveryMessage.location(bytes("NOTIFY * HTTP/1.1\r\n\r\n"), ROUTER)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> new RouterUrl(80, "/a\r\nX: y"));
  }

  @Test
  void a_description_names_services_on_the_router_the_best_first() {
    var services = ConnectionService.read(bytes(SimulatedRouter.description(2)), HERE, ROUTER);
    assertThat(services)
        .containsExactly(
            new ConnectionService(ConnectionService.Kind.IP_2, new RouterUrl(5000, "/ctl/ip")),
            new ConnectionService(ConnectionService.Kind.PPP_1, new RouterUrl(5000, "/ctl/ppp")));
    String elsewhere = SimulatedRouter.description(1).replace("/ctl/ip", "http://192.0.2.1/ctl");
    assertThat(ConnectionService.read(bytes(elsewhere), HERE, ROUTER)).hasSize(1);
    String base =
        SimulatedRouter.description(1)
            .replace("<device>", "<URLBase>http://192.168.7.1:99/a/</URLBase><device>")
            .replace("/ctl/ip", "ip?x=1&amp;y");
    assertThat(ConnectionService.read(bytes(base), HERE, ROUTER))
        .contains(
            new ConnectionService(ConnectionService.Kind.IP_1, new RouterUrl(99, "/a/ip?x=1&y")));
  }

  @Test
  void documents_that_would_have_anything_else_read_or_go_too_far_are_none() {
    assertThat(RouterXml.read(bytes("<a><b> x </b></a>")).flatMap(xml -> xml.text("b")))
        .contains("x");
    for (var bad :
        List.of(
            "",
            "<a>",
            "<a/><b/>",
            "<!DOCTYPE a><a><b>x</b></a>",
            "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a><b>&e;</b></a>",
            "<!DOCTYPE a SYSTEM \"http://192.0.2.1/a.dtd\"><a/>",
            "<!DOCTYPE a [<!ENTITY e \"x\"><!ENTITY f \"&e;&e;&e;\">]><a>&f;</a>",
            "<a>&undeclared;</a>",
            "<a>".repeat(40) + "</a>".repeat(40),
            "<a>" + "<b/>".repeat(5000) + "</a>",
            "<a>" + "x".repeat(3000) + "</a>",
            "<a b=\"" + "x".repeat(100),
            "\u0000\u0001")) {
      assertThat(RouterXml.read(bytes(bad))).as(bad).isEmpty();
    }
  }

  private static Optional<RouterReply> whole(String text, boolean ended) {
    return RouterReply.read(text.getBytes(StandardCharsets.ISO_8859_1), ended)
            instanceof RouterReply.Reading.Whole(var reply)
        ? Optional.of(reply)
        : Optional.empty();
  }

  @Test
  void an_answer_by_http_ends_by_length_chunks_or_the_connection() {
    for (var good :
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.0 200 OK\r\ncontent-length:  5 \r\n\r\nhello and more",
            "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n")) {
      assertThat(whole(good, false).map(reply -> new String(reply.body(), StandardCharsets.UTF_8)))
          .as(good)
          .contains("hello");
      for (int i = 0; i < good.indexOf("hel"); i++) {
        assertThat(whole(good.substring(0, i), false)).isEmpty();
      }
    }
    String closed = "HTTP/1.1 500 No\r\n\r\nhello";
    assertThat(whole(closed, false)).isEmpty();
    assertThat(whole(closed, true).map(RouterReply::status)).contains(500);
    assertThat(
            whole(
                    "HTTP/1.1 301 Go\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
                    false)
                .map(RouterReply::status))
        .contains(301);
  }

  @Test
  void what_is_no_answer_by_http_or_too_long_is_broken() {
    for (var bad :
        List.of(
            "SSH-2.0-x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nhello",
            "x".repeat(20_000),
            "x".repeat(RouterReply.MOST_BYTES + 1))) {
      assertThat(RouterReply.read(bytes(bad), false))
          .as(bad.substring(0, Math.min(80, bad.length())))
          .isInstanceOf(RouterReply.Reading.Broken.class);
    }
  }

  @Test
  void all_that_the_powerless_thread_needs_is_loaded_before() throws Exception {
    var at = PortMappings.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    var compiled = Path.of(at).resolve("guywire/agent/mapping".replace('/', File.separatorChar));
    try (var files = Files.list(compiled)) {
      var names =
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith(".class"))
              .map(file -> file.replace(".class", ""))
              .filter(name -> !name.startsWith("PortMappings") && !name.equals("package-info"))
              .toList();
      assertThat(PortMappings.PRELOADED).containsExactlyInAnyOrderElementsOf(names);
    }
  }
}
