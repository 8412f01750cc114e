package guywire.control.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A real PostgreSQL of this process alone: its own cluster in a temporary directory, by a user who
 * may nothing else, on the loopback interface. It ends with the process and leaves nothing.
 */
public final class PostgresCluster {

  private static final Path PROGRAMS = Path.of("/usr/lib/postgresql");
  private static final long START_SECONDS = 60;

  private static PostgresCluster running;

  private final Path directory;
  private final Process server;
  private final int port;
  private final String password;

  private PostgresCluster(Path directory, Process server, int port, String password) {
    this.directory = directory;
    this.server = server;
    this.port = port;
    this.password = password;
  }

  /** The one of this process, started when first asked for. */
  public static synchronized PostgresCluster running() throws IOException {
    if (running == null) {
      running = start();
      Runtime.getRuntime().addShutdownHook(new Thread(running::stop));
    }
    return running;
  }

  private static PostgresCluster start() throws IOException {
    Path directory = Files.createTempDirectory("guywire-postgres");
    String password = UUID.randomUUID().toString();
    Path secret = Files.writeString(directory.resolve("password"), password);
    if (isRoot()) {
      // The server refuses to run as root.
      run(List.of("chown", "-R", "postgres:postgres", directory.toString()));
    }
    Path data = directory.resolve("data");
    run(
        unprivileged(
            program("initdb"),
            "-D",
            data,
            "-U",
            "guywire",
            "-A",
            "scram-sha-256",
            "--pwfile",
            secret,
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync"));
    int port;
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = probe.getLocalPort();
    }
    Path log = Files.createTempFile("guywire-postgres", ".log");
    var server =
        new ProcessBuilder(
                unprivileged(
                    program("postgres"),
                    "-D",
                    data,
                    "-k",
                    directory,
                    "-p",
                    port,
                    "-c",
                    "listen_addresses=127.0.0.1",
                    "-c",
                    "fsync=off"))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    var cluster = new PostgresCluster(directory, server, port, password);
    cluster.await(log);
    Files.delete(log);
    return cluster;
  }

  /** A fresh database in it. */
  public Database.Source database() throws SQLException {
    String name = "t" + UUID.randomUUID().toString().replace("-", "");
    try (var connection = connection("postgres")) {
      SqlDialect.execute(connection, "CREATE DATABASE " + name);
    }
    return () -> connection(name);
  }

  /** How another process reaches a database that {@link #database} made. */
  public static String url(Database.Source database) throws SQLException {
    try (var connection = database.open()) {
      return connection.getMetaData().getURL();
    }
  }

  public String password() {
    return password;
  }

  private Connection connection(String name) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + name, "guywire", password);
  }

  /** Asks until it answers: there is nothing else to be told by. */
  private void await(Path log) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try {
        connection("postgres").close();
        return;
      } catch (SQLException e) {
        if (!server.isAlive() || System.nanoTime() > end) {
          throw new IOException("PostgreSQL does not start: " + Files.readString(log), e);
        }
        Thread.onSpinWait();
      }
    }
  }

  private void stop() {
    try {
      server.destroy();
      if (!server.waitFor(20, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
      try (var walk = Files.walk(directory)) {
        for (var path : walk.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private static Path program(String name) throws IOException {
    try (var versions = Files.list(PROGRAMS)) {
      return versions
          .map(version -> version.resolve("bin").resolve(name))
          .filter(Files::isExecutable)
          .findFirst()
          .orElseThrow(() -> new IOException("the package postgresql is missing"));
    }
  }

  private static List<String> unprivileged(Object... words) {
    var all = new ArrayList<String>();
    if (isRoot()) {
      all.addAll(
          List.of(
              "setpriv",
              "--reuid=postgres",
              "--regid=postgres",
              "--clear-groups",
              "--pdeathsig",
              "TERM",
              "--"));
    }
    for (var word : words) {
      all.add(word.toString());
    }
    return all;
  }

  private static void run(List<String> words) throws IOException {
    var process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes());
    try {
      if (process.waitFor() != 0) {
        throw new IOException(words + " failed: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Only the owner's: what {@code createTempDirectory} makes in any case. */
  static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
