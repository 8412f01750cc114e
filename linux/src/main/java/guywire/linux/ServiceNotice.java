package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a service tells the program that started it, such as systemd (sd_notify(3)). */
public final class ServiceNotice {

  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;

  private ServiceNotice() {}

  /**
   * Tells whoever started this program, if they want to know, that it is ready.
   *
   * @param environment the process's; {@code NOTIFY_SOCKET} names the socket
   */
  public static void ready(Map<String, String> environment) {
    String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (!socket.isEmpty()) {
      send(socket, "READY=1");
    }
  }

  /**
   * Tells it.
   *
   * @param socket the value of {@code NOTIFY_SOCKET}: a path, or a name after {@code @}
   * @param text what is told, such as {@code READY=1}
   * @throws LinuxException if nobody is there
   * @throws IllegalArgumentException if that can't be a socket's name
   */
  public static void send(String socket, String text) {
    byte[] name = socket.getBytes(StandardCharsets.UTF_8);
    if (name.length < 2
        || name.length > UnixAddress.LONGEST_NAME_BYTES
        || (name[0] != '/' && name[0] != '@')) {
      throw new IllegalArgumentException("no socket can have this name: " + socket);
    }
    if (name[0] == '@') {
      name[0] = 0;
    }
    byte[] said = text.getBytes(StandardCharsets.UTF_8);
    long opened = Syscall.call(Syscall.SOCKET, UnixAddress.AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    int fd = (int) Syscall.checked("UNIX socket", opened);
    try (Arena arena = Arena.ofConfined()) {
      var address = UnixAddress.of(arena, name);
      MemorySegment data = arena.allocate(said.length, 8);
      MemorySegment.copy(MemorySegment.ofArray(said), 0, data, 0, said.length);
      long sent =
          Syscall.call(
              Syscall.SENDTO,
              fd,
              data.address(),
              said.length,
              0,
              address.address(),
              address.length());
      Syscall.checked("tell " + socket, sent);
    } finally {
      Syscall.call(Syscall.CLOSE, fd);
    }
  }
}
