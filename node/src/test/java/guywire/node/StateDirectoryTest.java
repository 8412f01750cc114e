package guywire.node;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.network.Name;
import guywire.network.json.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Guywire knows of a host can be neither read nor changed nor led elsewhere by a second user
 * of the machine. Needs root.
 */
class StateDirectoryTest {

  private static final String NOBODY = "65534";
  private static final String SECRET = "what only root knows of this host";
  private static final String NAME = "secret-node";
  private static final int ROUNDS = 50;

  @TempDir Path temporary;
  private Path meeting;

  @BeforeEach
  void meet() throws IOException {
    var everybody = PosixFilePermissions.fromString("rwxr-xr-x");
    Files.setPosixFilePermissions(temporary, everybody);
    meeting = Files.createDirectory(temporary.resolve("meeting"));
    Files.setPosixFilePermissions(meeting, everybody);
  }

  @ParameterizedTest(name = "umask {0}")
  @ValueSource(ints = {0, 077})
  void everything_has_its_final_mode_whatever_the_umask(int umask) throws Throwable {
    var state = new StateDirectory(meeting.resolve("guywire"));
    int before = umask(umask);
    try {
      HostLock.take(state, Progress.SILENT).close();
      try (var journal = new Journal(state, new StateDirectory(meeting.resolve("lasting")))) {
        journal.write(entry());
      }
      state.replace("helper.json", SECRET);
      new LongProcess(new Commands(Machine.LOCAL)).start(List.of("true"), () -> true, state, "log");
    } finally {
      umask(before);
    }
    assertThat(mode("guywire")).isEqualTo("rwx------");
    for (var file : List.of("lock", "journal", "helper.json", "log")) {
      assertThat(mode("guywire/" + file)).as(file).isEqualTo("rw-------");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "mkdir -m 700 guywire && chown 65534 guywire,             belongs to",
    "mkdir -m 777 guywire,                                    chmod",
    "mkdir -m 700 real && ln -s real guywire,                 link",
    "echo >guywire,                                           directory",
  })
  void a_directory_of_others_is_refused_by_all_who_use_it(String text, String said)
      throws Exception {
    run(text);
    var state = new StateDirectory(meeting.resolve("guywire"));
    assertThatThrownBy(state::make).isInstanceOf(SetupFailure.class).hasMessageContaining(said);
    assertThatThrownBy(() -> HostLock.take(state, Progress.SILENT))
        .isInstanceOf(SetupFailure.class);
    assertThatThrownBy(() -> new Journal(state, state)).isInstanceOf(SetupFailure.class);
    assertThatThrownBy(() -> state.replace("file", SECRET)).isInstanceOf(SetupFailure.class);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "echo precious >../FILE.precious; ln -s ../FILE.precious FILE",
        "echo precious >../FILE.precious; chmod 600 ../FILE.precious; ln ../FILE.precious FILE",
        "echo precious >../FILE.precious; cp ../FILE.precious FILE; chown 65534 FILE",
        "echo precious >../FILE.precious; mkfifo -m 600 FILE",
        "echo precious >../FILE.precious; cp ../FILE.precious FILE; chmod 666 FILE",
      })
  void a_file_of_others_is_neither_believed_nor_written_into(String text) throws Exception {
    var state = new StateDirectory(meeting.resolve("guywire")).make();
    for (var file : List.of("journal", "lock", "log")) {
      run("cd guywire; " + text.replace("FILE", file));
    }
    assertThatThrownBy(() -> new Journal(state, state)).isInstanceOf(SetupFailure.class);
    assertThatThrownBy(() -> HostLock.take(state, Progress.SILENT))
        .isInstanceOf(SetupFailure.class);
    var program = new LongProcess(new Commands(Machine.LOCAL));
    assertThatThrownBy(() -> program.start(List.of("echo", "line"), () -> true, state, "log"))
        .isInstanceOf(SetupFailure.class);
    for (var file : List.of("journal", "lock", "log")) {
      assertThat(meeting.resolve(file + ".precious")).hasContent("precious\n");
    }
  }

  @Test
  void a_directory_that_others_could_read_is_theirs_no_more() throws Exception {
    run("mkdir -m 755 guywire");
    new StateDirectory(meeting.resolve("guywire")).make();
    assertThat(mode("guywire")).isEqualTo("rwx------");
  }

  /** What a second user does meanwhile in the directory above, which he may write here. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mv guywire ours; mv mine guywire; mv guywire mine; mv ours guywire",
        "mv guywire ours; ln -s mine guywire; rm guywire; mv ours guywire",
        "rm -rf guywire; mkdir -m 777 guywire; rmdir guywire; ln -s mine guywire; rm guywire",
        "ln guywire/* mine/; cat guywire/* mine/* >>mine/seen; chmod 777 guywire",
        "ln -s guarded guywire; rm -f guywire"
      })
  void a_second_user_who_races_gets_nothing(String race) throws Exception {
    run("mkdir -m 777 open && mkdir -m 700 open/guarded && echo precious >open/guarded/journal");
    Path open = meeting.resolve("open");
    var state = new StateDirectory(open.resolve("guywire"));
    var stranger =
        asNobody(
            open, "mkdir -m 777 mine; echo ready; while :; do\n" + race + "\ndone 2>/dev/null");
    try {
      assertThat(stranger.inputReader().readLine()).isEqualTo("ready");
      for (int i = 0; i < ROUNDS; i++) {
        try (var _ = HostLock.take(state, Progress.SILENT);
            var journal = new Journal(state, state)) {
          journal.write(entry());
          state.replace("helper.json", SECRET);
          try (var channel =
              state.open("log", StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            StateDirectory.write(channel, SECRET);
          }
        } catch (SetupFailure | UncheckedIOException | IOException e) {
          // Refused, or exchanged under our hands: nothing may have come to him.
        }
      }
    } finally {
      stranger.descendants().forEach(ProcessHandle::destroyForcibly);
      stranger.destroyForcibly();
      stranger.waitFor();
    }
    for (var secret : List.of(SECRET, NAME)) {
      var search = asNobody(open, "grep -rqsF -e '" + secret + "' .");
      search.getInputStream().readAllBytes();
      assertThat(search.waitFor()).as("he found: %s", secret).isNotZero();
    }
    assertThat(open.resolve("guarded/journal")).content().contains("precious");
  }

  private static JournalEntry entry() {
    return new JournalEntry.Node(
        new NodeRecord(
            NodeId.random(new SplittableRandom(1)),
            NodeRecord.Stage.NEW,
            new Name(NAME),
            List.of(),
            List.of(),
            "",
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of()));
  }

  private static Process asNobody(Path directory, String text) throws IOException {
    return new ProcessBuilder(
            "setpriv",
            "--reuid",
            NOBODY,
            "--regid",
            NOBODY,
            "--clear-groups",
            "--",
            "sh",
            "-c",
            text)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .start();
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
    MethodHandle handle =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("umask"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    return (int) handle.invokeExact(mask);
  }
}
