package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.address.IpAddress;
import guywire.agent.AgentProgram;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.json.NodeId;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * The name server between a tunnel and the world: a hub with a tunnel (here a cable that is called
 * wg0) and a public link; upstream is an address where nobody answers. Needs root.
 */
class NameServiceTest {

  private static final String HUB = "10.9.0.1";
  private static final NodeId NODE = NodeId.random(new SplittableRandom(1));
  private static final String NO_POWER = "0000000000000000";
  private static final String OURS = "nas.home.internal.";
  private static final String FOREIGN = "www.example.org.";

  /** What of a process may grow with the number of its users. */
  private static final int MOST_THREADS = 160;

  private TestMachine hub;
  private TestMachine member;
  private TestMachine stranger;
  private Process server;

  @BeforeEach
  void start() throws IOException {
    hub = new TestMachine();
    member = new TestMachine();
    stranger = new TestMachine();
    hub.connect(stranger, "203.0.113.1", "203.0.113.2");
    hub.connect(member, "wg0", HUB, "10.9.0.2");
    // The stranger tries as hard as he can: a route to the tunnel by the public link.
    stranger.run("ip", "route", "add", "10.9.0.0/24", "via", "203.0.113.1");
    serve(AgentProgram.class);
  }

  private void serve(Class<?> program) throws IOException {
    var config =
        new NameServer(
            List.of(IpAddress.parse(HUB)),
            "home.internal",
            Map.of(new Name("nas"), List.of(IpAddress.parse("10.9.0.7"))),
            List.of(IpAddress.parse("10.9.0.99")));
    var orders =
        new AgentOrders(
            new Name("hub"),
            Nodes.WG0,
            List.of(IpAddress.parse(HUB)),
            List.of(),
            List.of(),
            Optional.of(config),
            List.of(),
            List.of());
    hub.machine().state().make();
    hub.machine().state(NODE).make().replace("agent.json", AgentOrders.CODEC.write(orders));
    server = hub.start(LongProcess.java("32m", program.getName()).toArray(String[]::new));
    assertThat(LongProcess.await(this::isReady)).isTrue();
  }

  @AfterEach
  void end() {
    hub.close();
    member.close();
    stranger.close();
  }

  @Test
  void whoever_asks_by_the_tunnel_or_on_the_hub_is_answered_and_nobody_else() {
    for (var asker : List.of(member, hub)) {
      assertThat(asker.<Integer>call(() -> askByUdp(OURS))).isEqualTo(Rcode.NOERROR);
      assertThat(asker.<Integer>call(() -> askByTcp(OURS))).isEqualTo(Rcode.NOERROR);
    }
    assertThatThrownBy(() -> stranger.call(() -> askByUdp(OURS)))
        .hasRootCauseInstanceOf(SocketTimeoutException.class);
    assertThatThrownBy(() -> stranger.call(() -> askByTcp(OURS)))
        .hasRootCauseInstanceOf(java.net.ConnectException.class);
  }

  @Test
  void it_follows_an_interface_that_is_made_anew() {
    hub.run("ip", "link", "del", "wg0");
    hub.connect(member, "wg0", HUB, "10.9.0.2");
    assertThat(LongProcess.await(() -> answers(member))).isTrue();
    assertThat(member.<Integer>call(() -> askByTcp(OURS))).isEqualTo(Rcode.NOERROR);
  }

  @Test
  void what_reads_packets_is_not_root_and_has_no_power_in_a_process_that_has() {
    var threads =
        List.of(
            hub.run("sh", "-c", "cat /proc/" + pid() + "/task/*/status").split("(?m)^(?=Name:)"));
    String nobody = "Uid:" + ("\t" + PowerlessThread.USER).repeat(4) + "\n";
    for (var name : List.of("udp", "tcp", "interfaces")) {
      assertThat(threads)
          .filteredOn(status -> status.startsWith("Name:\t" + name + "\n"))
          .isNotEmpty()
          .allMatch(status -> status.contains(nobody))
          .allMatch(status -> status.contains("Groups:\t \n"))
          .allMatch(status ->
              status.contains(
                  "CapPrm:\t" + (name.equals("interfaces") ? "0000000000000400" : NO_POWER)))
          .allMatch(status ->
              status.contains(
                  "CapEff:\t" + (name.equals("interfaces") ? "0000000000000400" : NO_POWER)))
          .allMatch(status -> status.contains("NoNewPrivs:\t1"));
    }
    // Threads that these start are as they are: one that waits for upstream.
    member.call(() -> {
      try (var socket = new DatagramSocket()) {
        byte[] question = question(FOREIGN).toWire();
        socket.send(new DatagramPacket(question, question.length, new InetSocketAddress(HUB, 53)));
      }
      return 0;
    });
    var waiting = "grep -l '^Name:.upstream' /proc/%s/task/*/status | xargs cat".formatted(pid());
    assertThat(LongProcess.await(() -> hub.run("sh", "-c", waiting).contains("upstream"))).isTrue();
    assertThat(hub.run("sh", "-c", waiting)).contains(nobody).contains("CapPrm:\t" + NO_POWER);
  }

  @Test
  void a_flood_of_questions_that_wait_for_a_dead_upstream_keeps_no_other_waiting() {
    member.call(() -> {
      try (var socket = new DatagramSocket()) {
        byte[] question = question(FOREIGN).toWire();
        var to = new InetSocketAddress(HUB, 53);
        for (int i = 0; i < 30_000; i++) {
          socket.send(new DatagramPacket(question, question.length, to));
        }
      }
      return 0;
    });
    assertThat(LongProcess.await(() -> answers(member))).isTrue();
    assertThat(threads()).isLessThan(MOST_THREADS);
    assertThat(member.<Integer>call(() -> askByTcp(OURS))).isEqualTo(Rcode.NOERROR);
    assertThat(isReady()).isTrue();
  }

  @Test
  void half_a_question_on_many_connections_keeps_no_other_waiting() {
    member.run("ip", "address", "add", "10.9.0.3/24", "dev", "wg0");
    var sockets =
        member.<List<Socket>>call(() -> {
          var open = new ArrayList<Socket>();
          for (int i = 0; i < 600; i++) {
            var socket = new Socket();
            socket.bind(new InetSocketAddress("10.9.0.3", 0));
            socket.connect(new InetSocketAddress(HUB, 53));
            socket.getOutputStream().write(0);
            open.add(socket);
          }
          return open;
        });
    assertThat(member.<Integer>call(() -> askByTcp(OURS))).isEqualTo(Rcode.NOERROR);
    assertThat(member.<Integer>call(() -> askByUdp(OURS))).isEqualTo(Rcode.NOERROR);
    assertThat(threads()).isLessThan(MOST_THREADS);
    sockets.forEach(socket -> {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "00", "ffffffffffffffffffffffff", "000001000001000000000000c00c00010001"})
  void bytes_that_are_no_question_end_nothing(String hex) {
    byte[] bytes = java.util.HexFormat.of().parseHex(hex);
    member.call(() -> {
      try (var socket = new DatagramSocket()) {
        socket.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(HUB, 53)));
      }
      return 0;
    });
    assertThat(member.<Integer>call(() -> askByUdp(OURS))).isEqualTo(Rcode.NOERROR);
  }

  /** The program, in which a thread meets what nobody catches. */
  public static final class Failing {
    public static void main(String[] arguments) {
      Path now = Path.of("/run/guywire/now");
      Thread.ofPlatform()
          .start(() -> {
            LongProcess.await(() -> Files.exists(now));
            throw new OutOfMemoryError("as if");
          });
      AgentProgram.main(arguments);
    }
  }

  @Test
  void it_is_not_there_any_more_when_memory_is_at_its_end() throws Exception {
    server.descendants().forEach(ProcessHandle::destroyForcibly);
    assertThat(LongProcess.await(() -> !isReady())).isTrue();
    serve(Failing.class);
    Files.createFile(hub.machine().state().file("now"));
    assertThat(LongProcess.await(() -> !isReady())).isTrue();
    assertThat(server.waitFor()).isEqualTo(1);
  }

  private boolean isReady() {
    return new AgentProcess(new Commands(hub.machine()), hub.machine().state())
        .serves(NODE)
        .isPresent();
  }

  private int threads() {
    return hub.run("sh", "-c", "ls /proc/" + pid() + "/task").lines().toList().size();
  }

  /** The server's number where it lives. */
  private String pid() {
    return hub.run("head", "-n1", "/run/guywire/agent.lock").strip();
  }

  private static boolean answers(TestMachine asker) {
    try {
      return asker.<Integer>call(() -> askByUdp(OURS)) == Rcode.NOERROR;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static Message question(String name) {
    try {
      return Message.newQuery(
          Record.newRecord(org.xbill.DNS.Name.fromString(name), Type.A, DClass.IN));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int askByUdp(String name) throws IOException {
    var question = question(name);
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(2000);
      byte[] bytes = question.toWire();
      socket.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(HUB, 53)));
      var packet = new DatagramPacket(new byte[4096], 4096);
      socket.receive(packet);
      return rcode(question, Arrays.copyOf(packet.getData(), packet.getLength()));
    }
  }

  private static int askByTcp(String name) throws IOException {
    var question = question(name);
    try (var socket = new Socket()) {
      socket.setSoTimeout(5000);
      socket.connect(new InetSocketAddress(InetAddress.getByName(HUB), 53), 2000);
      var out = new DataOutputStream(socket.getOutputStream());
      byte[] bytes = question.toWire();
      out.writeShort(bytes.length);
      out.write(bytes);
      var in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readUnsignedShort()];
      in.readFully(answer);
      return rcode(question, answer);
    }
  }

  private static int rcode(Message question, byte[] answer) throws IOException {
    var message = new Message(answer);
    assertThat(message.getHeader().getID()).isEqualTo(question.getHeader().getID());
    return message.getRcode();
  }
}
