package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

/** A TUN interface and where it is. Needs root. */
class TunTest {

  @Test
  void it_tells_its_namespace_also_after_it_was_moved_and_no_more_when_it_is_deleted()
      throws Exception {
    NewNamespace.call(() -> {
      Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo; cat").start();
      assertThat(holder.inputReader().readLine()).isEmpty();
      try (var tun = Tun.open("gwtun0");
          var birth = NamespaceFile.ofThisThread();
          var other = NamespaceFile.ofProcess(holder.pid());
          var netlink = Netlink.open()) {
        assertThat(namespaceOf(tun)).isEqualTo(birth.identity()).isNotEqualTo(other.identity());
        netlink.moveTo(tun.index(), new NamespaceRef.OfDescriptor(other.fd()));
        assertThat(namespaceOf(tun)).isEqualTo(other.identity());
        try (var there = Namespace.of(holder.pid());
            var netlinkThere = there.call(Netlink::open)) {
          netlinkThere.delete(netlinkThere.index("gwtun0"));
        }
        assertThatExceptionOfType(LinuxException.class)
            .isThrownBy(() -> namespaceOf(tun))
            .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EBADFD));
      } finally {
        holder.destroyForcibly();
      }
      return null;
    });
  }

  @Test
  void its_queue_holds_as_many_packets_as_asked_for() throws Exception {
    NewNamespace.call(() -> {
      try (var tun = Tun.open("gwtun1")) {
        tun.setQueueLength(1000);
        assertThat(NewNamespace.run("ip", "link", "show", "gwtun1")).contains("qlen 1000");
      }
      return null;
    });
  }

  private static String namespaceOf(Tun tun) {
    try (var namespace = tun.namespace()) {
      return namespace.identity();
    }
  }
}
