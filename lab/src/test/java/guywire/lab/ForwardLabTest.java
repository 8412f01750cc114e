package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.address.IpAddress;
import guywire.agent.ForwardMessage;
import guywire.agent.ForwardMessage.Reply;
import guywire.agent.ForwardRequest;
import guywire.agent.ForwardStatus;
import guywire.network.Network;
import guywire.network.Transport;
import guywire.node.Machine;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A gateway that forwards nothing is asked to forward one port, through real tunnels. */
@Execution(ExecutionMode.CONCURRENT)
class ForwardLabTest {

  private static final IpAddress GATEWAY = IpAddress.parse("10.9.0.2");
  private static final IpAddress SERVER = IpAddress.parse("192.168.1.10");
  private static final int PORT = 2222;
  private static final String LINE =
      "  - macbook may forward through home-gw to home-server on tcp/22, udp/5353\n";

  private static Network network(String lines) throws IOException {
    String text = Files.readString(Path.of("../examples/star-on-demand.yaml"));
    assertThat(text).contains(LINE);
    String changed = text.substring(0, text.indexOf("expect:")).replace(LINE, lines);
    var reading = Definition.parse("star", changed);
    var planned =
        Planner.plan(
            reading.definition().orElseThrow(() -> new AssertionError(reading.findings())),
            KeyStore.ofSeed(7));
    return planned.network().orElseThrow(() -> new AssertionError(planned.findings()));
  }

  private static Optional<Reply> ask(Lab lab, String from, ForwardMessage question)
      throws IOException {
    return ask(lab, from, question, 30);
  }

  private static Optional<Reply> ask(Lab lab, String from, ForwardMessage question, int seconds)
      throws IOException {
    DatagramChannel channel =
        lab.machine(from).namespace().call(() -> DatagramChannel.open(Responder.family(GATEWAY)));
    return ForwardRequest.ask(
            channel, SocketAddresses.of(GATEWAY), question, Duration.ofSeconds(seconds))
        .flatMap(ForwardMessage::reply);
  }

  private static ForwardMessage opening(int port) {
    return ForwardMessage.open(9, Transport.TCP, port, SERVER, 22, 3600);
  }

  private static SocketChannel connect(Lab lab, String from) throws IOException {
    return ProbeSender.open(lab.machine(from), GATEWAY, PORT, Probing.nextKey(), 3_000);
  }

  /** What the far end says it sees. */
  private static String source(SocketChannel channel) throws IOException {
    channel.socket().setSoTimeout(10_000);
    var in = channel.socket().getInputStream();
    var line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  private static boolean echoes(SocketChannel channel) {
    try {
      channel.write(ByteBuffer.wrap(new byte[] {42}));
      channel.socket().setSoTimeout(5_000);
      return channel.socket().getInputStream().read() == 42;
    } catch (IOException e) {
      return false;
    }
  }

  private static void await(String what, BooleanSupplier so) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!so.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private static boolean connects(Lab lab) {
    try (var channel = connect(lab, "macbook")) {
      return source(channel).startsWith("192.168.1.2 ");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void the_asker_alone_gets_through_until_it_or_the_policy_ends_that() throws Exception {
    var network = network(LINE);
    try (var lab = Lab.start(network, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT);
        var _ = Responder.start(lab.machine("home-server"), Transport.TCP, SERVER, 22)) {
      var gateway = Machine.of(lab.machine("home-gw").pid());
      assertThat(ask(lab, "cellphone", opening(PORT), 2)).as("no line lets it ask").isEmpty();
      assertThat(ask(lab, "macbook", opening(PORT))).contains(Reply.DONE);
      var channel = connect(lab, "macbook");
      assertThat(source(channel)).startsWith("192.168.1.2 ");
      assertThatThrownBy(() -> connect(lab, "cellphone")).isInstanceOf(IOException.class);
      assertThat(ForwardStatus.all(gateway))
          .singleElement()
          .satisfies(each -> assertThat(each.asker()).isEqualTo(IpAddress.parse("10.9.9.1")));

      // The filter is loaded anew, which closes what the agent opened in it.
      lab.apply(network(LINE + "  - cellphone may reach home-gw on icmp\n"));
      assertThat(echoes(channel)).as("the connection goes on").isTrue();
      await("new ones are let in again", () -> connects(lab));

      // Ended and opened again, and ended with the permission.
      assertThat(ask(lab, "macbook", ForwardMessage.end(9, Transport.TCP, PORT)))
          .contains(Reply.DONE);
      assertThat(echoes(channel)).isFalse();
      assertThat(connects(lab)).isFalse();
      assertThat(ask(lab, "macbook", opening(PORT))).contains(Reply.DONE);
      var second = connect(lab, "macbook");
      assertThat(source(second)).startsWith("192.168.1.2 ");
      lab.apply(network(LINE.replace("tcp/22", "tcp/443")));
      assertThat(echoes(second)).isFalse();
      assertThat(connects(lab)).isFalse();
      assertThat(ask(lab, "macbook", opening(PORT))).contains(Reply.REFUSED);
      assertThat(ForwardStatus.all(gateway)).isEmpty();
      assertThat(Files.readString(gateway.root().resolve("run/guywire/agent.log")))
          .contains(
              "opened for 3600 s: 10.9.9.1 by 10.9.0.2:2222/tcp to 192.168.1.10:22",
              "ended, by its user",
              "ended, the policy permits it no more");

      // No line is left: the gateway needs no agent.
      lab.apply(network(""));
      assertThat(ask(lab, "macbook", opening(PORT), 2)).isEmpty();
      lab.machine("home-gw").run("", "grep", "-qx", "0", "/proc/sys/net/ipv4/ip_forward");
    }
  }
}
