package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Running inside another process's network namespace. Needs root. */
class NamespaceTest {

  private Process holder;

  @BeforeEach
  void another_process_has_a_namespace_of_its_own() throws IOException {
    holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo ready; exec cat").start();
    assertThat(holder.inputReader().readLine()).isEqualTo("ready");
  }

  @AfterEach
  void it_ends() {
    holder.destroyForcibly();
  }

  @Test
  void what_runs_inside_sees_that_namespace_and_what_runs_outside_does_not() throws Exception {
    try (var namespace = Namespace.of(holder.pid())) {
      try (var netlink = namespace.call(Netlink::open)) {
        netlink.createVeth("gwtest0", "gwtest1");
        assertThat(netlink.links()).extracting(Link::name).contains("lo", "gwtest0", "gwtest1");
      }
      String setting = "net/ipv4/conf/gwtest0/forwarding";
      assertThat(Sysctl.read(setting)).isEmpty();
      assertThat(namespace.call(() -> Sysctl.read(setting))).isPresent();
    }
  }

  @Test
  void a_socket_opened_inside_belongs_to_the_namespace_from_then_on() throws Exception {
    try (var namespace = Namespace.of(holder.pid());
        var netlink = namespace.call(Netlink::open)) {
      int loopback = netlink.index("lo");
      netlink.setUp(loopback);
      netlink.addAddress(new LinkAddress(loopback, InetAddress.getByName("192.0.2.7"), 32));
      try (DatagramChannel channel =
          namespace.call(() -> DatagramChannel.open(StandardProtocolFamily.INET))) {
        channel.bind(new InetSocketAddress("192.0.2.7", 7000));
        channel.send(ByteBuffer.wrap(new byte[] {1}), channel.getLocalAddress());
        var seen = ByteBuffer.allocate(8);
        channel.receive(seen);
        assertThat(seen.position()).isEqualTo(1);
      }
    }
  }

  @Test
  void a_raw_socket_sees_the_packets_that_arrive_and_answers_to_pings() throws Exception {
    try (var namespace = Namespace.of(holder.pid());
        var netlink = namespace.call(Netlink::open)) {
      netlink.setUp(netlink.index("lo"));
      byte[] home = {127, 0, 0, 1};
      byte[] echo = {8, 0, (byte) 0xf7, (byte) 0xff, 0, 0, 0, 0};
      try (var raw = namespace.call(() -> RawSocket.ipv4(RawSocket.ICMP));
          var passing = namespace.call(RawSocket::passing)) {
        assertThat(raw.send(home, echo)).isZero();
        var poll = new Poll(raw.fd());
        assertThat(poll.await(1_000_000_000L)).isTrue();
        var request = raw.receive().orElseThrow();
        assertThat(request.source()).isEqualTo(home);
        assertThat(request.bytes()[20]).isEqualTo((byte) 8);
        assertThat(poll.await(1_000_000_000L)).isTrue();
        assertThat(raw.receive().orElseThrow().bytes()[20]).isEqualTo((byte) 0);
        assertThat(passing.receive()).isPresent();
      }
    }
  }

  @Test
  void what_a_task_throws_comes_out() {
    try (var namespace = Namespace.of(holder.pid())) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() ->
              namespace.call(() -> {
                throw new IOException("so");
              }))
          .withMessage("so");
    }
  }

  @Test
  void what_comes_behind_its_end_is_refused_also_while_it_is_still_at_work() throws Exception {
    var namespace = Namespace.of(holder.pid());
    var begun = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var working =
        CompletableFuture.supplyAsync(() -> {
          try {
            return namespace.call(() -> {
              begun.countDown();
              goOn.await();
              return "done";
            });
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    begun.await();
    namespace.close();
    var late = CompletableFuture.supplyAsync(() -> namespace.call(() -> "never"));
    try {
      assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IllegalStateException.class);
    } finally {
      goOn.countDown();
    }
    assertThat(working.get(10, TimeUnit.SECONDS)).isEqualTo("done");
  }

  @Test
  void a_process_that_is_not_there_is_said() {
    holder.destroyForcibly().onExit().join();
    assertThatExceptionOfType(LinuxException.class)
        .isThrownBy(() -> Namespace.of(holder.pid()))
        .satisfies(e -> assertThat(e.errno()).isIn(List.of(Errno.ENOENT, 3)));
  }
}
