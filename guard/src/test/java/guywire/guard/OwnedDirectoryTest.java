package guywire.guard;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.guard.UnsafeFileException.Reason;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written stays with its owner, whatever a second user of the machine does. Needs root. */
class OwnedDirectoryTest {

  private static final String SECRET = "the content of a private key";
  private static final byte[] BYTES = SECRET.getBytes(UTF_8);
  private static final int ROUNDS = 300;

  @TempDir Path temporary;
  private Path meeting;

  @BeforeEach
  void meet() throws IOException {
    meeting = Stranger.meeting(temporary);
  }

  @Test
  void what_is_written_is_read_again_and_listed() throws IOException {
    try (var directory = OwnedDirectory.make(meeting.resolve("a/keys"), Audience.OWNER);
        var inner = directory.makeChild("inner", Audience.OWNER)) {
      directory.write("one.key", BYTES, Audience.OWNER);
      directory.write("one.key", "again".getBytes(UTF_8), Audience.OWNER);
      inner.write("two", BYTES, Audience.EVERYBODY);
      assertThat(directory.names()).containsExactlyInAnyOrder("one.key", "inner");
      assertThat(directory.names()).contains("inner");
      assertThat(directory.read("one.key", Audience.OWNER).orElseThrow())
          .asString()
          .isEqualTo("again");
      assertThat(directory.read("none", Audience.OWNER)).isEmpty();
      assertThat(directory.has("inner")).isTrue();
      assertThat(inner.deleteIfThere("two")).isTrue();
      assertThat(inner.deleteIfThere("two")).isFalse();
      assertThat(directory.deleteDirectoryIfThere("inner")).isTrue();
      assertThat(directory.has("inner")).isFalse();
    }
  }

  @ParameterizedTest(name = "umask {0}")
  @CsvSource({"0, rwx------, rw-------, rw-r--r--", "63, rwx------, rw-------, rw-r--r--"})
  void modes_are_final_whatever_the_umask(int umask, String own, String secret, String open)
      throws Throwable {
    int before = umask(umask);
    try (var directory = OwnedDirectory.make(meeting.resolve("a/keys"), Audience.OWNER)) {
      directory.makeChild("inner", Audience.OWNER).close();
      directory.write("secret", BYTES, Audience.OWNER);
      directory.write("open", BYTES, Audience.EVERYBODY);
      directory
          .open("log", Audience.OWNER, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
          .close();
    } finally {
      umask(before);
    }
    assertThat(mode("a")).isEqualTo(own);
    assertThat(mode("a/keys")).isEqualTo(own);
    assertThat(mode("a/keys/inner")).isEqualTo(own);
    assertThat(mode("a/keys/secret")).isEqualTo(secret);
    assertThat(mode("a/keys/open")).isEqualTo(open);
    assertThat(mode("a/keys/log")).isEqualTo(secret);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/b", "/x", "..", ""})
  void a_name_is_one_part_of_a_path(String name) throws IOException {
    try (var directory = OwnedDirectory.make(meeting.resolve("keys"), Audience.OWNER)) {
      assertThatThrownBy(() -> directory.write(name, BYTES, Audience.OWNER))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> directory.makeChild(name, Audience.OWNER))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "mkdir -m 700 keys && chown 65534 keys,             FOREIGN",
    "mkdir -m 777 keys,                                 WRITABLE",
    "mkdir -m 720 keys && chgrp 65534 keys,             WRITABLE",
    "mkdir -m 755 keys,                                 READABLE",
    "mkdir -m 700 real && ln -s real keys,              LINK",
    "echo x >keys,                                      NO_DIRECTORY",
    "mkfifo keys,                                       NO_DIRECTORY",
  })
  void a_directory_of_others_is_refused(String text, Reason reason) throws Exception {
    run(text);
    refused(reason, () -> OwnedDirectory.make(meeting.resolve("keys"), Audience.OWNER));
    refused(reason, () -> OwnedDirectory.open(meeting.resolve("keys"), Audience.OWNER));
    try (var above = OwnedDirectory.open(meeting, Audience.EVERYBODY)) {
      refused(reason, () -> above.makeChild("keys", Audience.OWNER));
      refused(reason, () -> above.child("keys", Audience.OWNER));
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "echo x >keys/file && chown 65534 keys/file,                                   FOREIGN",
    "echo x >keys/file && chmod 602 keys/file,                                     WRITABLE",
    "echo x >keys/file && chmod 640 keys/file,                                     READABLE",
    "echo x >real && ln -s ../real keys/file,                                      LINK",
    "echo x >keys/file && chmod 600 keys/file && ln keys/file other,               HARD_LINK",
    "mkfifo keys/file,                                                             NO_FILE",
    "mkdir keys/file,                                                              NO_FILE",
  })
  void a_file_of_others_is_refused(String text, Reason reason) throws Exception {
    run("mkdir -m 700 keys && " + text);
    try (var directory = OwnedDirectory.open(meeting.resolve("keys"), Audience.OWNER)) {
      refused(reason, () -> directory.read("file", Audience.OWNER));
    }
  }

  @Test
  void a_refusal_names_the_file_and_the_mend() throws Exception {
    run("mkdir -m 777 'my keys'");
    assertThatThrownBy(() -> OwnedDirectory.open(meeting.resolve("my keys"), Audience.OWNER))
        .isInstanceOfSatisfying(
            UnsafeFileException.class,
            e -> {
              assertThat(e.file()).isEqualTo(meeting + "/my keys");
              assertThat(e.arguments().getLast()).isEqualTo("chmod 700 '" + meeting + "/my keys'");
              assertThat(
                      java.util.ResourceBundle.getBundle("guywire.guard.messages")
                          .getString(e.key()))
                  .isNotEmpty();
            });
  }

  @Test
  void nothing_is_opened_through_a_link() throws Exception {
    run("echo precious >precious && mkdir -m 700 keys && ln -s ../precious keys/.lock");
    try (var directory = OwnedDirectory.open(meeting.resolve("keys"), Audience.OWNER)) {
      refused(
          Reason.LINK,
          () ->
              directory.open(
                  ".lock",
                  Audience.OWNER,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.TRUNCATE_EXISTING));
      directory.write(".lock", BYTES, Audience.OWNER);
    }
    assertThat(meeting.resolve("precious")).hasContent("precious\n");
    assertThat(meeting.resolve("keys/.lock")).isRegularFile().hasContent(SECRET);
  }

  @Test
  void a_directory_that_is_not_there_is_no_refusal() {
    assertThatThrownBy(() -> OwnedDirectory.open(meeting.resolve("none"), Audience.OWNER))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void an_open_directory_stays_the_same_wherever_its_name_leads_then() throws Exception {
    run("mkdir -m 700 keys && mkdir theirs && chown 65534 theirs");
    try (var directory = OwnedDirectory.open(meeting.resolve("keys"), Audience.OWNER)) {
      run("mv keys moved && ln -s theirs keys");
      directory.write("file", BYTES, Audience.OWNER);
    }
    assertThat(meeting.resolve("moved/file")).hasContent(SECRET);
    assertThat(meeting.resolve("theirs")).isEmptyDirectory();
  }

  /** What a second user does meanwhile, in a directory that he may write. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        // his own directory in place of ours, and back
        "mv keys ours; mv mine keys; mv keys mine; mv ours keys",
        // a link to his own directory
        "mv keys ours; ln -s mine keys; rm keys; mv ours keys",
        // ours may come and go, too
        "rm -rf keys; mkdir -m 777 keys; rmdir keys; ln -s mine keys; rm keys",
        // a link to what only root may write
        "ln -s guarded keys; rm -f keys; mkdir keys; rmdir keys",
        // whatever appears gets a second name, and its content is looked for
        "ln keys/* mine/; cat keys/* mine/* >>mine/seen; chmod 777 keys"
      })
  void a_second_user_who_races_gets_nothing(String race) throws Exception {
    run("mkdir -m 777 open && mkdir -m 700 open/guarded && echo precious >open/guarded/file");
    Path open = meeting.resolve("open");
    Stranger.once(open, "mkdir -m 777 mine");
    int written = 0;
    try (var stranger = Stranger.repeating(open, race)) {
      for (int i = 0; i < ROUNDS; i++) {
        try (var directory = OwnedDirectory.make(open.resolve("keys"), Audience.OWNER);
            var inner = directory.makeChild("inner", Audience.OWNER)) {
          directory.write("file", BYTES, Audience.OWNER);
          inner.write("file", BYTES, Audience.OWNER);
          written++;
        } catch (IOException e) {
          // Refused, or exchanged under our hands: nothing may have come to him.
        }
      }
      assertThat(stranger).isNotNull();
    }
    assertThat(Stranger.reads(open, SECRET)).as("after %d writings", written).isFalse();
    assertThat(open.resolve("guarded/file")).content().isIn("precious\n", SECRET);
  }

  @Test
  void in_a_sticky_directory_ours_stays_ours() throws Exception {
    run("mkdir -m 1777 open");
    Path open = meeting.resolve("open");
    try (var directory = OwnedDirectory.make(open.resolve("keys"), Audience.OWNER);
        var stranger = Stranger.repeating(open, "mv keys theirs; ln -s / keys; rm -rf keys")) {
      for (int i = 0; i < ROUNDS; i++) {
        directory.write("file", BYTES, Audience.OWNER);
      }
      assertThat(stranger).isNotNull();
      assertThat(Files.isDirectory(open.resolve("keys"), LinkOption.NOFOLLOW_LINKS)).isTrue();
      assertThat(open.resolve("keys/file")).hasContent(SECRET);
    }
  }

  private void refused(Reason reason, ThrowingCallable opening) {
    assertThatThrownBy(opening)
        .isInstanceOfSatisfying(
            UnsafeFileException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private String mode(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(meeting.resolve(name)));
  }

  private void run(String text) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-ec", text)
            .directory(meeting.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static int umask(int mask) throws Throwable {
    var linker = Linker.nativeLinker();
    MethodHandle umask =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("umask"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    return (int) umask.invokeExact(mask);
  }
}
