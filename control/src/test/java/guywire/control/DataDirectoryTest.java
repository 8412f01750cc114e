package guywire.control;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.store.Database;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.guard.UnsafeFileException;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server keeps is its own from the first moment, and what others own it does not take. */
class DataDirectoryTest {

  private static final int NOBODY = 65_534;

  @TempDir Path above;

  @ParameterizedTest
  @ValueSource(ints = {0, 077})
  void nothing_of_a_server_is_read_by_others_but_its_certificate_whatever_the_umask(int umask)
      throws Throwable {
    Path data = above.resolve("data");
    var modes = new TreeMap<String, String>();
    int before = umask(umask);
    try (var database = Database.inDirectory(data);
        var owned = OwnedDirectory.open(data, Audience.OWNER)) {
      var unused = ServerCertificate.in(owned, InetAddress.getLoopbackAddress(), Instant.now());
      try (var walk = Files.walk(data, 1)) {
        for (Path file : walk.toList()) {
          modes.put(
              above.relativize(file).toString(),
              PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
      }
    } finally {
      umask(before);
    }
    assertThat(modes)
        .containsEntry("data", "rwx------")
        .containsEntry("data/guywire.db", "rw-------")
        .containsEntry("data/guywire.db-wal", "rw-------")
        .containsEntry("data/certificate.key", "rw-------")
        .containsEntry("data/certificate.pem", "rw-r--r--")
        .containsEntry("data/native", "rwx------");
    modes.remove("data/certificate.pem");
    assertThat(modes.values()).allMatch(mode -> mode.endsWith("------"));
  }

  @Test
  void a_directory_of_another_user_or_for_others_to_write_is_refused() throws IOException {
    Path data = Files.createDirectory(above.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> Database.inDirectory(data)).isInstanceOf(UnsafeFileException.class);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    Files.setAttribute(data, "unix:uid", NOBODY);
    assertThatThrownBy(() -> Database.inDirectory(data)).isInstanceOf(UnsafeFileException.class);
    assertThat(data).isEmptyDirectory();
  }

  @Test
  void a_link_or_a_second_name_in_place_of_the_database_or_the_key_is_refused() throws IOException {
    Path other = Files.writeString(above.resolve("other"), "of another");
    for (boolean symbolic : new boolean[] {true, false}) {
      for (var name : new String[] {"guywire.db", "certificate.key"}) {
        Path data = Files.createDirectory(above.resolve(name + symbolic));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        Path planted = data.resolve(name);
        if (symbolic) {
          Files.createSymbolicLink(planted, other);
        } else {
          Files.createLink(planted, other);
        }
        assertThatThrownBy(
                () -> {
                  try (var database = Database.inDirectory(data);
                      var owned = OwnedDirectory.open(data, Audience.OWNER)) {
                    ServerCertificate.in(owned, InetAddress.getLoopbackAddress(), Instant.now());
                  }
                })
            .as("%s, symbolic: %s", name, symbolic)
            .isInstanceOf(UnsafeFileException.class);
        assertThat(other).hasContent("of another");
        Files.delete(planted);
      }
    }
  }

  private static int umask(int mask) throws Throwable {
    var linker = Linker.nativeLinker();
    MethodHandle umask =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("umask"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    return (int) umask.invokeExact(mask);
  }
}
