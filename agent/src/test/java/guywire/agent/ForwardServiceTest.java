package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.agent.ForwardMessage.Reply;
import guywire.network.ForwardPermission;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.PortRange;
import guywire.network.Transport;
import guywire.node.AgentOrders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A gateway that is asked to forward, between an asker and a target that do not know each other;
 * the asker has two addresses, of which one may ask. Needs root.
 */
class ForwardServiceTest {

  private static final String ASKER = "10.9.9.1";
  private static final String STRANGER = "10.9.9.7";
  private static final String GATEWAY = "10.9.9.2";
  private static final String TARGET = "192.168.1.10";
  private static final int PORT = 2222;
  private static final int SERVICE = 22;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
  private final AtomicInteger told = new AtomicInteger();
  private final Random random = new Random(5);
  private Box asker;
  private Box gateway;
  private Box target;
  private ForwardService forwarding;

  @BeforeEach
  void begin() throws Exception {
    asker = box();
    gateway = box();
    target = box();
    asker.connect(gateway, "wg0", ASKER, GATEWAY);
    gateway.connect(target, "lan", "192.168.1.2", TARGET);
    asker.run("ip", "addr", "add", STRANGER + "/24", "dev", "wg0");
    forwarding =
        gateway.call(
            () -> ForwardService.begin(orders(SERVICE), gateway.machine(), log::add, news()));
    open.add(forwarding);
    serveTcp();
    serveUdp();
  }

  @AfterEach
  void end() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
  }

  private TrafficNews news() {
    var news = new TrafficNews();
    news.heardBy(told::incrementAndGet);
    return news;
  }

  private Box box() throws IOException {
    var box = new Box();
    open.add(box);
    return box;
  }

  private static AgentOrders orders(int port) {
    var forwards = new ArrayList<ForwardPermission>();
    for (var transport : List.of(Transport.TCP, Transport.UDP)) {
      forwards.add(
          new ForwardPermission(
              new Name("gw"),
              List.of(IpAddress.parse(GATEWAY)),
              List.of(Prefix.parse(ASKER + "/32")),
              new Name("server"),
              List.of(Prefix.parse(TARGET + "/32")),
              transport,
              List.of(PortRange.of(port))));
    }
    return new AgentOrders(
        new Name("gw"),
        new InterfaceName("wg0"),
        List.of(IpAddress.parse(GATEWAY)),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        forwards,
        List.of());
  }

  /** Sends back what it gets, and says that this is all when the other has. */
  private void serveTcp() throws Exception {
    ServerSocketChannel server =
        target.call(() -> ServerSocketChannel.open(StandardProtocolFamily.INET));
    open.add(server);
    server.bind(new InetSocketAddress(TARGET, SERVICE), 256);
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              var connection = server.accept();
              Thread.ofVirtual().start(() -> echo(connection));
            }
          } catch (IOException e) {
            // The test is over.
          }
        });
  }

  private static void echo(SocketChannel connection) {
    var buffer = ByteBuffer.allocate(1 << 16);
    try (connection) {
      while (connection.read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          connection.write(buffer);
        }
      }
      write(connection, "all");
      connection.shutdownOutput();
    } catch (IOException e) {
      // It was cut.
    }
  }

  private void serveUdp() throws Exception {
    DatagramChannel server = target.call(() -> DatagramChannel.open(StandardProtocolFamily.INET));
    open.add(server);
    server.bind(new InetSocketAddress(TARGET, SERVICE));
    Thread.ofVirtual()
        .start(() -> {
          var buffer = ByteBuffer.allocate(2048);
          try {
            while (true) {
              var from = server.receive(buffer.clear());
              server.send(buffer.flip(), from);
            }
          } catch (IOException e) {
            // The test is over.
          }
        });
  }

  private static void write(SocketChannel channel, String text) throws IOException {
    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String read(SocketChannel channel, int bytes) throws IOException {
    channel.socket().setSoTimeout(10_000);
    return new String(
        channel.socket().getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
  }

  private Optional<Reply> ask(String from, ForwardMessage question) throws Exception {
    return answer(from, question).flatMap(ForwardMessage::reply);
  }

  private Optional<ForwardMessage> answer(String from, ForwardMessage question) throws Exception {
    DatagramChannel channel = asker.call(() -> DatagramChannel.open(StandardProtocolFamily.INET));
    channel.bind(new InetSocketAddress(from, 0));
    return ForwardRequest.ask(
        channel, InetAddress.getByName(GATEWAY), question, Duration.ofSeconds(10));
  }

  private ForwardMessage opening(Transport transport, int port, int service, long seconds) {
    return ForwardMessage.open(
        random.nextLong(), transport, port, IpAddress.parse(TARGET), service, seconds);
  }

  private void opened(Transport transport, long seconds) throws Exception {
    assertThat(ask(ASKER, opening(transport, PORT, SERVICE, seconds))).contains(Reply.DONE);
  }

  private SocketChannel connect(String from) throws Exception {
    SocketChannel channel = asker.call(() -> SocketChannel.open(StandardProtocolFamily.INET));
    open.add(channel);
    channel.bind(new InetSocketAddress(from, 0));
    channel.socket().connect(new InetSocketAddress(GATEWAY, PORT), 5_000);
    return channel;
  }

  private static void await(String what, BooleanSupplier so) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!so.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as(what).isNegative();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private void shut() {
    assertThatThrownBy(() -> connect(ASKER)).isInstanceOf(IOException.class);
  }

  @Test
  void many_connections_pass_bytes_both_ways_and_one_end_may_say_that_this_is_all()
      throws Exception {
    shut();
    opened(Transport.TCP, 0);
    var channels = new ArrayList<SocketChannel>();
    for (int i = 0; i < 100; i++) {
      channels.add(connect(ASKER));
    }
    for (int i = 0; i < channels.size(); i++) {
      write(channels.get(i), "connection %03d".formatted(i));
    }
    for (int i = 0; i < channels.size(); i++) {
      assertThat(read(channels.get(i), 14)).isEqualTo("connection %03d".formatted(i));
    }
    // Half of a connection ends, and the other half still carries an answer.
    for (var channel : channels) {
      channel.shutdownOutput();
      assertThat(read(channel, 10)).as("all that comes after").isEqualTo("all");
    }
    await("all have ended", () -> forwarding.status().getFirst().contains("\"connections\":0"));
    assertThat(forwarding.status().getFirst()).contains("\"connections-so-far\":100");
    assertThat(log)
        .anySatisfy(line ->
            assertThat(line)
                .contains("opened for 7200 s", "10.9.9.1 by 10.9.9.2:2222/tcp to 192.168.1.10:22"));
  }

  @Test
  void what_is_slow_to_be_read_is_kept_in_order_and_in_bounds() throws Exception {
    opened(Transport.TCP, 0);
    var channel = connect(ASKER);
    byte[] much = new byte[8 << 20];
    random.nextBytes(much);
    var writing =
        Thread.ofVirtual()
            .start(() -> {
              try {
                channel.socket().getOutputStream().write(much);
                channel.shutdownOutput();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
    assertThat(channel.socket().getInputStream().readNBytes(much.length)).isEqualTo(much);
    writing.join();
    assertThat(read(channel, 10)).isEqualTo("all");
  }

  @Test
  void only_who_may_ask_is_served_and_only_for_what_is_permitted() throws Exception {
    assertThat(ask(STRANGER, opening(Transport.TCP, PORT, SERVICE, 0))).contains(Reply.REFUSED);
    assertThat(ask(ASKER, opening(Transport.TCP, PORT, 23, 0))).contains(Reply.REFUSED);
    shut();
    assertThat(log).anyMatch(line -> line.startsWith("forward refused: " + STRANGER));
    opened(Transport.TCP, 0);
    var stranger = connect(STRANGER);
    assertThatThrownBy(
            () -> {
              if (read(stranger, 1).isEmpty()) {
                throw new ClosedChannelException();
              }
            })
        .as("a stranger's connection is broken off")
        .isInstanceOf(IOException.class);
    assertThat(ask(STRANGER, opening(Transport.TCP, PORT, SERVICE, 0))).contains(Reply.REFUSED);
    assertThat(ask(STRANGER, ForwardMessage.end(1, Transport.TCP, PORT))).contains(Reply.NONE);
    assertThat(ask(STRANGER, ForwardMessage.list(2, 0))).contains(Reply.NONE);
    assertThat(forwarding.status()).hasSize(1);
  }

  @Test
  void it_ends_on_command_and_cuts_what_is_open() throws Exception {
    opened(Transport.TCP, 0);
    var channel = connect(ASKER);
    write(channel, "x");
    assertThat(read(channel, 1)).isEqualTo("x");
    var listed = answer(ASKER, ForwardMessage.list(1, 0)).orElseThrow();
    assertThat(listed.port()).isEqualTo(PORT);
    assertThat(listed.target()).isEqualTo(IpAddress.parse(TARGET));
    assertThat(listed.seconds()).isBetween(7100L, 7200L);
    assertThat(ask(ASKER, ForwardMessage.end(2, Transport.TCP, PORT))).contains(Reply.DONE);
    shut();
    assertCut(channel);
    assertThat(ask(ASKER, ForwardMessage.list(3, 0))).contains(Reply.NONE);
    assertThat(log)
        .anySatisfy(
            line -> assertThat(line).contains("ended, by its user", "1 connections, 2 bytes"));
  }

  private static void assertCut(SocketChannel channel) {
    assertThatThrownBy(
            () -> {
              if (read(channel, 1).isEmpty()) {
                throw new ClosedChannelException();
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void it_ends_when_its_time_is_over_unless_it_is_asked_for_again() throws Exception {
    opened(Transport.TCP, 1);
    var channel = connect(ASKER);
    opened(Transport.TCP, 3600);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1_500));
    write(channel, "x");
    assertThat(read(channel, 1)).isEqualTo("x");
    opened(Transport.TCP, 1);
    assertThat(told).as("only the first was news").hasValue(1);
    await("the time is over", () -> forwarding.status().isEmpty());
    await("that is told of", () -> told.get() == 2);
    assertCut(channel);
    shut();
    assertThat(log).anyMatch(line -> line.contains("ended, its time is over"));
  }

  @Test
  void it_ends_with_the_permission_and_goes_on_while_that_stays() throws Exception {
    opened(Transport.TCP, 0);
    var channel = connect(ASKER);
    forwarding.follow(orders(SERVICE));
    write(channel, "x");
    assertThat(read(channel, 1)).isEqualTo("x");
    forwarding.follow(orders(443));
    assertThat(forwarding.status()).isEmpty();
    assertCut(channel);
    shut();
    assertThat(ask(ASKER, opening(Transport.TCP, PORT, SERVICE, 0))).contains(Reply.REFUSED);
    assertThat(log).anyMatch(line -> line.contains("the policy permits it no more"));
  }

  @Test
  void a_port_that_is_taken_is_not_opened_and_there_are_not_too_many() throws Exception {
    ServerSocketChannel service =
        gateway.call(() -> ServerSocketChannel.open(StandardProtocolFamily.INET));
    open.add(service);
    service.bind(new InetSocketAddress(GATEWAY, PORT));
    assertThat(ask(ASKER, opening(Transport.TCP, PORT, SERVICE, 0))).contains(Reply.TAKEN);
    for (int i = 0; i < 16; i++) {
      assertThat(ask(ASKER, opening(Transport.TCP, 3000 + i, SERVICE, 0))).contains(Reply.DONE);
    }
    assertThat(ask(ASKER, opening(Transport.TCP, 4000, SERVICE, 0))).contains(Reply.FULL);
  }

  @Test
  void datagrams_are_passed_on_and_answered_to_the_port_that_sent_them() throws Exception {
    opened(Transport.UDP, 0);
    var channels = new ArrayList<DatagramChannel>();
    for (int i = 0; i < 5; i++) {
      DatagramChannel channel = asker.call(() -> DatagramChannel.open(StandardProtocolFamily.INET));
      open.add(channel);
      channel.bind(new InetSocketAddress(ASKER, 0));
      channel.connect(new InetSocketAddress(GATEWAY, PORT));
      channels.add(channel);
    }
    for (int i = 0; i < channels.size(); i++) {
      channels.get(i).write(ByteBuffer.wrap(new byte[] {(byte) i}));
    }
    for (int i = 0; i < channels.size(); i++) {
      var packet = new java.net.DatagramPacket(new byte[9], 9);
      channels.get(i).socket().setSoTimeout(10_000);
      channels.get(i).socket().receive(packet);
      assertThat(packet.getLength()).isEqualTo(1);
      assertThat(packet.getData()[0]).isEqualTo((byte) i);
    }
    assertThat(forwarding.status().getFirst()).contains("\"connections\":5", "\"udp\"");
    assertThat(ask(ASKER, ForwardMessage.end(1, Transport.UDP, PORT))).contains(Reply.DONE);
  }

  @Test
  void a_target_that_nobody_listens_at_breaks_the_connection_off() throws Exception {
    forwarding.follow(orders(23));
    assertThat(ask(ASKER, opening(Transport.TCP, PORT, 23, 0))).contains(Reply.DONE);
    var channel = connect(ASKER);
    assertCut(channel);
    await("it is forgotten", () -> forwarding.status().getFirst().contains("\"connections\":0"));
  }
}
