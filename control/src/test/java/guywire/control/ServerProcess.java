package guywire.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A server as a process of its own, which can be killed; it ends with the test in any case. */
final class ServerProcess implements AutoCloseable {

  private static final String HOST = "127.0.0.1";

  private final Process process;
  private final int port;
  private final String link;

  private ServerProcess(Process process, int port, String link) {
    this.process = process;
    this.port = port;
    this.link = link;
  }

  /** Serves until its input ends. */
  public static void main(String[] words) throws Exception {
    var database =
        words.length > 2
            ? Optional.of(
                PostgresAddress.parse(words[2])
                    .withPassword(Optional.ofNullable(System.getenv("PGPASSWORD"))))
            : Optional.<PostgresAddress>empty();
    var address = new InetSocketAddress(HOST, Integer.parseInt(words[1]));
    var server =
        Server.start(
            Path.of(words[0]), database, address, List.of(), Optional.empty(), Optional.empty());
    System.out.println("serving " + server.url() + " " + server.setUpLink().orElse("-"));
    System.out.flush();
    while (System.in.read() >= 0) {
      // Nothing is said to it.
    }
    Runtime.getRuntime().halt(0);
  }

  /**
   * Starts one and waits until it serves.
   *
   * @param before a program, with its arguments, that becomes it
   * @param port where; 0 for any that is free
   * @param database the address of one of PostgreSQL, and its password
   */
  static ServerProcess start(
      List<String> before, Path data, int port, Optional<String> database, String password)
      throws IOException {
    var command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            ServerProcess.class.getName(),
            data.toString(),
            String.valueOf(port)));
    database.ifPresent(command::add);
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("PGPASSWORD", password);
    var process = builder.start();
    var said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = said.readLine();
    while (line != null && !line.startsWith("serving ")) {
      line = said.readLine();
    }
    if (line == null) {
      throw new IOException("the server did not start");
    }
    var words = line.split(" ");
    return new ServerProcess(process, URI.create(words[1]).getPort(), words[2]);
  }

  String url() {
    return "https://" + HOST + ":" + port;
  }

  int port() {
    return port;
  }

  /** A file as it sees it. */
  Path file(Path path) {
    return Path.of("/proc/" + process.pid() + "/root" + path.toAbsolutePath());
  }

  /** The link of its first administrator. */
  String link() {
    return link;
  }

  /** Stops it where it stands; it does nothing more. */
  void freeze() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-STOP", String.valueOf(process.pid())).start().waitFor();
  }

  /** Ends it with SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
