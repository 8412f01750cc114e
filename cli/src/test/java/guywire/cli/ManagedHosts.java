package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A server and hosts that join it, each in namespaces of its own with its own files. */
abstract class ManagedHosts {

  static final String LINK = "203.0.113.10";

  @TempDir Path directory;
  final List<Process> processes = new ArrayList<>();

  /** A machine in namespaces of its own. */
  record Box(long pid) {
    List<String> entering(List<String> command) {
      var all = new ArrayList<>(List.of("nsenter", "-t", pid + "", "-n", "-m", "-u", "-p", "--"));
      all.addAll(command);
      return all;
    }
  }

  Box box(String name) throws IOException {
    return box(name, "mount -t tmpfs tmpfs /var/lib");
  }

  /** A machine whose disk stays when it is switched off, and is that of the next with its name. */
  Box lastingBox(String name) throws IOException {
    Path disk = directory.resolve("disk-" + name);
    Files.createDirectories(
        disk, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    return box(name, "mount --bind '" + disk + "' /var/lib");
  }

  private Box box(String name, String disk) throws IOException {
    var process =
        new ProcessBuilder(
                "unshare",
                "-n",
                "-m",
                "-u",
                "-p",
                "--fork",
                "--mount-proc",
                "sh",
                "-c",
                "hostname "
                    + name
                    + " && mount -t tmpfs tmpfs /run && mkdir /run/wireguard"
                    + " && "
                    + disk
                    + " && ip link set lo up && echo ready"
                    + " && exec sleep 600")
            .redirectErrorStream(true)
            .start();
    processes.add(process);
    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    return new Box(process.descendants().findFirst().orElseThrow().pid());
  }

  /** A file that a host keeps of what it joined. */
  static Path kept(Box box, String file) {
    return Path.of("/proc/" + box.pid() + "/root/var/lib/guywire/joined/" + file);
  }

  ProcessBuilder builder(Box box, List<String> command) {
    return GuywireProcess.builder(box.entering(command), directory.resolve("config"));
  }

  Said run(Box box, String input, String... command) throws Exception {
    return GuywireProcess.run(builder(box, List.of(command)), input);
  }

  Said guywire(Box box, String input, String... words) throws Exception {
    return GuywireProcess.run(builder(box, GuywireProcess.command(words)), input);
  }

  /** A cable from the server's bridge to another machine. */
  void cable(Box server, Box other, String name, String address) throws Exception {
    var made =
        new ProcessBuilder(
                "nsenter",
                "-t",
                server.pid() + "",
                "-n",
                "ip",
                "link",
                "add",
                name,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                other.pid() + "")
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    assertThat(run(server, "", "sh", "-c", "ip link set " + name + " master br0 up").code())
        .isZero();
    assertThat(
            run(
                    other,
                    "",
                    "sh",
                    "-c",
                    "ip addr add " + address + "/24 dev eth0 && ip link set eth0 up")
                .code())
        .isZero();
  }

  Process serve(Box box) throws IOException {
    var builder =
        builder(
            box,
            GuywireProcess.command(
                "serve",
                "--data",
                directory.resolve("data").toString(),
                "--listen",
                LINK + ":8443",
                "--link",
                directory.resolve("link").toString()));
    var process = builder.redirectOutput(directory.resolve("server.log").toFile()).start();
    processes.add(process);
    await(() -> text("server.log").contains("serving"), "the server");
    return process;
  }

  /** The commands {@code guywire} and {@code sudo}, as they would be installed. */
  Path installed() throws IOException {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    String command =
        GuywireProcess.command().stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    for (var program : Map.of("guywire", command + " \"$@\"", "sudo", "\"$@\"").entrySet()) {
      Path file = bin.resolve(program.getKey());
      Files.writeString(file, "#!/bin/sh\nexec " + program.getValue() + "\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return bin;
  }

  /** What a phone does with the picture of a code. */
  interface Scan {
    Said by(Box box, String picture) throws Exception;
  }

  /**
   * Goes through the page in a browser, by a script of {@code web/src/test/page} that asks for what
   * no browser can do: {@code run MACHINE COMMAND} and {@code scan MACHINE PICTURE}.
   *
   * @param out a directory for its pictures
   * @param bin where commands are installed
   * @return what it said
   */
  String journey(Box at, String script, Path out, Path bin, Map<String, Box> boxes, Scan scan)
      throws Exception {
    Path file = Path.of("../web/src/test/page", script).toAbsolutePath().normalize();
    var journey =
        builder(at, List.of("node", file.toString(), text("link").strip(), out.toString())).start();
    processes.add(journey);
    var said = new StringBuilder();
    try (var lines = journey.inputReader();
        var answers = journey.outputWriter()) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        said.append(line).append('\n');
        String[] words = line.split(" ", 3);
        if (words[0].equals("run") || words[0].equals("scan")) {
          var box = boxes.get(words[1]);
          var done =
              words[0].equals("scan")
                  ? scan.by(box, words[2])
                  : run(
                      box,
                      "",
                      "sh",
                      "-c",
                      "PATH=" + bin + ":$PATH\n" + words[2].translateEscapes());
          said.append(done.text());
          answers.write(done.code() == 0 ? "done\n" : "failed\n");
          answers.flush();
        }
      }
    }
    assertThat(journey.waitFor()).as(said.toString()).isZero();
    return said.toString();
  }

  String text(String file) {
    return content(directory.resolve(file));
  }

  static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  static void await(BooleanSupplier so, String what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (!so.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  String wg(Box box) {
    try {
      return run(box, "", "wg", "show").text();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Switches a machine off, without a word to anything in it. */
  void switchOff(Box box) throws InterruptedException {
    for (var process : processes) {
      if (process.descendants().anyMatch(each -> each.pid() == box.pid())) {
        kill(process);
      }
    }
  }

  static void kill(Process process) throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.waitFor();
  }

  @AfterEach
  void end() throws InterruptedException {
    for (var process : processes) {
      kill(process);
    }
  }

  boolean pings(Box box) {
    try {
      return run(box, "", "ping", "-c", "1", "-W", "2", "10.77.0.1").code() == 0;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
