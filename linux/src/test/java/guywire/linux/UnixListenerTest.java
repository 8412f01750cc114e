package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class UnixListenerTest {

  @TempDir Path directory;

  @Test
  void a_listener_that_takes_no_connection_is_live_however_many_wait() {
    Path path = directory.resolve("s.sock");
    try (var listener = UnixListener.listen(path)) {
      for (int i = 0; i < 400; i++) {
        assertThat(UnixListener.isLive(path)).as("connection %d", i).isTrue();
      }
      listener.accept().close();
    }
    assertThat(path).as("the file stays").exists();
    assertThat(UnixListener.isLive(path)).isFalse();
    assertThat(UnixListener.isLive(directory.resolve("none"))).isFalse();
  }

  @Test
  void a_socket_is_its_owners_alone_and_not_made_over_another_file() throws Exception {
    Path path = directory.resolve("s.sock");
    try (var listener = UnixListener.listen(path)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
      assertThatExceptionOfType(LinuxException.class)
          .isThrownBy(() -> UnixListener.listen(path).close())
          .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
      assertThat(listener.fd()).isPositive();
    }
  }
}
