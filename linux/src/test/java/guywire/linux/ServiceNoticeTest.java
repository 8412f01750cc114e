package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service tells the program that started it. */
class ServiceNoticeTest {

  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;

  /** What is heard at a socket of this name while something is done. */
  private static String heard(byte[] name, Runnable task) {
    long fd = Syscall.checked("socket", Syscall.call(Syscall.SOCKET, AF_UNIX, SOCK_DGRAM, 0));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(2 + name.length, 8);
      Memory.putShort(address.address(), AF_UNIX);
      MemorySegment.copy(MemorySegment.ofArray(name), 0, address, 2, name.length);
      Syscall.checked("bind", Syscall.call(Syscall.BIND, fd, address.address(), 2 + name.length));
      task.run();
      MemorySegment data = arena.allocate(100, 8);
      long got = Syscall.checked("read", Syscall.call(Syscall.READ, fd, data.address(), 100));
      byte[] bytes = new byte[(int) got];
      MemorySegment.copy(data, 0, MemorySegment.ofArray(bytes), 0, got);
      return new String(bytes, StandardCharsets.UTF_8);
    } finally {
      Syscall.call(Syscall.CLOSE, fd, 0, 0);
    }
  }

  @Test
  void it_reaches_a_socket_with_a_file(@TempDir Path directory) {
    String socket = directory.resolve("notify").toString();
    assertThat(
            heard(
                socket.getBytes(StandardCharsets.UTF_8),
                () -> ServiceNotice.send(socket, "READY=1")))
        .isEqualTo("READY=1");
  }

  @Test
  void it_reaches_a_socket_without_one() {
    String name = "guywire-test-" + ProcessHandle.current().pid();
    assertThat(
            heard(
                ("\0" + name).getBytes(StandardCharsets.UTF_8),
                () -> ServiceNotice.send("@" + name, "READY=1")))
        .isEqualTo("READY=1");
  }

  @Test
  void what_can_be_no_socket_is_refused(@TempDir Path directory) {
    assertThatThrownBy(() -> ServiceNotice.send("notify", "READY=1"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ServiceNotice.send("/" + "a".repeat(107), "READY=1"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ServiceNotice.send(directory.resolve("none").toString(), "READY=1"))
        .isInstanceOf(LinuxException.class);
  }
}
