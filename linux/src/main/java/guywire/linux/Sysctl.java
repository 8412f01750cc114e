package guywire.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The kernel's settings under {@code /proc/sys}; those of the network are those of the calling
 * thread's network namespace.
 *
 * <p>Keys are written with slashes, such as {@code net/ipv4/conf/wg0/rp_filter}, since interface
 * names may hold dots.
 */
public final class Sysctl {

  private static final Path ROOT = Path.of("/proc/sys");

  private Sysctl() {}

  /**
   * Reads a setting; empty if the kernel has none of this name.
   *
   * @throws LinuxException if it can't be read
   */
  public static Optional<String> read(String key) {
    try {
      return Optional.of(Files.readString(path(key)).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new LinuxException("read " + key + " (" + e.getMessage() + ")", Errno.EACCES);
    }
  }

  /**
   * Writes a setting.
   *
   * @throws LinuxException if there is none of this name (ENOENT), or it can't be written
   */
  public static void write(String key, String value) {
    try {
      // Opened for writing only: a sysctl can be neither created nor truncated.
      Files.writeString(path(key), value, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      throw new LinuxException("write " + key, Errno.ENOENT);
    } catch (IOException e) {
      throw new LinuxException("write " + key + " (" + e.getMessage() + ")", Errno.EACCES);
    }
  }

  private static Path path(String key) {
    Path path = ROOT.resolve(key).normalize();
    if (!path.startsWith(ROOT) || path.equals(ROOT)) {
      throw new IllegalArgumentException("not a sysctl: " + key);
    }
    return path;
  }
}
